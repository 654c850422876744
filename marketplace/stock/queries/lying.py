"""What lies in a depot: the lots of a page, with what is offered of them and their pictures."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot, Lot, LotPhoto
from marketplace.depots.queries.stock import IS_THERE
from marketplace.kernel import clock
from marketplace.market.models import Listing, Photo
from marketplace.market.queries.listings import find_first_photos
from marketplace.market.rules.listing import ListingStatus
from marketplace.stock.models import ChainOffer

WORDS_MAX = 120
LIVE = (ListingStatus.DRAFT, ListingStatus.PUBLISHED)


class Show(StrEnum):
    """Which of the lots in a depot are asked for."""

    ALL = "all"
    TOO_LONG = "too_long"
    UNOFFERED = "unoffered"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Lying:
    """A lot with what is offered of it now, and its newest picture. `chain`: that offer is meant for the chain."""

    lot: Lot
    listing: Listing | None
    photo: LotPhoto | Photo | None
    chain: ChainOffer | None = None


def last_first_day(depot: Depot) -> date | None:
    """What came in before this day lies here longer than the depot allows. None: any stay is fine."""
    return None if depot.longest_stay_days is None else clock.today() - timedelta(days=depot.longest_stay_days)


@dataclass(frozen=True, slots=True)
class Ending:
    """A day on which the longest stay ends, and of how many lots. `lot` is the one of them where it is one."""

    on: date
    lots: int
    lot: Lot | None


def list_endings(session: Session, actor: Actor, depot: Depot, *, until: date) -> list[Ending]:
    """List the days up to this one on which something begins to lie here too long. Two questions, however much lies here."""
    require(actor, Can.READ_STOCK, depot)
    first = last_first_day(depot)
    if first is None:
        return []
    stay = clock.today() - first
    rows = (
        select(Lot.in_depot_since, func.count(), func.min(Lot.id))
        .where(Lot.depot_id == depot.id, IS_THERE, Lot.in_depot_since >= first, Lot.in_depot_since <= until - stay)
        .group_by(Lot.in_depot_since)
        .order_by(Lot.in_depot_since)
    )
    groups = [(since, number, lot_id) for since, number, lot_id in session.execute(rows) if since is not None]
    alone = session.scalars(select(Lot).where(Lot.id.in_([lot_id for _since, number, lot_id in groups if number == 1])))
    lots = {lot.id: lot for lot in alone}
    return [Ending(since + stay, number, lots.get(lot_id)) for since, number, lot_id in groups]


def list_lying(
    session: Session,
    actor: Actor,
    depot: Depot,
    *,
    show: Show = Show.ALL,
    words: str = "",
    number: int | None = None,
    lies: int | None = None,
    page: int = 1,
    page_size: int = 25,
) -> tuple[list[Lying], int]:
    """List the lots that lie here, the longest stay first, and their number.

    On request only some of them, those with these words in the name, or the one with this number. `lies`: how many lie here in all, where
    that is known: counting them again takes most of the time.
    """
    require(actor, Can.READ_STOCK, depot)
    wanted = [Lot.depot_id == depot.id, IS_THERE, *_conditions_of(depot, show), *_named(words, number)]
    total = None if words or lies is None else _total_of(session, depot, show, lies)
    if total is None:
        total = session.scalar(select(func.count()).select_from(Lot).where(*wanted)) or 0
    ids = (
        select(Lot.id)
        .where(*wanted)
        .order_by(Lot.in_depot_since, Lot.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
        .subquery()
    )
    rows = (
        select(Lot)
        .join(ids, ids.c.id == Lot.id)
        .options(joinedload(Lot.organisation), joinedload(Lot.holder))
        .order_by(Lot.in_depot_since, Lot.id)
    )
    return with_offers(session, list(session.scalars(rows))), total


def _total_of(session: Session, depot: Depot, show: Show, lies: int) -> int | None:
    """How many lots are asked for, of so many that lie here. None: they have to be counted.

    A lot has one offer at most, so what is not on offer is all less the offers: a walk along these and not along the lots.
    """
    if show is Show.ALL:
        return lies
    if show is not Show.UNOFFERED:
        return None
    rows = select(func.count()).select_from(Lot).where(Lot.depot_id == depot.id, IS_THERE, _is_offered())
    return lies - (session.scalar(rows) or 0)


def _is_offered() -> ColumnElement[bool]:
    return select(Listing.id).where(Listing.lot_id == Lot.id, Listing.status.in_(LIVE)).exists()


def _conditions_of(depot: Depot, show: Show) -> list[ColumnElement[bool]]:
    if show is Show.BLOCKED:
        return [Lot.blocked_at.is_not(None)]
    if show is Show.UNOFFERED:
        return [~_is_offered()]
    if show is Show.TOO_LONG:
        first = last_first_day(depot)
        return [false() if first is None else Lot.in_depot_since < first]
    return []


def _named(words: str, number: int | None) -> list[ColumnElement[bool]]:
    if not words:
        return []
    by_name = func.lower(Lot.title).contains(words.lower()[:WORDS_MAX], autoescape=True)
    return [by_name if number is None else or_(by_name, Lot.id == number)]


def with_offers(session: Session, lots: list[Lot]) -> list[Lying]:
    """These lots, in this order, with what is offered of them and their pictures.

    Three questions for all of them.
    """
    ids = [lot.id for lot in lots]
    offers: dict[int, Listing] = {}
    chain: dict[int, ChainOffer | None] = {}
    rows = select(Listing, ChainOffer).outerjoin(ChainOffer, ChainOffer.listing_id == Listing.id).where(Listing.lot_id.in_(ids))
    for listing, chained in session.execute(rows.order_by(Listing.id)):
        offers[int(listing.lot_id or 0)], chain[listing.id] = listing, chained
    taken = select(LotPhoto).where(LotPhoto.lot_id.in_(ids)).order_by(LotPhoto.id)
    photos = {photo.lot_id: photo for photo in session.scalars(taken)}
    covers = find_first_photos(session, [offer.id for lot_id, offer in offers.items() if lot_id not in photos])
    result = []
    for lot in lots:
        offer = offers.get(lot.id)
        cover = covers.get(offer.id) if offer else None
        is_live = offer is not None and offer.status in LIVE
        live = offer if is_live else None
        result.append(Lying(lot, live, photos.get(lot.id) or cover, chain[live.id] if live else None))
    return result
