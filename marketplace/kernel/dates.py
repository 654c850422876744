"""Dates as people type them, in Dutch and in English. What can be read in two ways is refused, never guessed."""

import re
from datetime import date, datetime, time, timedelta

from marketplace.kernel.clock import AMSTERDAM, today
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _

LONGEST = 40
FIRST_DAY = date(1990, 1, 1)
YEARS_AHEAD = 30
JUST_PAST = timedelta(days=60)  # a day without a year that was so short ago may be meant as well as the next one

_MONTHS = {
    **dict.fromkeys(("januari", "january", "jan"), 1), **dict.fromkeys(("februari", "february", "feb"), 2),
    **dict.fromkeys(("maart", "march", "mrt", "mar"), 3), **dict.fromkeys(("april", "apr"), 4), **dict.fromkeys(("mei", "may"), 5),
    **dict.fromkeys(("juni", "june", "jun"), 6), **dict.fromkeys(("juli", "july", "jul"), 7),
    **dict.fromkeys(("augustus", "august", "aug"), 8), **dict.fromkeys(("september", "sept", "sep"), 9),
    **dict.fromkeys(("oktober", "october", "okt", "oct"), 10), **dict.fromkeys(("november", "nov"), 11),
    **dict.fromkeys(("december", "dec"), 12),
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "maandag monday",
            "dinsdag tuesday",
            "woensdag wednesday",
            "donderdag thursday",
            "vrijdag friday",
            "zaterdag saturday",
            "zondag sunday",
        )
    )
    for name in names.split()
}
_DAYS_AWAY = {
    **dict.fromkeys(("vandaag", "nu", "today", "now"), 0), **dict.fromkeys(("morgen", "tomorrow"), 1),
    **dict.fromkeys(("overmorgen", "day after tomorrow", "the day after tomorrow"), 2), **dict.fromkeys(("gisteren", "yesterday"), -1),
    **dict.fromkeys(("eergisteren", "day before yesterday", "the day before yesterday"), -2),
}  # fmt: skip
_IN_A_WHILE = re.compile(r"(?:over|in) (?P<count>[0-9]{1,3}|een|a|one) (?P<unit>dag|dagen|day|days|week|weken|weeks)")
_WEEKDAY = "|".join(_WEEKDAYS)
_NEXT_WEEK = re.compile(
    rf"(?:(?:volgende|next) week (?:op |on )?(?P<one>{_WEEKDAY})|(?P<other>{_WEEKDAY}) (?:volgende|next) week)"
)
_NEAR = re.compile(rf"(?P<which>komende|aanstaande|coming|afgelopen|vorige|last) (?P<weekday>{_WEEKDAY})")
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_FIGURES = re.compile(r"(?P<day>[0-9]{1,2}) ?[-/. ] ?(?P<month>[0-9]{1,2})(?: ?[-/. ] ?(?P<year>[0-9]{2}|[0-9]{4}))?")
_WORDS = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|e)?[ .-]*(?P<month>[a-z]+)(?:[ .,-]+(?P<year>[0-9]{2}|[0-9]{4}))?")
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]+)\.? +(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:,? +(?P<year>[0-9]{2}|[0-9]{4}))?")


def parse_date(text: str, locale: str, field: str | None = None, *, is_past: bool = False) -> date:
    """Read a day that somebody types now, within what a day here can be.

    As `read_date`, and no earlier than 1990, no later than thirty years from now.
    """
    day = read_date(text, locale, field, is_past=is_past)
    for fault in find_day_faults("", day, today()):
        raise Invalid(fault.message, field)
    return day


def find_day_faults(field: str, day: date | None, now: date) -> list[FieldError]:
    """One sentence where a day lies before 1990 or more than thirty years ahead, else none."""
    last_year = now.year + YEARS_AHEAD
    if day is None or FIRST_DAY <= day <= date(last_year, 12, 31):
        return []
    return [FieldError(field, _("Type a day from %(first)s to %(last)s.", first=str(FIRST_DAY.year), last=str(last_year)))]


