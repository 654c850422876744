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
        year_facts=facts.year_facts,
        meter=meter_of,
        say=lambda standing: say_path(name, standing.target, standing.indicator, year=standing.year),
        too_few=say_too_few,
        say_valued=say_valued,
        shadow=SHADOW,
        used=_used(facts.year_facts) if facts.year_facts else [],
        scopes=SCOPE_LABELS,
        net=NET.figure(facts.year_facts.bank.brought) if facts.year_facts else None,
        year_address=lambda year: url_for("municipality.show", slug=slug, jaar=year),
    )


@blueprint.get("/gemeente/<slug>.pdf", endpoint="paper")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show_paper(slug: str) -> Response:
    """The same on one side A4, for whoever reads on paper."""
    facts = get_municipality_facts(current_session(), current_actor(), slug=slug, year=request.args.get("jaar", type=int))
    if facts.year_facts is None:
        raise Missing(_("%(name)s has not adopted any figures yet, so there is nothing to print.", name=facts.organisation.name))
    year = facts.year_facts.adopted.year
    address = f"{site_address()}{url_for('municipality.show', slug=slug, jaar=year)}"
    answer = Response(pages.pdf(paper_of(facts, facts.year_facts, address)), content_type=pages.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}-{year}.pdf"'
    return answer


def _used(year_facts: YearFacts) -> list[tuple[str, str, str]]:
    """What was used by origin: a name, tonnes, and its part of all of it."""
    places = places_of(year_facts.total_kg)
    beside = _("Through the materials bank, not in the report")
    return [
        (
            str(ORIGIN_LABELS[part.origin] if part.origin else beside),
            in_tonnes(part.mass_kg, places),
            percent(part.mass_kg / year_facts.total_kg) if year_facts.total_kg else "–",
        )
        for part in year_facts.used
    ] + [(str(_("Total")), in_tonnes(year_facts.total_kg, places), percent(1))]
