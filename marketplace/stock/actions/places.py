"""Where a lot may go, and what is written down when a depot holds more than fits."""

from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries import depots
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel.geo import Point
from marketplace.kernel.units import plain
from marketplace.market.rules.listing import Location
from marketplace.materials.rules.taxonomy import Material
from marketplace.notices.actions import audit
from marketplace.stock.queries.warnings import list_over
from marketplace.stock.rules.handling import Going, check_pallets, clean_bay


def check_fits(depot: Depot, material: Material, owner: Organisation) -> None:
    """Refuse what this depot does not take, or not of this owner. That it is full is no reason."""
    depots.check_fits(depot, owner, material.group.slug)


def stand_in(depot: Depot, going: Going, *, bay: str = "", pallets: int = 0) -> Whereabouts:
    """Where in this depot it stands, as was said; `bay` and `pallets` where it was not."""
    names = [row.name for row in depot.bays if row.is_active]
    places = pallets if going.pallets is None else going.pallets
    check_pallets(places)
    return Whereabouts(depot.id, bay if going.bay is None else clean_bay(going.bay, names), places)


def outside(location: Location) -> Whereabouts:
    """A place that is no depot."""
    return Whereabouts(place_name=location.place_name, point=location.point)


def whereabouts(lot: Lot) -> Whereabouts:
    """Where a lot lies now."""
    point = None if lot.lat is None or lot.lon is None else Point(lot.lat, lot.lon)
    return Whereabouts(lot.depot_id, lot.bay, lot.pallets, lot.place_name, point)


def point_at(session: Session, at: Whereabouts) -> Point | None:
    """The point of a depot or of a place; None where that is not known."""
    if at.depot_id is None:
        return at.point
    depot = get_depot(session, at.depot_id)
    return Point(depot.lat, depot.lon)


def leg(session: Session, start: Whereabouts, end: Whereabouts) -> tuple[Point | None, Point | None]:
    """From where to where something drives that moves.

    What stood before the depot that takes it in, at the public point of it, was brought to it already and drives no further.
    """
    to = point_at(session, end)
    if end.depot_id is not None and start.depot_id is None:
        door = depots.before(get_depot(session, end.depot_id))
        if (start.place_name, start.point) == (door.place_name, door.point):
            return to, to
    return point_at(session, start), to


def note_fullness(session: Session, actor: Actor, depot_id: int, lot_id: int) -> None:
    """Leave in the audit that more lies in a depot now than fits. It is allowed, and stands on its keepers' lists."""
    session.flush()
    for fill in list_over(session, get_depot(session, depot_id)):
        facts: dict[str, Any] = {"kind": fill.kind.value, "taken": plain(fill.taken), "room": plain(fill.room), "lot": lot_id}
        audit.record(session, actor, action="depot.over-capacity", object_type="depot", object_id=depot_id, **facts)
