"""The worker: takes the runs of the timetable, each once, whoever wakes it.

A run is claimed in the table before its work is begun (`kernel/runs.py`), so workers side by side share the timetable. A job that
fails is written down and leaves the others alone. The work itself looks again at every row, so that a run may also come twice.
"""

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from marketplace.jobs.queue import database, renewed, worker_name
from marketplace.jobs.timetable import TIMETABLE, Job
from marketplace.kernel import clock, runs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job; `failure` names the exception when it did not run to its end."""

    name: str
    count: int
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that this worker has claimed."""

    job: Job
    slot: datetime
    worker: str


def run_due_jobs(app: Flask) -> list[Outcome]:
    """Take every run that is open now, in the order of the timetable. Gives what came of each that was taken."""
    return [outcome for job in TIMETABLE if (outcome := run_job(app, job))]


def run_job(app: Flask, job: Job) -> Outcome | None:
    """Do a job if its run has come and no worker took it; None otherwise."""
    slot = runs.slot_at(clock.now(), job.every)
    try:
        with database(app).read() as reading:  # most often it was done already: no need to wait for the writers
            if runs.is_taken(reading, name=job.name, slot=slot):
                return None
        claimed = _claim(app, job, slot)
    except Exception as error:
        return _failed(job, error)
    return _run_claimed(app, claimed) if claimed else None


def run_all(app: Flask, at: datetime | None = None) -> list[Outcome]:
    """Do every job of the timetable now, or as if it were `at`.

    Whether or not its run has come.

    What throws away old things goes by the real clock all the same. A moment that is played is not written down among the runs of
    jobs.
    """
    if at is None:
        return [_run_now(app, job) for job in TIMETABLE]
    outcomes = []
    for job in TIMETABLE:
        with nullcontext() if job.by_wall_clock else clock.frozen(at):
            outcomes.append(_run(app, job))
    return outcomes


def _run_now(app: Flask, job: Job) -> Outcome:
    """A run of its own, between those of the timetable."""
    try:
        claimed = _claim(app, job, clock.now())
    except Exception as error:
        return _failed(job, error)
    return _run_claimed(app, claimed) if claimed else _run(app, job)


def _claim(app: Flask, job: Job, slot: datetime) -> ClaimedRun | None:
    worker = worker_name()
    mine = database(app).run(lambda session: runs.claim(session, name=job.name, slot=slot, worker=worker))
    return ClaimedRun(job, slot, worker) if mine else None


def _run_claimed(app: Flask, claimed: ClaimedRun) -> Outcome:
    with _alive(app, claimed):
        outcome = _run(app, claimed.job)
    name, slot, worker = claimed.job.name, claimed.slot, claimed.worker
    try:
        database(app).run(
            lambda session: runs.finish(
                session, name=name, slot=slot, worker=worker, count=outcome.count, failure=outcome.failure
            )
        )
    except Exception as error:  # the claim runs out and the run comes again
        return _failed(claimed.job, error)
    return outcome


def _alive(app: Flask, claimed: ClaimedRun) -> AbstractContextManager[None]:
    """Renews the claim while the work goes on."""
    held: dict[str, Any] = {"name": claimed.job.name, "slot": claimed.slot, "worker": claimed.worker}

    def renew() -> None:
        database(app).run(lambda session: runs.renew(session, **held))

    return renewed(renew, every=runs.RENEW_EVERY, what=claimed.job.name)


def _run(app: Flask, job: Job) -> Outcome:
    try:
        with app.app_context():
            return Outcome(job.name, job.run(app))
    except Exception as error:
        return _failed(job, error)


def _failed(job: Job, error: Exception) -> Outcome:
    """Describe a failure by its first line. What follows in an error of the database may name people."""
    log.error("the job %s failed", job.name, exc_info=error)
    return Outcome(job.name, 0, f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
