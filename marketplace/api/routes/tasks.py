"""Long work: started, followed and cancelled."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.task import TaskBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.task import TaskSchema, TasksSchema
from marketplace.http.request import current_actor, current_session, permission
from marketplace.http.wake import waking
from marketplace.jobs.tasks import cancel_task, get_task, list_own_tasks, start_task


@route("GET", "/tasks", gives=TasksSchema, tag="tasks", query=query.PAGE)
@permission(Can.READ_TASK)
def list_tasks() -> Response:
    """One's own long tasks, newest first."""
    page = read_page()
    rows, total = list_own_tasks(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(TasksSchema, rows, total=total, page=page)


@route("POST", "/tasks", takes=TaskBody(), gives=TaskSchema, status=201, tag="tasks")
@permission(Can.START_TASK)
def create_task() -> Response:
    """Start long work, or return the same work that is under way. Ask for it again to see how far it is."""
    row = start_task(current_session(), current_actor(), kind=read_body(TaskBody())["kind"])
    return waking(created(TaskSchema.write(row), "show_task", task_id=row.id), row.id)


@route("GET", "/tasks/<int:task_id>", gives=TaskSchema, tag="tasks")
@permission(Can.READ_TASK)
def show_task(task_id: int) -> Response:
    """Show how far a long task is, and its result. Your own, or anyone's for the administrator."""
    return ok(TaskSchema.write(get_task(current_session(), current_actor(), task_id)))


@route("POST", "/tasks/<int:task_id>/cancel", gives=TaskSchema, tag="tasks")
@permission(Can.CANCEL_TASK)
def stop_task(task_id: int) -> Response:
    """Cancel it: at once while it waits, else after the step that it is taking. What was done stays done."""
    return ok(TaskSchema.write(cancel_task(current_session(), current_actor(), task_id=task_id)))
