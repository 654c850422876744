"""The worker: asks the timetable what is due and does it, each row in a transaction of its own.

Two workers side by side do no harm: every verb looks again at what it finds. A job that fails is logged and leaves the others alone.
"""

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from marketplace.jobs.timetable import TIMETABLE, Job
from marketplace.kernel import clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job; `failure` names the exception when it did not run to its end."""

    name: str
    count: int
    failure: str = ""


def run_due(app: Flask) -> int:
    """Does everything whose turn it is and gives the number of things done. Called every minute by `serve`."""
    ran: dict[str, datetime] = app.extensions.setdefault("jobs", {})
    done = 0
    for job in TIMETABLE:
        now = clock.now()
        if job.name not in ran or now - ran[job.name] >= job.every:
            ran[job.name] = now
            done += _run(app, job).count
    return done


def run_all(app: Flask, at: datetime | None = None) -> list[Outcome]:
    """Does every job of the timetable now, or as if it were `at`; what throws away old things goes by the real clock all the same."""
    outcomes = []
    for job in TIMETABLE:
        with nullcontext() if at is None or job.by_wall_clock else clock.frozen(at):
            outcomes.append(_run(app, job))
    return outcomes


def _run(app: Flask, job: Job) -> Outcome:
    try:
        with app.app_context():
            return Outcome(job.name, job.run(app))
    except Exception as error:
        log.exception("the job %s failed", job.name)
        return Outcome(job.name, 0, f"{type(error).__name__}: {error}")
