"""The worker: takes the turns of the timetable, each once, whoever wakes it.

A turn is claimed in the table before its work is begun (`kernel/runs.py`), so workers side by side share the timetable. A job that
fails is written down and leaves the others alone. The work itself looks again at every row, so that a turn may also come twice.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from marketplace.jobs.timetable import TIMETABLE, Job, database
from marketplace.kernel import clock, runs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job; `failure` names the exception when it did not run to its end."""

    name: str
    count: int
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that this worker has claimed."""

    job: Job
    slot: datetime
    worker: str


def run_due(app: Flask) -> int:
    """Takes every turn that is open now, in the order of the timetable, and gives the number of things done."""
    return sum(outcome.count for outcome in take_turns(app))


def take_turns(app: Flask) -> list[Outcome]:
    """The same, with what came of each turn that was taken."""
    return [outcome for job in TIMETABLE if (outcome := take_turn(app, job))]


def take_turn(app: Flask, job: Job) -> Outcome | None:
    """Does a job if its turn has come and nobody took it; None where there was nothing to take."""
    slot = runs.slot_at(clock.now(), job.every)
    try:
        with database(app).read() as reading:  # most often it was done already: no need to wait for the writers
            if runs.is_taken(reading, name=job.name, slot=slot):
                return None
        turn = _claim(app, job, slot)
    except Exception as error:
        return _failed(job, error)
    return _run_claimed(app, turn) if turn else None


def run_all(app: Flask, at: datetime | None = None) -> list[Outcome]:
    """Does every job of the timetable now, whether or not its turn has come, or as if it were `at`.

    What throws away old things goes by the real clock all the same. A moment that is played is not written down among the turns.
    """
    if at is None:
        return [_run_now(app, job) for job in TIMETABLE]
    outcomes = []
    for job in TIMETABLE:
        with nullcontext() if job.by_wall_clock else clock.frozen(at):
            outcomes.append(_run(app, job))
    return outcomes


def _run_now(app: Flask, job: Job) -> Outcome:
    """A turn of its own, between those of the timetable."""
    try:
        turn = _claim(app, job, clock.now())
    except Exception as error:
        return _failed(job, error)
    return _run_claimed(app, turn) if turn else _run(app, job)


def _claim(app: Flask, job: Job, slot: datetime) -> Turn | None:
    worker = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"
    mine = database(app).run(lambda session: runs.claim(session, name=job.name, slot=slot, worker=worker))
    return Turn(job, slot, worker) if mine else None


def _run_claimed(app: Flask, turn: Turn) -> Outcome:
    with _alive(app, turn):
        outcome = _run(app, turn.job)
    name, slot, worker = turn.job.name, turn.slot, turn.worker
    try:
        database(app).run(
            lambda session: runs.finish(
                session, name=name, slot=slot, worker=worker, count=outcome.count, failure=outcome.failure
            )
        )
    except Exception as error:  # the claim runs out and the turn comes again
        return _failed(turn.job, error)
    return outcome


@contextmanager
def _alive(app: Flask, turn: Turn) -> Iterator[None]:
    """Renews the claim while the work goes on."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(runs.RENEW_EVERY.total_seconds()):
            try:
                database(app).run(lambda session: runs.renew(session, name=turn.job.name, slot=turn.slot, worker=turn.worker))
            except Exception:
                log.warning("the claim on %s could not be renewed", turn.job.name, exc_info=True)

    heart = threading.Thread(target=renew, name=f"claim on {turn.job.name}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _run(app: Flask, job: Job) -> Outcome:
    try:
        with app.app_context():
            return Outcome(job.name, job.run(app))
    except Exception as error:
        return _failed(job, error)


def _failed(job: Job, error: Exception) -> Outcome:
    """The first line says what was wrong; what follows in an error of the database may name people."""
    log.error("the job %s failed", job.name, exc_info=error)
    return Outcome(job.name, 0, f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
