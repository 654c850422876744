"""Who asks for one lot, in which order, and who is next when something is free again.

A claim is a request that nobody has approved yet: `requested` and `offered` hold their quantity, `waiting` holds nothing.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.exchange.booking import destination
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries import list_claims
from marketplace.exchange.ranking import NO_SHOWS_COUNT, Claim, Score, ranked
from marketplace.exchange.rules import OFFER_WITHIN, ReservationStatus, reminder
from marketplace.exchange.transitions import put, tell
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.units import Unit
from marketplace.market import counters
from marketplace.market.models import Listing
from marketplace.market.queries import get_listing
from marketplace.market.rules import ListingStatus, is_part_allowed
from marketplace.notices.rules import Notice

WAITING = ReservationStatus.WAITING
CLAIMING = (ReservationStatus.REQUESTED, ReservationStatus.OFFERED)  # hold, and are not approved


@dataclass(frozen=True, slots=True)
class Ranked:
    """A claim in its place, 1 is the best, with its score and the sentences that make it."""

    reservation: Reservation
    place: int
    score: Score


@dataclass(frozen=True, slots=True)
class Queue:
    """All claims on a lot, best first. `free`: what the owner can still give: everything that is not approved, handed over or gone."""

    listing: Listing
    free: Decimal
    claims: tuple[Ranked, ...]

    def passed_over(self, chosen: Reservation, quantity: Decimal) -> list[Ranked]:
        """Who stands higher and would have been served in order, but goes without when the chosen one gets this quantity."""
        higher = next((one.place for one in self.claims if one.reservation.id == chosen.id), 0)
        in_order = _served(self.claims, self.free)
        others = tuple(one for one in self.claims if one.reservation.id != chosen.id)
        after = _served(others, self.free - quantity)
        return [one for one in others if one.place < higher and one.place in in_order - after]


def _served(claims: tuple[Ranked, ...], free: Decimal) -> set[int]:
    """The places of those that get all they ask when it is given out in order."""
    places = set()
    for one in claims:
        if one.reservation.quantity <= free:
            free -= one.reservation.quantity
            places.add(one.place)
    return places


def list_requests(session: Session, actor: Actor, listing_id: int) -> Queue:
    """The claims on a lot as its owner, the reviewer and the broker see them."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.READ_REQUESTS, listing)
    return queue_of(session, listing)


def queue_of(session: Session, listing: Listing) -> Queue:
    """The same for a verb that has asked what the actor may."""
    rows = list_claims(session, listing.id)
    held = sum((one.quantity for one in rows if one.status in CLAIMING), Decimal(0))
    free = listing.available + held
    missed = _no_shows(session, {one.organisation_id for one in rows})
    by_number = {one.id: one for one in rows}
    found = ranked([_claim(listing, one, missed) for one in rows], free=free, today=clock.today())
    return Queue(
        listing,
        free,
        tuple(Ranked(by_number[claim.number], place, points) for place, (claim, points) in enumerate(found, start=1)),
    )


def _claim(listing: Listing, reservation: Reservation, missed: dict[int, int]) -> Claim:
    point, _basis = destination(reservation, reservation.demand, reservation.organisation)
    return Claim(
        number=reservation.id,
        asked_at=reservation.requested_at,
        amount=reservation.quantity,
        unit=Unit(reservation.unit),
        replaces_purchase=reservation.replaces_purchase,
        needed_by=reservation.needed_by,
        distance_km=distance_km(Point(listing.lat, listing.lon), point),
        no_shows=missed.get(reservation.organisation_id, 0),
    )


def _no_shows(session: Session, organisation_ids: set[int]) -> dict[int, int]:
    rows = (
        select(Reservation.organisation_id, func.count())
        .where(
            Reservation.organisation_id.in_(organisation_ids),
            Reservation.no_show,
            Reservation.ended_at >= clock.now() - NO_SHOWS_COUNT,
        )
        .group_by(Reservation.organisation_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def offer_next(session: Session, listing_id: int) -> int:
    """Something is free again: the highest of the waiting that fits is offered it, for 48 hours, and so on while another fits; how many.

    Behind the lock of the listing, so the quantity is offered once, however often this is asked.
    """
    listing = counters.lock(session, listing_id)
    offered = 0
    while _gives(listing):
        fit = next((one for one in _waiting(session, listing) if _fits(listing, one)), None)
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
    return [one.reservation for one in queue_of(session, listing).claims if one.reservation.status == WAITING]


def _fits(listing: Listing, reservation: Reservation) -> bool:
    needed = reservation.needed_by is None or reservation.needed_by >= clock.today()
    whole = is_part_allowed(reservation.quantity, listing.available, listing.minimum_part)
    return needed and whole and reservation.quantity <= listing.available


def displace(session: Session, actor: Actor, listing: Listing, chosen: Reservation, left: Decimal) -> None:
    """Of the other unapproved ones keep, in their order, what fits into what is left; the rest waits and is told."""
    for one in queue_of(session, listing).claims:
        other = one.reservation
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
