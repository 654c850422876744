"""Where a transfer goes, what is on its way to a demand already, and what came back from it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import Integer, bindparam, literal_column, or_, select, type_coerce
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.depots import before, check_fits, get_depot
from marketplace.depots.queries.lots import find_received
from marketplace.depots.rules.lots import Whereabouts
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BEFORE_HAND_OVER, HOLDING
from marketplace.exchange.rules.returns import ReturnDraft, why_not_back
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.gates import list_findings
from marketplace.market.rules.listing import Location
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Finding
from marketplace.materials.rules.soil import Destination
from marketplace.materials.rules.taxonomy import Taxonomy, convert
from marketplace.places.queries.boundaries import municipality_of
from marketplace.places.rules import PlaceBasis

_reservation, _listing = Reservation.__table__.c, Listing.__table__.c
_UNDER_WAY = (
    select(
        type_coerce(Reservation.demand_id, Integer), Reservation.quantity, Listing.unit, Listing.material_id, Listing.kg_per_unit
    )
    .join(Reservation.listing)
    .where(Reservation.demand_id.in_(bindparam("ids", type_=Integer, expanding=True)), Reservation.status.in_(HOLDING))
)
_DEALS = (
    select(
        *(_reservation.quantity, _listing.unit, _listing.material_id, _listing.kg_per_unit),
        *(_reservation.status, _reservation.listing_id, _reservation.returned),
    )
    .join_from(Reservation.__table__, Listing.__table__, _listing.id == _reservation.listing_id)
    .where(
        _reservation.demand_id == bindparam("demand", type_=Integer),
        or_(_reservation.status.in_(HOLDING), _reservation.returned > literal_column("0", Integer)),
    )
)
_SERVED = select(type_coerce(Reservation.demand_id, Integer)).where(
    Reservation.demand_id.is_not(None), Reservation.status.in_(HOLDING)
)


def destination(reservation: Reservation, demand: Demand | None, receiver: Organisation) -> tuple[Point, str]:
    """Find where the material went and how that is known.

    The demand's place, unless it goes to a depot first; the place given with the reservation, or the receiver's main place.
    """
    if demand is not None and reservation.depot_id is None:
        return Point(demand.lat, demand.lon), "demand"
    if reservation.lat is not None and reservation.lon is not None:
        return Point(reservation.lat, reservation.lon), "reservation"
    return Point(receiver.main_lat, receiver.main_lon), "main_place"


def whereabouts_of(reservation: Reservation) -> Whereabouts:
    """Where the lot lies once it was handed over.

    In the depot where it went, else at the place of its terms.
    """
    terms = reservation.terms
    if terms is None:
        raise RuntimeError(f"reservation {reservation.id} was never approved")
    agreed = (terms.destination.lat, terms.destination.lon)
    if reservation.depot_id is not None and (reservation.lat, reservation.lon) == agreed:
        return Whereabouts(reservation.depot_id)
    return Whereabouts(place_name=terms.destination_name, point=terms.destination)


@dataclass(frozen=True, slots=True)
class Back:
    """Where a return lies, who has it there, and where it was driven to.

    None: where it came from, or it stayed.
    """

    to: Whereabouts
    holder_id: int
    location: Location | None
    driven_to: Point | None


def where_back(session: Session, reservation: Reservation, draft: ReturnDraft) -> Back:
    """Where what comes back lies from now on. At the place that was said, in a depot, with the receiver, or where it came from."""
    owner_id, listing = reservation.owner_id, reservation.listing
    if draft.depot_id is not None:
        depot = get_depot(session, draft.depot_id)
        owner, group = reservation.owner, get_taxonomy(session).material_by_id(listing.material_id).group
        check_fits(depot, owner, group.slug)
        return Back(Whereabouts(depot.id), owner_id, _location(depot), Point(depot.lat, depot.lon))
    if draft.location is not None:
        at = Whereabouts(place_name=draft.location.place_name, point=draft.location.point)
        return Back(at, owner_id, draft.location, draft.location.point)
    if draft.stays:
        return _with_receiver(session, reservation)
    at = (
        Whereabouts(listing.depot_id)
        if listing.depot_id
        else Whereabouts(None, "", 0, listing.place_name, Point(listing.lat, listing.lon))
    )
    return Back(at, owner_id, None, None)


def stood_before(depot: Depot, back: Back) -> Back:
    """The same before the depot, until one of its keepers takes it in. Its spot is the depot's to tell."""
    at = before(depot)
    return replace(back, to=at, location=replace(_location(depot), point=at.point or Point(depot.lat, depot.lon), address=None))


def _location(depot: Depot) -> Location:
    """The place of a depot, as a listing has it."""
    point, basis = Point(depot.lat, depot.lon), PlaceBasis(depot.place_basis)
    return Location(depot.place_name, depot.municipality, point, basis, depot.address)


