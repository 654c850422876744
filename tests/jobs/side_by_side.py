"""One worker of several on one database, as a process of its own. Run by `test_turns.py`, never by itself."""

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from marketplace.accounts.policy import CLOCK
from marketplace.app import create_app
from marketplace.jobs import worker
from marketplace.jobs.queue import database
from marketplace.jobs.timetable import Job
from marketplace.kernel import clock
from marketplace.notices.actions import audit
from tests.databases import settings

LINES, THREADS = 25, 4


def tally(name: str) -> Job:
    """A job that leaves a row each time that it is done."""

    def run(app: Flask) -> int:
        database(app).run(lambda session: audit.record(session, CLOCK, action=name, object_type="test"))
        return 1

    return Job(name, timedelta(minutes=1), run)


def take_everything(url: str, folder: Path, at: datetime) -> int:
    """Threads of this process take whatever is open at one moment; how many things they did together."""
    app = create_app(settings(url, folder))
    worker.TIMETABLE = tuple(tally(f"line {number}") for number in range(LINES))
    done, start = [], threading.Barrier(THREADS)

    def work() -> None:
        start.wait()
        with clock.frozen(at):
            done.append(sum(outcome.count for outcome in worker.run_due_jobs(app)))

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    database(app).dispose()
    return sum(done)


def die_at_work(url: str, folder: Path, at: datetime) -> None:
    """A worker that is killed halfway a job."""
    app = create_app(settings(url, folder))

    def die(_app: Flask) -> int:
        os._exit(9)

    with clock.frozen(at):
        worker.run_job(app, Job("halfway", timedelta(hours=6), die))
