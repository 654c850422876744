"""What may stand in a listing or a demand: every limit, and one past it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.demand import DemandDraft, check_demand
from marketplace.market.rules.drafts import ANSWERS_LENGTH_MAX, SKETCH_KEPT, SKETCHES_MAX
from marketplace.market.rules.freshness import demand_holds_until, listing_holds_until
from marketplace.market.rules.listing import Answer, Condition, ListingDraft, ListingStatus, Location, is_stale
from marketplace.market.rules.photos import check_alt, check_photo_count
from marketplace.market.rules.values import check_listing, check_publishable
from marketplace.places.rules import PlaceBasis

TODAY = date(2027, 1, 12)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
BORNE = Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE)
PAVERS = Quantity(Decimal(400), Unit.M2)
LOT = ListingDraft("Grijze betonklinkers", "betonklinker", PAVERS, Condition.GOOD, TODAY, BORNE)
NEED = DemandDraft("Klinkers voor de sporthal", "betonklinker", PAVERS, Condition.FAIR, TODAY, TODAY, BORNE)


def listing_faults(**changes: Any) -> list[str]:
    try:
        check_listing(replace(LOT, **changes), units=(Unit.M2, Unit.PIECE), hazards=("asbest",), today=TODAY)
    except Invalid as refusal:
        return [error.field for error in refusal.errors]
    return []


def demand_faults(**changes: Any) -> list[str]:
    try:
        check_demand(replace(NEED, **changes), units=(Unit.M2, Unit.PIECE), hazards=("asbest",), today=TODAY)
    except Invalid as refusal:
        return [error.field for error in refusal.errors]
    return []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "x" * 120},
        {"description": "x" * 5000},
        {"project": "x" * 200},
        {"remarks": "x" * 2000},
        {"quantity": Quantity(Decimal(3), Unit.PIECE)},
        {"location": None, "depot_id": 4},
        {"available_until": TODAY},
        {"available_until": TOMORROW},
        {"year_of_construction": 1987},
        {"price_cents_per_unit": 150},
        {"kg_per_unit": Decimal("0.001")},
        {"kg_per_unit": Decimal(1_000_000), "quantity": Quantity(Decimal(2000), Unit.M2)},  # 2 million tonnes
        {"price_cents_per_unit": 0},
        {"price_cents_per_unit": 100_000_000},  # of a unit of which nobody knows the weight
        {"price_cents_per_unit": 100_000_000, "kg_per_unit": Decimal(100)},  # € 10 000 for a kilogram
        {"price_cents_per_unit": 1_000_000, "kg_per_unit": Decimal(1)},
        {"year_of_construction": 1200},
        {"year_of_construction": 2032},
        {"hazards": {"asbest": Answer.NO}},
    ],
)
def test_a_listing_is_taken_up_to_its_limits(changes: dict[str, Any]) -> None:
    assert listing_faults(**changes) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"project": "x" * 201}, "project"),
        ({"remarks": "x" * 2001}, "remarks"),
        ({"available_from": date(1989, 12, 31)}, "available_from"),
        ({"available_until": date(TODAY.year + 31, 1, 1)}, "available_until"),
        ({"quantity": Quantity(Decimal(3), Unit.M3)}, "unit"),
        ({"location": None}, "place"),
        ({"available_until": YESTERDAY}, "available_until"),
        ({"kg_per_unit": Decimal(0)}, "kg_per_unit"),
        ({"kg_per_unit": Decimal(-1)}, "kg_per_unit"),
        ({"kg_per_unit": Decimal("1000000.001")}, "kg_per_unit"),
        ({"kg_per_unit": Decimal(1_000_000), "quantity": Quantity(Decimal("2000.001"), Unit.M2)}, "quantity"),
        ({"price_cents_per_unit": -1}, "price_cents_per_unit"),
        ({"price_cents_per_unit": 100_000_001}, "price_cents_per_unit"),
        ({"price_cents_per_unit": 100_000_000, "kg_per_unit": Decimal("99.999")}, "price_cents_per_unit"),
        ({"price_cents_per_unit": 1_000_001, "kg_per_unit": Decimal(1)}, "price_cents_per_unit"),
        ({"year_of_construction": 1199}, "year_of_construction"),
        ({"year_of_construction": 2033}, "year_of_construction"),
        ({"hazards": {"asbest": Answer.NO, "pak": Answer.NO}}, "hazards"),
    ],
)
def test_one_past_a_limit_of_a_listing_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert listing_faults(**changes) == [field]


def test_every_fault_of_a_listing_is_told_at_once_and_those_of_its_windows_too() -> None:
    also = [FieldError("minimum_part", "te groot")]
    with pytest.raises(Invalid) as refusal:
        check_listing(replace(LOT, title=""), units=(Unit.M2,), hazards=(), today=TODAY, also=also)
    assert [error.field for error in refusal.value.errors] == ["title", "minimum_part"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "x" * 120},
        {"description": "x" * 5000},
        {"project": "x" * 200},
        {"department": "x" * 200},
        {"needed_from": YESTERDAY},
        {"needed_until": TOMORROW},
        {"max_distance_km": Decimal("0.001")},
        {"max_distance_km": Decimal(1000)},
        {"accepts_hazards": ("asbest",)},
    ],
)
def test_a_demand_is_taken_up_to_its_limits(changes: dict[str, Any]) -> None:
    assert demand_faults(**changes) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 5001}, "description"),
        ({"project": "x" * 201}, "project"),
        ({"department": "x" * 201}, "department"),
        ({"quantity": Quantity(Decimal(3), Unit.M3)}, "unit"),
        ({"location": None}, "place"),
        ({"needed_from": TOMORROW}, "needed_until"),
        ({"needed_from": date(1989, 12, 31)}, "needed_from"),
        ({"needed_until": date(TODAY.year + 31, 1, 1)}, "needed_until"),
        ({"needed_from": YESTERDAY, "needed_until": YESTERDAY}, "needed_until"),
        ({"max_distance_km": Decimal(0)}, "max_distance_km"),
        ({"max_distance_km": Decimal(-1)}, "max_distance_km"),
        ({"max_distance_km": Decimal("1000.001")}, "max_distance_km"),
        ({"accepts_hazards": ("asbest", "pak")}, "accepts_hazards"),
    ],
)
def test_one_past_a_limit_of_a_demand_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert demand_faults(**changes) == [field]


def test_a_period_that_ends_before_it_begins_is_told_from_one_that_is_over() -> None:
    with pytest.raises(Invalid, match="13 januari 2027"):
        check_demand(replace(NEED, needed_from=TOMORROW), units=(Unit.M2,), hazards=(), today=TODAY)
    with pytest.raises(Invalid, match="voorbij"):
        check_demand(replace(NEED, needed_from=YESTERDAY, needed_until=YESTERDAY), units=(Unit.M2,), hazards=(), today=TODAY)


@pytest.mark.parametrize("status", list(ListingStatus))
def test_only_a_draft_can_be_published(status: ListingStatus) -> None:
    if status is ListingStatus.DRAFT:
        check_publishable(status=status, photos=1)
    else:
        with pytest.raises(Conflict) as refusal:
            check_publishable(status=status, photos=1)
        assert refusal.value.facts == {"current_status": status.value}


def test_a_draft_is_published_with_a_photo() -> None:
    with pytest.raises(Invalid) as refusal:
        check_publishable(status=ListingStatus.DRAFT, photos=0)
    assert refusal.value.field == "photos"


def test_a_listing_holds_for_sixty_days_and_a_demand_for_ninety() -> None:
    assert not is_stale(TODAY, date(2027, 3, 13))
    assert is_stale(TODAY, date(2027, 3, 14))
    assert listing_holds_until(TODAY) == date(2027, 3, 13)
    assert demand_holds_until(TODAY) == date(2027, 4, 12)


def test_a_listing_has_twelve_photos_and_each_its_text_of_three_hundred_characters() -> None:
    check_photo_count(11)
    for present in (12, 13):
        with pytest.raises(Conflict):
            check_photo_count(present)
    check_alt("x" * 299)
    check_alt("x" * 300)
    with pytest.raises(Invalid):
        check_alt("x" * 301)


@pytest.mark.parametrize(("size", "limit"), [(-1, 1), (0, 1), (1, 1), (24, 24), (100, 100), (101, 100)])
def test_a_page_has_one_to_a_hundred_rows(size: int, limit: int) -> None:
    assert CatalogueQuery(page_size=size).limit == limit


@pytest.mark.parametrize(
    ("page", "offset"), [(-1, 0), (0, 0), (1, 0), (2, 24), (3, 48), (1_000_000, 23_999_976), (1_000_001, 23_999_976)]
)
def test_the_pages_before_are_passed_over(page: int, offset: int) -> None:
    assert CatalogueQuery(page=page).offset == offset


def test_a_page_has_twenty_four_rows_unless_asked_otherwise() -> None:
    assert (CatalogueQuery().limit, CatalogueQuery().offset) == (24, 0)


def test_the_better_the_condition_the_higher_its_rank() -> None:
    assert [condition.rank for condition in Condition] == [4, 3, 2, 1]


def test_a_person_has_fifty_unfinished_drafts_that_are_kept_for_ninety_days() -> None:
    assert (SKETCHES_MAX, ANSWERS_LENGTH_MAX) == (50, 20_000)
    assert timedelta(days=90) == SKETCH_KEPT


def test_nothing_is_confirmed_that_nobody_confirmed() -> None:
    assert not LOT.confirm_unusual
