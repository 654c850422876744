"""The site on a device: its icon on the home screen, and a lot begun without a network.

The worker keeps files that never change and one page, which it asks for without a cookie: what is on the device says nothing of
anybody. A lot that was begun there comes as a draft, with its photos, once: its key was made on the device.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from flask import Blueprint, Response, current_app, json, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from marketplace.accounts.policy import Can
from marketplace.http.identity import mark_of
from marketplace.http.page_cache import look
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Invalid, Refusal
from marketplace.kernel.language import LOCALES, _, current_locale, ngettext
from marketplace.market.actions.drafts import start_sketch
from marketplace.market.actions.photos import add_photo, store_picture
from marketplace.market.models import Sketch
from marketplace.market.queries.changes import fetch_catalogue_state
from marketplace.market.rules.photos import PHOTOS_MAX, StoredPicture
from marketplace.materials.queries import get_taxonomy
from marketplace.web.device.forms import NAMES, OfflineForm
from marketplace.web.ui.assets import FONT_FILE, SOURCE
from marketplace.web.ui.drafts import typed_values
from marketplace.web.ui.frame import here

blueprint = Blueprint("device", __name__)
ICONS = (("img/icon-192.png", 192, "any"), ("img/icon-512.png", 512, "any"), ("img/icon-maskable-512.png", 512, "maskable"))
SHORTCUTS = ((_("Offer a lot"), "/aanbod/nieuw"), (_("Look on offer"), "/aanbod"), (_("My work"), "/werk"))
BRAND, PAPER = "#17594a", "#faf8f4"  # the light colours of static/css/tokens.css
OFFLINE = "/aanbod/zonder-netwerk"
KEPT = (
    *("site.css", "img/logo.svg", "img/favicon.svg", "img/chevron-down.svg", "img/chevron-down-light.svg"),
    *("js/offline.js", "js/waiting.js", "js/shrink.js"),
)
FORM_BYTES_MAX = 250_000_000
HOUR_S = 3600


def static_url(path: str) -> str:
    """The address of a file in the build."""
    return cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])(path)


@blueprint.get("/app.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Name, colours and icons of the site on a home screen (W3C Web Application Manifest)."""
    values: dict[str, Any] = {
        "id": "/",
        "name": str(_("Twente Materials Bank")),
        "short_name": str(_("Materials bank")),
        "description": str(_("The fourteen municipalities of Twente offer each other surplus construction material.")),
        "lang": current_locale(),
        "start_url": here("/"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": BRAND,
        "icons": [
            {"src": static_url(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for path, size, purpose in ICONS
        ],
        "shortcuts": [{"name": str(name), "url": here(path)} for name, path in SHORTCUTS],
    }
    return _for_an_hour(Response(json.dumps(values), content_type="application/manifest+json"))


@blueprint.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, with what it keeps. Another version of the site or of the materials makes it fetch anew."""
    files = [static_url(path) for path in KEPT]
    if current_app.jinja_env.globals["has_letters"]:
        files.append(static_url(FONT_FILE))
    version = hashlib.sha256(f"{look()} {fetch_catalogue_state(database())[1]}".encode()).hexdigest()[:12]
    pages = [OFFLINE if locale == LOCALES[0] else f"/{locale}{OFFLINE}" for locale in LOCALES]
    facts = json.dumps({"version": version, "files": files, "pages": pages})
    script = (SOURCE / "js" / "worker.js").read_text(encoding="utf-8")
    return _for_an_hour(Response(f"self.bank = {facts};\n{script}", content_type="text/javascript; charset=utf-8"))


def _for_an_hour(response: Response) -> Response:
    """The same for everybody: kept for an hour."""
    response.headers["Cache-Control"] = f"public, max-age={HOUR_S}"
    return response


@blueprint.get(OFFLINE)
@public
def begin() -> str:
    """Begin a lot on a device without a network."""
    return render_template("device/begin.html", form=OfflineForm.unfilled(get_taxonomy(current_session())))


@blueprint.get(f"{OFFLINE}.json")
@permission(Can.OFFER)
def key() -> ResponseReturnValue:
    """What a device needs to send what waits on it. The form secret of now, and whose browser this is."""
    return jsonify(token=generate_csrf(), writer=mark_of(current_actor().person_id or 0))


@blueprint.post(OFFLINE)
@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def take() -> ResponseReturnValue:
    """Take in a lot that waited on a device, as the draft of its sender. A file that is no photo stops only itself."""
    pictures, left_out = _pictures()
    try:
        sketch = _begun(current_session(), pictures)
    except (Conflict, Invalid) as refusal:
        return jsonify(fault=str(refusal.message)), refusal.status
    note = str(ngettext("%(num)s photo could not be read", "%(num)s photos could not be read", left_out)) if left_out else ""
    name = request.form.get("title", "").strip()
    return jsonify(name=name, note=note, address=url_for("listings.step", sketch_id=sketch.id, number=1)), 201


def _pictures() -> tuple[list[StoredPicture], int]:
    """The photos that came along, developed before the session opens; and how many were none."""
    taken: list[StoredPicture] = []
    uploads = request.files.getlist("photos")[:PHOTOS_MAX]
    for upload in uploads:
        with suppress(Refusal):
            taken.append(store_picture(current_app.extensions["media"], upload.stream.read()))
    return taken, len(uploads) - len(taken)


def _begun(session: Session, pictures: list[StoredPicture]) -> Sketch:
    actor = current_actor()
    sketch = start_sketch(session, actor, typed_values(NAMES))
    for picture in pictures:
        add_photo(session, actor, sketch_id=sketch.id, picture=picture)
    return sketch
