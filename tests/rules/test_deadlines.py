"""When somebody has failed to come, and when a hold outlives its lot."""

from datetime import date, datetime, timedelta

import pytest

from marketplace.exchange.rules.deadlines import check_no_show, has_failed_to_come, is_beyond_lot
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
