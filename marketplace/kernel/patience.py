"""How long one request waits for the database, all its waits together.

And PostgreSQL's connection with such a limit.

A server that is busy answers by its own timeouts. One that is frozen (its process stopped, its disk gone, its network cut) says
nothing and keeps the connection, so the waiting side needs a limit of its own.
"""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

REQUEST_WAITS_S = 10.0  # a proxy gives up after 60 seconds, people long before
ONE_WAIT_S = 40.0  # outside a request: longer than PostgreSQL's own statement timeout
CONNECT_S = 3.0
LEAST_WAIT_S = 0.01
JUST_NOW_S = 1.0
UNSAID = (None,) * 5  # of a column: sizes, precision, scale, whether it may be empty
_one_wait_s: ContextVar[float] = ContextVar("seconds that one wait may take", default=ONE_WAIT_S)
_left: ContextVar[float | None] = ContextVar("seconds that this request may still wait", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Let everything in the block together wait no longer for the database than one request may."""
    token = _left.set(REQUEST_WAITS_S)
    try:
        yield
    finally:
        _left.reset(token)


@contextmanager
def patient(one_wait_s: float) -> Iterator[None]:
    """Let one wait in the block take so long.

    A commit checks every row of a bank that is filled in bulk.
    """
    token = _one_wait_s.set(one_wait_s)
    try:
        yield
    finally:
        _one_wait_s.reset(token)


@contextmanager
def waiting(most: float | None = None) -> Iterator[float]:
    """One wait: how long it may take at most. What it took goes off what the request has left."""
    most, left = _one_wait_s.get() if most is None else most, _left.get()
    begun = time.monotonic()
    try:
        yield most if left is None else max(LEAST_WAIT_S, min(most, left))
    finally:
        if left is not None:
            _left.set(left - (time.monotonic() - begun))


def patient_connection() -> Any:
    """The class of connections to PostgreSQL that give up waiting. Made at its first use: SQLite never loads the driver."""
    from psycopg import Connection, Cursor, OperationalError
    from psycopg.errors import _WaitTimeout

    class PlainCursor(Cursor[Any]):
        """A cursor that describes the columns of an answer in plain tuples.

        Psycopg makes an object of each column, each time: a sixteenth of a page.
        """

        @property
        def description(self) -> Any:
            """Name and type of each column, then what nobody asks for. None without an answer."""
            answer = self.pgresult
            if not answer or not answer.nfields:
                return super().description
            return [((answer.fname(at) or b"").decode(), answer.ftype(at), *UNSAID) for at in range(answer.nfields)]

    class PatientConnection(Connection[Any]):
        """A connection that is closed, with an error, where the server does not answer in time."""

        @classmethod
        def opened(cls, *arguments: Any, **options: Any) -> "PatientConnection":
            """A new connection, where there is time left to wait for one."""
            with waiting(CONNECT_S) as most:
                if most <= LEAST_WAIT_S:
                    raise OperationalError("the database did not answer in time")
                return cls.connect(*arguments, **options, cursor_factory=PlainCursor, connect_timeout=max(2, round(most)))

        rested_at = float("-inf")

        def is_quiet(self) -> bool:
            """Whether it was used a moment ago and the server has said nothing since.

            A server that ends a connection says so on it.
            """
            if self.closed or time.monotonic() - self.rested_at > JUST_NOW_S:
                return False
            look = select.poll()
            look.register(self.fileno(), select.POLLIN)
            return not look.poll(0)

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            with waiting() as most:
                try:
                    return super().wait(gen, interval, timeout if timeout is not None else most)
                except _WaitTimeout:
                    self.pgconn.finish()  # what it was doing is not known, so it can never be used again
                    raise OperationalError(f"the database did not answer within {most:.0f} seconds") from None

    return PatientConnection
