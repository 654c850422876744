"""Publishing and asking: both sides are notified of each new match once.

The other side gets one notice per match; the side that acts gets one for the best of them, since the page that follows shows the
rest.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.accounts.rules.accounts import are_colleagues
from marketplace.exchange.actions.transitions import offer_next
from marketplace.exchange.queries.destination import list_soil_for
from marketplace.exchange.queries.reservations import list_claims
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.paging import PAGE_SIZE_MAX
from marketplace.market.actions import demands, freshness, listings, windows
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.freshness import Outcome, Refreshed, is_demand_stale
from marketplace.market.rules.listing import ListingDraft, ListingStatus, is_stale
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.models import MatchNotified
from marketplace.matching.queries.matches import Match, list_demands_for_listing, list_listings_for_demand
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.planned.actions import coming, dates
from marketplace.planned.rules import DatesDraft, ThereDraft
from marketplace.stock.actions.offering import tell_chain

TURNS_AT_ONCE = 500
TOLD_AT_ONCE = PAGE_SIZE_MAX  # the owners of the best hundred are notified; the others see it when they look


def publish(session: Session, actor: Actor, *, listing_id: int, to_others: bool = True) -> Listing:
    """Publish a listing and tell the owners of the open demands that it serves.

    And the chain, of what is meant for it. Published already: nothing changes. Not `to_others`: within the own organisation only.
    """
    was_published = get_listing(session, actor, listing_id).status == ListingStatus.PUBLISHED
    listing = listings.mark_published(session, actor, listing_id=listing_id, to_others=to_others)
    if not was_published:
        _tell_of_listing(session, actor, listing)
        if to_others:
            tell_chain(session, actor, listing)
    return listing


def open_to_others(session: Session, actor: Actor, *, listing_id: int) -> Listing:
    """Open to others what was the own organisation's only, and tell whom it serves now."""
    was_closed = get_listing(session, actor, listing_id).is_closed_to_others
    listing = windows.mark_opened(session, actor, listing_id=listing_id)
    if was_closed:
        _tell_of_listing(session, actor, listing)
    return listing


def edit_listing(
    session: Session, actor: Actor, *, listing_id: int, version: int, draft: ListingDraft, reason: str = ""
) -> Listing:
    """Change a listing; where it is published, tell whom it serves now and did not serve before."""
    _keep_what_is_waited_for(session, actor, get_listing(session, actor, listing_id), draft)
    listing = listings.update_listing(session, actor, listing_id=listing_id, version=version, draft=draft, reason=reason)
    if listing.version != version:
        if listing.status == ListingStatus.PUBLISHED:
            offer_next(
                session, listing_id
            )  # a larger lot or a longer period goes to the waiting list before anyone new can take it
            listing = get_listing(session, actor, listing_id)
        _tell_of_listing(session, actor, listing)
    return listing


def refresh_listing(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    answer: Refreshed,
    outcome: Outcome | None = None,
    reason: str = "",
) -> Listing:
    """Refresh a listing and notify those it serves when it comes back into the catalogue.

    `market.actions.freshness.record_listing_refresh`, and then those whom it did not serve before.
    """
    before = get_listing(session, actor, listing_id).confirmed_on
    listing = freshness.record_listing_refresh(
        session, actor, listing_id=listing_id, answer=answer, outcome=outcome, reason=reason
    )
    if answer != Refreshed.GONE and before is not None and is_stale(before, clock.today()):
        _tell_of_listing(session, actor, listing)
    return listing


def move_dates(session: Session, actor: Actor, *, listing_id: int, version: int, draft: DatesDraft) -> Listing:
    """Move the days of a planned lot, and tell whom it serves now and did not serve before."""
    listing = dates.move_dates(session, actor, listing_id=listing_id, version=version, draft=draft)
    _tell_of_listing(session, actor, listing)
    return listing


def come_free(
    session: Session, actor: Actor, *, listing_id: int, draft: ThereDraft, pictures: Iterable[StoredPicture] = ()
) -> Listing:
    """Say that a planned lot is there, and tell whom it serves now and did not serve before."""
    listing = coming.come_free(session, actor, listing_id=listing_id, draft=draft, pictures=pictures)
    _tell_of_listing(session, actor, listing)
    return listing


def refresh_demand(session: Session, actor: Actor, *, demand_id: int, answer: Refreshed) -> Demand:
    """Refresh a demand and notify of what serves it when it is matched again.

    `market.actions.freshness.record_demand_refresh`, and then what did not serve it before.
    """
    before = get_demand(session, actor, demand_id).confirmed_on
    demand = freshness.record_demand_refresh(session, actor, demand_id=demand_id, answer=answer)
    if answer != Refreshed.GONE and is_demand_stale(before, clock.today()):
        _tell_of_demand(session, actor, demand)
    return demand


def _keep_what_is_waited_for(session: Session, actor: Actor, listing: Listing, draft: ListingDraft) -> None:
    """Refuse another material or unit while somebody waits for this one.

    A waiting reservation holds nothing, so the counters do not show it.
    """
    require(actor, Can.EDIT_LISTING, listing)
    material = get_taxonomy(session).material_by_id(listing.material_id)
    is_other = (draft.material, draft.quantity.unit.value) != (material.slug, listing.unit)
    if is_other and any(claim.status == ReservationStatus.WAITING for claim in list_claims(session, listing.id)):
        raise Conflict(_("Somebody is waiting for this listing. The material and the unit cannot change any more."), "material")


def ask(session: Session, actor: Actor, draft: DemandDraft) -> Demand:
    """Place a demand for a material.

    An open demand is notified of what there is, and the owners of what serves it are notified of the demand.
    """
    demand = demands.store_demand(session, actor, draft)
    _tell_of_demand(session, actor, demand)
    return demand


