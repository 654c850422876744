"""The queues of Huey: which installation has which, and how a note stands in them.

A note names what is woken, and for long work the row that holds it: an id, never the work itself. So a note that is lost, late or
double does no harm. With SQLite the queues are a file in the instance folder, with PostgreSQL four tables.
"""

import json
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message

from config import Config
from marketplace.kernel.db import Database

FILE = "waking.sqlite3"
log = logging.getLogger(__name__)


class Notes:
    """How a note stands in a queue: an id, a name and the ids of rows, as JSON. Nothing that is read back can become code."""

    def serialize(self, message: Message) -> bytes:
        return json.dumps([message.id, message.name, *message.args]).encode()

    def deserialize(self, note: bytes) -> Message:
        note_id, name, *row_ids = json.loads(bytes(note))
        return Message(note_id, name, retries=0, retry_delay=0, args=tuple(row_ids), kwargs={})


def database(app: Flask) -> Database:
    """The application's database."""
    return cast(Database, app.extensions["database"])


def settings(app: Flask) -> Config:
    """The application's settings."""
    return cast(Config, app.extensions["settings"])


def open_queue(app: Flask, name: str) -> Huey:
    """A queue of this installation by its name; whoever opens it closes its storage."""
    logging.getLogger("huey").setLevel(logging.WARNING)  # it would log every note, every minute
    common = {"name": name, "results": False, "serializer": Notes()}
    if database(app).is_sqlite:
        file = settings(app).instance_path / FILE
        return SqliteHuey(filename=str(file), strict_fifo=True, fsync=False, cache_mb=1, **common)
    return PostgresHuey(dsn=database(app).dsn, create_tables=False, **common)


def worker_name() -> str:
    """Name a worker: machine, process and a word of its own."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


@contextmanager
def renewed(renew: Callable[[], None], *, every: timedelta, what: str) -> Iterator[None]:
    """Renew a claim while the block runs, from a thread beside it."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(every.total_seconds()):
            try:
                renew()
            except Exception:
                log.warning("the claim on %s could not be renewed", what, exc_info=True)

    heart = threading.Thread(target=keep, name=f"claim on {what}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
