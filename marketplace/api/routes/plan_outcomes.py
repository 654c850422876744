"""What a plan leaves over, what goes together, what differs, and what following did."""

from flask import Response, request

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.fields import read_choice
from marketplace.api.reading import read_page
from marketplace.api.routing import many, route
from marketplace.api.shapes.plan import PlanSchema
from marketplace.api.shapes.plan_outcomes import (
    PlanChangesSchema,
    PlanCombinedSchema,
    PlanGapsSchema,
    PlanRoundsSchema,
    PlansFollowedSchema,
)
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.plans.queries.effects import effect_of_plans, in_order
from marketplace.plans.queries.gaps import explain_gaps, list_gaps
from marketplace.plans.queries.runs import get_run
from marketplace.plans.queries.together import compare_runs, list_combined, list_rounds
from marketplace.plans.rules.gaps import Side

SIDE = query.words("side", "need: what is not met, by default; lot: what stays", Side, many=False)


@route("GET", "/plans/<int:plan_id>/gaps", gives=PlanGapsSchema, tag="plans", query=(*query.PAGE, SIDE))
@permission(Can.READ_PLAN)
@one_moment
def list_plan_gaps(plan_id: int) -> Response:
    """List what a plan leaves over, and what would help.

    Of every kind the nearest: so many kilometres farther, steps of condition lower, days later or earlier, an answer that differs, a larger
    part, or a turn that opens.
    """
    page, session = read_page(), current_session()
    side = Side(read_choice(request.args.get("side") or Side.NEED.value, Side, "side"))
    gaps, total = list_gaps(session, get_run(session, current_actor(), plan_id), side, offset=page.offset, limit=page.size)
    return many(PlanGapsSchema, list(explain_gaps(session, gaps)), total=total, page=page)


@route("GET", "/plans/<int:plan_id>/combined", gives=PlanCombinedSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
@one_moment
def list_combined_lines(plan_id: int) -> Response:
    """List the needs that several lots serve, each with what they come to."""
    page, session = read_page(), current_session()
    combined, total = list_combined(session, get_run(session, current_actor(), plan_id), offset=page.offset, limit=page.size)
    return many(PlanCombinedSchema, combined, total=total, page=page)


@route("GET", "/plans/<int:plan_id>/rounds", gives=PlanRoundsSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
@one_moment
def list_plan_rounds(plan_id: int) -> Response:
    """List loads that travel in opposite directions in the same weeks.

    Each with what one round of both saves.
    """
    page, session = read_page(), current_session()
    rounds, total = list_rounds(session, get_run(session, current_actor(), plan_id), offset=page.offset, limit=page.size)
    return many(PlanRoundsSchema, rounds, total=total, page=page)


@route("GET", "/plans/<int:plan_id>/changes/<int:before_id>", gives=PlanChangesSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
@one_moment
def list_plan_changes(plan_id: int, before_id: int) -> Response:
    """Compare a plan with another.

    The figures of both, and the lines that came, went or are of another quantity.
    """
    page, session, actor = read_page(), current_session(), current_actor()
    now, before = get_run(session, actor, plan_id), get_run(session, actor, before_id)
    comparison = compare_runs(session, before, now, offset=page.offset, limit=page.size)
    counts = {change.value: count for change, count in comparison.counts.items()}
    more = {"before": PlanSchema.write(before), "now": PlanSchema.write(now), "kept": comparison.unchanged, **counts}
    return many(PlanChangesSchema, comparison.lines, total=comparison.total, page=page, **more)


@route("GET", "/plans/followed", gives=PlansFollowedSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
@one_moment
def show_plans_followed() -> Response:
    """What following the plans achieved, and would have achieved.

    Lines asked for, refused or ignored, and what was really handed over.
    A line that nobody answered is ignored once a newer plan is made, or after fourteen days.
    """
    page = read_page()
    effect = effect_of_plans(current_session(), current_actor(), offset=page.offset, limit=page.size)
    return many(PlansFollowedSchema, effect.runs, total=effect.plans, page=page, fates=in_order(effect.fates), deeds=effect.deeds)
