"""What may happen to a lot."""

from datetime import date

import pytest

from marketplace.depots.rules.lots import check_day, check_unblocked
from marketplace.kernel.errors import Conflict, Invalid

TODAY = date(2026, 6, 15)


def test_what_is_blocked_goes_to_nobody() -> None:
    check_unblocked(is_blocked=False)
    with pytest.raises(Conflict, match="Omgevingsdienst Twente"):
        check_unblocked(is_blocked=True)


def test_the_day_is_between_the_last_movement_and_today() -> None:
    check_day(TODAY, last_on=TODAY, today=TODAY)
    check_day(date(2026, 6, 14), last_on=date(2026, 6, 14), today=TODAY)
    check_day(date(1999, 1, 1), last_on=None, today=TODAY)
    with pytest.raises(Invalid):
        check_day(date(2026, 6, 16), last_on=None, today=TODAY)
    with pytest.raises(Invalid):
        check_day(date(2026, 6, 13), last_on=date(2026, 6, 14), today=TODAY)
