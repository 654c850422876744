"""The lot in hand, locked, with whatever offers it. What happens to the one is said by the other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries import lots
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.units import plain
from marketplace.market.actions import counters
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus, Location
from marketplace.market.rules.values import place_columns
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.places.rules import PlaceBasis
from marketplace.stock.rules.handling import promised, too_little


@dataclass(frozen=True, slots=True)
class Held:
    """A locked lot, and the listing that offers it or is a draft of it, locked before it."""

    lot: Lot
    offer: Listing | None

    @property
    def listing_id(self) -> int | None:
        """The offer that a movement belongs to."""
        return None if self.offer is None else self.offer.id


def hold(session: Session, actor: Actor, lot_id: int, permission: Can) -> Held:
    """Lock a lot to which the actor has this right, read again, with its offer."""
    seen = lots.get_lot(session, actor, lot_id)
    require(actor, permission, seen)
    return take_hold(session, seen)


def take_hold(session: Session, seen: Lot) -> Held:
    """Lock a lot, read again. Refused where it went elsewhere meanwhile, for then the right may be another's."""
    where = (seen.depot_id, seen.owner_id, seen.holder_id)
    offer = counters.lock_offer(session, seen.id)
    lot = lots.lock(session, seen.id)
    if (lot.depot_id, lot.owner_id, lot.holder_id) != where:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see what it says now."))
    return Held(lot, offer)


def read_again(session: Session, lot_id: int) -> Lot:
    """The lot as it is now, with its parties and its depot, for whoever has just changed it."""
    rows = lots.lots_with_parts().where(Lot.id == lot_id).execution_options(populate_existing=True)
    session.flush()
    return session.scalars(rows).unique().one()


def follow_quantity(session: Session, actor: Actor, held: Held, delta: Decimal) -> None:
    """Let the offer say as much as its lot will be.

    Refused where less would be left than is there, or than others were promised.
    """
    lot, offer = held.lot, held.offer
    if lot.quantity + delta < 0:
        raise too_little(lot.quantity, lot.unit_of)
    if offer is None or not delta:
        return
    if not counters.correct(session, offer.id, delta):
        raise promised(offer.available, lot.unit_of)
    _say(session, actor, offer, "quantity")


def follow_place(session: Session, actor: Actor, held: Held, location: Location | None, depot: Depot | None) -> None:
    """Let the offer say where its lot lies now."""
    offer = held.offer
    if offer is None or (depot is not None and depot.id == offer.depot_id):
        return
    if depot is not None:
        point = Point(depot.lat, depot.lon)
        location = Location(depot.place_name, depot.municipality, point, PlaceBasis(depot.place_basis), depot.address)
    assert location is not None
    for name, value in {**place_columns(location), "depot_id": None if depot is None else depot.id}.items():
        setattr(offer, name, value)
    _say(session, actor, offer, "place")


def _say(session: Session, actor: Actor, offer: Listing, field: str) -> None:
    """Note the edit: whoever was changing the listing meanwhile hears of it."""
    offer.version += 1
    session.flush()
    facts: dict[str, Any] = {"version": offer.version, "fields": [field]}
    audit.record(session, actor, action="listing.edit", object_type="listing", object_id=offer.id, **facts)
    if offer.status != ListingStatus.DRAFT:
        bump_catalogue(session)


def tell_owner(session: Session, actor: Actor, lot: Lot, kind: Notice, amount: Decimal, reason: str) -> None:
    """Tell the owner of a lot, once, what somebody of another organisation wrote down of it."""
    if lot.owner_id == actor.organisation_id:
        return
    depot = None if lot.depot_id is None else session.get_one(Depot, lot.depot_id).name
    notify(
        session,
        kind,
        organisation_id=lot.owner_id,
        lot_id=lot.id,
        listing_title=lot.title,
        organisation=actor.organisation_name,
        quantity={"amount": plain(amount), "unit": lot.unit},
        depot=depot,
        reason=reason,
    )
