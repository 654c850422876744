"""A page of each municipality for its council, from adopted figures only, and their list."""

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, one_moment, permission, site_address
from marketplace.impact.rules.material_use import ORIGIN_LABELS, SCOPE_LABELS
from marketplace.impact.rules.path import say_path, say_too_few
from marketplace.impact.rules.statistics import STATISTICS
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import percent
from marketplace.kernel.language import _
from marketplace.sheets import pages
from marketplace.valuations.rules.method import SHADOW
from marketplace.valuations.rules.share import say_valued
from marketplace.web.municipality.facts import YearFacts, get_municipality_facts, list_municipality_lines
from marketplace.web.municipality.paper import paper_of
from marketplace.web.ui.meters import meter_of
from marketplace.web.ui.tonnes import in_tonnes, places_of

blueprint = Blueprint("municipality", __name__)
NET = next(item for item in STATISTICS if item.name == "net_kgco2e")


@blueprint.get("/gemeente")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def index() -> str:
    """The fourteen municipalities, each with the share of its last adopted year."""
    return render_template("municipality/index.html", lines=list_municipality_lines(current_session(), current_actor()))


@blueprint.get("/gemeente/<slug>")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show(slug: str) -> str:
    """How far a municipality is from the goals, what it used, and what the bank brought."""
    facts = get_municipality_facts(current_session(), current_actor(), slug=slug, year=request.args.get("jaar", type=int))
    name = facts.organisation.name
    return render_template(
        "municipality/show.html",
        facts=facts,
        shown=facts.shown,
        meter=meter_of,
        say=lambda one: say_path(name, one.target, one.indicator, year=one.year),
        too_few=say_too_few,
        say_valued=say_valued,
        shadow=SHADOW,
        used=_used(facts.shown) if facts.shown else [],
        scopes=SCOPE_LABELS,
        net=NET.figure(facts.shown.bank.brought) if facts.shown else None,
        year_address=lambda year: url_for("municipality.show", slug=slug, jaar=year),
    )


@blueprint.get("/gemeente/<slug>.pdf", endpoint="paper")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show_paper(slug: str) -> Response:
    """The same on one side A4, for whoever reads on paper."""
    facts = get_municipality_facts(current_session(), current_actor(), slug=slug, year=request.args.get("jaar", type=int))
    if facts.shown is None:
        raise Missing(_("%(name)s has not adopted any figures yet, so there is nothing to print.", name=facts.organisation.name))
    year = facts.shown.adopted.year
    address = f"{site_address()}{url_for('municipality.show', slug=slug, jaar=year)}"
    answer = Response(pages.pdf(paper_of(facts, facts.shown, address)), content_type=pages.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}-{year}.pdf"'
    return answer


def _used(shown: YearFacts) -> list[tuple[str, str, str]]:
    """What was used by origin: a name, tonnes, and its part of all of it."""
    places = places_of(shown.total_kg)
    beside = _("Through the materials bank, not in the report")
    return [
        (
            str(ORIGIN_LABELS[one.origin] if one.origin else beside),
            in_tonnes(one.mass_kg, places),
            percent(one.mass_kg / shown.total_kg) if shown.total_kg else "–",
        )
        for one in shown.used
    ] + [(str(_("Total")), in_tonnes(shown.total_kg, places), percent(1))]
