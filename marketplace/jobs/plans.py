"""Making the regional plan: as a long task, and once a week by the clock."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask

from marketplace.accounts.policy import CLOCK
from marketplace.jobs.queue import database
from marketplace.jobs.running import Report, TaskRun
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import _
from marketplace.kernel.models import Task
from marketplace.plans.actions.runs import Made, keep_plan, solve, start_plan
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import find_run_of_task, is_made_since

WEEK = timedelta(days=7)


def make_plan(run: TaskRun) -> dict[str, Any]:
    """Read and solve without holding anything, then keep the plan in one stroke. Killed before that it is made anew."""
    if run.checkpoint:
        return dict(run.checkpoint)
    with run.database.read() as reading:
        row = find_run_of_task(reading, run.task_id)
        assert row is not None
        run_id, objective, has_floors = row.id, Objective(row.objective), row.has_floors
        made = solve(reading, run.actor, objective=objective, has_floors=has_floors)
    return run.step(partial(_keep, run, run_id, made), done=1, total=1)


def _keep(run: TaskRun, run_id: int, made: Made, session: Session) -> dict[str, Any]:
    result = keep_plan(session, run.actor, run_id=run_id, made=made)
    return {"plan": run_id, "lines": result.lines}


def report_plan(task: Task) -> Report:
    """How many transfers it proposes."""
    if task.result is None:
        return Report()
    return Report(_("The plan proposes %(lines)s transfers.", lines=int(task.result["lines"])))


def plan_the_week(app: Flask) -> int:
    """Make a plan where there was none for a week."""
    with database(app).read() as reading:
        if is_made_since(reading, clock.now() - WEEK):
            return 0
        made = solve(reading, CLOCK, objective=Objective.KILOMETRES, has_floors=True)

    def keep(session: Session) -> None:
        run = start_plan(session, CLOCK, objective=Objective.KILOMETRES)
        keep_plan(session, CLOCK, run_id=run.id, made=made)

    database(app).run(keep)
    return 1
