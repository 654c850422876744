"""What goes to a depot or comes back to one, and what its owner gets back while the receiver still has it."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.depots.actions.depots import create_depot
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.depot import DepotDraft
from marketplace.exchange.models import Reservation
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point, distance_km
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.market.models import Listing
from tests.at_the_gate import sound
from tests.factories import location, make_actor, make_demand, seed_taxonomy
from tests.rooms.test_returns import back, give_back, m2, rows, transferred
from tests.yards import keep

BORNE = Point(52.3001, 6.7480)


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    return {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "losser")}


@pytest.fixture
def yard(session: Session, cast: dict) -> Depot:
    draft = DepotDraft("Gemeentewerf", "Borne", "borne", BORNE, "point", "Industriestraat 1")
    depot = create_depot(session, make_actor(session, "borne", "coordinator"), draft=draft)
    keep(session, depot, cast["borne"])
    return get_depot(session, depot.id)


def last_lot(session: Session) -> Lot:
    lot = session.scalars(select(Lot).order_by(Lot.id.desc())).first()
    assert lot is not None
    return lot


def child(session: Session) -> Listing:
    return session.scalars(select(Listing).where(Listing.parent_id.is_not(None))).one()


def test_what_is_reserved_for_a_depot_lies_there_and_the_kilometres_go_there(session: Session, cast: dict, yard: Depot) -> None:
    reservation = transferred(session, cast, depot_id=yard.id)
    lot, (row,) = last_lot(session), rows(session, RowKind.TRANSFER)
    assert (lot.depot_id, lot.owner_id, lot.quantity) == (yard.id, reservation.organisation_id, 240)
    assert (row.lot_id, row.cause, row.distance_basis) == (lot.id, None, "reservation")
    assert row.distance_km == distance_km(Point(reservation.listing.lat, reservation.listing.lon), BORNE)
    sound(session)


def test_a_depot_counts_before_the_place_of_the_demand(session: Session, cast: dict, yard: Depot) -> None:
    demand = make_demand(session, cast["borne"], quantity=m2("240"))
    reservation = transferred(session, cast, demand_id=demand.id, depot_id=yard.id)
    assert reservation.terms is not None
    assert (reservation.terms.destination, reservation.terms.destination_name) == (BORNE, "Gemeentewerf")
    sound(session)


def test_a_depot_and_another_place_are_not_both_said(session: Session, cast: dict, yard: Depot) -> None:
    with pytest.raises(Invalid) as refused:
        transferred(session, cast, depot_id=yard.id, location=location("borne"))
    assert refused.value.field == "depot"


def test_a_closed_depot_and_one_that_takes_no_paving_are_refused(session: Session, cast: dict, yard: Depot) -> None:
    yard.takes = "|grond|"
    with pytest.raises(Invalid, match="neemt dit materiaal niet"):
        transferred(session, cast, depot_id=yard.id)
    yard.takes, yard.is_active = "", False
    with pytest.raises(Conflict, match="gesloten"):
        transferred(session, cast, depot_id=yard.id)
    assert session.scalars(select(Reservation)).all() == []


def test_what_comes_back_to_a_depot_lies_and_is_offered_there(session: Session, cast: dict, yard: Depot) -> None:
    """40 m² of 185 kg back from the main place of Borne: driven 3 km, 22.2 tonne-km."""
    give_back(session, cast, transferred(session, cast), back("40", depot_id=yard.id, driven_km=Decimal(3)))
    lot, listing, (haul,) = last_lot(session), child(session), rows(session, RowKind.HAUL)
    assert (lot.depot_id, lot.quantity, lot.owner_id, lot.holder_id) == (yard.id, 40, *[cast["hengelo"].organisation_id] * 2)
    assert (listing.depot_id, listing.lot_id, listing.municipality) == (yard.id, lot.id, "borne")
    assert (haul.cause, haul.distance_basis, haul.tonne_km) == ("return", "return", Decimal("22.2"))
    sound(session)


def test_what_stays_with_the_receiver_is_the_owners_and_nothing_drove(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    give_back(session, cast, reservation, back("40", stays=True))
    lot, listing = last_lot(session), child(session)
    assert (lot.owner_id, lot.holder_id, lot.quantity) == (reservation.owner_id, reservation.organisation_id, 40)
    assert reservation.terms is not None and Point(listing.lat, listing.lon) == reservation.terms.destination
    assert (listing.organisation_id, listing.municipality) == (reservation.owner_id, "borne")
    assert rows(session, RowKind.HAUL) == []
    (reversal,) = rows(session, RowKind.REVERSAL)
    assert (reversal.mass_kg, reversal.cause, reversal.lot_id) == (-7400, "return", rows(session, RowKind.TRANSFER)[0].lot_id)
    sound(session)


def test_what_stays_in_the_depot_of_the_receiver_lies_in_that_depot(session: Session, cast: dict, yard: Depot) -> None:
    reservation = transferred(session, cast, depot_id=yard.id)
    give_back(session, cast, reservation, back("40", stays=True))
    assert (last_lot(session).depot_id, child(session).depot_id) == (yard.id, yard.id)
    assert last_lot(session).holder_id == reservation.organisation_id
    sound(session)


@pytest.mark.parametrize("changes", [{"driven_km": Decimal(3)}, {"vehicle_class": "vrachtauto-zwaar-50"}])
def test_what_stays_was_not_driven(session: Session, cast: dict, changes: dict) -> None:
    with pytest.raises(Invalid) as refused:
        give_back(session, cast, transferred(session, cast), back("40", stays=True, **changes))
    assert refused.value.field == "driven_km"


def test_a_return_lies_at_one_place(session: Session, cast: dict, yard: Depot) -> None:
    reservation = transferred(session, cast)
    for changes in ({"depot_id": yard.id, "stays": True}, {"depot_id": yard.id, "location": location("hengelo")}):
        with pytest.raises(Invalid, match="één plaats"):
            give_back(session, cast, reservation, back("40", **changes))
    assert session.query(Exchange).count() == 1
