"""The terms of one transfer: what a price comes to, what a proposal changes, and until when."""

import contextlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.exchange.rules.terms import (
    Terms,
    TermsDraft,
    changed_terms,
    check_first_day,
    check_open_to_change,
    check_proposal,
)
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.market.rules.listing import Condition, Location, PlaceBasis

HENGELO, BORNE = Point(52.26583, 6.79306), Point(52.30136, 6.7482)
TERMS = Terms(
    price_cents_per_unit=250,
    kg_per_unit=Decimal(185),
    kg_basis="taxonomy",
    place_name="Hengelo",
    address="Markt 1",
    lot=HENGELO,
    available_from=date(2027, 1, 12),
    condition="good",
    destination_name="Borne",
    destination=BORNE,
    destination_basis="demand",
    replaces_purchase=None,
    factor_version=1,
)
WHY = "Er ligt minder dan gedacht."


@pytest.mark.parametrize(
    ("quantity", "cents", "total"), [("60", 900, 54_000), ("0.5", 1, 1), ("0.499", 1, 0), ("12.5", 250, 3_125), ("7", 0, 0)]
)
def test_a_price_is_rounded_half_up_once(quantity: str, cents: int, total: int) -> None:
    assert replace(TERMS, price_cents_per_unit=cents).price_cents(Decimal(quantity)) == total


@pytest.mark.parametrize(
    ("draft", "changed"),
    [
        ({}, ()),
        ({"price_cents_per_unit": 0}, ("price_cents_per_unit",)),
        ({"price_cents_per_unit": 250}, ()),
        ({"kg_per_unit": Decimal(190)}, ("kg_per_unit",)),
        ({"kg_per_unit": Decimal(185)}, ("kg_per_unit",)),  # now measured
        ({"available_from": date(2027, 1, 13)}, ("available_from",)),
        ({"condition": Condition.FAIR}, ("condition",)),
        ({"place": Location("Borne", "borne", BORNE, PlaceBasis.ADDRESS)}, ("place_name",)),
        ({"place": Location("Hengelo", "hengelo", HENGELO, PlaceBasis.ADDRESS, "Markt 1")}, ()),
        ({"destination": Location("Hengelo", "hengelo", HENGELO, PlaceBasis.ADDRESS)}, ("destination_name",)),
        ({"replaces_purchase": False}, ("replaces_purchase",)),
        ({"condition": Condition.FAIR, "price_cents_per_unit": 100}, ("price_cents_per_unit", "condition")),
    ],
)
def test_what_a_proposal_changes_and_nothing_else(draft: dict[str, Any], changed: tuple[str, ...]) -> None:
    assert changed_terms(TERMS, TermsDraft(WHY, **draft).applied_to(TERMS)) == changed


def test_what_is_proposed_stands_in_the_terms() -> None:
    after = TermsDraft(
        WHY, kg_per_unit=Decimal(190), destination=Location("Hengelo", "hengelo", HENGELO, PlaceBasis.ADDRESS)
    ).applied_to(TERMS)
    assert (after.kg_per_unit, after.kg_basis) == (Decimal(190), "measured")
    assert (after.destination_name, after.destination, after.destination_basis) == ("Hengelo", HENGELO, "reservation")
    assert (after.place_name, after.address, after.lot) == ("Hengelo", "Markt 1", HENGELO)


def test_terms_change_between_approval_and_completion() -> None:
    may = []
    for status in ReservationStatus:
        with contextlib.suppress(Conflict):
            check_open_to_change(status)
            may.append(status.value)
    assert may == ["approved", "handed_over", "disputed"]


@pytest.mark.parametrize(
    ("status", "is_early"), [("waiting", True), ("offered", True), ("requested", True), ("completed", False)]
)
def test_before_the_approval_there_are_no_terms_to_change(status: str, *, is_early: bool) -> None:
    with pytest.raises(Conflict) as refused:
        check_open_to_change(ReservationStatus(status))
    assert ("goedkeurt" in str(refused.value.message)) is is_early


def test_a_proposal_changes_something_and_says_why() -> None:
    after = replace(TERMS, price_cents_per_unit=0)
    check_proposal(TERMS, after, WHY)
    for other, reason, field in ((TERMS, WHY, "price_cents_per_unit"), (after, "  ", "reason"), (after, "x" * 1001, "reason")):
        with pytest.raises(Invalid) as refused:
            check_proposal(TERMS, other, reason)
        assert refused.value.errors[0].field == field
    check_proposal(TERMS, after, "x" * 1000)


def test_what_was_handed_over_has_no_first_day_any_more() -> None:
    check_first_day(None)
    with pytest.raises(Conflict):
        check_first_day(date(2027, 1, 12))
