"""When a return is the same one again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.rules.returns import ReturnDraft, check_return, is_same_return
from marketplace.kernel.errors import Conflict
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


def check(amount: str, left: str = "100") -> None:
    check_return(
        replace(DRAFT, quantity=Quantity(Decimal(amount), Unit.PIECE)),
        unit="piece",
        left=Decimal(left),
        handed_over_on=date(2026, 11, 20),
        straight_km=Decimal(5),
        today=date(2026, 12, 2),
        vehicle_classes=(),
    )


@pytest.mark.parametrize("amount", ["1", "99", "100"])
def test_a_part_comes_back_or_all_that_is_left(amount: str) -> None:
    check(amount)


@pytest.mark.parametrize(("left", "available"), [("99", "99"), ("0", "0")])
def test_no_more_comes_back_than_is_left(left: str, available: str) -> None:
    with pytest.raises(Conflict) as refused:
        check("100", left)
    assert refused.value.facts["available"] == available
