"""When a return is the same one again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.exchange.rules.returns import ReturnDraft, check_return, is_same_return, why_not_back
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition, Location, PlaceBasis

BOOKED = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
DRAFT = ReturnDraft(Quantity(Decimal(100), Unit.PIECE), Condition.FAIR, date(2026, 12, 2), "Te veel besteld")


@pytest.mark.parametrize(("later", "is_same"), [(0, True), (59_999, True), (60_000, False), (61_000, False)])
def test_the_same_return_within_a_minute_is_a_double_click(later: int, is_same: bool) -> None:
    last = {"fingerprint": DRAFT.fingerprint, "booked_at": BOOKED.isoformat()}
    assert is_same_return(DRAFT, last, BOOKED + timedelta(milliseconds=later)) is is_same


def test_another_return_or_the_first_one_is_no_double_click() -> None:
    assert not is_same_return(DRAFT, None, BOOKED)
    for another in ("0" * 64, "f" * 64):
        assert not is_same_return(DRAFT, {"fingerprint": another, "booked_at": BOOKED.isoformat()}, BOOKED)


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


def back(**changes: Any) -> str | None:
    """The field at which this return is refused."""
    try:
        check_return(
            replace(DRAFT, **changes),
            unit="piece",
            left=Decimal(100),
            handed_over_on=date(2026, 11, 20),
            straight_km=Decimal(5),
            today=date(2026, 12, 2),
            vehicle_classes=("bestelauto",),
        )
    except Invalid as refusal:
        return refusal.field
    return None


HERE = Location("Borne", "borne", Point(52.3, 6.75), PlaceBasis.PLACE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": Quantity(Decimal(1), Unit.M2)}, "unit"),
        ({"quantity": Quantity(Decimal(1), Unit.TONNE)}, "unit"),
        ({"returned_on": date(2026, 12, 3)}, "returned_on"),
        ({"returned_on": date(2026, 11, 20)}, None),
        ({"returned_on": date(2026, 11, 19)}, "returned_on"),
        ({"location": HERE}, None),
        ({"depot_id": 3}, None),
        ({"stays": True}, None),
        ({"location": HERE, "depot_id": 3}, "place"),
        ({"location": HERE, "stays": True}, "place"),
        ({"depot_id": 3, "stays": True}, "place"),
        ({"driven_km": Decimal(8)}, None),
        ({"stays": True, "driven_km": Decimal(8)}, "driven_km"),
        ({"stays": True, "vehicle_class": "bestelauto"}, "driven_km"),
        ({"vehicle_class": "bestelauto"}, None),
    ],
)
def test_a_return_lies_in_one_place_and_what_stays_is_not_driven(changes: dict[str, Any], field: str | None) -> None:
    assert back(**changes) == field


@pytest.mark.parametrize(
    ("is_blocked", "left", "words"),
    [(False, "0.001", None), (False, "0", "niets meer"), (False, "-1", "niets meer"), (True, "5", "geblokkeerd")],
)
def test_it_is_told_why_nothing_can_come_back(is_blocked: bool, left: str, words: str | None) -> None:
    reason = why_not_back(is_blocked=is_blocked, with_receiver=Decimal(left))
    assert (reason is None) if words is None else (words in str(reason))


def test_everything_that_is_said_makes_another_return() -> None:
    others = [
        *({"location": HERE}, {"depot_id": 3}, {"depot_id": 4}, {"stays": True}, {"driven_km": Decimal(8)}),
        *({"vehicle_class": "bestelauto"}, {"reason": "Anders"}, {"condition": Condition.GOOD}),
    ]
    prints = {replace(DRAFT, **other).fingerprint for other in others}  # type: ignore[arg-type]
    assert len(prints | {DRAFT.fingerprint}) == len(others) + 1
    assert replace(DRAFT, reason="Te  veel besteld ").fingerprint == DRAFT.fingerprint
