"""What is told of a kept lot."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.catalogue.rules.favourites import Seen, changes, is_gone
from marketplace.market.rules.listing import ListingStatus

BEFORE = Seen(ListingStatus.PUBLISHED, Decimal(800), "m2", 250)
FREE = {"amount": "800", "unit": "m2"}


def test_what_was_seen_is_read_as_it_was_stored() -> None:
    assert Seen.read(BEFORE.stored()) == BEFORE


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        (BEFORE, {}),
        (replace(BEFORE, available=Decimal("800.000")), {}),
        (replace(BEFORE, available=Decimal("799.5")), {"free": {"amount": "799.5", "unit": "m2"}, "free_before": FREE}),
        (replace(BEFORE, available=Decimal(1)), {"free": {"amount": "1", "unit": "m2"}, "free_before": FREE}),
        (replace(BEFORE, available=Decimal("0.001")), {"free": {"amount": "0.001", "unit": "m2"}, "free_before": FREE}),
        (replace(BEFORE, available=Decimal(5000)), {"free": {"amount": "5000", "unit": "m2"}, "free_before": FREE}),
        (replace(BEFORE, available=Decimal(0)), {"reserved": FREE}),
        (replace(BEFORE, price_cents=251), {"price": {"cents": 251, "unit": "m2"}, "price_before": {"cents": 250, "unit": "m2"}}),
        (
            replace(BEFORE, price_cents=None),
            {"price": {"cents": None, "unit": "m2"}, "price_before": {"cents": 250, "unit": "m2"}},
        ),
    ],
)
def test_a_price_and_a_quantity_are_told_with_what_they_were(after: Seen, facts: dict[str, object]) -> None:
    assert changes(BEFORE, after) == facts


def test_nothing_paid_and_free_of_charge_are_one_price() -> None:
    assert changes(replace(BEFORE, price_cents=0), replace(BEFORE, price_cents=None)) == {}


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("published", "withdrawn", True),
        ("published", "closed", True),
        ("published", "published", False),
        ("withdrawn", "closed", False),
    ],
)
def test_a_lot_goes_once(before: str, after: str, gone: bool) -> None:
    assert is_gone(replace(BEFORE, status=ListingStatus(before)), replace(BEFORE, status=ListingStatus(after))) is gone
