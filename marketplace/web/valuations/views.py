"""What material is worth: valuing it, what that found, and the statement of a year."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import get_organisation, get_organisation_by_slug, list_municipalities
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.valuations import (
    COLUMNS,
    class_row,
    closing_words,
    lines_answer,
    method_rows,
    moved_lines,
    statement_answer,
    statement_paper,
    total_facts,
)
from marketplace.http.wake import waking
from marketplace.jobs.tasks import start_valuation
from marketplace.jobs.valuations import plan_valuation
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.valuations.models import ValuationRun
from marketplace.valuations.queries import results
from marketplace.valuations.queries.runs import (
    LineKind,
    get_run,
    get_statement,
    has_parts,
    list_lines,
    list_runs,
    state_of,
)
from marketplace.valuations.rules.method import SHADOW
from marketplace.web.ui.form_page import attempt, page
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX, paged
from marketplace.web.ui.value import lines_shown
from marketplace.web.valuations import appraisals, shown
from marketplace.web.valuations.forms import StartForm

blueprint = Blueprint("valuations", __name__)
appraisals.register(blueprint)
READS = permission(Can.READ_VALUE)
RENEW_EVERY_S, RUNS_SHOWN, LINES_SHOWN = 3, 20, 50
FIRST_YEAR, LAST_YEAR = 2015, 9999


@blueprint.get("/paspoorten/waarde")
@READS
@one_moment
def index() -> str:
    """What all of an organisation's material is worth. For the AO CE first which organisations had it established."""
    session, actor = current_session(), current_actor()
    worths = results.list_worths(session, actor, list_municipalities(session))
    if len(worths) > 1 and "organisatie" not in request.args:
        return render_template(
            "valuations/_municipalities.html",
            worths=[(worth.organisation, shown.standing_row(worth)) for worth in worths],
            may_load=may(actor, Can.LOAD_PRICES),
            shadow=SHADOW,
        )
    owner = _organisation()
    runs, total = list_runs(session, actor, owner.id, offset=0, limit=RUNS_SHOWN)
    done = results.list_finished(session, owner.id, most=RUNS_SHOWN)
    newest = done[0] if done else None
    return render_template(
        "valuations/index.html",
        owner=owner,
        owner_slug=_owner_slug(owner),
        newest=newest,
        facts=_facts(newest),
        methods=list(method_rows(results.get_results(session, newest))) if newest else [],
        under_way=results.find_open_run(session, owner.id),
        runs=shown.run_rows((run, state_of(session, run)) for run in runs),
        total=total,
        chart=shown.over_time(done),
        has_parts=bool(done) or has_parts(session, owner.id),
        may_value=may(actor, Can.VALUE_ASSETS, owner.id),
        shadow=SHADOW,
    )


@blueprint.route("/paspoorten/waarde/nieuw", methods=["GET", "POST"])
@permission(Can.VALUE_ASSETS)
@one_moment
def start() -> ResponseReturnValue:
    """Look at what valuing everything would do, as of today or another day. Then start it."""
    session, actor, owner = current_session(), current_actor(), _organisation()
    form = StartForm()
    if form.validate_on_submit():
        run = attempt(form, lambda: start_valuation(session, actor, organisation_id=owner.id, as_of=form.day))
        if run is not None:
            answer = make_response("", 303, {"Location": url_for("valuations.show", valuation_id=run.id)})
            return waking(answer, run.task_id or 0)
    elif request.method == "GET":
        form.look_at(request.args, clock.today())
    plan = None
    if form.as_of.data is not None and form.refusal is None:
        plan = attempt(form, lambda: plan_valuation(session, actor, organisation_id=owner.id, as_of=form.day))
    return page(
        "valuations/start.html",
        form,
        owner=owner,
        owner_slug=_owner_slug(owner),
        plan=plan,
        rows=shown.plan_rows(plan.methods) if plan else [],
        lacks=shown.lacks_shown(plan.lacking, get_taxonomy(session)) if plan else [],
        under_way=results.find_open_run(session, owner.id),
        shadow=SHADOW,
    )


@blueprint.get("/paspoorten/waarde/<int:valuation_id>")
@READS
@one_moment
def show(valuation_id: int) -> Response:
    """How far a valuation is, and what it found. While it is under way the page asks for itself again, unless the reader said no."""
    session, actor = current_session(), current_actor()
    run = get_run(session, actor, valuation_id)
    owner, task = get_organisation(session, run.organisation_id), results.find_task_of(session, run)
    is_open = run.totals is None and task is not None and task.is_open
    renews = is_open and "stil" not in request.args
    context: dict[str, Any] = {"run": run, "owner": owner, "owner_slug": _owner_slug(owner), "task": task, "shadow": SHADOW}
    if run.totals is None:
        stops = task is not None and is_open and may(actor, Can.CANCEL_TASK, task)
        body = render_template(
            "valuations/_progress.html",
            **context,
            is_open=is_open,
            may_cancel=stops,
            may_value=may(actor, Can.VALUE_ASSETS, owner.id),
            renew_every_s=RENEW_EVERY_S if renews else None,
        )
    else:
        body = render_template("valuations/show.html", **context, **_run_facts(run))
    answer = make_response(body)
    if renews:
        answer.headers["Refresh"] = str(RENEW_EVERY_S)
    return answer


