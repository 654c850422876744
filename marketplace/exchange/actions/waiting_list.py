"""The next in line when something is free again, and those who are displaced."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor
from marketplace.exchange.actions.transitions import put, tell
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.requests import CLAIMING, WAITING, rank_requests
from marketplace.exchange.rules.reservation import OFFER_WITHIN, ReservationStatus, reminder
from marketplace.kernel import clock
from marketplace.market.actions import counters
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus, is_part_allowed
from marketplace.notices.rules.kinds import Notice


def offer_next(session: Session, listing_id: int) -> int:
    """Offer what is free again to the highest on the waiting list that fits.

    For 48 hours, and so on while another fits; returns how many.

    Behind the lock of the listing, so the quantity is offered once, however often this is called.
    """
    listing = counters.lock(session, listing_id)
    offered = 0
    while _gives(listing):
        fit = next((item for item in _waiting(session, listing) if _fits(listing, item)), None)
        if fit is None or not counters.hold(session, listing_id, fit.quantity):
            break
        now = clock.now()
        until = now + OFFER_WITHIN
        made = put(
            session,
            CLOCK,
            fit,
            "offer",
            (WAITING,),
            ReservationStatus.OFFERED,
            offered_at=now,
            expires_at=until,
            reminded_days=reminder(clock.local(until).date(), clock.local(now).date()),
        )
        tell(session, Notice.RESERVATION_OFFERED, made, owner=False)
        offered += 1
        listing = counters.lock(session, listing_id)
    return offered


def _gives(listing: Listing) -> bool:
    ended = listing.available_until is not None and listing.available_until < clock.today()
    return listing.status == ListingStatus.PUBLISHED and listing.available > 0 and not ended


def _waiting(session: Session, listing: Listing) -> list[Reservation]:
    return [claim.reservation for claim in rank_requests(session, listing).claims if claim.reservation.status == WAITING]


def _fits(listing: Listing, reservation: Reservation) -> bool:
    needed = reservation.needed_by is None or reservation.needed_by >= clock.today()
    whole = is_part_allowed(reservation.quantity, listing.available, listing.minimum_part)
    return needed and whole and reservation.quantity <= listing.available


def displace(session: Session, actor: Actor, listing: Listing, chosen: Reservation, left: Decimal) -> None:
    """Leave other unapproved reservations, in their order, what still fits. The rest wait and are notified."""
    for claim in rank_requests(session, listing).claims:
        other = claim.reservation
        if other.id == chosen.id or other.status not in CLAIMING:
            continue
        if other.quantity <= left:
            left -= other.quantity
            continue
        if not counters.release(session, listing.id, other.quantity):
            raise RuntimeError(f"reservation {other.id} held more than its listing says")
        moved = put(
            session, actor, other, "displace", CLAIMING, WAITING, waiting_since=clock.now(), expires_at=None, reminded_days=None
        )
        tell(session, Notice.RESERVATION_DISPLACED, moved, owner=False)
