"""Where a system that keeps a copy has got to: a cursor, of this reader alone."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date

from marketplace.kernel.errors import Outdated
from marketplace.kernel.language import _

OBJECT_ID_MAX = 2**31 - 1
FIRST_DAY = date(1900, 1, 1).toordinal()  # as that of a moment
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,7})\.([0-9]{0,7})\.([0-9]{0,10})\.([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to change `number` was told, and what the calendar changed up to `day`.

    In the middle of what the calendar changed up to and including `until`, everything up to the object `after` was told.
    """

    number: int
    day: date
    reader: str
    until: date | None = None
    after: int = 0

    def __str__(self) -> str:
        until, after = (self.until.toordinal(), self.after) if self.until else ("", "")
        return f"{self.number}.{self.day.toordinal()}.{until}.{after}.{self.reader}"

    def through_calendar(self, until: date, last: int | None) -> "Cursor":
        """The cursor after a part of the calendar's changes; without a last object: after all."""
        if last is None:
            return replace(self, day=until, until=None, after=0)
        return replace(self, until=until, after=last)


def reader_mark(*facts: object) -> str:
    """A mark of all that decides what a reader sees; it tells nothing of them."""
    return hashlib.sha256("|".join(str(fact) for fact in facts).encode()).hexdigest()[:16]


def is_cursor(text: str) -> bool:
    """Whether this has the form of a cursor."""
    return _CURSOR.fullmatch(text) is not None


def read_cursor(text: str, *, reader: str, newest: int, today: date) -> Cursor:
    """The cursor that an earlier answer gave. Refused when it was given to a reader with other rights, or by another bank."""
    match = _CURSOR.fullmatch(text)
    assert match is not None, "ask is_cursor first"
    number, day, until, after, mark = match.groups()
    is_known = mark == reader and int(number) <= newest and FIRST_DAY <= int(day) <= today.toordinal()
    last = int(after or 0)
    if not is_known or last > OBJECT_ID_MAX or (until and not int(day) <= int(until) <= today.toordinal()):
        raise Outdated(
            _("What you may see has changed since this cursor was given. Throw the copy away, and start from the beginning.")
        )
    return Cursor(int(number), date.fromordinal(int(day)), reader, date.fromordinal(int(until)) if until else None, last)
