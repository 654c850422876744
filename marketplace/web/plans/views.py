"""The regional plan: what the region would do if it were one organisation."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.wake import waking
from marketplace.jobs.tasks import queue_plan
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.actions.answers import accept_line, refuse_line
from marketplace.plans.models import PlanRun
from marketplace.plans.queries.gaps import total_gaps
from marketplace.plans.queries.lines import count_answers
from marketplace.plans.queries.pairs import OBJECTIVE_LABELS, Objective
from marketplace.plans.queries.runs import (
    find_last_run,
    find_task_of,
    get_line,
    get_run,
    list_flows,
    list_lines,
    list_runs,
    list_sides,
)
from marketplace.plans.rules.lines import Answer
from marketplace.web.plans import outcomes, shown
from marketplace.web.plans.forms import GroundForm, PlanForm, ReasonForm
from marketplace.web.ui.flow_map import Flow, flow_map
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.paging import paged

blueprint = Blueprint("plans", __name__)
outcomes.register(blueprint)
READS = permission(Can.READ_PLAN)
LINES_SHOWN, RUNS_SHOWN, RENEW_EVERY_S = 20, 10, 3


@blueprint.get("/plan")
@READS
@one_moment
def index() -> ResponseReturnValue:
    """The newest plan; where there is none, what it would tell."""
    run = find_last_run(current_session(), current_actor())
    if run is None:
        return render_template("plans/_empty.html", may_make=may(current_actor(), Can.MAKE_PLAN))
    return _made(run)


@blueprint.get("/plan/<int:plan_id>")
@READS
@one_moment
def show(plan_id: int) -> ResponseReturnValue:
    """One plan. While it is being made the page asks for itself again, unless the reader said no."""
    session = current_session()
    run = get_run(session, current_actor(), plan_id)
    if run.result is not None:
        return _made(run)
    task = find_task_of(session, run)
    is_open = task is not None and task.is_open
    renews = is_open and "stil" not in request.args
    answer = make_response(
        render_template(
            "plans/_progress.html", run=run, task=task, is_open=is_open, renew_every_s=RENEW_EVERY_S if renews else None
        )
    )
    if renews:
        answer.headers["Refresh"] = str(RENEW_EVERY_S)
    return answer


@blueprint.route("/plan/nieuw", methods=["GET", "POST"])
@permission(Can.MAKE_PLAN)
def make() -> ResponseReturnValue:
    """Choose what a new plan keeps low, and have it made."""
    form = PlanForm()
    if form.validate_on_submit():
        objective = Objective(form.objective.data)
        run = attempt(
            form,
            lambda: queue_plan(current_session(), current_actor(), objective=objective, has_floors=bool(form.floors.data)),
        )
        if run is not None:
            answer: Response = make_response("", 303, {"Location": url_for("plans.show", plan_id=run.id)})
            return waking(answer, run.task_id or 0)
    return page("plans/make.html", form)


@blueprint.route("/plan/<int:plan_id>/regels/<int:number>/aanvragen", methods=["GET", "POST"])
@READS
def accept(plan_id: int, number: int) -> ResponseReturnValue:
    """Ask for what a line says, or offer it. Whoever asks for soil says first of which classes the place is."""
    session, actor = current_session(), current_actor()
    run = get_run(session, actor, plan_id)
    [line] = shown.lines_shown(actor, [get_line(session, run, number)])
    form = GroundForm()
    answer = None
    if not line.asks_soil and request.method == "GET":
        return redirect(_line_address(plan_id, number))
    if not line.asks_soil:
        answer = accept_line(session, actor, run_id=plan_id, number=number)
    elif form.validate_on_submit():
        answer = attempt(form, lambda: accept_line(session, actor, run_id=plan_id, number=number, ground=form.ground()))
    if answer is None:
        return page("plans/_ground.html", form, run=run, line=line)
    if answer.answer == Answer.ASKED:
        where = url_for("reservations.show", reservation_id=answer.reservation_id)
        if get_reservation(session, actor, answer.reservation_id or 0).status == ReservationStatus.APPROVED:
            return done(_("Reserved: it is a lot of your own organisation."), where)
        return done(_("Asked for. The owner has been notified."), where)
    return done(_("Offered. Whoever needs it has been notified."), _line_address(plan_id, number))


@blueprint.route("/plan/<int:plan_id>/regels/<int:number>/aanwijzen", methods=["GET", "POST"])
@permission(Can.BROKER)
def point_out(plan_id: int, number: int) -> ResponseReturnValue:
    """Point a line out to whoever needs it, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        answer = attempt(
            form,
            lambda: accept_line(current_session(), current_actor(), run_id=plan_id, number=number, reason=form.reason.data or ""),
        )
        if answer is not None:
            return done(_("Pointed out. Whoever needs it has been notified."), _line_address(plan_id, number))
    return _reason_page(form, plan_id, number, is_refusal=False)