def _run_facts(run: ValuationRun) -> dict[str, Any]:
    """What a run found, its lines, and another run beside it."""
    session = current_session()
    which = _which()
    lines, place = paged(
        lambda page: list_lines(session, run, offset=(page - 1) * LINES_SHOWN, limit=LINES_SHOWN, which=which), LINES_SHOWN
    )
    of = results.get_results(session, run)
    others = [finished for finished in results.list_finished(session, run.organisation_id) if finished.id != run.id]
    other = _other(run, others)
    compared = shown.beside((other, results.get_results(session, other)), (run, of)) if other else []
    return {
        "facts": _facts(run),
        "methods": list(method_rows(of)),
        "lines": lines_shown(lines, get_taxonomy(session)),
        "which": which,
        "kinds": [(kind, shown.KIND_LABELS[kind]) for kind in LineKind],
        "moved": moved_lines(run.totals) if run.totals else [],
        "closing": closing_words(run.totals) if run.totals else "",
        "others": others,
        "other": other,
        "compared": compared,
        **place,
    }


def _facts(run: ValuationRun | None) -> list[Any]:
    return [] if run is None or run.totals is None else list(total_facts(current_session(), run, run.totals))


def _classes(run: ValuationRun | None) -> list[list[str]]:
    if run is None:
        return []
    of = results.get_results(current_session(), run)
    return [class_row(of, kind) for kind in of.by_kind]


def _which() -> LineKind | None:
    value = request.args.get("soort", "")
    return LineKind(value) if value in {kind.value for kind in LineKind} else None


def _other(run: ValuationRun, others: list[ValuationRun]) -> ValuationRun | None:
    """The run that is asked for, else that of last year, else the one before or the next."""
    other_id = request.args.get("met", "")
    for other in others:
        if str(other.id) == other_id[:NUMBER_DIGITS_MAX]:
            return other
    earlier = [other for other in others if (other.as_of, other.id) < (run.as_of, run.id)]
    return next((other for other in others if other.id == run.base_run_id), next(iter(earlier), others[-1] if others else None))


@blueprint.get("/paspoorten/waarde/<int:valuation_id>/regels.csv")
@READS
def lines(valuation_id: int) -> Response:
    """Every part of a valuation as a file."""
    session = current_session()
    run = get_run(session, current_actor(), valuation_id)
    if run.totals is None:
        raise Missing(_("This valuation is not done, so there is nothing to read yet."))
    return lines_answer(session, run)


@blueprint.get("/paspoorten/waarde/jaar/<int:year>")
@READS
@one_moment
def statement(year: int) -> str:
    """What became of the value in a year, from opening to closing."""
    session, actor, owner = current_session(), current_actor(), _organisation()
    statement = get_statement(session, actor, owner.id, _year(year))
    run = statement.closing
    years = sorted({finished.as_of.year for finished in results.list_finished(session, owner.id)})
    moves = [(label, "number") for _name, label, _sign, _part in COLUMNS]
    return render_template(
        "valuations/statement.html",
        owner=owner,
        owner_slug=_owner_slug(owner),
        year_statement=statement,
        run=run,
        years=years,
        facts=_facts(run),
        moved=moved_lines(run.totals) if run and run.totals else [],
        closing=closing_words(run.totals) if run and run.totals else "",
        classes=_classes(run),
        heads=[(_("Class"), "text"), (_("Opening"), "number"), *moves, (_("Closing"), "number")],
        shadow=SHADOW,
    )


@blueprint.get("/paspoorten/waarde/jaar/<int:year>.csv")
@READS
@one_moment
def statement_table(year: int) -> Response:
    """The statement of a year as a file, by class of asset."""
    session = current_session()
    return statement_answer(session, get_statement(session, current_actor(), _organisation().id, _year(year)))


@blueprint.get("/paspoorten/waarde/jaar/<int:year>.pdf")
@READS
@one_moment
def statement_pdf(year: int) -> Response:
    """The statement of a year as a paper."""
    session = current_session()
    return statement_paper(session, get_statement(session, current_actor(), _organisation().id, _year(year)))


def _year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Missing(_("There is no such year. Choose one from the list."))
    return year


def _organisation() -> Organisation:
    """The organisation in the address; one's own where none is named."""
    session, slug = current_session(), request.args.get("organisatie", "")
    return (
        get_organisation_by_slug(session, slug) if slug else get_organisation(session, int(current_actor().organisation_id or 0))
    )


def _owner_slug(owner: Organisation) -> str | None:
    """What names an organisation in an address; None for one's own."""
    return shown.address_of(owner, current_actor().organisation_slug)
