"""Work that needs much memory: in a process of its own, one at a time on this machine.

A process never gives back all that it once used, and a limit for each process is none for the machine.
"""

import fcntl
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from marketplace.kernel.errors import Unavailable
from marketplace.kernel.language import _

log = logging.getLogger(__name__)
PROJECT = Path(__file__).resolve().parent.parent.parent
WAIT_S = 60
TAKES_S = 60
_LOOK_EVERY_S = 0.05


def lock_file() -> Path:
    """The file whose lock is the lane; one for each user of the machine."""
    return Path(tempfile.gettempdir()) / f"materialenbank-{os.getuid()}.lane"


@contextmanager
def lane() -> Iterator[None]:
    """Be the only one on this machine; refused after a minute of waiting."""
    until = time.monotonic() + WAIT_S
    handle = os.open(lock_file(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise _busy() from None
                time.sleep(_LOOK_EVERY_S)
        yield
    finally:
        os.close(handle)


class TooMuch(Exception):
    """The work did not stay within its limits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much memory a process may ask for, and for how long it may compute."""

    memory_bytes: int
    seconds: int


def run(statement: str, content: bytes, limits: Limits | None = None) -> bytes:
    """Run a statement of our own in a new Python, with this on its standard input.

    What it wrote is the answer. Within limits, what does not finish is too much; without them, there is no room for it now.
    """
    bounded = f"from marketplace.kernel.apart import keep_within; keep_within({limits!r}); " if limits else ""
    opening = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); from marketplace.kernel.apart import Limits; {bounded}"
    command = [sys.executable, "-c", opening + statement]
    with lane():
        try:
            done = subprocess.run(command, input=content, capture_output=True, timeout=TAKES_S, check=True)
        except subprocess.SubprocessError as error:
            log.warning("a process of its own did not finish: %s", error)
            raise (TooMuch() if limits else _busy()) from error
    return done.stdout


def keep_within(limits: Limits) -> None:
    """Set the limits of this process, on the side of the process itself."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _busy() -> Unavailable:
    return Unavailable(_("There is no room for this file at the moment. Nothing was lost: try again in a moment."))