def _with_receiver(session: Session, reservation: Reservation) -> Back:
    """It lies where the receiver has it, in a depot or not."""
    lot = session.get_one(Lot, find_received(session, reservation.id))
    if lot.depot_id is not None:
        depot = get_depot(session, lot.depot_id)
        return Back(Whereabouts(depot.id, lot.bay), reservation.organisation_id, _location(depot), None)
    at = whereabouts_of(reservation)
    point = at.point if lot.lat is None or lot.lon is None else Point(lot.lat, lot.lon)
    name = lot.place_name or at.place_name
    if point is None:
        raise RuntimeError(f"lot {lot.id} lies nowhere")
    location = Location(name, municipality_of(point) or "", point, PlaceBasis.POINT)
    return Back(Whereabouts(place_name=name, point=point), reservation.organisation_id, location, None)


def place_of(reservation: Reservation) -> Destination:
    """Where a reservation goes, as the rules ask it."""
    return Destination(not reservation.is_internal, reservation.receiving_soil, reservation.function_class)


def list_transfer_findings(session: Session, reservation: Reservation) -> tuple[Finding, ...]:
    """What the rules say of a transfer until it is handed over; nothing after that. Both sides read all of it."""
    if reservation.status not in BEFORE_HAND_OVER:
        return ()
    return list_findings(session, reservation.listing, destination=place_of(reservation))


def covered(session: Session, listing: Listing, demand: Demand, amount: Decimal) -> Decimal:
    """What an amount of a lot covers of a demand, in the demand's unit."""
    return _covered(get_taxonomy(session), demand, amount, Unit(listing.unit), listing.material_id, listing.kg_per_unit)


def _covered(
    taxonomy: Taxonomy, demand: Demand, amount: Decimal, unit: Unit, material_id: int, kg_per_unit: Decimal | None
) -> Decimal:
    wanted, offered = Unit(demand.unit), taxonomy.material_by_id(material_id)
    material = offered if offered.takes(wanted) else taxonomy.material_by_id(demand.material_id)
    return convert(amount, unit, wanted, material, kg_per_unit, unit)


def total_under_way(session: Session, demand: Demand) -> Decimal:
    """What open reservations hold for a demand now, in its unit."""
    return totals_under_way(session, [demand]).get(demand.id, Decimal(0))


def totals_under_way(session: Session, demands: Collection[Demand]) -> dict[int, Decimal]:
    """The same of several demands, by their ids. Those with nothing under way are left out."""
    by_id = {demand.id: demand for demand in demands}
    totals: dict[int, Decimal] = {}
    for number, amount, unit, material_id, kg_per_unit in session.execute(_UNDER_WAY, {"ids": list(by_id)}):
        part = _covered(get_taxonomy(session), by_id[number], amount, Unit(unit), material_id, kg_per_unit)
        totals[number] = totals.get(number, Decimal(0)) + part
    return totals


def list_demands_come_back_from(session: Session, parent_ids: Collection[int]) -> dict[int, set[int]]:
    """The demands that gave something of these lots back, by the ids of the lots. A lot that came back is not offered to them again."""
    if not parent_ids:
        return {}
    rows = select(Reservation.listing_id, type_coerce(Reservation.demand_id, Integer)).where(
        Reservation.listing_id.in_(parent_ids), Reservation.demand_id.is_not(None), Reservation.returned > 0
    )
    demands_by_lot: dict[int, set[int]] = {}
    for listing_id, demand_id in session.execute(rows):
        demands_by_lot.setdefault(listing_id, set()).add(demand_id)
    return demands_by_lot


def fetch_deals(session: Session, demand: Demand) -> tuple[Decimal, list[int]]:
    """What is under way to a demand, in its unit, and the lots of which it gave part back."""
    taxonomy, total, given_back = get_taxonomy(session), Decimal(0), []
    for amount, unit, material_id, kg_per_unit, status, listing_id, returned in session.connection().execute(
        _DEALS, {"demand": demand.id}
    ):
        if status in HOLDING:
            total += _covered(taxonomy, demand, amount, Unit(unit), material_id, kg_per_unit)
        if returned > 0:
            given_back.append(listing_id)
    return total, given_back


def list_served_demands(session: Session) -> set[int]:
    """The ids of the demands that have something under way."""
    return set(session.scalars(_SERVED))


def find_not_back(session: Session, reservation: Reservation) -> Text | None:
    """Why nothing of a completed transfer can come back now; None where something can."""
    lot = session.get(Lot, find_received(session, reservation.id) or 0, populate_existing=True)
    if lot is None:
        return None
    with_receiver = lot.quantity if lot.owner_id == reservation.organisation_id else Decimal(0)
    return why_not_back(is_blocked=lot.blocked_at is not None, with_receiver=with_receiver)


def is_received_blocked(session: Session, reservation: Reservation) -> bool:
    """Whether a recall blocks the lot that this transfer brought."""
    lot = session.get(Lot, find_received(session, reservation.id) or 0, populate_existing=True)
    return lot is not None and lot.blocked_at is not None


def list_soil_for(session: Session, demand_id: int) -> list[int]:
    """Ids of the reservations of soil that still goes to the place of this demand.

    Its classes were said with them. The demand is locked: whoever reserves for it meanwhile has done so, or waits.
    """
    session.execute(select(Demand.id).where(Demand.id == demand_id).with_for_update())
    rows = select(Reservation.id).where(
        Reservation.demand_id == demand_id,
        Reservation.receiving_soil.is_not(None),
        Reservation.status.in_([status.value for status in BEFORE_HAND_OVER]),
    )
    return list(session.scalars(rows.order_by(Reservation.id)))
