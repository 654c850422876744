"""A leg of a lot in the ledger: kilometres and no tonnes, from its owner to its owner, named by its lot."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.depots.models import Lot
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.impact.queries.statistics import get_statistics
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point, distance_km
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import list_of_same_reservation
from marketplace.stock.actions.legs import book_leg
from marketplace.stock.rules.driving import Drive
from tests.entries import append_entry
from tests.factories import make_actor
from tests.rooms.test_movements import make_lot

STREET, YARD = Point(52.2620, 7.0050), Point(52.2000, 6.9000)  # Losser, and 10 km from there
MAY = date(2026, 5, 4)
LORRY = "vrachtauto-zwaar-50"


@pytest.fixture
def losser(session: Session) -> Actor:
    return make_actor(session, "losser")


@pytest.fixture
def lot(session: Session, losser: Actor) -> Lot:
    """800 m² of 185 kg: 148 000 kg."""
    return make_lot(session, losser, quantity="800")


def leg(session: Session, lot: Lot, driven_km: str | None = "12", vehicle: str | None = None, day: date = MAY) -> Exchange | None:
    drive = Drive(None if driven_km is None else Decimal(driven_km), vehicle)
    return book_leg(session, lot, start=STREET, end=YARD, day=day, drive=drive)


def broken(session: Session) -> list[str]:
    """What `check` would say, but for what a lot that nobody published owes."""
    session.flush()
    return [f"{label}: {breach}" for label, ask in INVARIANTS if (breach := ask(session))]


def test_a_leg_counts_what_was_driven_and_no_tonnes(session: Session, lot: Lot) -> None:
    """148 t × 12 km = 1 776 tonne-km, × 0.25994 kg = 461.653 kg."""
    row = leg(session, lot)
    assert row is not None
    assert (row.kind, row.row_version, row.cause, row.lot_id, row.through) == ("haul", 4, "depot", lot.id, "depot")
    assert (row.reservation_id, row.listing_id, row.demand_id, row.recall_id) == (None, None, None, None)
    assert (row.from_slug, row.to_slug, row.mass_kg, row.quantity) == ("losser", "losser", 0, 800)
    assert (row.road_km, row.road_basis, row.tonne_km) == (12, "driven", 1776)
    assert (row.vehicle_class, row.vehicle_basis, row.transport_kgco2e) == (LORRY, "default", Decimal("461.653"))
    assert (row.avoided_kgco2e, row.processing_kgco2e, row.net_kgco2e, row.price_cents) == (0, 0, Decimal("-461.653"), 0)
    assert (row.month, row.happened_on) == ("2026-05", MAY)


def test_a_leg_of_a_part_counts_that_part(session: Session, lot: Lot) -> None:
    """100 of 800 m²: 18.5 t × 12 km."""
    row = book_leg(session, lot, start=STREET, end=YARD, day=MAY, drive=Drive(Decimal(12)), amount=Decimal(100))
    assert row is not None and (row.quantity, row.tonne_km) == (100, 222)


def test_what_nobody_entered_is_estimated_from_the_straight_line(session: Session, lot: Lot) -> None:
    row = leg(session, lot, None)
    assert row is not None and row.road_basis == "estimated"
    assert row.road_km == (row.distance_km * Decimal("1.3")).quantize(Decimal("0.001"))


@pytest.mark.parametrize(
    ("driven_km", "vehicle", "field"), [("3", None, "driven_km"), ("2001", None, "driven_km"), ("12", "ezel", "vehicle_class")]
)
def test_a_drive_that_cannot_be_is_refused(session: Session, lot: Lot, driven_km: str, vehicle: str | None, field: str) -> None:
    assert distance_km(STREET, YARD) > 9
    with pytest.raises(Invalid) as refused:
        leg(session, lot, driven_km, vehicle)
    assert refused.value.field == field
    assert session.query(Exchange).count() == 0


def test_where_nothing_drove_no_row_is_written(session: Session, lot: Lot) -> None:
    assert book_leg(session, lot, start=YARD, end=YARD, day=MAY, drive=Drive()) is None
    assert book_leg(session, lot, start=YARD, end=YARD, day=MAY, drive=Drive(Decimal("0.4"))) is not None


def test_legs_are_in_the_figures_beside_the_tonnes_of_the_transfer(session: Session, lot: Lot) -> None:
    append_entry(session, "losser", "oldenzaal", mass_kg="148000", distance_km="9")
    before = get_statistics(session, ANONYMOUS).totals
    leg(session, lot)
    after = get_statistics(session, ANONYMOUS).totals
    assert (after.exchanges, after.mass_kg, after.avoided_kgco2e) == (before.exchanges, before.mass_kg, before.avoided_kgco2e)
    assert after.tonne_km - before.tonne_km == pytest.approx(
        Decimal(1776), abs=75
    )  # the public reads an average in whole kilometres
    assert broken(session) == []


def test_a_leg_stands_alone_among_the_rows_of_transfers(session: Session, lot: Lot) -> None:
    first, second = leg(session, lot), leg(session, lot)
    assert first is not None and second is not None
    assert [row.seq for row in list_of_same_reservation(session, first)] == [first.seq]


@pytest.mark.parametrize(
    "changed",
    [
        "lot_id = NULL",
        "kind = 'transfer', cause = NULL",
        "cause = 'recall'",
        "recall_id = 7",
        "cause = 'weather'",
    ],
)
def test_a_row_without_a_reservation_is_the_haul_of_a_lot_and_nothing_else(session: Session, lot: Lot, changed: str) -> None:
    leg(session, lot)
    columns = [column.name for column in Exchange.__table__.columns if column.name not in ("seq", "hash")]
    values = {name: name for name in columns} | dict(part.split(" = ", 1) for part in changed.split(", "))
    statement = (
        f"INSERT INTO exchange (seq, hash, {', '.join(columns)}) SELECT 99, 'x', {', '.join(values.values())} FROM exchange"
    )
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(statement))
