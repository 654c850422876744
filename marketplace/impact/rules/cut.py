"""A part of the figures: the filters of a page, as one value."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text
from marketplace.ledger.rules import Through


class Between(StrEnum):
    """Whether something stayed within one organisation, or went from one to another."""

    WITHIN = "within"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the ledger, or of what stands beside it.

    A period of whole months, `YYYY-MM`; municipalities on either side; groups of material; kinds of rows; direct or through a depot; within
    or between organisations; without sand and soil; lots within a distance of a point, by their public points; words that stand in the name
    of a side or of the material, each with the materials that it names.
    """

    first: str = ""
    last: str = ""
    municipalities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    through: Through | None = None
    between: Between | None = None
    without_bulk: bool = False
    around: tuple[Point, Decimal] | None = None
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_of_rows(self) -> bool:
        """Whether it looks for words or a place in rows of the ledger; nothing beside it has those."""
        return bool(self.around or self.words)

    @property
    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self == EVERYTHING

    @property
    def first_day(self) -> date | None:
        """The first day of its period; None: without a beginning."""
        return date.fromisoformat(f"{self.first}-01") if self.first else None

    @property
    def last_day(self) -> date | None:
        """The last day of its period; None: without an end."""
        if not self.last:
            return None
        year, month = int(self.last[:4]), int(self.last[5:])
        return date(year, month, monthrange(year, month)[1])

    def spans(self, first: str, last: str) -> tuple[str, ...]:
        """The fewest whole years, `YYYY`, and months of the period, of a book from `first` on."""
        begin, end = _index(max(self.first, first)), _index(min(self.last or last, last))
        spans: list[str] = []
        while begin <= end:
            if begin % 12 == 0 and begin + 11 <= end:
                spans.append(f"{begin // 12:04d}")
                begin += 12
            else:
                spans.append(f"{begin // 12:04d}-{begin % 12 + 1:02d}")
                begin += 1
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class NoFigure:
    """A figure that one of the filters does not apply to, or that is not for this reader. And why."""

    reason: Text


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


EVERYTHING = Cut()
