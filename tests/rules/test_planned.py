"""What comes free later: the limits of its period, and what it cannot be."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Certainty, Condition, ListingDraft, ListingStatus, Location
from marketplace.market.rules.values import (
    check_listing,
    check_plan_stays,
    check_publishable,
    columns_of,
    emptied,
    values_of,
    years_after,
)
from marketplace.places.rules import PlaceBasis

TODAY = date(2027, 1, 12)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
FIRST, LAST = date(2028, 7, 1), date(2028, 9, 30)
BORNE = Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE)
PAVERS = Quantity(Decimal(800), Unit.M2)
LOT = ListingDraft(
    "Keien uit de Dorpsstraat",
    "betonklinker",
    PAVERS,
    Condition.GOOD,
    location=BORNE,
    planned=True,
    earliest=FIRST,
    latest=LAST,
    certainty=Certainty.BUDGETED,
)


def faults(before: date | None = None, **changes: Any) -> list[str]:
    try:
        check_listing(replace(LOT, **changes), units=(Unit.M2,), hazards=(), today=TODAY, planned_before=before)
    except Invalid as refusal:
        return [str(error.field) for error in refusal.errors]
    return []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"earliest": TODAY, "latest": TODAY}, []),
        ({"earliest": YESTERDAY}, ["earliest"]),
        ({"earliest": LAST}, []),
        ({"earliest": LAST + timedelta(days=1)}, ["latest"]),
        ({"latest": date(2031, 7, 1)}, []),
        ({"latest": date(2031, 7, 2)}, ["latest"]),
        ({"earliest": date(2057, 12, 1), "latest": date(2057, 12, 31)}, []),
        ({"earliest": date(2057, 12, 1), "latest": date(2058, 1, 1)}, ["latest"]),
        ({"earliest": date(1989, 12, 31)}, ["earliest"]),
        ({"earliest": None}, ["earliest"]),
        ({"latest": None}, ["latest"]),
        ({"certainty": None}, ["certainty"]),
        ({"earliest": None, "latest": None, "certainty": None}, ["earliest", "latest", "certainty"]),
        ({"available_from": FIRST}, ["available_from"]),
        ({"available_until": LAST}, ["available_until"]),
        ({"location": None, "depot_id": 4}, ["depot"]),
        ({"planned": False, "available_from": TODAY}, ["earliest", "latest", "certainty"]),
        ({"planned": False, "earliest": None, "latest": None, "certainty": None}, ["available_from"]),
        ({"planned": False, "earliest": None, "latest": None, "certainty": None, "available_from": TODAY}, []),
    ],
)
def test_a_plan_has_a_period_to_come_and_says_how_sure_it_is(changes: dict[str, Any], wrong: list[str]) -> None:
    assert faults(**changes) == wrong


def test_a_first_day_that_was_entered_before_may_pass_while_it_is_a_draft() -> None:
    assert faults(before=YESTERDAY, earliest=YESTERDAY, latest=TODAY) == []
    assert faults(before=YESTERDAY - timedelta(days=1), earliest=YESTERDAY, latest=TODAY) == ["earliest"]
    assert faults(before=YESTERDAY, earliest=YESTERDAY, latest=YESTERDAY) == ["latest"]


def test_three_years_after_the_29th_of_february_is_the_28th() -> None:
    assert years_after(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert years_after(date(2028, 3, 1), 3) == date(2031, 3, 1)
    assert years_after(date(2028, 1, 31), 3) == date(2031, 1, 31)


def test_the_period_is_when_it_is_free() -> None:
    columns = columns_of(LOT)
    assert (columns["available_from"], columns["available_until"]) == (FIRST, LAST)
    assert (columns["planned"], columns["certainty"]) == (True, "budgeted")


def test_what_is_still_in_the_road_is_published_without_a_photo() -> None:
    check_publishable(status=ListingStatus.DRAFT, photos=0, values=values_of(LOT))
    there = replace(LOT, planned=False, available_from=TODAY, earliest=None, latest=None, certainty=None)
    with pytest.raises(Invalid) as refusal:
        check_publishable(status=ListingStatus.DRAFT, photos=0, values=values_of(there))
    assert refusal.value.field == "photos"
    with pytest.raises(Conflict):
        check_publishable(status=ListingStatus.WITHDRAWN, photos=0, values=values_of(LOT))


def stored(status: ListingStatus, lot_id: int | None = None, **changes: Any) -> Listing:
    plan = {"planned": True, "earliest": FIRST, "latest": LAST, "certainty": "budgeted"}
    return Listing(status=status.value, lot_id=lot_id, **{**plan, **changes})


THERE = {"planned": False, "earliest": None, "latest": None, "certainty": None}


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        (stored(ListingStatus.DRAFT), {"latest": TOMORROW}, None),
        (stored(ListingStatus.DRAFT), THERE, None),
        (stored(ListingStatus.DRAFT, **THERE), {}, None),
        (stored(ListingStatus.DRAFT, lot_id=7, **THERE), {}, "planned"),
        (stored(ListingStatus.PUBLISHED), {"title": "Keien"}, None),
        (stored(ListingStatus.PUBLISHED), {"earliest": FIRST + timedelta(days=1)}, "earliest"),
        (stored(ListingStatus.PUBLISHED), {"latest": LAST - timedelta(days=1)}, "earliest"),
        (stored(ListingStatus.PUBLISHED), {"certainty": Certainty.IDEA}, "earliest"),
        (stored(ListingStatus.PUBLISHED), THERE, "planned"),
        (stored(ListingStatus.PUBLISHED, lot_id=7, **THERE), {}, "planned"),
        (stored(ListingStatus.PUBLISHED, lot_id=7, **THERE), THERE, None),
        (stored(ListingStatus.WITHDRAWN), {"latest": TOMORROW}, None),
        (stored(ListingStatus.CLOSED), {"latest": TOMORROW}, None),
    ],
)
def test_a_plan_on_offer_does_not_change_by_the_way_and_what_lies_there_is_not_planned(
    before: Listing, after: dict[str, Any], wrong: str | None
) -> None:
    if wrong is None:
        check_plan_stays(before, replace(LOT, **after))
        return
    with pytest.raises(Invalid) as refusal:
        check_plan_stays(before, replace(LOT, **after))
    assert refusal.value.field == wrong


def test_what_becomes_planned_has_no_first_day_of_its_own_any_more_and_the_other_way_round() -> None:
    assert emptied(before=False, after=True) == {"available_from": None, "available_until": None}
    assert emptied(before=True, after=False) == {"earliest": None, "latest": None, "certainty": None}
    assert emptied(before=True, after=True) == {}