def read_date(text: str, locale: str, field: str | None = None, *, is_past: bool = False) -> date:
    """Read a date in Dutch or English.

    `12-1-2027`, `12/1/27`, `12 jan 2027`, `12 January 2027`, `January 12, 2027`, `2027-01-12`; without a year `12-1` and `12 januari`; and `morgen`,
    `volgende week maandag`, `komende vrijdag`, `over 3 weken`.

    Figures are day, month, year. On an English page `1/12/2027` is refused, for it can be 1 December or 12 January. Without a year it is the next such day,
    or with `is_past` the last one.
    """
    typed = " ".join(text.split())[:LONGEST]
    plain = typed.lower()
    if (day := _read_words(plain)) is not None:
        return day
    result = _ISO.fullmatch(plain) or _FIGURES.fullmatch(plain) or _WORDS.fullmatch(plain) or _MONTH_FIRST.fullmatch(plain)
    if result is None:
        raise Invalid(
            _(
                "“%(typed)s” is not a date. Type a day and a month, for example 12 January, or a word such as tomorrow.",
                typed=typed,
            ),
            field,
        )
    month = int(result["month"]) if result["month"].isdigit() else _MONTHS.get(result["month"], 0)
    number = int(result["day"])
    if result.re is _FIGURES and locale == "en" and number <= 12 and month <= 12 and number != month:
        raise Invalid(
            _("“%(typed)s” can be read in two ways. Write the month as a word, for example 12 January 2027.", typed=typed), field
        )
    if result["year"] is None:
        return _without_year(number, month, typed, field, is_past=is_past)
    year = int(result["year"]) + (2000 if len(result["year"]) == 2 else 0)
    return _day_of(year, month, number) or _refuse(_not_on_the_calendar(typed), field)


def _read_words(plain: str) -> date | None:
    """The day that words without a date mean, counted from today."""
    now = today()
    if plain in _DAYS_AWAY:
        return now + timedelta(days=_DAYS_AWAY[plain])
    if match := _IN_A_WHILE.fullmatch(plain):
        count = int(match["count"]) if match["count"].isdigit() else 1
        return now + timedelta(days=count * (7 if match["unit"].startswith("we") else 1))
    if match := _NEXT_WEEK.fullmatch(plain):
        monday = now + timedelta(days=7 - now.weekday())
        return monday + timedelta(days=_WEEKDAYS[match["one"] or match["other"]])
    if match := _NEAR.fullmatch(plain):
        ahead = (_WEEKDAYS[match["weekday"]] - now.weekday()) % 7 or 7
        return now + timedelta(days=ahead if match["which"] in ("komende", "aanstaande", "coming") else ahead - 7 or -7)
    return None


def _without_year(number: int, month: int, typed: str, field: str | None, *, is_past: bool) -> date:
    """The next such day, today included, or the last one. Refused: one that was so short ago that either may be meant."""
    now = today()
    years = range(now.year - 8, now.year + 9)  # 29 February may be eight years away
    days = [day for year in years if (day := _day_of(year, month, number)) is not None]
    if not days:
        return _refuse(_not_on_the_calendar(typed), field)
    last, following = max(day for day in days if day <= now), min(day for day in days if day >= now)
    if is_past or last == following:
        return last
    if now - last <= JUST_PAST:
        sentence = _(
            "“%(typed)s” can be %(last)s or %(following)s. Type the year as well.", typed=typed, last=last, following=following
        )
        return _refuse(sentence, field)
    return following


def _day_of(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _not_on_the_calendar(typed: str) -> Text:
    return _("“%(typed)s” is not a day on the calendar. Check the day and the month.", typed=typed)


def _refuse(sentence: Text, field: str | None) -> date:
    raise Invalid(sentence, field)


def is_dated(text: str) -> bool:
    """Whether a text names its year, so that it means the same day tomorrow."""
    return re.search(r"[0-9]{4}", text) is not None


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
