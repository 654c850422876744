"""Where a transfer goes, and what is on its way to a demand already."""

from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HOLDING
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Unit
from marketplace.market.models import Demand, Listing
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import convert


def destination(reservation: Reservation, demand: Demand | None, receiver: Organisation) -> tuple[Point, str]:
    """Find where the material went and how that is known.

    The demand's place, the place given with the reservation, or the receiver's main place.
    """
    if demand is not None:
        return Point(demand.lat, demand.lon), "demand"
    if reservation.lat is not None and reservation.lon is not None:
        return Point(reservation.lat, reservation.lon), "reservation"
    return Point(receiver.main_lat, receiver.main_lon), "main_place"


def covered(session: Session, listing: Listing, demand: Demand, amount: Decimal) -> Decimal:
    """What an amount of a lot covers of a demand, in the demand's unit."""
    reference, unit, wanted = taxonomy(session), Unit(listing.unit), Unit(demand.unit)
    offered = reference.material_by_id(listing.material_id)
    material = offered if offered.takes(wanted) else reference.material_by_id(demand.material_id)
    return convert(amount, unit, wanted, material, listing.kg_per_unit, unit)


def total_under_way(session: Session, demand: Demand) -> Decimal:
    """What open reservations hold for a demand now, in its unit."""
    return totals_under_way(session, [demand]).get(demand.id, Decimal(0))


def totals_under_way(session: Session, demands: Collection[Demand]) -> dict[int, Decimal]:
    """The same of several demands, by their ids. Those with nothing under way are left out."""
    by_id = {demand.id: demand for demand in demands}
    rows = select(Reservation).where(Reservation.demand_id.in_(by_id), Reservation.status.in_(HOLDING))
    totals: dict[int, Decimal] = {}
    for item in session.scalars(rows.options(joinedload(Reservation.listing))):
        if item.demand_id is not None:
            part = covered(session, item.listing, by_id[item.demand_id], item.quantity)
            totals[item.demand_id] = totals.get(item.demand_id, Decimal(0)) + part
    return totals
