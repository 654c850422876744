"""When a return is the same one again."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.rules.returns import ReturnDraft, is_same_return
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition

BOOKED = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
DRAFT = ReturnDraft(Quantity(Decimal(100), Unit.PIECE), Condition.FAIR, date(2026, 12, 2), "Te veel besteld")


@pytest.mark.parametrize(("later", "is_same"), [(0, True), (59_999, True), (60_000, False), (61_000, False)])
def test_the_same_return_within_a_minute_is_a_double_click(later: int, is_same: bool) -> None:
    last = {"fingerprint": DRAFT.fingerprint, "booked_at": BOOKED.isoformat()}
    assert is_same_return(DRAFT, last, BOOKED + timedelta(milliseconds=later)) is is_same


def test_another_return_or_the_first_one_is_no_double_click() -> None:
    assert not is_same_return(DRAFT, None, BOOKED)
    assert not is_same_return(DRAFT, {"fingerprint": "of another", "booked_at": BOOKED.isoformat()}, BOOKED)
