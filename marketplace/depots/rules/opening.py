"""When a depot is open: its hours of each day of the week, typed and read."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import quoted

SPANS_MOST = 4
DAY_MINUTES = 24 * 60


class Weekday(StrEnum):
    """A day of the week, by its name in the API."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """1 is Monday, as ISO 8601 counts."""
        return list(Weekday).index(self) + 1

    @property
    def label(self) -> Text:
        """The day as people read it."""
        return _DAY_LABELS[self]


_DAY_LABELS = {
    Weekday.MONDAY: _("Monday"),
    Weekday.TUESDAY: _("Tuesday"),
    Weekday.WEDNESDAY: _("Wednesday"),
    Weekday.THURSDAY: _("Thursday"),
    Weekday.FRIDAY: _("Friday"),
    Weekday.SATURDAY: _("Saturday"),
    Weekday.SUNDAY: _("Sunday"),
}
_CLOSED = ("", "-", "–", "gesloten", "dicht", "closed")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.u]([0-9]{2}))?(?: ?(?:uur|u|h))?")
_UNTIL = re.compile(r"\s*(?:-|–|—|\btot\b|\bto\b|\buntil\b)\s*")
_NEXT = re.compile(r"\s*(?:,|;|/|\ben\b|\band\b)\s*")


class Span(NamedTuple):
    """From when until when it is open, in minutes of the day; until midnight is 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock_of(self.opens)}–{clock_of(self.closes)}"


Hours = Mapping[Weekday, tuple[Span, ...]]


def clock_of(minutes: int) -> str:
    """`08:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def minutes_of(text: str, field: str = "opening") -> int:
    """Read a time of the clock as minutes of the day: `8`, `8:00`, `08.30`, `8u30`. `24:00` is midnight."""
    match = _CLOCK.fullmatch(text.strip().lower())
    if match is not None:
        minute = int(match[2] or 0)
        minutes = int(match[1]) * 60 + minute
        if minute <= 59 and minutes <= DAY_MINUTES:
            return minutes
    raise Invalid(
        _(
            "“%(typed)s” is not a time of the clock. Type it between 0:00 and 24:00, for example 8:30.",
            typed=quoted(text.strip()),
        ),
        field,
    )


def read_spans(text: str, field: str = "opening") -> tuple[Span, ...]:
    """Read the hours of one day as people type them: `8:00-12:00, 13-17`. Nothing, or “closed”, is closed."""
    typed = text.strip().lower()
    if typed in _CLOSED:
        return ()
    spans = []
    for piece in _NEXT.split(typed):
        ends = _UNTIL.split(piece.removeprefix("van ").removeprefix("from ").strip())
        if len(ends) != 2:
            raise Invalid(
                _(
                    "“%(typed)s” does not say from when until when. Type it as 8:00-12:00, 13:00-17:00. "
                    "Leave it empty for a day on which the depot is closed.",
                    typed=quoted(text.strip()),
                ),
                field,
            )
        spans.append(Span(minutes_of(ends[0], field), minutes_of(ends[1], field)))
    return clean_spans(spans, field)


def clean_spans(spans: Iterable[Span], field: str = "opening") -> tuple[Span, ...]:
    """The hours of one day in their order. Refused: what ends before it begins, what overlaps, and more than four."""
    ordered = tuple(sorted(spans))
    if len(ordered) > SPANS_MOST:
        raise Invalid(_("A day has at most %(most)s opening times. Put some of them together.", most=SPANS_MOST), field)
    for span in ordered:
        if not 0 <= span.opens < span.closes <= DAY_MINUTES:
            raise Invalid(
                _(
                    "%(opens)s is not before %(closes)s. Type first when the depot opens, then when it closes.",
                    opens=clock_of(span.opens),
                    closes=clock_of(span.closes),
                ),
                field,
            )
    for before, after in pairwise(ordered):
        if after.opens < before.closes:
            raise Invalid(
                _("%(first)s and %(second)s overlap. Combine them, or change a time.", first=str(before), second=str(after)),
                field,
            )
    return ordered


def stored_hours(hours: Hours) -> dict[str, list[list[str]]]:
    """The hours as they are stored, days in order, closed days left out. Refused with the day before the sentence."""
    stored = {}
    for day in Weekday:
        try:
            spans = clean_spans(hours.get(day, ()))
        except Invalid as refusal:
            raise Invalid(_("%(day)s: %(said)s", day=day.label, said=refusal.message), "opening") from refusal
        if spans:
            stored[str(day.number)] = [[clock_of(span.opens), clock_of(span.closes)] for span in spans]
    return stored


def hours_of(stored: Mapping[str, Iterable[Iterable[str]]]) -> dict[Weekday, tuple[Span, ...]]:
    """What is stored, as hours of each day; a closed day has none."""
    return {day: tuple(Span(*(minutes_of(end) for end in span)) for span in stored.get(str(day.number), ())) for day in Weekday}
