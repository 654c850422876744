"""Dates as people type them, in Dutch and in English. What can be read in two ways is refused, never guessed."""

import re
from datetime import date, datetime, time, timedelta

from marketplace.kernel.clock import AMSTERDAM
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

LONGEST = 40
FIRST_YEAR, LAST_YEAR = 1900, 2199

_MONTHS = {
    **dict.fromkeys(("januari", "january", "jan"), 1), **dict.fromkeys(("februari", "february", "feb"), 2),
    **dict.fromkeys(("maart", "march", "mrt", "mar"), 3), **dict.fromkeys(("april", "apr"), 4), **dict.fromkeys(("mei", "may"), 5),
    **dict.fromkeys(("juni", "june", "jun"), 6), **dict.fromkeys(("juli", "july", "jul"), 7),
    **dict.fromkeys(("augustus", "august", "aug"), 8), **dict.fromkeys(("september", "sept", "sep"), 9),
    **dict.fromkeys(("oktober", "october", "okt", "oct"), 10), **dict.fromkeys(("november", "nov"), 11),
    **dict.fromkeys(("december", "dec"), 12),
}  # fmt: skip
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_FIGURES = re.compile(r"(?P<day>[0-9]{1,2}) ?[-/. ] ?(?P<month>[0-9]{1,2}) ?[-/. ] ?(?P<year>[0-9]{2}|[0-9]{4})")
_WORDS = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|e)?[ .-]*(?P<month>[a-z]+)[ .,-]*(?P<year>[0-9]{2}|[0-9]{4})")
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]+)\.? +(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? +(?P<year>[0-9]{2}|[0-9]{4})")


def parse_date(text: str, locale: str, field: str | None = None) -> date:
    """Read a date in Dutch or English.

    `12-1-2027`, `12/1/2027`, `12 jan 2027`, `12 januari 2027`, `12 January 2027`, `January 12, 2027` or `2027-01-12`.

    Figures are day, month, year. On an English page `1/12/2027` is refused, for it can be 1 December or 12 January.
    """
    typed = " ".join(text.split())[:LONGEST]
    plain = typed.lower()
    result = _ISO.fullmatch(plain) or _FIGURES.fullmatch(plain) or _WORDS.fullmatch(plain) or _MONTH_FIRST.fullmatch(plain)
    if result is None:
        raise Invalid(
            _("“%(typed)s” is not a date. Type a day, month and year, for example 12 January 2027.", typed=typed), field
        )
    if len(result["year"]) == 2:
        raise Invalid(_("Type the year in four digits, for example 12 January 2027."), field)
    month = int(result["month"]) if result["month"].isdigit() else _MONTHS.get(result["month"], 0)
    day, year = int(result["day"]), int(result["year"])
    if result.re is _FIGURES and locale == "en" and day <= 12 and month <= 12 and day != month:
        raise Invalid(
            _("“%(typed)s” can be read in two ways. Write the month as a word, for example 12 January 2027.", typed=typed), field
        )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_("Type a year between 1900 and 2199."), field)
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(_("“%(typed)s” is not a day on the calendar. Check the day and the month.", typed=typed), field) from None


def at_the_clock(day: date, at: time) -> datetime:
    """The moment at which the clock in Twente shows this time. Refused: a time that the clock skips, or shows twice."""
    moment = datetime.combine(day, at, AMSTERDAM)
    before, after = (moment.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    if before < after:
        raise Invalid(
            _(
                "In the night of %(day)s the clock goes from 02:00 to 03:00; there is no %(time)s. Choose another time.",
                day=day,
                time=f"{at:%H:%M}",
            )
        )
    if before > after:
        raise Invalid(
            _(
                "In the night of %(day)s the clock goes from 03:00 back to 02:00; there is %(time)s twice. Choose another time.",
                day=day,
                time=f"{at:%H:%M}",
            )
        )
    return moment
