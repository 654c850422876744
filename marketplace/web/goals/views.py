"""How far region and municipalities are from the goals, and the decisions about them."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.queries.standings import get_goals
from marketplace.impact.rules.path import say_too_few
from marketplace.valuations.rules.method import SHADOW
from marketplace.valuations.rules.share import say_valued
from marketplace.web.goals import coverage, decisions
from marketplace.web.goals.shown import (
    find_place,
    places_table,
    say_a_year,
    say_scopes,
    say_standing,
    tabs_of,
    years_table,
)
from marketplace.web.ui.meters import meter_of
from marketplace.web.ui.tonnes import in_tonnes, places_of

blueprint = Blueprint("goals", __name__)
decisions.register(blueprint)
coverage.register(blueprint)


@blueprint.get("/doelen")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """How far the region is from its goals, and for members each municipality.

    Of one municipality where the address names it.
    """
    actor, named = current_actor(), request.args.get("gemeente", "")
    overview = get_goals(current_session(), actor, year=request.args.get("jaar", type=int), municipality=named)
    chosen = find_place(overview, named)
    tabs = tabs_of(overview)
    number = request.args.get("doel", type=int)
    tab = next((tab for tab in tabs if tab.goal.number == number), overview.region.nearest)
    return render_template(
        "goals/show.html",
        overview=overview,
        chosen=chosen,
        tabs=tabs,
        tab=tab,
        rows=places_table(overview, tab) if tab and not chosen.slug else [],
        trend=years_table(overview),
        meter=meter_of,
        say_standing=say_standing,
        say_scopes=say_scopes,
        say_a_year=say_a_year,
        say_too_few=say_too_few,
        say_valued=say_valued,
        shadow=SHADOW,
        in_tonnes=partial(in_tonnes, places=places_of(overview.region.bank_kg)),
        address=partial(_address, overview.year, chosen.slug, number),
        reports=may(actor, Can.EDIT_MATERIAL_USE, actor.organisation_id),
        may_set_coverage=may(actor, Can.SET_COVERAGE),
        own=actor.organisation_slug,
    )


def _address(year: int, slug: str, number: int | None, **changes: str | int) -> str:
    """The same page, with this changed."""
    values: dict[str, Any] = {"jaar": year, "gemeente": slug or None, "doel": number, **changes}
    return url_for("goals.show", **values)
