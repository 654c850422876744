"""A lot in stock goes on offer: a draft listing that says what the lot says."""

from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.lots import check_unblocked
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, plain
from marketplace.market.actions import counters
from marketplace.market.actions.listings import create_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingDraft, Location
from marketplace.market.rules.values import check_not_planned
from marketplace.materials.queries import taxonomy
from marketplace.notices.actions import audit
from marketplace.places.queries.gazetteer import gazetteer
from marketplace.places.rules import PlaceBasis
from marketplace.stock.actions.offers import hold
from marketplace.stock.actions.places import whereabouts
from marketplace.stock.rules.handling import check_part, too_little


def draft_of_lot(session: Session, actor: Actor, *, lot_id: int, amount: Decimal | None, **said: Any) -> ListingDraft:
    """Describe an offer of a lot, or of a part of it. Material, unit, quantity, weight and place are the lot's; the rest is said."""
    lot = get_lot(session, actor, lot_id)
    require(actor, Can.OFFER_LOT, lot)
    if lot.quantity == 0:
        raise too_little(lot.quantity, lot.unit_of)
    offered = lot.quantity if amount is None else amount
    check_part(offered, lot.unit_of)
    weighed = {"kg_per_unit": lot.kg_per_unit, "confirm_unusual": True} if lot.kg_basis == "measured" else {}
    return ListingDraft(
        material=taxonomy(session).material_by_id(lot.material_id).slug,
        quantity=Quantity(offered, lot.unit_of),
        location=None if lot.depot_id is not None else _location(lot),
        depot_id=lot.depot_id,
        **{**weighed, **said},
    )


def _location(lot: Lot) -> Location:
    """Where it lies in no depot, as the market stores it."""
    point = whereabouts(lot).point
    if point is None:
        raise Invalid(_("Nobody said where this lot lies. Move it to a place or a depot first."), "lot")
    return Location(lot.place_name, gazetteer().at(point).municipality_slug or "", point, PlaceBasis.POINT)


def offer_lot(session: Session, actor: Actor, *, lot_id: int, draft: ListingDraft) -> Listing:
    """Make a draft listing of a lot as it lies in stock. Of a part of it: that part becomes a lot of its own first."""
    lot = hold(session, actor, lot_id, Can.OFFER_LOT).lot
    check_not_planned(draft)
    check_unblocked(is_blocked=lot.blocked_at is not None)
    if counters.lock_offer(session, lot.id) is not None:  # asked again: it may have been offered while this one waited
        raise Conflict(_("This lot is on offer already, or there is a draft of an offer. Go on with that one."), "lot")
    amount = draft.quantity.amount
    if amount > lot.quantity:
        raise too_little(lot.quantity, lot.unit_of)
    if amount < lot.quantity:
        part = movements.split_off(session, By(actor, clock.today()), lot, amount)
        if part is None:
            raise too_little(lot.quantity, lot.unit_of)
        audit.record(
            session, actor, action="lot.split", object_type="lot", object_id=lot.id, child=part.id, quantity=plain(amount)
        )
        lot = part
    listing = create_listing(session, actor, draft, lies_in=lot.depot_id)
    session.execute(update(Listing).where(Listing.id == listing.id).values(lot_id=lot.id))
    session.expire(listing)
    audit.record(session, actor, action="lot.offer", object_type="lot", object_id=lot.id, listing=listing.id)
    return get_listing(session, actor, listing.id)
