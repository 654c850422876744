"""Huey wakes the worker: one periodic task for each line of the timetable. What is due stands in tables, never in Huey.

A note in its queue says which line is woken and nothing else, so a note that is lost, late or double does no harm: the next minute
brings another, and the claim in `job_run` decides. With SQLite the queue is a file in the instance folder, with PostgreSQL four tables.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message

from marketplace.jobs import worker
from marketplace.jobs.timetable import TIMETABLE, Job, database, settings

QUEUE = "timetable"
FILE = "waking.sqlite3"
PACE: dict[str, Any] = {"workers": 1, "scheduler_interval": 10, "max_delay": 5}  # one at a time keeps the timetable's order
STOPPING_S = 25
WATCH_EVERY_S = 10


class Notes:
    """How a note stands in the queue: the id and the name of a task as JSON. Nothing that is read back can become code."""

    def serialize(self, message: Message) -> bytes:
        return json.dumps([message.id, message.name]).encode()

    def deserialize(self, note: bytes) -> Message:
        task_id, name = json.loads(bytes(note))
        return Message(task_id, name, retries=0, retry_delay=0, args=(), kwargs={})


def alarm(app: Flask) -> Huey:
    """Huey with the timetable in it, on the queue of this installation."""
    logging.getLogger("huey").setLevel(logging.WARNING)  # it would tell of every note, every minute
    common = {"name": QUEUE, "results": False, "serializer": Notes()}
    if database(app).is_sqlite:
        file = settings(app).instance_path / FILE
        huey = SqliteHuey(filename=str(file), strict_fifo=True, fsync=False, cache_mb=1, **common)
    else:
        huey = PostgresHuey(dsn=database(app).dsn, create_tables=False, **common)
    for job in TIMETABLE:
        huey.periodic_task(every_minute, name=job.name)(waker(app, job))
    huey.on_shutdown()(huey.storage.close)  # the thread that listens has a connection of its own
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
    """The worker beside whatever the block does, in threads of this process; what it is busy with at the end is finished."""
    huey = alarm(app)
    consumer = huey.create_consumer(shutdown_timeout=STOPPING_S, **PACE)
    consumer.scheduler.start()
    for _worker, thread in consumer.worker_threads:
        thread.start()

    def watch() -> None:
        while not consumer.stop_flag.wait(WATCH_EVERY_S):
            consumer.check_worker_health()

    threading.Thread(target=watch, name="watch over the worker", daemon=True).start()
    try:
        yield
    finally:
        consumer.stop(graceful=True)
        huey.storage.close()


def work(app: Flask) -> None:
    """The worker as a process of its own, until it is told to stop; what it is busy with then is finished."""
    huey = alarm(app)
    huey.create_consumer(graceful_signal="TERM", shutdown_timeout=STOPPING_S, **PACE).run()
    huey.storage.close()
