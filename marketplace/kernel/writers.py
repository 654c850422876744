"""Whoever waits to write to SQLite says so, by a lock on a file beside the database.

It takes one writer at a time. Long work looks whether anybody waits between two of its steps, and gives way only then. The system
takes the lock away from a process that dies, so nobody waits for the dead.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

LOOK_EVERY_S = 0.005


def _opened(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


@contextmanager
def waiting(file: Path) -> Iterator[None]:
    """Say that one waits for the turn to write, until the end of the block."""
    handle = _opened(file)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def is_any(file: Path) -> bool:
    """Whether anybody waits now."""
    handle = _opened(file)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def give_way(file: Path, most_s: float) -> None:
    """Wait until nobody waits to write any more, and no longer than this."""
    until = monotonic() + most_s
    while is_any(file) and monotonic() < until:
        sleep(LOOK_EVERY_S)
