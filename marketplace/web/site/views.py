"""Pages about the site itself, files for machines, and checks for operators.

The two files that machines look for, and the two questions of operators: alive, ready?
"""

import shutil
from datetime import datetime, time, timedelta
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Config
from marketplace.accounts.actions.organisations import ask_to_join
from marketplace.accounts.actions.sessions import attempt_keys, count_attempt
from marketplace.accounts.policy import ANONYMOUS, Can, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.accounts.rules.accounts import INVITATION_LIFETIME
from marketplace.depots.queries.depots import list_visible_depots
from marketplace.http.request import current_actor, current_session, database, public
from marketplace.kernel import health
from marketplace.kernel.clock import now
from marketplace.kernel.language import _, current_locale
from marketplace.kernel.runs import find_last_start
from marketplace.market.queries.listings import list_public_ids
from marketplace.notices.queries import find_oldest_waiting
from marketplace.web.site import statement, style
from marketplace.web.site.forms import JoinForm
from marketplace.web.site.sitemap import PUBLIC_PATHS, SITEMAP_LISTINGS_MAX, sitemap
from marketplace.web.ui.form_page import done, page, submit

blueprint = Blueprint("site", __name__)
SECURITY_TXT_DAYS = 180
LEAST_FREE_BYTES = 200_000_000
LONGEST_WAITING = timedelta(minutes=30)


def settings() -> Config:
    """This installation's settings."""
    return cast(Config, current_app.extensions["settings"])


@blueprint.get("/toegankelijkheid")
@public
def accessibility() -> str:
    """How accessible the site is, how that is known, and where to say what is not."""
    config = settings()
    return render_template(
        "site/accessibility.html",
        contact=config.contact_email,
        site_url=config.base_url.rstrip("/"),
        shortcomings=statement.SHORTCOMINGS,
        reviewed_on=statement.REVIEWED_ON,
    )


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Show what is stored about people, why, and for how long."""
    config = settings()
    return render_template(
        "site/privacy.html",
        contact=config.contact_email,
        hours=config.session_hours,
        idle_minutes=config.session_idle_minutes,
        invitation_days=INVITATION_LIFETIME.days,
    )


@blueprint.get("/contact")
@public
def contact() -> str:
    """Whom to ask."""
    return render_template("site/contact.html", contact=settings().contact_email)


@blueprint.route("/meedoen", methods=["GET", "POST"])
@public
def join() -> ResponseReturnValue:
    """Ask to join as a partner; the administrator answers."""
    form = JoinForm()
    if submit(form, lambda: _ask_to_join(form)):
        return done(
            _("Thank you. The administrator will look at your request, and you will get an email with the answer."),
            url_for("home.show"),
        )
    return page("site/join.html", form)


def _ask_to_join(form: JoinForm) -> None:
    """Send the request: only so many times from one network address."""
    keys = attempt_keys(account=None, address=request.remote_addr, door="join")
    database().run(lambda aside: count_attempt(aside, keys))
    ask_to_join(current_session(), current_actor(), draft=form.draft(), locale=current_locale())


@blueprint.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Where to report a leak (RFC 9116). The last day moves along, so it never lapses while the site runs."""
    config = settings()
    last = datetime.combine((now() + timedelta(days=SECURITY_TXT_DAYS)).date(), time(), tzinfo=now().tzinfo)
    lines = (
        f"Contact: mailto:{config.contact_email}",
        f"Expires: {last.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {config.base_url.rstrip('/')}/.well-known/security.txt",
        f"Policy: {config.base_url.rstrip('/')}/contact",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/robots.txt")
@public
def robots_txt() -> Response:
    """Search engines may read what everybody may read, one address per page."""
    lines = (
        "User-agent: *",
        "Disallow: /api/",
        "Disallow: /inloggen",
        "Disallow: /*?",
        f"Sitemap: {settings().base_url.rstrip('/')}/sitemap.xml",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
@public
def sitemap_xml() -> Response:
    """Every public page in both languages, each naming the other."""
    session = current_session()
    municipalities = (f"/gemeente/{municipality.slug}" for municipality in list_municipalities(session))
    lots = (f"/aanbod/{item}" for item in list_public_ids(session, SITEMAP_LISTINGS_MAX))
    depots = (f"/depots/{depot.id}" for depot in list_visible_depots(session, ANONYMOUS))
    paths = [*PUBLIC_PATHS, *municipalities, *depots, *lots]
    return Response(sitemap(settings().base_url.rstrip("/"), paths), content_type="application/xml; charset=utf-8")


@blueprint.get("/stijl")
@public
def house_style() -> str:
    """Show every component in every state. In development to everybody, elsewhere to the administrator."""
    if settings().production:
        require(current_actor(), Can.READ_HEALTH, hidden=True)
    return render_template(
        "site/house_style.html",
        style=style.style(),
        tones=style.TONES,
        notes=style.NOTES,
        hints=style.HINTS,
        page_address="#pages-{}".format,
    )


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process lives and answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Whether it can do its work: writes, migrations, disk, and mail that leaves. 503 with the part that cannot.

    `workerSilentSince` stands there when no worker has taken a turn for ten minutes: the pages work, and what is due waits.
    """
    parts = {"migrations": health.version(database()) == health.newest(), "database": health.can_write(database())}
    parts["disk"] = shutil.disk_usage(settings().instance_path).free >= LEAST_FREE_BYTES
    if all(parts.values()):
        waiting = find_oldest_waiting(current_session())
        parts["mail"] = waiting is None or now() - waiting <= LONGEST_WAITING
    ready = all(parts.values())
    silent = health.silent_since(find_last_start(current_session())) if ready else None
    worker = {"workerSilentSince": silent.isoformat(timespec="seconds")} if silent else {}
    return jsonify({"ready": ready, **parts, **worker}), 200 if ready else 503
