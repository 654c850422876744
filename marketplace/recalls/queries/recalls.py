"""Questions about recalls. One of them for whoever it concerns, and what it did to lots, transfers and organisations."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Depot, Lot
from marketplace.exchange.models import Reservation
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.recalls.models import Recall, RecallLot, RecallParty, RecallRelease, RecallTransfer
from marketplace.recalls.queries.trees import lots_above, lots_of
from marketplace.recalls.rules import blocking


def lock_tree(session: Session, lot: Lot) -> None:
    """Lock every lot of a tree with its offers, so that nothing of it goes anywhere meanwhile. Listings first, as everybody does."""
    root = lot.origin_id or lot.id
    tree = select(Lot.id).where(or_(Lot.id == root, Lot.origin_id == root))
    locked, seen = 0, -1
    while locked != seen:  # what was split off or put on offer while waiting is locked as well
        seen = locked
        offers = select(Listing.id).where(Listing.lot_id.in_(tree)).order_by(Listing.id).with_for_update()
        lots = tree.order_by(Lot.id).with_for_update()
        locked = len(session.scalars(offers).all()) + len(session.scalars(lots).all())


def recalls_of(session: Session, lot: Lot) -> dict[int, frozenset[int]]:
    """Which recalls block each lot of a lot's tree."""
    root = lot.origin_id or lot.id
    tree = select(Lot.id, Lot.parent_id).where(or_(Lot.id == root, Lot.origin_id == root))
    parents = {row.id: row.parent_id for row in session.execute(tree)}
    rows = select(RecallLot.lot_id, RecallLot.recall_id, RecallLot.release_id.is_(None)).join(Lot, Lot.id == RecallLot.lot_id)
    blocks = session.execute(rows.where(or_(Lot.id == root, Lot.origin_id == root)))
    return blocking(parents, ((number, recall, bool(is_blocked)) for number, recall, is_blocked in blocks))


def _recalls() -> Select[Recall]:
    lies = joinedload(Recall.lot).joinedload(Lot.depot).selectinload(Depot.keepers)  # as the rights to the lot ask it
    return select(Recall).options(lies, joinedload(Recall.organisation))


def _concerns(actor: Actor) -> ColumnElement[bool]:
    """The right to read a recall, as a condition.

    Whoever reads every one; else who was told and who blocked it.
    """
    if may(actor, Can.READ_RECALLS):
        return true()
    notified = select(RecallParty.recall_id).where(RecallParty.organisation_id == actor.organisation_id)
    return or_(Recall.id.in_(notified), Recall.organisation_id == actor.organisation_id)


def get_recall(session: Session, actor: Actor, recall_id: int) -> Recall:
    """A recall, or Missing. Also for whoever it does not concern."""
    require(actor, Can.READ_RECALL, hidden=True)
    recall = session.scalars(_recalls().where(Recall.id == recall_id, _concerns(actor))).one_or_none()
    if recall is None:
        raise Missing(_("This recall does not exist, or it does not concern you. Check the number."))
    return recall


def was_notified_of(session: Session, actor: Actor, lot_id: int) -> bool:
    """Whether the actor's organisation was told of a recall of this lot."""
    notified = select(RecallParty.recall_id).where(RecallParty.organisation_id == actor.organisation_id)
    rows = select(RecallLot.lot_id).where(RecallLot.lot_id == lot_id, RecallLot.recall_id.in_(notified)).limit(1)
    return actor.is_member and session.scalar(rows) is not None


def list_recalls(session: Session, actor: Actor, *, page: int = 1, page_size: int = 25) -> tuple[list[Recall], int]:
    """The recalls that the actor may read, newest first, and their number."""
    require(actor, Can.READ_RECALL)
    total = session.scalar(select(func.count(Recall.id)).where(_concerns(actor))) or 0
    rows = _recalls().where(_concerns(actor)).order_by(Recall.id.desc())
    return list(session.scalars(rows.limit(page_size).offset((page - 1) * page_size))), total


