"""What was planned is there: from now on it is a lot as any other."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions.terms import move_first_day
from marketplace.exchange.actions.transitions import displace, note, notify_side, offer_next
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.requests import CLAIMING
from marketplace.exchange.queries.reservations import list_open_of_listing
from marketplace.exchange.rules import deadlines
from marketplace.exchange.rules.reservation import ReservationStatus, reminder
from marketplace.kernel import clock
from marketplace.market.actions import counters, lots
from marketplace.market.actions.photos import add_photo
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.market.queries.gates import check_gates
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.market.rules.photos import StoredPicture
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice
from marketplace.planned.actions.dates import keep_change
from marketplace.planned.rules import ThereDraft, check_enough, check_pictured, check_planned, check_there


def come_free(
    session: Session, actor: Actor, *, listing_id: int, draft: ThereDraft, pictures: Iterable[StoredPicture] = ()
) -> Listing:
    """Say that a planned lot is there: how much was measured, from which day, with a photo.

    It gets its lot. Whoever reserved it keeps what they asked as far as it goes round, approved ones first; the others wait. There already:
    nothing changes.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.PUBLISHED and listing.lot_id is not None:
        return listing
    check_planned(status=listing.status, planned=listing.planned)
    for picture in pictures:
        add_photo(session, actor, listing_id=listing_id, picture=picture)
    counters.lock(session, listing_id)
    session.expire(listing)
    listing = get_listing(session, actor, listing_id)
    check_planned(status=listing.status, planned=listing.planned)
    each = listing.kg_per_unit or get_taxonomy(session).material_by_id(listing.material_id).weights_kg.get(listing.unit_of)
    check_there(draft, listing.quantity, clock.today(), kg_per_unit=each)
    check_pictured(len(listing.photos))
    check_gates(session, listing, moment=Moment.PUBLISH)
    _make_room(session, actor, listing, draft)
    keep_change(session, actor, listing, reason="", came_on=draft.came_on)
    listing = _there(session, actor, listing, draft)
    for reservation in list_open_of_listing(session, listing_id):
        _goes_on(session, actor, reservation, draft)
    offer_next(session, listing_id)
    bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def _make_room(session: Session, actor: Actor, listing: Listing, draft: ThereDraft) -> None:
    """Leave those who claim it what goes round, in their order."""
    claimed = sum((row.quantity for row in list_open_of_listing(session, listing.id) if row.status in CLAIMING), Decimal(0))
    firm = listing.held - claimed
    check_enough(draft.amount, firm)
    if draft.amount.amount < listing.held:
        displace(session, actor, listing, None, draft.amount.amount - firm, Notice.PLAN_SHORT)


def _there(session: Session, actor: Actor, listing: Listing, draft: ThereDraft) -> Listing:
    """The listing is what was measured, and its lot lies there."""
    measured, number = draft.amount.amount, listing.id
    values: dict[str, Any] = {
        "planned": False,
        "earliest": None,
        "latest": None,
        "certainty": None,
        "available_from": draft.came_on,
        "available_until": draft.available_until,
        "quantity": measured,
        "corrected": listing.corrected + measured - listing.quantity,
        "quantity_basis": draft.basis.value,
        "minimum_part": None if listing.minimum_part is not None and listing.minimum_part > measured else listing.minimum_part,
        "confirmed_on": clock.today(),
    }
    change = update(Listing).where(Listing.id == number).execution_options(synchronize_session=False)
    session.execute(change.values(**values, version=Listing.version + 1))
    session.expire(listing)
    listing = get_listing(session, actor, number)
    lot_id = lots.bring_in(session, actor, listing, on=draft.came_on)
    session.execute(change.values(lot_id=lot_id))
    session.expire(listing)
    audit.record(session, actor, action="listing.come-free", object_type="listing", object_id=number, quantity=measured)
    return get_listing(session, actor, number)


def _goes_on(session: Session, actor: Actor, reservation: Reservation, draft: ThereDraft) -> None:
    """A reservation holds without a condition from now on."""
    free: dict[str, Any] = {"agreed_earliest": None, "agreed_latest": None, "confirm_until": None, "dates_declined": False}
    is_approved = reservation.status == ReservationStatus.APPROVED
    if is_approved:
        until = deadlines.collect_until(clock.now(), first_day=draft.came_on, last_day=draft.available_until, hold_until=None)
        free |= {"expires_at": until, "reminded_days": reminder(clock.local(until).date(), clock.today())}
    reservation = note(session, actor, reservation, "came-free", **free)
    if is_approved:
        reservation = move_first_day(session, reservation, draft.came_on)
    if reservation.status in (ReservationStatus.REQUESTED, ReservationStatus.APPROVED):
        notify_side(session, Notice.PLAN_CAME, reservation, owner=False, first=draft.came_on.isoformat())
