"""Huey wakes the worker.

One periodic task for each line of the timetable, and one more queue for long tasks.

What is due stands in tables, never in Huey. A note says which line is woken, or which row of long work; one that is lost, late or
double does no harm: the next minute brings another, and the claim in `job_run` or `task` decides. Long tasks have a worker of
their own, so that mail and expiries do not wait for them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from huey import Huey

from marketplace.jobs import worker
from marketplace.jobs.queue import open_queue
from marketplace.jobs.tasks import open_tasks
from marketplace.jobs.timetable import TIMETABLE, Job

QUEUE = "timetable"
PACE: dict[str, Any] = {"workers": 1, "scheduler_interval": 10, "max_delay": 5}  # one at a time keeps the timetable's order
TASKS_PACE: dict[str, Any] = {"workers": 1, "periodic": False, "scheduler_interval": 60, "max_delay": 1}  # somebody waits for it
STOPPING_S = 25
WATCH_EVERY_S = 10


def alarm(app: Flask) -> Huey:
    """Huey with the timetable in it, on the queue of this installation."""
    huey = open_queue(app, QUEUE)
    for job in TIMETABLE:
        huey.periodic_task(every_minute, name=job.name)(waker(app, job))
    return huey


def every_minute(_moment: datetime) -> bool:
    """Huey asks once a minute. Whether a turn is open is the table's to say: so one that was missed is taken a minute later."""
    return True


def waker(app: Flask, job: Job) -> Callable[[], None]:
    """What a note leads to."""

    def wake() -> None:
        worker.run_job(app, job)

    return wake


@contextmanager
def embedded(app: Flask) -> Iterator[None]:
    """Run the worker beside the block, in threads of this process. What it is busy with at the end is finished."""
    with long_tasks(app), beside(alarm(app), PACE):
        yield


def work(app: Flask) -> None:
    """Run the worker as a process of its own, until it is stopped. What it is busy with then is finished."""
    huey = alarm(app)
    huey.on_shutdown()(huey.storage.close)  # the thread that listens has a connection of its own
    with long_tasks(app):
        huey.create_consumer(graceful_signal="TERM", shutdown_timeout=STOPPING_S, **PACE).run()
    huey.storage.close()


@contextmanager
def long_tasks(app: Flask) -> Iterator[None]:
    """Run the worker of long tasks beside the block. At the end it gives its task back after the step that it is taking."""
    stopping = threading.Event()
    with beside(open_tasks(app, stopping.is_set).huey, TASKS_PACE):
        try:
            yield
        finally:
            stopping.set()


@contextmanager
def beside(huey: Huey, pace: dict[str, Any]) -> Iterator[None]:
    """Threads of this process that do what is noted in a queue while the block runs."""
    huey.on_shutdown()(huey.storage.close)
    consumer = huey.create_consumer(shutdown_timeout=STOPPING_S, **pace)
    consumer.scheduler.start()
    for _worker, thread in consumer.worker_threads:
        thread.start()

    def watch() -> None:
        while not consumer.stop_flag.wait(WATCH_EVERY_S):
            consumer.check_worker_health()

    threading.Thread(target=watch, name=f"watch over {huey.name}", daemon=True).start()
    try:
        yield
    finally:
        consumer.stop(graceful=True)
        huey.storage.close()