def edit_demand(session: Session, actor: Actor, *, demand_id: int, version: int, draft: DemandDraft) -> Demand:
    """Change a demand, or open a draft, and notify of what newly serves it."""
    _keep_place_of_soil(session, actor, get_demand(session, actor, demand_id), draft)
    demand = demands.update_demand(session, actor, demand_id=demand_id, version=version, draft=draft)
    if demand.version != version:
        _tell_of_demand(session, actor, demand)
    return demand


def _keep_place_of_soil(session: Session, actor: Actor, demand: Demand, draft: DemandDraft) -> None:
    """Refuse another place while soil is reserved for this one, of which the classes were said."""
    require(actor, Can.EDIT_DEMAND, demand)
    if draft.location is None or draft.location.point == Point(demand.lat, demand.lon):
        return
    if numbers := list_soil_for(session, demand.id):
        sentence = _(
            "Soil was reserved for this place, with its classes: reservation %(numbers)s. Cancel that first, and reserve the soil anew with "
            "the classes of the new place.",
            numbers=", ".join(str(number) for number in numbers),
        )
        raise Conflict(sentence, "place")


def _tell_of_listing(session: Session, actor: Actor, listing: Listing) -> int:
    result = _both_may_know(
        list_demands_for_listing(session, actor, listing, page_size=TOLD_AT_ONCE, by_public_points=by_public_points).items
        for by_public_points in (False, True)
    )
    notified = set(session.scalars(select(MatchNotified.demand_id).where(MatchNotified.listing_id == listing.id)))
    new = [match for match in result if match.demand.id not in notified]
    _remember(session, new)
    for match in new:
        _tell_asker(session, match)
    if new and new[0].demand.organisation_id != listing.organisation_id:
        _tell_owner(session, new[0])
    return len(new)


def list_turns_to_notify(session: Session) -> list[int]:
    """List ids of lots on offer whose matches are due a notice, oldest first.

    A turn (the circle's, the region's, the partners') has begun since their last notice, or the lot came back from an exchange.
    At most so many at a time.
    """
    today = clock.today()
    since = func.coalesce(Listing.turns_told_on, date.min)
    came = [
        day.is_not(None) & (day > since) & (day <= today)
        for day in (Listing.circle_from, Listing.region_from, Listing.partners_from)
    ]
    rows = select(Listing.id).where(Listing.status == ListingStatus.PUBLISHED, or_(*came))
    return list(session.scalars(rows.order_by(Listing.id).limit(TURNS_AT_ONCE)))


def notify_turn(session: Session, *, listing_id: int) -> bool:
    """Notify of the demands that a lot newly serves now that a turn has begun, each once. Returns whether there were any."""
    rows = select(Listing).where(Listing.id == listing_id).options(joinedload(Listing.organisation), selectinload(Listing.photos))
    listing = session.scalars(rows.with_for_update(of=Listing).execution_options(populate_existing=True)).one()
    if listing.status != ListingStatus.PUBLISHED:
        return False
    values = _tell_of_listing(session, CLOCK, listing)
    session.execute(
        update(Listing)
        .where(Listing.id == listing_id)
        .values(turns_told_on=clock.today())
        .execution_options(synchronize_session=False)
    )
    return values > 0


def _tell_of_demand(session: Session, actor: Actor, demand: Demand) -> None:
    result = _both_may_know(
        list_listings_for_demand(session, actor, demand, page_size=TOLD_AT_ONCE, by_public_points=by_public_points).items
        for by_public_points in (False, True)
    )
    notified = set(session.scalars(select(MatchNotified.listing_id).where(MatchNotified.demand_id == demand.id)))
    new = [match for match in result if match.listing.id not in notified]
    _remember(session, new)
    for match in new:
        if match.listing.organisation_id != demand.organisation_id:
            _tell_owner(session, match)
    if new:
        _tell_asker(session, new[0])


def _both_may_know(matches: Iterable[tuple[Match, ...]]) -> list[Match]:
    """The pairs of colleagues that fit by exact points, and all others that fit by public ones.

    A notice, or its absence, would otherwise tell a partner on which side of a farthest distance the exact points lie.
    """
    exact, public = matches
    return [match for match in exact if _are_colleagues(match)] + [match for match in public if not _are_colleagues(match)]


def _are_colleagues(match: Match) -> bool:
    return are_colleagues((match.listing.organisation.kind, match.demand.organisation.kind))


def _remember(session: Session, new: list[Match]) -> None:
    session.add_all(MatchNotified(listing_id=match.listing.id, demand_id=match.demand.id, told_at=clock.now()) for match in new)
    session.flush()


def _tell_asker(session: Session, match: Match) -> None:
    _notify(session, match, match.demand.created_by_id, match.demand.organisation_id, match.listing.organisation.name)


def _tell_owner(session: Session, match: Match) -> None:
    _notify(session, match, match.listing.created_by_id, match.listing.organisation_id, match.demand.organisation.name)


def _notify(session: Session, match: Match, person_id: int | None, organisation_id: int, other: str) -> None:
    doubts: dict[str, Any] = {"doubts": len(match.doubts)} if match.doubts else {}
    notify(
        session,
        Notice.NEW_MATCH,
        person_id=person_id,
        organisation_id=organisation_id,
        listing_id=match.listing.id,
        listing_title=match.listing.title,
        demand_id=match.demand.id,
        organisation=other,
        quantity={"amount": str(match.covers.amount), "unit": match.covers.unit.value},
        **doubts,
    )
