"""A lot in stock goes on offer: a draft listing that says what the lot says. What lies too long goes to the chain."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation, list_chain
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.lots import check_unblocked
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, plain
from marketplace.market.actions import counters
from marketplace.market.actions.listings import create_listing
from marketplace.market.actions.photos import copy_photos
from marketplace.market.actions.windows import audit_windows, bump_catalogue, note_changed_windows
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import Answer, Condition, ListingDraft, ListingStatus, Location
from marketplace.market.rules.values import check_not_planned, plain_fields, stored_value
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.places.queries.gazetteer import gazetteer
from marketplace.places.rules import PlaceBasis
from marketplace.stock.actions.offers import hold
from marketplace.stock.actions.places import whereabouts
from marketplace.stock.models import ChainOffer
from marketplace.stock.queries.events import LIVE, find_offers
from marketplace.stock.rules.chain import check_lies_too_long, check_to_be_had, clean_chain_reason
from marketplace.stock.rules.handling import check_part, too_little


def draft_of_lot(session: Session, actor: Actor, *, lot_id: int, amount: Decimal | None, **values: Any) -> ListingDraft:
    """Describe an offer of a lot, or of a part of it. Material, unit, quantity, weight and place are the lot's; the rest is said."""
    lot = get_lot(session, actor, lot_id)
    require(actor, Can.OFFER_LOT, lot)
    if lot.quantity == 0:
        raise too_little(lot.quantity, lot.unit_of)
    offered = lot.quantity if amount is None else amount
    check_part(offered, lot.unit_of)
    weighed = {"kg_per_unit": lot.kg_per_unit, "confirm_unusual": True} if lot.kg_basis == "measured" else {}
    return ListingDraft(
        material=get_taxonomy(session).material_by_id(lot.material_id).slug,
        quantity=Quantity(offered, lot.unit_of),
        location=None if lot.depot_id is not None else _location(lot),
        depot_id=lot.depot_id,
        **{**weighed, **values},
    )


def _location(lot: Lot) -> Location:
    """Where it lies in no depot, as the market stores it."""
    point = whereabouts(lot).point
    if point is None:
        raise Invalid(_("Nobody said where this lot is. Move it to a place or a depot first."), "lot")
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


def offer_to_chain(session: Session, actor: Actor, *, lot_id: int, reason: str) -> Listing:
    """Offer a lot that lies too long to the chain.

    Its listing opens to partners at once, and the chain is told once. What is not on offer yet becomes a draft, or stays one: the chain
    is told when it is published. Asked before: nothing changes.
    """
    held = hold(session, actor, lot_id, Can.OFFER_LOT)
    lot, today = held.lot, clock.today()
    check_unblocked(is_blocked=lot.blocked_at is not None)
    stay = None if lot.depot_id is None else session.scalar(select(Depot.longest_stay_days).where(Depot.id == lot.depot_id))
    check_lies_too_long(lot.in_depot_since, stay, today)
    reason = clean_chain_reason(reason)
    if held.offer is not None and session.get(ChainOffer, held.offer.id) is not None:
        return get_listing(session, actor, held.offer.id)
    if held.offer is None:
        values = {"title": lot.title, "condition": Condition(lot.condition), "available_from": today}
        turns = {"partners_from": today, "window_reason": reason}
        draft = draft_of_lot(session, actor, lot_id=lot.id, amount=None, **values, **turns)
        listing = offer_lot(session, actor, lot_id=lot.id, draft=draft)
    else:
        listing = held.offer
        check_to_be_had(listing.available_until, listing.available, today)
        _open_to_partners(session, actor, listing, reason)
    session.add(
        ChainOffer(listing_id=listing.id, lot_id=lot.id, reason=reason, person_id=actor.person_id, asked_at=clock.now(), told=0)
    )
    session.flush()
    audit.record(session, actor, action="lot.chain", object_type="lot", object_id=lot.id, listing=listing.id)
    if listing.status == ListingStatus.PUBLISHED:
        tell_chain(session, actor, listing)
    return get_listing(session, actor, listing.id)


def _open_to_partners(session: Session, actor: Actor, listing: Listing, reason: str) -> None:
    """Let every turn begin today at the latest. A turn that has begun stays as it is."""
    before, today = audit_windows(listing), clock.today()
    listing.circle_from = listing.circle_from and min(listing.circle_from, today)
    listing.region_from = listing.region_from and min(listing.region_from, today)
    listing.partners_from = min(listing.partners_from or today, today)
    listing.window_reason = listing.window_reason or reason
    listing.version += 1
    is_published = listing.status == ListingStatus.PUBLISHED
    if is_published:
        listing.confirmed_on = today  # whoever offers it again has said that it lies there still
    session.flush()
    fields = ["partners_from", "window_reason"]
    audit.record(
        session,
        actor,
        action="listing.edit",
        object_type="listing",
        object_id=listing.id,
        version=listing.version,
        fields=fields,
    )
    if is_published:
        note_changed_windows(session, actor, listing.id, before, audit_windows(listing))
        bump_catalogue(session)


def tell_chain(session: Session, actor: Actor, listing: Listing) -> int:
    """Tell each organisation of the chain once of an offer that is meant for it; how many. Nothing for any other offer."""
    require(actor, Can.EDIT_LISTING, listing)
    offer = session.get(ChainOffer, listing.id)
    if offer is None or offer.told_at is not None:
        return 0
    chain = list_chain(session, but=listing.organisation_id)
    owner = get_organisation(session, listing.organisation_id)
    for organisation in chain:
        notify(
            session,
            Notice.CHAIN_OFFERED,
            organisation_id=organisation.id,
            listing_id=listing.id,
            listing_title=listing.title,
            organisation=owner.name,
            quantity={"amount": plain(listing.available), "unit": listing.unit},
            reason=offer.reason,
        )
    offer.told_at, offer.told = clock.now(), len(chain)
    session.flush()
    audit.record(session, actor, action="listing.chain", object_type="listing", object_id=listing.id, told=len(chain))
    return len(chain)


def offer_again(session: Session, actor: Actor, *, listing_id: int) -> Listing | None:
    """Offer what is left of a lot once more, as the listing that ended said, with its photos. The lot stays the same lot.

    None where nothing of it lies there to offer: it was never there, it is gone or another's, it is offered already, or it is blocked.
    """
    was = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, was)
    lot = None if was.lot_id is None or was.status in LIVE else session.get(Lot, was.lot_id)
    if lot is None or lot.quantity == 0 or lot.owner_id != was.organisation_id or lot.blocked_at is not None:
        return None
    if find_offers(session, [lot.id]):
        return None
    slugs = {field.slug for field in get_taxonomy(session).material_by_id(was.material_id).fields}
    values: dict[str, Any] = {
        row.name: stored_value(was, row) for row in plain_fields() if row.is_again and row.name != "kg_per_unit"
    }
    draft = draft_of_lot(
        session,
        actor,
        lot_id=lot.id,
        amount=None,
        **values | {"available_from": clock.today()},
        hazards={code: Answer(answer) for code, answer in was.hazards.items()},
        fields={slug: value for slug, value in was.fields.items() if slug in slugs},
    )
    listing = offer_lot(session, actor, lot_id=lot.id, draft=draft)
    copy_photos(session, was, listing)
    session.expire(listing)
    return get_listing(session, actor, listing.id)
