"""The time. Storage is UTC; a calendar day is a day in Europe/Amsterdam. Tests turn this clock and no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The calendar day in Amsterdam."""
    return now().astimezone(AMSTERDAM).date()


def local(at: datetime) -> datetime:
    """A stored moment as the clock on the wall shows it in Amsterdam."""
    return at.astimezone(AMSTERDAM)


def last_moment(day: date) -> datetime:
    """The last second of a day in Amsterdam."""
    return datetime.combine(day, time(23, 59, 59), AMSTERDAM)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Run a block at one moment, for tests, demonstrations and `jobs run --at`. A moment without a zone is Amsterdam's."""
    token = _frozen.set((at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)).astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
