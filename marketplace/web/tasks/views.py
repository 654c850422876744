"""Long tasks: started, followed on a page that renews itself, cancelled."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, permission
from marketplace.http.wake import waking
from marketplace.jobs.tasks import cancel_task, get_task, label_of, list_own_tasks, report_on, start_task
from marketplace.kernel.language import _
from marketplace.web.ui.form_page import done
from marketplace.web.ui.paging import PAGE_SIZE, paged
from marketplace.web.ui.states import TASK_BADGES

RENEW_EVERY_S = 3
blueprint = Blueprint("tasks", __name__)


@blueprint.get("/taken")
@permission(Can.READ_TASK)
def list_tasks() -> ResponseReturnValue:
    """What one started, newest first."""
    session, actor = current_session(), current_actor()
    tasks, place = paged(lambda page: list_own_tasks(session, actor, page=page, page_size=PAGE_SIZE))
    return render_template("tasks/list_tasks.html", tasks=tasks, label_of=label_of, badges=TASK_BADGES, **place)


@blueprint.post("/taken")
@permission(Can.START_TASK)
def start() -> ResponseReturnValue:
    """Start long work and go to its page."""
    task = start_task(current_session(), current_actor(), kind=request.form.get("kind", ""))
    return waking(make_response(redirect(url_for("tasks.show", task_id=task.id), 303)), task.id)


@blueprint.get("/taken/<int:task_id>")
@permission(Can.READ_TASK)
def show(task_id: int) -> Response:
    """How far it is and what came of it. While it is under way the page asks for itself again, unless the reader said no."""
    task = get_task(current_session(), current_actor(), task_id)
    renews = task.is_open and "stil" not in request.args
    page = render_template(
        "tasks/show.html",
        task=task,
        label=label_of(task),
        badge=TASK_BADGES[task.state],
        report=report_on(task),
        renew_every_s=RENEW_EVERY_S if renews else None,
    )
    response = make_response(page)
    if renews:
        response.headers["Refresh"] = str(RENEW_EVERY_S)
    return response


@blueprint.post("/taken/<int:task_id>/annuleren")
@permission(Can.CANCEL_TASK)
def cancel(task_id: int) -> ResponseReturnValue:
    """End it before it is done."""
    task = cancel_task(current_session(), current_actor(), task_id=task_id)
    message = _("It ends after the step that it is taking.") if task.is_open else _("It is cancelled.")
    return done(message, url_for("tasks.show", task_id=task_id))
