"""When somebody has failed to come, and when a hold outlives its lot."""

from datetime import date, datetime, timedelta

import pytest

from marketplace.exchange.rules.deadlines import (
    answer_until,
    check_no_show,
    collect_until,
    confirm_until,
    has_failed_to_come,
    is_beyond_lot,
)
from marketplace.kernel.clock import AMSTERDAM
from marketplace.kernel.errors import Conflict

NOON = datetime(2027, 1, 12, 12, tzinfo=AMSTERDAM)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("agreed", "until", "has"),
    [
        (None, None, False),
        (BEFORE, None, True),
        (NOON, None, False),
        (AFTER, None, False),
        (None, BEFORE, True),
        (None, NOON, True),
        (None, AFTER, False),
        (BEFORE, AFTER, True),
        (AFTER, BEFORE, True),
        (AFTER, AFTER, False),
    ],
)
def test_nobody_fails_to_come_before_the_agreed_time_or_the_end_of_the_hold(
    agreed: datetime | None, until: datetime | None, *, has: bool
) -> None:
    assert has_failed_to_come(agreed=agreed, until=until, now=NOON) is has
    if has:
        return check_no_show(agreed=agreed, until=until, now=NOON)
    with pytest.raises(Conflict) as refused:
        check_no_show(agreed=agreed, until=until, now=NOON)
    assert refused.value.facts == {"keptUntil": "2027-01-12" if until else None}
    return None


@pytest.mark.parametrize(
    ("expires_at", "last_day", "is_so"),
    [
        (NOON, date(2027, 1, 11), True),
        (NOON, date(2027, 1, 12), False),
        (NOON, date(2027, 1, 13), False),
        (None, date(2027, 1, 11), False),
        (NOON, None, False),
    ],
)
def test_a_hold_is_beyond_its_lot_from_the_day_after_the_lots_last(
    expires_at: datetime | None, last_day: date | None, *, is_so: bool
) -> None:
    assert is_beyond_lot(expires_at, last_day) is is_so


def test_a_last_day_to_answer_counts_whole() -> None:
    """Ten days after 12 January is the 22nd, fourteen the 26th: until the last moment of that day."""
    for until, day in ((answer_until(NOON), 22), (confirm_until(NOON), 26)):
        assert until.astimezone(AMSTERDAM).date() == date(2027, 1, day)
        assert (until + timedelta(seconds=1)).astimezone(AMSTERDAM).date() == date(2027, 1, day + 1)


@pytest.mark.parametrize(
    ("first", "last", "hold", "day"),
    [
        (date(2027, 1, 1), None, None, date(2027, 2, 11)),  # thirty days after today
        (date(2027, 1, 20), None, None, date(2027, 2, 19)),  # and after the first free day
        (date(2027, 1, 1), date(2027, 2, 10), None, date(2027, 2, 10)),
        (date(2027, 1, 1), date(2027, 2, 12), None, date(2027, 2, 11)),
        (date(2027, 1, 1), date(2027, 1, 12), None, date(2027, 1, 12)),
        (date(2027, 1, 1), date(2027, 1, 11), None, date(2027, 2, 11)),  # a last day that is over says nothing
        (date(2027, 1, 1), date(2027, 2, 10), NOON, date(2027, 1, 12)),
    ],
)
def test_a_holder_collects_for_thirty_days(first: date, last: date | None, hold: datetime | None, day: date) -> None:
    until = collect_until(NOON, first_day=first, last_day=last, hold_until=hold)
    assert until.astimezone(AMSTERDAM).date() == day
