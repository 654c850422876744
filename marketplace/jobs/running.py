"""A long task at work: taken by one worker, brought on in steps, ended once.

A step and the record of it are one transaction that also proves the lease, so whatever is killed, each step counts once and the next
worker goes on behind the last one. Between two steps the worker looks whether the task is cancelled or the process has to stop.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from marketplace.accounts.policy import OPERATOR, Actor, Can, require
from marketplace.accounts.queries.sessions import find_actor
from marketplace.jobs.queue import database, renewed, worker_name
from marketplace.kernel import tasks
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Forbidden, Refusal
from marketplace.kernel.language import Text, _, in_default_locale
from marketplace.kernel.models import Task, TaskState

log = logging.getLogger(__name__)
BREATH_S = 0.25  # the longest that a task waits between two steps where somebody waits to write: SQLite asks ten times a second
Work = Callable[[Session], dict[str, Any]]
Stopping = Callable[[], bool]


class Cancelled(Exception):
    """Whoever may do so asked to end it."""


class Stopped(Exception):
    """The process of the worker ends; the task goes on in another one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report. `is_right`: None where it is not known yet; `detail`: what was found, in the words of the console."""

    label: Text
    is_right: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a task so far. `sentence` is None while it is under way."""

    sentence: Text | None = None
    is_right: bool = True
    findings: tuple[Finding, ...] = ()


class TaskRun:
    """One worker's hold on a task. What was asked, for whom, from where to go on, and the way to take a step."""

    def __init__(self, app: Flask, task: Task, actor: Actor, stopping: Stopping) -> None:
        self.arguments: Mapping[str, Any] = task.arguments
        self.checkpoint = task.checkpoint
        self.actor = actor
        self.database = database(app)
        self.task_id, self._worker, self._stopping = task.id, str(task.worker), stopping

    def step(self, work: Work, *, done: int, total: int) -> dict[str, Any]:
        """Do some work and record it in one transaction. The next worker would go on at the checkpoint that it returns."""

        def take(session: Session) -> tuple[dict[str, Any], bool]:
            checkpoint = work(session)
            is_cancelled = tasks.advance(
                session, task_id=self.task_id, worker=self._worker, done=done, total=total, checkpoint=checkpoint
            )
            return checkpoint, is_cancelled

        checkpoint, is_cancelled = self.database.run(take)
        self.database.give_way(BREATH_S)
        if is_cancelled:
            raise Cancelled
        if self._stopping():
            raise Stopped
        return checkpoint


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work. `permission`: what its starter may do, when it is started and when it runs; `run` gives the result.

    `is_offered`: it is started by its name alone; else by a page of its own, for it needs to know of what.
    """

    label: Text
    button: Text
    does: Text
    permission: Can
    run: Callable[[TaskRun], dict[str, Any]]
    report: Callable[[Task], Report]
    is_offered: bool = True


def never() -> bool:
    """A process that nobody stops."""
    return False


def take(app: Flask, kinds: Mapping[str, Kind], task_id: int, stopping: Stopping = never) -> bool:
    """Bring a task to its end if no live worker is busy with it. Returns whether there was something to take."""
    worker = worker_name()
    task = database(app).run(lambda session: tasks.claim(session, task_id=task_id, worker=worker))
    if task is None:
        return False

    def renew() -> None:
        database(app).run(lambda session: tasks.renew(session, task_id=task_id, worker=worker))

    with app.app_context(), renewed(renew, every=tasks.RENEW_EVERY, what=f"task {task_id}"):
        end = _outcome(app, kinds, task, stopping)
    if not database(app).run(end):
        log.warning("task %s was taken over by another worker", task_id)
    return True


def _outcome(app: Flask, kinds: Mapping[str, Kind], task: Task, stopping: Stopping) -> Callable[[Session], bool]:
    """TaskRun the task; how its row is to be ended or given back."""
    held: dict[str, Any] = {"task_id": task.id, "worker": task.worker}
    if task.cancel_requested_at is not None:
        return lambda session: tasks.finish(session, **held, state=TaskState.CANCELLED)
    if task.attempts > tasks.ATTEMPTS_MAX:
        error = in_default_locale(_("%(num)s workers started it and died.", num=tasks.ATTEMPTS_MAX))
        return lambda session: tasks.finish(session, **held, state=TaskState.FAILED, error=error)
    try:
        kind = kinds[task.kind]
        result = kind.run(TaskRun(app, task, _starter(app, task, kind), stopping))
    except Cancelled:
        return lambda session: tasks.finish(session, **held, state=TaskState.CANCELLED)
    except Stopped:
        return lambda session: tasks.release(session, **held)
    except tasks.LeaseLost:
        return lambda session: False
    except Exception as error:
        reason = _reason(task, error)
        return lambda session: tasks.finish(session, **held, state=TaskState.FAILED, error=reason)
    return lambda session: tasks.finish(session, **held, state=TaskState.DONE, result=result)


def _starter(app: Flask, task: Task, kind: Kind) -> Actor:
    """Whoever started it, with the rights of today."""
    if task.person_id is None:
        return OPERATOR
    with database(app).read() as reading:
        actor = find_actor(reading, task.person_id, origin="job")
    if actor is None:
        raise Forbidden(_("The account that started this is off."))
    require(actor, kind.permission)
    return actor


def _reason(task: Task, error: Exception) -> str:
    """Describe a refusal in its own words, any other error by its first line. What follows the first line may name people."""
    if isinstance(error, Refusal):
        return in_default_locale(error.message)
    log.error("task %s (%s) failed", task.id, task.kind, exc_info=error)
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
