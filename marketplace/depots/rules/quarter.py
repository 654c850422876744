"""Quarters of a year, as a settlement names them: 2026-K4, and until when one is open.

What happened in a depot is entered until sixty days after its quarter. From then on that quarter is closed, and its settlement never changes.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _

STAYS_OPEN = timedelta(days=60)  # time to hand over, to confirm and to agree on a figure
_NAMED = re.compile(r"(20[0-9]{2})-[KQkq]([1-4])")


@dataclass(frozen=True, slots=True)
class Span:
    """Days for which cost is asked: from the first one up to, and not with, the last one."""

    first: date
    before: date


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year; the first begins in January."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def previous(self) -> "Quarter":
        """The one before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    @property
    def following(self) -> "Quarter":
        """The one after."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        return f"{self.year}-K{self.number}"

    def span(self, today: date) -> Span:
        """The days of it that count: of a quarter that has not ended, those before today."""
        return Span(self.first, min(self.following.first, today))

    @property
    def open_until(self) -> date:
        """The last day on which something of it is entered."""
        return self.following.first - timedelta(days=1) + STAYS_OPEN

    def is_closed(self, today: date) -> bool:
        """Whether nothing of it is entered any more."""
        return self.open_until < today

    def is_over(self, today: date) -> bool:
        """Whether all of its days have passed."""
        return self.following.first <= today


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


def first_open_day(today: date) -> date:
    """The first day of which something is entered still."""
    quarter = quarter_of(today)
    while not quarter.previous.is_closed(today):
        quarter = quarter.previous
    return quarter.first


def check_open_quarter(day: date, today: date) -> None:
    """Refuse a day of a quarter whose settlement does not change any more."""
    first = first_open_day(today)
    if day < first:
        raise Invalid(
            _(
                "%(quarter)s is closed: its settlement does not change any more. Enter %(first)s or a later day, and say in the remark when "
                "it really was.",
                quarter=str(quarter_of(day)),
                first=first,
            ),
            "moved_on",
        )


def read_quarter(text: str, today: date) -> Quarter:
    """The quarter of an address, `2026-K4`; `2026-Q4` is the same. Missing when it has not begun."""
    result = _NAMED.fullmatch(text)
    quarter = Quarter(int(result[1]), int(result[2])) if result else None
    if quarter is None or quarter.first > today:
        raise Missing(_("There is no settlement of this quarter. Choose a quarter that has begun, for example 2026-K4."))
    return quarter
