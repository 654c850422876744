"""A transfer in all its legs: tonnes once, kilometres per leg, and of a part of what was driven its part."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, split_off
from marketplace.depots.models import Lot
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange
from marketplace.stock.queries.legs import Journey, find_journey
from tests.entries import append_entry
from tests.factories import make_actor
from tests.rooms.test_legs import leg
from tests.rooms.test_movements import make_lot

MAY = date(2026, 5, 4)


@pytest.fixture
def losser(session: Session) -> Actor:
    return make_actor(session, "losser")


@pytest.fixture
def lot(session: Session, losser: Actor) -> Lot:
    """800 m² of 185 kg."""
    with clock.frozen(clock.now() - timedelta(days=2)):
        return make_lot(session, losser, quantity="800")


def transfer(session: Session, lot: Lot, mass_kg: str, to: str = "oldenzaal", giver: str = "losser") -> Exchange:
    """So many kilograms over 10 × 1.3 km with a lorry of 0.2 kg per tonne-km, entered in kilograms."""
    return append_entry(session, giver, to, mass_kg=mass_kg, lot_id=lot.id, processing_factor=Decimal("0.001"))


def journey_of(session: Session, row: Exchange) -> Journey:
    journey = find_journey(session, row)
    assert journey is not None
    return journey


def test_a_transfer_that_went_in_one_has_no_legs(session: Session, lot: Lot) -> None:
    assert find_journey(session, transfer(session, lot, "148000")) is None
    assert find_journey(session, append_entry(session, "losser", "oldenzaal", mass_kg="148000")) is None


def test_legs_before_the_transfer_are_added_to_its_own(session: Session, lot: Lot) -> None:
    """148 t × (12 + 13) km = 1 776 + 1 924 tonne-km; 461.653 + 384.8 kg; 17 582.4 avoided, 148 kg of processing."""
    leg(session, lot)
    journey = journey_of(session, transfer(session, lot, "148000"))
    assert [driven_leg.row.road_km for driven_leg in journey.legs] == [12, 13]
    assert (journey.road_km, journey.tonne_km, journey.transport_kgco2e) == (25, 3700, Decimal("846.453"))
    assert (journey.avoided_kgco2e, journey.processing_kgco2e) == (Decimal("17582.4"), 148)
    assert journey.net_without_processing == Decimal("16735.947")
    assert journey.net_with_processing == Decimal("16587.947")


def test_a_part_carries_its_part_of_what_was_driven_before_it_was_split_off(session: Session, losser: Actor, lot: Lot) -> None:
    """200 of 800 m²: a quarter of 1 776 tonne-km and of 461.653 kg. What was driven of the rest later is not its."""
    with clock.frozen(clock.now() - timedelta(days=1)):
        leg(session, lot)
    part = split_off(session, By(losser, MAY), lot, Decimal(200))
    assert part is not None
    leg(session, lot)
    journey = journey_of(session, row_of_200_m2(session, part))
    assert [(driven_leg.quantity, driven_leg.tonne_km, driven_leg.transport_kgco2e) for driven_leg in journey.legs[:-1]] == [
        (200, 444, Decimal("115.413"))
    ]


def row_of_200_m2(session: Session, lot: Lot) -> Exchange:
    """A transfer counted in the unit of the lot, as transfers of lots are."""
    row = transfer(session, lot, "37000")
    session.expunge(row)
    row.quantity, row.unit = Decimal(200), "m2"
    return row


def test_what_an_earlier_owner_had_driven_belongs_to_the_earlier_transfer(session: Session, lot: Lot) -> None:
    leg(session, lot)
    first = transfer(session, lot, "148000")
    lot.owner_id = int(make_actor(session, "oldenzaal").organisation_id or 0)
    session.flush()
    leg(session, lot, "20")
    second = transfer(session, lot, "148000", to="borne", giver="oldenzaal")
    assert [driven_leg.row.road_km for driven_leg in journey_of(session, first).legs] == [12, 13]
    assert [driven_leg.row.road_km for driven_leg in journey_of(session, second).legs] == [20, 13]


def test_where_the_avoided_carbon_or_the_processing_is_unknown_the_net_is(session: Session, lot: Lot) -> None:
    leg(session, lot)
    row = append_entry(session, "losser", "oldenzaal", mass_kg="1000", lot_id=lot.id, carbon_factor=None)
    journey = journey_of(session, row)
    assert (journey.net_without_processing, journey.net_with_processing) == (None, None)
    journey = journey_of(session, append_entry(session, "losser", "borne", mass_kg="1000", lot_id=make_lot_of(session, lot).id))
    assert journey.net_without_processing is not None and journey.net_with_processing is None


def make_lot_of(session: Session, lot: Lot) -> Lot:
    other = make_lot(session, make_actor(session, "losser"), quantity="100")
    leg(session, other)
    return other
