"""Long tasks in their table.

Queued, taken by one worker at a time, brought on step by step, and ended once.

A worker holds a task by a lease. Every statement of a worker names the worker, so one that lost its lease can change nothing any
more: what it did in the same transaction goes with it. Who may start, see or cancel a task is not decided here (`jobs/tasks.py`).
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.models import Task, TaskState

LEASE = timedelta(minutes=2)
RENEW_EVERY = timedelta(seconds=30)
ATTEMPTS_MAX = 5
TASKS_KEPT = timedelta(days=90)


class LeaseLost(Exception):
    """Another worker has this task now, or it is over."""


def add_task(session: Session, *, kind: str, arguments: dict[str, Any], person_id: int | None) -> Task:
    """A new task that waits for a worker."""
    task = Task(kind=kind, arguments=arguments, person_id=person_id, created_at=clock.now())
    session.add(task)
    session.flush()
    return task


def find_task(session: Session, task_id: int) -> Task | None:
    """The task as it stands now."""
    return session.get(Task, task_id, populate_existing=True)


def find_open_task(session: Session, *, kind: str, arguments: dict[str, Any], person_id: int | None) -> Task | None:
    """The same task of the same person that is not over yet."""
    same = (Task.kind == kind) & (Task.arguments == arguments) & (Task.person_id == person_id)
    is_open = Task.state.in_((TaskState.QUEUED, TaskState.RUNNING)) & Task.cancel_requested_at.is_(None)
    return session.scalars(select(Task).where(same, is_open).order_by(Task.id).limit(1)).one_or_none()


def list_tasks(session: Session, *, person_id: int | None = None, limit: int, offset: int = 0) -> tuple[list[Task], int]:
    """Newest first, with their number: of one person, or of everybody."""
    rows = select(Task) if person_id is None else select(Task).where(Task.person_id == person_id)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return list(session.scalars(rows.order_by(Task.id.desc()).limit(limit).offset(offset))), total


def list_waiting(session: Session) -> list[int]:
    """Every task that a worker may take now, oldest first."""
    return list(session.scalars(select(Task.id).where(_is_free()).order_by(Task.id)))


def claim(session: Session, *, task_id: int, worker: str) -> Task | None:
    """Take a task that waits or whose worker died; None when there is nothing to take."""
    now = clock.now()
    taken = {
        "state": TaskState.RUNNING,
        "worker": worker,
        "leased_until": now + LEASE,
        "started_at": func.coalesce(Task.started_at, now),
        "attempts": Task.attempts + 1,
    }
    claimed = update(Task).where(Task.id == task_id, _is_free()).values(taken).returning(Task.id)
    if session.scalar(claimed.execution_options(synchronize_session=False)) is None:
        return None
    return find_task(session, task_id)


def renew(session: Session, *, task_id: int, worker: str) -> None:
    """A long step goes on: its worker lives."""
    session.execute(_held(task_id, worker).values(leased_until=clock.now() + LEASE))


def advance(session: Session, *, task_id: int, worker: str, done: int, total: int, checkpoint: dict[str, Any]) -> bool:
    """Record a step in the transaction that took it; whether the task is to be cancelled. Refused when the lease is lost."""
    step = {"done": done, "total": max(done, total), "checkpoint": checkpoint, "leased_until": clock.now() + LEASE, "attempts": 0}
    row = session.execute(_held(task_id, worker).values(step).returning(Task.cancel_requested_at)).one_or_none()
    if row is None:
        raise LeaseLost(task_id)
    return row.cancel_requested_at is not None


def release(session: Session, *, task_id: int, worker: str) -> bool:
    """Give a task back that is not over, for the next worker to go on with. Returns whether it was still held."""
    back = {"state": TaskState.QUEUED, "worker": None, "leased_until": None, "attempts": 0}
    return session.scalar(_held(task_id, worker).values(back).returning(Task.id)) is not None


def finish(
    session: Session, *, task_id: int, worker: str, state: TaskState, result: dict[str, Any] | None = None, error: str = ""
) -> bool:
    """End a task, once; whether it was still held."""
    end = {
        "state": state,
        "result": result,
        "error": error[:500],
        "worker": None,
        "leased_until": None,
        "finished_at": clock.now(),
    }
    ended = _held(task_id, worker).values(end)
    if state == TaskState.DONE:
        ended = ended.values(done=func.coalesce(Task.total, Task.done))
    return session.scalar(ended.returning(Task.id)) is not None


def request_cancel(session: Session, *, task_id: int) -> bool:
    """End a task that still waits, or ask the worker that holds it to end it. Returns whether it was not over yet."""
    now = clock.now()
    requested_at = func.coalesce(Task.cancel_requested_at, now)
    waits = update(Task).where(Task.id == task_id, Task.state == TaskState.QUEUED)
    waits = waits.values(state=TaskState.CANCELLED, cancel_requested_at=requested_at, finished_at=now)
    runs = update(Task).where(Task.id == task_id, Task.state == TaskState.RUNNING).values(cancel_requested_at=requested_at)
    return any(
        session.scalar(statement.returning(Task.id).execution_options(synchronize_session=False)) is not None
        for statement in (waits, runs)
    )


def forget_tasks(session: Session) -> int:
    """Drop tasks that were over long ago; how many."""
    old = delete(Task).where(Task.finished_at < clock.now() - TASKS_KEPT).execution_options(synchronize_session=False)
    return int(getattr(session.execute(old), "rowcount", 0))


def _is_free() -> ColumnElement[bool]:
    left_behind = (Task.state == TaskState.RUNNING) & (Task.leased_until <= clock.now())
    return (Task.state == TaskState.QUEUED) | left_behind


def _held(task_id: int, worker: str) -> Update:
    mine = (Task.id == task_id) & (Task.worker == worker) & (Task.state == TaskState.RUNNING)
    return update(Task).where(mine).execution_options(synchronize_session=False)
