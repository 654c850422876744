"""How far the region is from its goals, and the decisions about them."""

from functools import partial

from flask import Blueprint, render_template, request

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.queries.standings import get_goals
from marketplace.web.goals import decisions
from marketplace.web.ui.meters import meter_of
from marketplace.web.ui.tonnes import in_tonnes, places_of

blueprint = Blueprint("goals", __name__)
decisions.register(blueprint)


@blueprint.get("/doelen")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """How far the region is from its three goals, and for members each municipality."""
    actor = current_actor()
    overview = get_goals(current_session(), actor, year=request.args.get("jaar", type=int))
    return render_template(
        "goals/show.html",
        overview=overview,
        meter=meter_of,
        in_tonnes=partial(in_tonnes, places=places_of(overview.region.bank_kg)),
        reports=may(actor, Can.EDIT_MATERIAL_USE, actor.organisation_id),
        own=actor.organisation_slug,
    )
