"""Requests for one lot, and their order."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.rules.accounts import are_colleagues
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import destination
from marketplace.exchange.queries.reservations import list_claims
from marketplace.exchange.rules.ranking import NO_SHOWS_COUNT, Claim, Score, ranked
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.impact.queries.supply import lots_in, moments_in, not_beside, way_in
from marketplace.impact.rules.cut import Cut, NoFigure
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, apart_km
from marketplace.kernel.units import Unit
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing

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
        """List those who stand higher but go without when the chosen one gets this quantity.

        They would have been served in order.
        """
        higher = next((claim.place for claim in self.claims if claim.reservation.id == chosen.id), 0)
        in_order = _served(self.claims, self.free)
        others = tuple(claim for claim in self.claims if claim.reservation.id != chosen.id)
        after = _served(others, self.free - quantity)
        return [other for other in others if other.place < higher and other.place in in_order - after]


@dataclass(frozen=True, slots=True)
class Competition:
    """Lots that were asked for in the period.

    `contested`: by more than one organisation; `requests`: for all of them together.
    """

    lots: int
    contested: int
    requests: int


def count_competition(session: Session, actor: Actor, cut: Cut) -> Competition | NoFigure:
    """Requests for the same lot. Of a municipality: for the lots that it offered. For the region."""
    require(actor, Can.READ_PERIOD_FIGURES)
    if reason := not_beside(cut):
        return NoFigure(reason)
    where = (*moments_in(cut, Reservation.requested_at), *lots_in(session, cut, Listing), *way_in(cut))
    lots = (
        select(func.count(distinct(Reservation.organisation_id)).label("askers"), func.count().label("requests"))
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(*where)
        .group_by(Reservation.listing_id)
        .subquery()
    )
    contested = func.coalesce(func.sum(case((lots.c.askers > 1, 1), else_=0)), 0)
    row = session.execute(select(func.count(), contested, func.coalesce(func.sum(lots.c.requests), 0)).select_from(lots)).one()
    return Competition(*(int(figure) for figure in row))


def _served(claims: tuple[Ranked, ...], free: Decimal) -> set[int]:
    """The places of those that get all they ask when it is given out in order."""
    places = set()
    for claim in claims:
        if not claim.reservation.dates_declined and claim.reservation.quantity <= free:
            free -= claim.reservation.quantity
            places.add(claim.place)
    return places


def list_requests(session: Session, actor: Actor, listing_id: int) -> Queue:
    """The claims on a lot as its owner, the reviewer and the broker see them."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.READ_REQUESTS, listing)
    return rank_requests(session, listing)


def rank_requests(session: Session, listing: Listing) -> Queue:
    """The same for a verb that has asked what the actor may.

    As soon as the owner or one who asks may not know the exact points, all distances are those between public points.
    """
    rows = list_claims(session, listing.id)
    held = sum((row.quantity for row in rows if row.status in CLAIMING), Decimal(0))
    free = listing.available + held
    missed = _no_shows(session, {row.organisation_id for row in rows})
    by_number = {row.id: row for row in rows}
    owner = session.get_one(Organisation, listing.organisation_id)
    exact = are_colleagues((owner.kind, *(row.organisation.kind for row in rows)))
    result = ranked([_claim(listing, row, missed, exact=exact) for row in rows], free=free, today=clock.today())
    return Queue(
        listing,
        free,
        tuple(Ranked(by_number[claim.number], place, points) for place, (claim, points) in enumerate(result, start=1)),
    )


def _claim(listing: Listing, reservation: Reservation, missed: dict[int, int], *, exact: bool) -> Claim:
    point, _basis = destination(reservation, reservation.demand, reservation.organisation)
    return Claim(
        number=reservation.id,
        asked_at=reservation.requested_at,
        amount=reservation.quantity,
        unit=Unit(reservation.unit),
        replaces_purchase=reservation.replaces_purchase,
        needed_by=reservation.needed_by,
        distance_km=apart_km(Point(listing.lat, listing.lon), point, exact=exact),
        no_shows=missed.get(reservation.organisation_id, 0),
    )


def _no_shows(session: Session, organisation_ids: set[int]) -> dict[int, int]:
    rows = (
        select(Reservation.organisation_id, func.count())
        .where(
            Reservation.organisation_id.in_(organisation_ids),
            Reservation.no_show,
            Reservation.objected_at.is_(None) | (Reservation.objection_upheld.is_(False)),
            Reservation.ended_at >= clock.now() - NO_SHOWS_COUNT,
        )
        .group_by(Reservation.organisation_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}