def list_open_recalls(session: Session, actor: Actor, *, most: int) -> tuple[list[Recall], int]:
    """The recalls that still block something, the oldest finding first, and their number.

    For whoever reads every recall.
    """
    require(actor, Can.READ_RECALLS)
    still = Recall.id.in_(select(RecallLot.recall_id).where(RecallLot.release_id.is_(None)))
    total = session.scalar(select(func.count(Recall.id)).where(still)) or 0
    return list(session.scalars(_recalls().where(still).order_by(Recall.found_on, Recall.id).limit(most))), total


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a recall is: the lots it still blocks, who were notified of it, and who confirmed."""

    blocked: int
    notified: int
    confirmed: int


def standing_of(session: Session, recalls: Iterable[Recall]) -> dict[int, Standing]:
    """How far each of these recalls is. Two questions for all of them."""
    ids = [recall.id for recall in recalls]
    lots = select(RecallLot.recall_id, func.count()).where(RecallLot.recall_id.in_(ids), RecallLot.release_id.is_(None))
    blocked = {row[0]: row[1] for row in session.execute(lots.group_by(RecallLot.recall_id))}
    parties = select(RecallParty.recall_id, func.count(), func.count(RecallParty.confirmed_at)).where(
        RecallParty.recall_id.in_(ids)
    )
    counts = {row[0]: (row[1], row[2]) for row in session.execute(parties.group_by(RecallParty.recall_id))}
    return {number: Standing(blocked.get(number, 0), *counts.get(number, (0, 0))) for number in ids}


def list_to_confirm(session: Session, actor: Actor) -> list[Recall]:
    """The recalls of which the own organisation has not confirmed yet that it knows."""
    if not may(actor, Can.CONFIRM_RECALL):
        return []
    waiting = and_(RecallParty.organisation_id == actor.organisation_id, RecallParty.confirmed_at.is_(None))
    return list(
        session.scalars(_recalls().where(Recall.id.in_(select(RecallParty.recall_id).where(waiting))).order_by(Recall.id))
    )


def list_parties(session: Session, recall_id: int) -> list[RecallParty]:
    """Everybody who was told, by name."""
    rows = select(RecallParty).join(RecallParty.organisation).where(RecallParty.recall_id == recall_id)
    return list(session.scalars(rows.options(joinedload(RecallParty.organisation)).order_by(Organisation.sort_key)))


def may_read_addresses(actor: Actor, recall: Recall) -> bool:
    """Whether the actor reads where the advisers were mailed.

    Whoever reads every recall, and who reported this one.
    """
    return may(actor, Can.READ_RECALLS) or (actor.is_member and actor.organisation_id == recall.organisation_id)


def list_releases(session: Session, recall_id: int) -> list[RecallRelease]:
    """What was set free again, in order."""
    rows = select(RecallRelease).where(RecallRelease.recall_id == recall_id).order_by(RecallRelease.id)
    return list(session.scalars(rows.options(joinedload(RecallRelease.paper), joinedload(RecallRelease.organisation))))


def list_transfers(session: Session, recall_id: int) -> list[RecallTransfer]:
    """The transfers that it ended or took back, in order."""
    rows = select(RecallTransfer).where(RecallTransfer.recall_id == recall_id).order_by(RecallTransfer.reservation_id)
    sides = joinedload(RecallTransfer.reservation).options(
        joinedload(Reservation.owner), joinedload(Reservation.organisation), joinedload(Reservation.listing)
    )
    return list(session.scalars(rows.options(sides)))


def list_lots_of(session: Session, recall_id: int, *, page: int = 1, page_size: int | None = 50) -> tuple[list[RecallLot], int]:
    """The lots of a recall with where they are now, and their number. `page_size` None: all of them."""
    total = session.scalar(select(func.count()).select_from(lots_of(recall_id).subquery())) or 0
    lies = joinedload(Lot.depot).selectinload(Depot.keepers)  # as the right to the lot asks it
    now = joinedload(RecallLot.lot).options(joinedload(Lot.organisation), joinedload(Lot.holder), lies)
    rows = select(RecallLot).where(RecallLot.recall_id == recall_id).options(now).order_by(RecallLot.lot_id)
    if page_size is not None:
        rows = rows.limit(page_size).offset((page - 1) * page_size)
    return list(session.scalars(rows)), total


def count_lots(session: Session, recall_id: int) -> int:
    """How many lots a recall covers."""
    return session.scalar(select(func.count()).where(RecallLot.recall_id == recall_id)) or 0


def find_recalls_of(session: Session, actor: Actor, lot_id: int) -> list[Recall]:
    """The recalls that block this lot or once did.

    For whoever may read the lot. What is split off later goes by its parent.
    """
    rows = _recalls().where(Recall.id.in_(select(RecallLot.recall_id).where(RecallLot.lot_id.in_(lots_above(lot_id)))))
    require(actor, Can.READ_RECALL)
    return list(session.scalars(rows.order_by(Recall.id)))


def count_blocked(session: Session, recall_id: int) -> int:
    """How many lots this recall still blocks."""
    still = select(func.count()).where(RecallLot.recall_id == recall_id, RecallLot.release_id.is_(None))
    return session.scalar(still) or 0
