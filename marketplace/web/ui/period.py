"""The months that a page of figures counts.

A year, a quarter, from one month to another, or everything.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from marketplace.kernel.formats import month
from marketplace.kernel.language import _, current_locale

ALL_YEARS = "alles"
FIRST_YEAR = 2000
YEAR, MONTH = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
MONTHS_OF_QUARTER = {"1": ("01", "03"), "2": ("04", "06"), "3": ("07", "09"), "4": ("10", "12")}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months from `first` to `last`, `YYYY-MM`; empty: without an end.

    `values` is how an address names it; `year` stands there where it is a whole one, `quarter` where it is a part of one.
    """

    values: tuple[tuple[str, str], ...]
    first: str = ""
    last: str = ""
    year: int | None = None
    quarter: str = ""

    @property
    def words(self) -> str:
        """The period in words, empty for everything."""
        if self.year:
            return str(self.year)
        if self.quarter:
            return str(_("quarter %(number)s of %(year)s", number=self.quarter, year=self.first[:4]))
        if self.first == self.last:
            return month(self.first) if self.first else ""
        if not self.first or not self.last:
            return str(
                _("from %(month)s", month=month(self.first)) if self.first else _("up to %(month)s", month=month(self.last))
            )
        return str(_("%(first)s to %(last)s", first=month(self.first), last=month(self.last)))

    @property
    def slug(self) -> str:
        """The period in the name of a file, empty for everything."""
        if self.year:
            return str(self.year)
        if self.quarter:
            return f"{self.first[:4]}-q{self.quarter}"
        return "-".join(dict.fromkeys(filter(None, (self.first, self.last))))

    @property
    def calendar_year(self) -> int | None:
        """The one year in which it lies."""
        return int(self.first[:4]) if self.first and self.first[:4] == self.last[:4] else None

    @property
    def before(self) -> tuple[str, str] | None:
        """The same months of the year before, to set beside it."""
        year = self.calendar_year
        return None if year is None else (f"{year - 1}{self.first[4:]}", f"{year - 1}{self.last[4:]}")

    @property
    def months(self) -> list[str]:
        """Every month of it, oldest first; none where it has no end."""
        if not (self.first and self.last):
            return []
        first, last = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (self.first, self.last))
        return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(first, last + 1)]

    def until(self, today: date) -> date:
        """The last day of it that is there already."""
        if not self.last:
            return today
        year, number = int(self.last[:4]), int(self.last[5:])
        return min(today, date(year, number, monthrange(year, number)[1]))

    def in_words(self, since: str, today: date) -> str:
        """From which day up to which, in words. `since`: the first month of the ledger."""
        first, last = self.first or since, self.until(today)
        begins = date.fromisoformat(f"{first}-01")
        pattern = "d MMMM" if begins.year == last.year else "d MMMM y"
        opening = month(first) if not self.first else written(begins, pattern)
        return str(_("%(first)s to %(last)s", first=opening, last=written(last, "d MMMM y")))


EVERYTHING = Period((("jaar", ALL_YEARS),))


def period_of(args: Mapping[str, str], *, today: date, default: int | None) -> Period:
    """The period in an address. One that people edited is read leniently, so what cannot be is passed over.

    Months come before a quarter and a year; by default the year `default`, or everything.
    """
    single_month = _month(args, "maand")
    first, last = (single_month, single_month) if single_month else (_month(args, "vanaf"), _month(args, "tot"))
    if first or last:
        first, last = (last, first) if first and last and first > last else (first, last)
        named = (("maand", first),) if first == last else (("vanaf", first), ("tot", last))
        return Period(tuple((name, value) for name, value in named if value), first, last)
    typed = args.get("jaar", "")
    if typed == ALL_YEARS:
        return EVERYTHING
    year = int(typed) if YEAR.fullmatch(typed) and FIRST_YEAR <= int(typed) <= today.year else default
    if year is None:
        return EVERYTHING
    quarter = args.get("kwartaal", "")
    if quarter in MONTHS_OF_QUARTER:
        begins, ends = MONTHS_OF_QUARTER[quarter]
        return Period((("jaar", str(year)), ("kwartaal", quarter)), f"{year}-{begins}", f"{year}-{ends}", None, quarter)
    ends = f"{today.month:02d}" if year == today.year else "12"
    return Period((("jaar", str(year)),), f"{year}-01", f"{year}-{ends}", year)


def _month(args: Mapping[str, str], name: str) -> str:
    typed = args.get(name, "")
    return typed if MONTH.fullmatch(typed) and int(typed[:4]) >= FIRST_YEAR else ""


def written(day: date, pattern: str) -> str:
    """A day or a part of it in the reader's language, without the points of abbreviations."""
    return format_date(day, format=pattern, locale=current_locale()).replace(".", "")
