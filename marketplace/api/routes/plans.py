"""The regional plan: which lot serves which need best."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.plan import PlanBody, PlanLineBody, RefusalBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.plan import PlanAnswerSchema, PlanLinesSchema, PlanSchema, PlansSchema
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.wake import waking
from marketplace.jobs.tasks import queue_plan
from marketplace.materials.rules.soil import find_soil_class
from marketplace.plans.actions.answers import Ground, accept_line, refuse_line
from marketplace.plans.queries.lines import explain_lines
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import get_run, list_lines, list_runs


@route("POST", "/plans", takes=PlanBody(), gives=PlanSchema, status=201, tag="plans")
@permission(Can.MAKE_PLAN)
def make_plan() -> Response:
    """Plan everything that is open, as one long task. Nothing is asked for.

    Ask for the plan again to see whether it is made. Earlier plans stay as they are.
    """
    values = read_body(PlanBody())
    objective, floors = values.get("objective") or Objective.KILOMETRES, values.get("floors")
    run = queue_plan(
        current_session(), current_actor(), objective=Objective(objective), has_floors=True if floors is None else floors
    )
    return waking(created(PlanSchema.write(run), "show_plan", plan_id=run.id), run.task_id or 0)


@route("GET", "/plans", gives=PlansSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
def list_plans() -> Response:
    """List the plans, newest first."""
    page = read_page()
    rows, total = list_runs(current_session(), current_actor(), offset=page.offset, limit=page.size)
    return many(PlansSchema, rows, total=total, page=page)


@route("GET", "/plans/<int:plan_id>", gives=PlanSchema, tag="plans")
@permission(Can.READ_PLAN)
def show_plan(plan_id: int) -> Response:
    """One plan: what it came to, beside first come, first served."""
    return ok(PlanSchema.write(get_run(current_session(), current_actor(), plan_id)))


@route("GET", "/plans/<int:plan_id>/lines", gives=PlanLinesSchema, tag="plans", query=query.PAGE)
@permission(Can.READ_PLAN)
@one_moment
def list_plan_lines(plan_id: int) -> Response:
    """List what goes where, each line with why it stands there and how it stands now."""
    page, session = read_page(), current_session()
    lines, total = list_lines(session, get_run(session, current_actor(), plan_id), offset=page.offset, limit=page.size)
    return many(PlanLinesSchema, explain_lines(session, lines), total=total, page=page)


@route(
    "POST",
    "/plans/<int:plan_id>/lines/<int:number>/request",
    takes=PlanLineBody(),
    gives=PlanAnswerSchema,
    status=201,
    tag="plans",
)
@permission(Can.READ_PLAN)
def request_plan_line(plan_id: int, number: int) -> Response:
    """Act on a line of a plan.

    Whoever needs it asks for it, its owner offers it, the broker points it out with a reason. What was done before is returned again.
    A line of which less is left now is refused, and nothing is held.
    """
    values = read_body(PlanLineBody())
    ground = Ground(find_soil_class(values.get("receiving_soil")), find_soil_class(values.get("function_class")))
    answer = accept_line(
        current_session(), current_actor(), run_id=plan_id, number=number, reason=values.get("reason") or "", ground=ground
    )
    return created(PlanAnswerSchema.write(answer), "list_plan_lines", plan_id=plan_id)


@route(
    "POST", "/plans/<int:plan_id>/lines/<int:number>/refuse", takes=RefusalBody(), gives=PlanAnswerSchema, status=201, tag="plans"
)
@permission(Can.READ_PLAN)
def refuse_plan_line(plan_id: int, number: int) -> Response:
    """Say that a line is not wanted, and why.

    For whoever needs it, and for whoever has the lot. Plans are counted by it.
    """
    reason = read_body(RefusalBody())["reason"]
    answer = refuse_line(current_session(), current_actor(), run_id=plan_id, number=number, reason=reason)
    return created(PlanAnswerSchema.write(answer), "list_plan_lines", plan_id=plan_id)
