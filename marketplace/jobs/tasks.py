"""Long tasks: their kinds, who may start, follow and cancel them, and waking a worker.

The row decides (`kernel/tasks.py`); a note in Huey's queue carries its id and nothing else. A note that is lost is written again
by the timetable, and one that comes twice finds nothing to take.
"""

import logging
from datetime import date
from typing import Any

from flask import Flask
from huey.api import TaskWrapper

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.imports.actions.apply import mark_under_way, prepare_apply
from marketplace.imports.models import ImportRun
from marketplace.imports.rules.tables import ImportStatus
from marketplace.jobs import imports, plans, running, upkeep, valuations
from marketplace.jobs.queue import database, open_queue
from marketplace.jobs.running import Kind, Report, Stopping
from marketplace.kernel import tasks
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.language import Text, _
from marketplace.kernel.models import Task
from marketplace.notices.actions import audit
from marketplace.plans.actions.runs import start_plan
from marketplace.plans.models import PlanRun
from marketplace.plans.queries.pairs import Objective
from marketplace.valuations.actions.runs import prepare_run, start_run
from marketplace.valuations.models import ValuationRun

log = logging.getLogger(__name__)
QUEUE = "long tasks"
NOTE = "task"
KINDS: dict[str, Kind] = {
    "check": Kind(
        label=_("Check of the whole bank"),
        button=_("Check everything"),
        does=_("Proves every invariant and walks the ledger from its first row. Nothing changes."),
        permission=Can.MAINTAIN,
        run=upkeep.check_everything,
        report=upkeep.report_check,
    ),
    "rebuild": Kind(
        label=_("Counting the figures again"),
        button=_("Count the figures again"),
        does=_("Counts the ledger again into the sums by month. Figures only change where they were wrong."),
        permission=Can.MAINTAIN,
        run=upkeep.rebuild_rollups,
        report=upkeep.report_rebuild,
    ),
    "import": Kind(
        label=_("Applying a sheet"),
        button=_("Apply the sheet"),
        does=_("Takes the good rows of a sheet that was loaded. Nothing counts before all of them are taken."),
        permission=Can.IMPORT,
        run=imports.apply_import,
        report=imports.report_import,
        is_offered=False,
    ),
    "read": Kind(
        label=_("Reading a sheet"),
        button=_("Read the sheet"),
        does=_("Reads and judges a large sheet that was loaded. Nothing counts before it is applied."),
        permission=Can.IMPORT,
        run=imports.read_import,
        report=imports.report_read,
        is_offered=False,
    ),
    "valuation": Kind(
        label=_("Valuing what is owned"),
        button=_("Value everything"),
        does=_("Values every part of every asset as of one day. Earlier valuations stay as they are."),
        permission=Can.VALUE_ASSETS,
        run=valuations.value_assets,
        report=valuations.report_valuation,
        is_offered=False,
    ),
    "plan": Kind(
        label=_("The regional plan"),
        button=_("Make a new plan"),
        does=_("Looks at everything that is open, and finds which lot serves which need best. Nothing is asked for."),
        permission=Can.MAKE_PLAN,
        run=plans.make_plan,
        report=plans.report_plan,
        is_offered=False,
    ),
}


def list_kinds(actor: Actor) -> dict[str, Kind]:
    """What the actor may start."""
    return {name: kind for name, kind in KINDS.items() if kind.is_offered and may(actor, kind.permission)}


def start_task(session: Session, actor: Actor, *, kind: str) -> Task:
    """Queue long work. The same work of the same person that is under way is returned instead of a second one."""
    if kind not in KINDS or not KINDS[kind].is_offered:
        offered = [name for name, entry in KINDS.items() if entry.is_offered]
        require(actor, Can.START_TASK)
        raise Invalid(_("Choose one of: %(words)s.", words=", ".join(offered)), "kind")
    return _queue(session, actor, kind, {})


def start_import(
    session: Session, actor: Actor, *, import_id: int, only_good: bool, seen: str | None = None, overwrite: bool = False
) -> Task:
    """Queue the applying of a loaded sheet, once it may be."""
    arguments = prepare_apply(session, actor, import_id=import_id, only_good=only_good, seen=seen, overwrite=overwrite)
    task = _queue(session, actor, "import", arguments)
    mark_under_way(session, actor, import_id=import_id, task_id=task.id)
    return task


def start_reading(session: Session, actor: Actor, *, run: ImportRun) -> Task | None:
    """Queue the reading and judging of a large sheet. None: there is nothing to be read."""
    if run.status != ImportStatus.READING:
        return None
    task = _queue(session, actor, "read", {"import": run.id})
    mark_under_way(session, actor, import_id=run.id, task_id=task.id)
    return task


