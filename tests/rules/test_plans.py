"""The days of a plan as they move, what is said when it is there, and by how much it slipped."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import Certainty, QuantityBasis
from marketplace.planned.rules import (
    DatesDraft,
    Plan,
    ThereDraft,
    check_dates,
    check_enough,
    check_pictured,
    check_planned,
    check_there,
    slip_days,
)

TODAY = date(2028, 7, 15)
BEFORE = Plan(date(2028, 7, 1), date(2028, 9, 30), Certainty.BUDGETED)
AFTER = DatesDraft(Plan(date(2028, 10, 1), date(2028, 12, 31), Certainty.TENDERED), "De aannemer begint later")
THERE = ThereDraft(Amount(Decimal(780), Unit.M2), QuantityBasis.MEASURED, TODAY)


@pytest.mark.parametrize(
    ("plan", "reason", "wrong"),
    [
        ({}, "Later", []),
        ({}, " ", ["reason"]),
        ({}, "x" * 1000, []),
        ({}, "x" * 1001, ["reason"]),
        ({"earliest": date(2028, 7, 1)}, "De eerste dag blijft", []),
        ({"earliest": date(2028, 7, 14)}, "Eerder", ["earliest"]),
        ({"earliest": TODAY, "latest": TODAY}, "Nu", []),
        ({"latest": date(2028, 9, 30)}, "Terug", ["latest"]),
        ({"earliest": date(2028, 7, 1), "latest": date(2028, 7, 14)}, "", ["latest", "reason"]),
    ],
)
def test_days_move_with_a_reason_to_what_can_be(plan: dict[str, Any], reason: str, wrong: list[str]) -> None:
    draft = DatesDraft(replace(AFTER.plan, **plan), reason)
    if not wrong:
        check_dates(draft, BEFORE, TODAY)
        return
    with pytest.raises(Invalid) as refusal:
        check_dates(draft, BEFORE, TODAY)
    assert [error.field for error in refusal.value.errors] == wrong


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, None),
        ({"came_on": TODAY + timedelta(days=1)}, "came_on"),
        ({"came_on": TODAY - timedelta(days=60)}, None),
        ({"came_on": TODAY - timedelta(days=61)}, "came_on"),
        ({"available_until": TODAY}, None),
        ({"available_until": TODAY + timedelta(days=30)}, None),
        ({"available_until": TODAY - timedelta(days=30)}, "available_until"),
        ({"available_until": TODAY - timedelta(days=1)}, "available_until"),
        ({"amount": Amount(Decimal(0), Unit.M2)}, "quantity"),
        ({"amount": Amount(Decimal("1.5"), Unit.PIECE)}, "quantity"),
        ({"amount": Amount(Decimal(8000), Unit.M2)}, None),
        ({"amount": Amount(Decimal("8000.001"), Unit.M2)}, "quantity"),
    ],
)
def test_what_is_there_was_measured_and_came_today_or_lately(changes: dict[str, Any], wrong: str | None) -> None:
    if wrong is None:
        check_there(replace(THERE, **changes), Decimal(800), TODAY)
        return
    with pytest.raises(Invalid) as refusal:
        check_there(replace(THERE, **changes), Decimal(800), TODAY)
    assert [error.field for error in refusal.value.errors] == [wrong]


def test_the_first_day_that_can_be_said_is_named() -> None:
    """Sixty days before 15 July 2028: 15 of July, 30 of June and 15 of May."""
    with pytest.raises(Invalid, match="16 mei 2028"):
        check_there(replace(THERE, came_on=date(2028, 5, 15)), Decimal(800), TODAY)


def test_only_what_is_planned_and_on_offer_moves_or_comes() -> None:
    check_planned(status="published", planned=True)
    for status, planned in (("draft", True), ("withdrawn", True), ("published", False)):
        with pytest.raises(Conflict):
            check_planned(status=status, planned=planned)


def test_what_is_promised_for_certain_comes_first() -> None:
    check_enough(Amount(Decimal(300), Unit.M2), Decimal(300))
    check_enough(Amount(Decimal(800), Unit.M2), Decimal(300))
    with pytest.raises(Conflict) as refusal:
        check_enough(Amount(Decimal("299.999"), Unit.M2), Decimal(300))
    assert refusal.value.facts["minimum"] == "300"


def test_what_is_there_is_shown() -> None:
    check_pictured(1)
    with pytest.raises(Invalid):
        check_pictured(0)


@pytest.mark.parametrize(
    ("came_on", "days"),
    [
        (date(2028, 7, 1), 0),
        (date(2028, 9, 30), 0),
        (date(2028, 10, 1), 1),
        (date(2028, 11, 30), 61),
        (date(2028, 6, 30), -1),
        (date(2028, 6, 1), -30),
    ],
)
def test_a_slip_is_counted_from_the_nearest_end_of_the_period(came_on: date, days: int) -> None:
    assert slip_days(BEFORE.earliest, BEFORE.latest, came_on) == days


def test_how_sure_it_is_may_change_within_the_same_period() -> None:
    assert BEFORE.is_same_period(replace(BEFORE, certainty=Certainty.IDEA))
    for latest in (date(2028, 9, 29), date(2028, 10, 1)):
        assert not BEFORE.is_same_period(replace(BEFORE, latest=latest))


@pytest.mark.parametrize(("amount", "refused"), [("4000", []), ("4000.001", ["quantity"]), ("8000.001", ["quantity"])])
def test_what_came_weighs_no_more_than_any_lot(amount: str, refused: list[str]) -> None:
    """Of 25 000 kg, 4 000 are 100 000 tonnes. Ten times what was planned is 8 000: one sentence is enough."""
    there = replace(THERE, amount=replace(THERE.amount, amount=Decimal(amount)))
    if not refused:
        check_there(there, Decimal(800), TODAY, kg_per_unit=Decimal(25_000))
        return
    with pytest.raises(Invalid) as refusal:
        check_there(there, Decimal(800), TODAY, kg_per_unit=Decimal(25_000))
    assert [error.field for error in refusal.value.errors] == refused