@blueprint.route("/plan/<int:plan_id>/regels/<int:number>/weigeren", methods=["GET", "POST"])
@READS
def refuse(plan_id: int, number: int) -> ResponseReturnValue:
    """Say that a line is not wanted, and why."""
    form = ReasonForm()
    if form.validate_on_submit():
        answer = attempt(
            form,
            lambda: refuse_line(current_session(), current_actor(), run_id=plan_id, number=number, reason=form.reason.data or ""),
        )
        if answer is not None:
            return done(_("Written down. The line stays in the plan as refused."), _line_address(plan_id, number))
    return _reason_page(form, plan_id, number, is_refusal=True)


def _reason_page(form: ReasonForm, plan_id: int, number: int, *, is_refusal: bool) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    run = get_run(session, actor, plan_id)
    [line] = shown.lines_shown(actor, [get_line(session, run, number)])
    return page("plans/_reason.html", form, run=run, line=line, is_refusal=is_refusal)


def _line_address(plan_id: int, number: int) -> str:
    """Where a line stands, among those of whoever has the lot."""
    line = get_line(current_session(), get_run(current_session(), current_actor(), plan_id), number)
    return url_for("plans.show", plan_id=plan_id, organisatie=line.owner.slug, _anchor=f"regel-{number}")


def _made(run: PlanRun) -> ResponseReturnValue:
    """A plan that is made, with a page of its lines."""
    assert run.result is not None
    session, actor = current_session(), current_actor()
    sides = list_sides(session, run)
    slug = request.args.get("organisatie", actor.organisation_slug)  # one's own first, where there is any
    chosen = next((side for side in sides if side.slug == slug), None)
    lines, place = paged(
        lambda at: list_lines(
            session,
            run,
            offset=(at - 1) * LINES_SHOWN,
            limit=LINES_SHOWN,
            organisation_id=chosen.id if chosen else None,
            by_owner=True,
        ),
        LINES_SHOWN,
    )
    flows = list_flows(session, run)
    runs, _total = list_runs(session, actor, offset=0, limit=RUNS_SHOWN)
    context: dict[str, Any] = {
        "run": run,
        "facts": [*shown.figures(run.result), *(shown.costs(run.cost) if run.cost and run.result.lines else ())],
        "prices": shown.prices(run.cost) if run.cost and run.result.lines else None,
        "proof": shown.proof(run.result),
        "objective": OBJECTIVE_LABELS[Objective(run.objective)],
        "groups": shown.by_owner(shown.lines_shown(actor, lines)),
        "materials": get_taxonomy(session),
        "sides": sides,
        "chosen": chosen,
        "flow_map": flow_map(Flow(giver, receiver, kg) for giver, receiver, kg, _tonne_km in flows),
        "flows": flows,
        "names": {side.slug: side.name for side in sides},
        "answers": count_answers(session, run),
        "totals": total_gaps(session, run),
        "runs": runs,
        "may_make": may(actor, Can.MAKE_PLAN),
        **place,
    }
    return render_template("plans/show.html", **context)