def start_valuation(session: Session, actor: Actor, *, organisation_id: int, as_of: date) -> ValuationRun:
    """Queue the valuation of what an organisation owns, as of a day. The same one that is under way is given instead of a second."""
    arguments = prepare_run(session, actor, organisation_id=organisation_id, as_of=as_of)
    task = _queue(session, actor, "valuation", arguments)
    return start_run(session, actor, organisation_id=organisation_id, as_of=as_of, task_id=task.id)


def queue_plan(session: Session, actor: Actor, *, objective: Objective, has_floors: bool) -> PlanRun:
    """Queue a regional plan. The same one that is under way is given instead of a second."""
    task = _queue(session, actor, "plan", {"objective": objective.value, "floors": has_floors})
    return start_plan(session, actor, objective=objective, has_floors=has_floors, task_id=task.id)


def _queue(session: Session, actor: Actor, kind: str, arguments: dict[str, Any]) -> Task:
    require(actor, Can.START_TASK)
    require(actor, KINDS[kind].permission)
    work: dict[str, Any] = {"kind": kind, "arguments": arguments, "person_id": actor.person_id}
    under_way = tasks.find_open_task(session, **work)
    if under_way is not None:
        return under_way
    task = tasks.add_task(session, **work)
    audit.record(session, actor, action="task.start", object_type="task", object_id=task.id, kind=kind)
    return task


def get_task(session: Session, actor: Actor, task_id: int) -> Task:
    """A task of the actor's own, or anybody's for the administrator."""
    task = tasks.find_task(session, task_id)
    if task is None or not may(actor, Can.READ_TASK, task):
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    return task


def list_own_tasks(session: Session, actor: Actor, *, page: int, page_size: int) -> tuple[list[Task], int]:
    """What the actor started, newest first, with their number."""
    require(actor, Can.READ_TASK)
    return tasks.list_tasks(session, person_id=actor.person_id, limit=page_size, offset=(page - 1) * page_size)


def list_recent_tasks(session: Session, actor: Actor, *, most: int) -> list[Task]:
    """What anybody started lately, for the administrator."""
    require(actor, Can.READ_HEALTH)
    return tasks.list_tasks(session, limit=most)[0]


def cancel_task(session: Session, actor: Actor, *, task_id: int) -> Task:
    """End a task before it is done. One that is at work ends after the step that it is taking; what was done stays done."""
    task = get_task(session, actor, task_id)
    require(actor, Can.CANCEL_TASK, task)
    was_asked = task.cancel_requested_at is not None
    if not was_asked and not tasks.request_cancel(session, task_id=task_id):
        raise Conflict(_("This task is over already, so there is nothing to cancel."))
    if not was_asked:
        audit.record(session, actor, action="task.cancel", object_type="task", object_id=task_id, kind=task.kind)
    return get_task(session, actor, task_id)


def report_on(task: Task) -> Report:
    """What came of a task so far; nothing of a kind that is no longer there."""
    return KINDS[task.kind].report(task) if task.kind in KINDS else Report()


def label_of(task: Task) -> Text:
    """What a task is called; its bare word when its kind is no longer there."""
    return KINDS[task.kind].label if task.kind in KINDS else Text(task.kind)


def take(app: Flask, task_id: int, stopping: Stopping = running.never) -> bool:
    """Bring one task to its end if no worker is busy with it. Given back half-way, it is queued again at once."""
    taken = running.take(app, KINDS, task_id, stopping)
    if taken and stopping():
        with database(app).read() as reading:
            waits = task_id in tasks.list_waiting(reading)
        if waits:
            wake(app, task_id)
    return taken


def work_off(app: Flask) -> int:
    """Do every task that waits, here and now; how many. For a machine where cron takes the place of a worker."""
    with database(app).read() as reading:
        waiting = tasks.list_waiting(reading)
    return sum(take(app, task_id) for task_id in waiting)


def open_tasks(app: Flask, stopping: Stopping = running.never) -> TaskWrapper:
    """Make the queue of long tasks. Called with an id, the result writes a note; its `huey` hands notes to a worker."""

    def bring_on(task_id: int) -> None:
        take(app, task_id, stopping)

    return open_queue(app, QUEUE).task(name=NOTE)(bring_on)


def wake(app: Flask, *task_ids: int) -> int:
    """Note tasks for a worker, unless they are noted already; how many were not."""
    note = open_tasks(app)
    try:
        noted = {pending.args[0] for pending in note.huey.pending()}
        fresh = [task_id for task_id in task_ids if task_id not in noted]
        for task_id in fresh:
            note(task_id)
    finally:
        note.huey.storage.close()
    return len(fresh)


def wake_waiting(app: Flask) -> int:
    """Note every task that nobody is busy with: its worker died, or its note was lost. How many had no note."""
    with database(app).read() as reading:
        waiting = tasks.list_waiting(reading)
    return wake(app, *waiting) if waiting else 0
