"""Quarters of a year, as a settlement names them: 2026-K4."""

import re
from dataclasses import dataclass
from datetime import date

from marketplace.depots.rules.costs import Span
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

_NAMED = re.compile(r"(20[0-9]{2})-[KQkq]([1-4])")


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
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    def __str__(self) -> str:
        return f"{self.year}-K{self.number}"

    def span(self, today: date) -> Span:
        """The days of it that count: of a quarter that has not ended, those before today."""
        return Span(self.first, min(self.following.first, today))

    def is_over(self, today: date) -> bool:
        """Whether all of its days have passed."""
        return self.following.first <= today


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


def read_quarter(text: str, today: date) -> Quarter:
    """The quarter of an address, `2026-K4`; `2026-Q4` is the same. Missing when it has not begun."""
    result = _NAMED.fullmatch(text)
    quarter = Quarter(int(result[1]), int(result[2])) if result else None
    if quarter is None or quarter.first > today:
        raise Missing(_("There is no settlement of this quarter. Choose a quarter that has begun, for example 2026-K4."))
    return quarter
