"""A day that people choose with one tap: now, in a month, after the construction holiday. Or another day, which they type."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from marketplace.kernel import clock
from marketplace.kernel.language import Text, _
from marketplace.places.queries.holidays import day_after_holiday


class Since(StrEnum):
    """From when a lot is free."""

    NOW = "now"
    MONTH = "month"
    HOLIDAY = "holiday"
    DAY = "day"
    LATER = "later"


class Till(StrEnum):
    """Until when it is there."""

    GONE = "gone"
    DAY = "day"


SINCE_LABELS: dict[Since, Text] = {
    Since.NOW: _("Now"),
    Since.MONTH: _("In a month"),
    Since.HOLIDAY: _("After the summer break"),
    Since.DAY: _("Another day"),
    Since.LATER: _("It comes free later"),
}
TILL_LABELS: dict[Till, Text] = {Till.GONE: _("Until it is gone"), Till.DAY: _("Another day")}


def since_choices() -> dict[Since, Text]:
    """The chips of today; without the construction holiday where its days are not known."""
    return {chip: label for chip, label in SINCE_LABELS.items() if chip is not Since.HOLIDAY or day_of(chip)}


def day_of(chip: Since) -> date | None:
    """The day that a chip means today; None for a day that is typed, or not known."""
    today = clock.today()
    if chip is Since.HOLIDAY:
        return day_after_holiday(today)
    return {Since.NOW: today, Since.MONTH: in_a_month(today)}.get(chip)


def in_a_month(day: date) -> date:
    """The same day of the next month, or its last one where that month is shorter."""
    first = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
