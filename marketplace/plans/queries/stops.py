"""The depots through which a plan may go: what each takes of whom, what is free there, and what lying there costs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.depots import list_depots
from marketplace.depots.queries.stock import sum_stock
from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.depots.rules.costs import Change, Cost, Rate, Rates, Stored, charge, sum_of
from marketplace.depots.rules.depot import check_taken, may_store
from marketplace.depots.rules.quarter import Span
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point, public_point
from marketplace.kernel.geo_columns import list_axes_m
from marketplace.kernel.units import Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.queries.columns import NEVER
from marketplace.plans.rules.stops import Depots
from marketplace.stock.queries.warnings import fills

ON_ITS_WAY = (ReservationStatus.OFFERED, ReservationStatus.REQUESTED, ReservationStatus.APPROVED)
THOUSAND, MICROGRAMS = 1000, 10**9  # of a unit, of a kilogram


@dataclass(frozen=True)
class Stops:
    """The depots that are open now: plain values, that outlive the session that read them.

    `rates`: the prices of each, by its number. `lies_in`: the depot where a listing's lot lies already, by their numbers.
    """

    columns: Depots
    rates: dict[int, Rates]
    lies_in: dict[int, int]

    def cost_of(self, depot_id: int, quantity: Decimal, unit: Unit, kg_per_unit: Decimal, span: Span) -> Cost:
        """What so much costs there in these days, as it would be settled."""
        there = Stored(unit, [Change(span.first, quantity, kg_per_unit)])
        return sum_of(charge(there, self.rates[depot_id], span)) if depot_id in self.rates else Cost(None, 0, is_known=False)


_NOTHING, _NOWHERE = np.zeros(0, np.int64), np.zeros(0, np.float64)
NO_STOPS = Stops(Depots(_NOTHING, _NOTHING, [], lambda *_of: False, _NOWHERE, _NOWHERE, np.zeros((0, 3))), {}, {})


def read_stops(session: Session, materials: Taxonomy) -> Stops:
    """Read the depots, what is free in each, and which lots on offer lie in one."""
    rows = list_depots(session)
    places = [public_point(Point(row.lat, row.lon)) for row in rows]
    lats, lons = np.array([at.lat for at in places], np.float64), np.array([at.lon for at in places], np.float64)
    columns = Depots(
        ids=np.array([row.id for row in rows], np.int64),
        longest_days=np.array([NEVER if row.longest_stay_days is None else row.longest_stay_days for row in rows], np.int64),
        rooms=_rooms(session, rows, materials),
        fits=_fits(session, rows, materials),
        lats=lats,
        lons=lons,
        spots=list_axes_m(lats, lons) if rows else np.zeros((0, 3)),
    )
    rates = {row.id: Rates(Rate(price.unit, price.euros_per_week, price.from_on) for price in row.rates) for row in rows}
    return Stops(columns, rates, _lying(session))


def _fits(session: Session, rows: list[Depot], materials: Taxonomy) -> Callable[[int, int, int], bool]:
    """Whether a depot takes this material of an organisation, as it is asked when somebody reserves for that depot."""
    kinds = session.execute(select(Organisation.id, Organisation.kind)).all() if rows else []
    storers = {
        (place, organisation_id)
        for place, row in enumerate(rows)
        for organisation_id, kind in kinds
        if may_store(row.storers, owner_id=organisation_id, owner_kind=kind, depot_owner_id=row.organisation_id)
    }
    taken = {
        (place, group.slug) for place, row in enumerate(rows) for group in materials.groups if _is_taken(row.takes, group.slug)
    }

    def fits(depot: int, asker: int, material: int) -> bool:
        return (depot, asker) in storers and (depot, materials.material_by_id(material).group.slug) in taken

    return fits


def _is_taken(takes: str, group: str) -> bool:
    try:
        check_taken(takes, group)
    except Invalid:
        return False
    return True


def _rooms(session: Session, rows: list[Depot], materials: Taxonomy) -> list[dict[Kind, int]]:
    """What is free: what fits, less what lies there, what was announced, and what was asked for to be brought there."""
    ids = [row.id for row in rows]
    sums = sum_stock(session, ids) if rows else {}
    coming = _coming(session, ids, materials)
    found = []
    for row in rows:
        rooms: dict[Kind, int] = {}
        for fill in fills(row, sums[row.id]):
            left = fill.left - sum(_takes(fill.kind, amount, unit, kg) for amount, unit, kg in coming.get(row.id, ()))
            if fill.kind is not Kind.PALLET:  # on how many pallets something will stand nobody knows yet
                rooms[fill.kind] = max(int(left * THOUSAND * (MICROGRAMS if fill.kind is Kind.TONNE else 1)), 0)
        found.append(rooms)
    return found


def _takes(kind: Kind, amount: Decimal, unit: str, kg: Decimal) -> Decimal:
    if kind is Kind.TONNE:
        return kg / THOUSAND
    return amount if kind.value == unit else Decimal(0)


def _coming(session: Session, ids: Iterable[int], materials: Taxonomy) -> dict[int, list[tuple[Decimal, str, Decimal]]]:
    """By depot, what is on its way there: amount, unit and mass."""
    announced = (
        select(Arrival.depot_id, Arrival.quantity, Arrival.unit, Arrival.material_id, Lot.kg_per_unit)
        .outerjoin(Lot, Lot.id == Arrival.announced_lot_id)
        .where(Arrival.ended_at.is_(None))
    )
    reserved = (
        select(Reservation.depot_id, Reservation.quantity, Reservation.unit, Listing.material_id, Listing.kg_per_unit)
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(Reservation.status.in_(ON_ITS_WAY), Reservation.depot_id.is_not(None))
    )
    asked, found = set(ids), dict[int, list[tuple[Decimal, str, Decimal]]]()
    for rows in (announced, reserved) if asked else ():
        for depot_id, amount, unit, material_id, kg_per_unit in session.execute(rows):
            if depot_id in asked:
                kg = materials.material_by_id(material_id).mass_kg(amount, Unit(unit), kg_per_unit)
                found.setdefault(depot_id, []).append((amount, unit, kg))
    return found


def _lying(session: Session) -> dict[int, int]:
    rows = (
        select(Listing.id, Lot.depot_id)
        .join(Lot, Lot.id == Listing.lot_id)
        .where(Listing.status == ListingStatus.PUBLISHED.value, Lot.depot_id.is_not(None))
    )
    return {listing_id: depot_id for listing_id, depot_id in session.execute(rows) if depot_id is not None}
