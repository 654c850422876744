"""Questions about the papers of a lot, for whoever may read them.

The owner's side, whoever has the lot in keeping, the reviewer and advisers read them; another organisation from the day on which it asked
for something of the lot. The papers of the lot that one came back from are read with it.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Lot
from marketplace.depots.queries.attached import list_papers_with
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.documents.models import Paper
from marketplace.documents.queries import (
    get_paper,
    list_item_papers,
    list_lot_papers,
    list_papers,
    list_papers_of,
    list_removed_papers,
    missing_paper,
)
from marketplace.documents.rules import REMIND_DAYS, find_reminder
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden, Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.passports.models import Asset, AssetItem
from marketplace.recalls.queries.recalls import was_notified_of

READS_ALONG = (
    ReservationStatus.REQUESTED,
    ReservationStatus.APPROVED,
    ReservationStatus.HANDED_OVER,
    ReservationStatus.DISPUTED,
    ReservationStatus.COMPLETED,
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """The papers of a lot as one reader sees them. `removed`: those that were taken away, and that this reader may still look up."""

    papers: list[Paper]
    of_parent: list[Paper]
    removed: list[Paper]


def find_dossier(session: Session, actor: Actor, listing: Listing) -> Dossier | None:
    """The papers of a lot; None for whoever may not read them."""
    reservations = _own_reservations(session, actor, listing.id)
    is_inside = _reads_along(session, actor, listing)
    if not is_inside and not reservations:
        return None
    removed = list_removed_papers(session, listing.id)
    return Dossier(
        list_papers(session, listing.id),
        list_papers(session, listing.parent_id) if listing.parent_id else [],
        [paper for paper in removed if is_inside or _was_relied_on(paper, reservations)],
    )


def get_dossier(session: Session, actor: Actor, listing_id: int) -> Dossier:
    """The same of a lot by its number. Refused to whoever may not read its papers."""
    dossier = find_dossier(session, actor, get_listing(session, actor, listing_id))
    if dossier is None:
        raise Forbidden(_("You can read the papers of this lot once you have asked for something of it."))
    return dossier


def get_readable_paper(session: Session, actor: Actor, paper_id: int) -> Paper:
    """A paper, or Missing for whoever may not read it."""
    paper = get_paper(session, paper_id)
    if paper.item_id is not None:
        asset = session.scalars(select(Asset).join(Asset.items).where(AssetItem.id == paper.item_id)).one()
        if asset.ended_at is not None or not may(actor, Can.READ_ITEM_PAPERS, asset):
            raise missing_paper()
        return paper
    if paper.lot_id is not None:
        if not may_read_lot_papers(session, actor, paper.lot_id):
            raise missing_paper()
        return paper
    try:
        listing = get_listing(session, actor, paper.listing_id or 0)
    except Missing as error:
        raise missing_paper() from error
    if _reads_along(session, actor, listing):
        return paper
    reservations = _own_reservations(session, actor, listing.id)
    if not reservations or (paper.removed_at is not None and not _was_relied_on(paper, reservations)):
        raise missing_paper()
    return paper


def may_read_lot_papers(session: Session, actor: Actor, lot_id: int) -> bool:
    """Whether the actor reads the papers of a lot: with the lot, or told of a recall of it."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    return lot is not None and (may(actor, Can.READ_LOT, lot) or was_notified_of(session, actor, lot_id))


def list_papers_of_lot(session: Session, actor: Actor, lot_id: int) -> list[Paper]:
    """The papers of a lot itself, or Missing for whoever may not read them."""
    if not may_read_lot_papers(session, actor, lot_id):
        raise missing_paper()
    return list_lot_papers(session, [lot_id])


def list_papers_of_items(session: Session, actor: Actor, asset: Asset) -> dict[int, list[Paper]]:
    """The papers of the parts of an asset, by the part. Nothing for whoever may not read them."""
    if not may(actor, Can.READ_ITEM_PAPERS, asset):
        return {}
    return list_item_papers(session, [item.id for item in asset.items])


def list_papers_of_transfer(session: Session, actor: Actor, reservation: Reservation) -> list[Paper]:
    """The papers that stand with the lot of a transfer, or did when it was handed over."""
    require(actor, Can.READ_RESERVATION, reservation, hidden=True)
    listing = reservation.listing
    ids = [listing.id, *([listing.parent_id] if listing.parent_id else [])]
    lots = [listing.lot_id] if listing.lot_id is not None else []
    is_over = reservation.handed_over_at is not None
    of_offers = list_papers_of(session, ids, with_removed=is_over)
    of_lots = list_papers_with(session, lots, with_removed=is_over)
    existing = [paper for papers in (*of_offers.values(), *of_lots.values()) for paper in papers]
    if not is_over:
        return existing
    return [paper for paper in existing if _was_relied_on(paper, [reservation])]


def _reads_along(session: Session, actor: Actor, listing: Listing) -> bool:
    """Whether the actor reads the papers without a request: inside, or with the lot in keeping."""
    if may(actor, Can.READ_PAPERS, listing):
        return True
    if listing.lot_id is None or not actor.trades:
        return False
    lot = session.scalars(lots_with_parts().where(Lot.id == listing.lot_id)).unique().one()
    return may(actor, Can.HANDLE_LOT, lot)


def _own_reservations(session: Session, actor: Actor, listing_id: int) -> list[Reservation]:
    """What the own organisation asked of this lot or of one that came back from it.

    Without what was refused or has ended.
    """
    if not actor.trades:
        return []
    lots = select(Listing.id).where(or_(Listing.id == listing_id, Listing.parent_id == listing_id))
    rows = select(Reservation).where(
        Reservation.organisation_id == actor.organisation_id,
        Reservation.status.in_(READS_ALONG),
        Reservation.listing_id.in_(lots),
    )
    return list(session.scalars(rows))


def _was_relied_on(paper: Paper, reservations: list[Reservation]) -> bool:
    """Whether the paper stood with the lot when one of these was handed over."""
    return any(
        row.handed_over_at is not None
        and paper.added_at <= row.handed_over_at
        and (paper.removed_at is None or paper.removed_at > row.handed_over_at)
        for row in reservations
    )


def list_papers_to_remind(session: Session) -> list[int]:
    """Ids of the papers of lots on offer whose owner is to be told now that they run out."""
    today = clock.today()
    rows = select(Paper.id, Paper.valid_until, Paper.reminded_days).join(Listing, Listing.id == Paper.listing_id)
    rows = rows.where(
        Paper.removed_at.is_(None),
        Paper.valid_until.between(today, today + timedelta(days=max(REMIND_DAYS))),
        Listing.status == ListingStatus.PUBLISHED,
    )
    return [
        number
        for number, valid_until, reminded in session.execute(rows.order_by(Paper.valid_until, Paper.id))
        if find_reminder(valid_until, today, reminded) is not None
    ]
