"""What it means where nothing is said: the answer that does least."""

from dataclasses import MISSING, fields
from decimal import Decimal

import pytest

from marketplace.catalogue.rules.query import RADII_KM
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import ListingDraft
from marketplace.matching.rules.wanted import WantedQuery
from marketplace.materials.rules.taxonomy import VehicleClass


def unsaid(of: type) -> dict[str, object]:
    """The fields that may be left out, with what they are then."""
    return {one.name: one.default for one in fields(of) if one.default is not MISSING}


@pytest.mark.parametrize(
    ("of", "yes"),
    [
        (ReservationDraft, set()),
        (HandoverDraft, set()),
        (ListingDraft, set()),
        (DemandDraft, {"accepts_unknown_hazards"}),  # it is shown as a doubt
    ],
)
def test_nobody_agrees_to_anything_by_saying_nothing(of: type, yes: set[str]) -> None:
    assert {name for name, value in unsaid(of).items() if isinstance(value, int | Decimal) and value} == yes


def test_a_page_of_demands_is_the_first_of_24_and_of_everybody() -> None:
    said = unsaid(WantedQuery)
    assert (said["page"], said["page_size"], said["mine"]) == (1, 24, False)


def test_an_unknown_vehicle_emits_nothing_that_is_made_up() -> None:
    assert unsaid(VehicleClass)["kgco2e_per_tonne_km"] == 0


def test_the_radii_that_a_page_offers() -> None:
    assert RADII_KM == (5, 10, 15, 25, 50)
