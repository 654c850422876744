"""Questions about recalls. One of them for whoever it concerns, and what it did to lots, transfers and organisations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.queries.lots import lots_with_parts, tree_of
from marketplace.depots.rules.lots import MovementKind
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.recalls.models import Recall, RecallLot, RecallParty, RecallRelease, RecallTransfer
from marketplace.recalls.rules import blocking

RECEIVED = (MovementKind.IN.value, MovementKind.SPLIT.value)


def lots_below(lot_id: int) -> Select[int]:
    """The lot and everything that came from it."""
    below = select(Lot.id).where(Lot.id == lot_id).cte("below", recursive=True)
    child = aliased(Lot)
    below = below.union_all(select(child.id).join(below, child.parent_id == below.c.id))
    return select(below.c.id)


def lots_above(lot_id: int) -> Select[int]:
    """What a lot came from, itself included."""
    above = select(Lot.id, Lot.parent_id).where(Lot.id == lot_id).cte("above", recursive=True)
    parent = aliased(Lot)
    above = above.union_all(select(parent.id, parent.parent_id).join(above, parent.id == above.c.parent_id))
    return select(above.c.id)


def find_first_day(session: Session, lot_id: int) -> date | None:
    """The first day on which something happened to a lot or to what it came from."""
    return session.scalar(select(func.min(Movement.happened_on)).where(Movement.lot_id.in_(lots_above(lot_id))))


def lots_of(recall_id: int) -> Select[int]:
    """The lots of a recall."""
    return select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)


def transfers_into(lots: Select[int]) -> Select[Any]:
    """The transfers that brought these lots to whoever received them."""
    moved = Movement.reservation_id.is_not(None) & (Movement.quantity > 0) & Movement.kind.in_(RECEIVED)
    return select(Movement.reservation_id).where(Movement.lot_id.in_(lots), moved)


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
    said = session.execute(rows.where(or_(Lot.id == root, Lot.origin_id == root)))
    return blocking(parents, ((number, recall, bool(is_blocked)) for number, recall, is_blocked in said))


def _recalls() -> Select[Recall]:
    lies = joinedload(Recall.lot).joinedload(Lot.depot).selectinload(Depot.keepers)  # as the rights to the lot ask it
    return select(Recall).options(lies, joinedload(Recall.organisation))


def _concerns(actor: Actor) -> ColumnElement[bool]:
    """The right to read a recall, as a condition.

    Whoever reads every one; else who was told and who blocked it.
    """
    if may(actor, Can.READ_RECALLS):
        return true()
    told = select(RecallParty.recall_id).where(RecallParty.organisation_id == actor.organisation_id)
    return or_(Recall.id.in_(told), Recall.organisation_id == actor.organisation_id)


def get_recall(session: Session, actor: Actor, recall_id: int) -> Recall:
    """A recall, or Missing. Also for whoever it does not concern."""
    require(actor, Can.READ_RECALL, hidden=True)
    recall = session.scalars(_recalls().where(Recall.id == recall_id, _concerns(actor))).one_or_none()
    if recall is None:
        raise Missing(_("This recall does not exist, or it does not concern you. Check the number."))
    return recall


def was_told_of(session: Session, actor: Actor, lot_id: int) -> bool:
    """Whether the actor's organisation was told of a recall of this lot."""
    told = select(RecallParty.recall_id).where(RecallParty.organisation_id == actor.organisation_id)
    rows = select(RecallLot.lot_id).where(RecallLot.lot_id == lot_id, RecallLot.recall_id.in_(told)).limit(1)
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
    """How far a recall is: the lots it still blocks, who were told of it, and who confirmed."""

    blocked: int
    told: int
    confirmed: int


def standing_of(session: Session, recalls: Iterable[Recall]) -> dict[int, Standing]:
    """How far each of these recalls is. Two questions for all of them."""
    ids = [recall.id for recall in recalls]
    lots = select(RecallLot.recall_id, func.count()).where(RecallLot.recall_id.in_(ids), RecallLot.release_id.is_(None))
    blocked = {row[0]: row[1] for row in session.execute(lots.group_by(RecallLot.recall_id))}
    parties = select(RecallParty.recall_id, func.count(), func.count(RecallParty.confirmed_at)).where(
        RecallParty.recall_id.in_(ids)
    )
    told = {row[0]: (row[1], row[2]) for row in session.execute(parties.group_by(RecallParty.recall_id))}
    return {number: Standing(blocked.get(number, 0), *told.get(number, (0, 0))) for number in ids}


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


@dataclass(frozen=True, slots=True)
class Traced:
    """A lot, and who traces it beside those who read it, as the policy asks it.

    `had_by`: organisations whose it was or that had it, it or what it came from, and those that have some without having confirmed.
    """

    lot: Lot
    had_by: frozenset[int]


def get_traced(session: Session, actor: Actor, lot_id: int) -> Traced:
    """A lot for whoever has or once had any of it, or Missing. What the actor reads of it is what a trace says."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    if lot is None:
        raise Missing(_("This lot does not exist, or you may not see it. Check the number on its label."))
    once = select(Movement.owner_id, Movement.holder_id).where(Movement.lot_id.in_(lots_above(lot_id))).distinct()
    had_by = {number for pair in session.execute(once) for number in pair}
    had_by |= {row.organisation.id for row in list_unconfirmed(session, select(Lot.id).where(Lot.id == lot_id))}
    traced = Traced(lot, frozenset(had_by))
    require(actor, Can.TRACE_LOT, traced, hidden=True)
    return traced


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What was handed over of a lot without its receiver having confirmed.

    It lies there, and on the books it is the giver's.
    """

    lot_id: int
    reservation_id: int
    organisation: Organisation
    quantity: Decimal


def list_unconfirmed(session: Session, lots: Select[int]) -> list[Unconfirmed]:
    """What was handed over of these lots and is not confirmed, by lot. Also what a recall ended, as long as that blocks the lot."""
    is_open = Reservation.status.in_(BETWEEN_SIGNATURES)
    still = (
        (RecallLot.recall_id == RecallTransfer.recall_id) & (RecallLot.lot_id == Listing.lot_id) & RecallLot.release_id.is_(None)
    )
    ended = select(RecallTransfer.recall_id).join(RecallLot, still)
    ended = ended.where(RecallTransfer.reservation_id == Reservation.id, RecallTransfer.status.in_(BETWEEN_SIGNATURES))
    rows = select(Reservation, Lot).join(Listing, Listing.id == Reservation.listing_id).join(Lot, Lot.id == Listing.lot_id)
    rows = rows.where(Lot.id.in_(lots), or_(is_open, ended.correlate(Reservation, Listing).exists()))
    rows = rows.options(joinedload(Reservation.organisation)).order_by(Lot.id, Reservation.id)
    return [Unconfirmed(lot.id, row.id, row.organisation, min(row.quantity, lot.quantity)) for row, lot in session.execute(rows)]


@dataclass(frozen=True, slots=True)
class Receiver:
    """An organisation that has something of a tree: in how many lots, and how much together. A tree has one unit.

    `is_confirmed`: false for what was handed over to it and it did not confirm.
    """

    organisation: Organisation
    lots: int
    quantity: Decimal
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a lot came from and where every part of it went. `depths`: how deep each lot stands below the origin."""

    lots: list[Lot]
    depths: dict[int, int]
    receivers: list[Receiver]
    unconfirmed: list[Unconfirmed]

    @property
    def root(self) -> int:
        """The lot with which it begins."""
        return self.lots[0].id


def trace(session: Session, actor: Actor, lot_id: int) -> Trace:
    """The whole tree of a lot, each lot after its parent, for whoever may trace the lot."""
    lot = get_traced(session, actor, lot_id).lot
    found = {row.id: row for row in tree_of(session, lot)}
    children: dict[int | None, list[int]] = {}
    for row in found.values():
        children.setdefault(row.parent_id, []).append(row.id)
    root = lot.origin_id or lot.id
    order, depths, waiting = [], {}, [(root, 0)]
    while waiting:
        number, depth = waiting.pop()
        order.append(found[number])
        depths[number] = depth
        waiting.extend((child, depth + 1) for child in reversed(children.get(number, [])))
    unconfirmed = list_unconfirmed(session, select(Lot.id).where(or_(Lot.id == root, Lot.origin_id == root)))
    return Trace(order, depths, _receivers(order, unconfirmed), unconfirmed)


def _receivers(lots: Iterable[Lot], unconfirmed: Iterable[Unconfirmed]) -> list[Receiver]:
    """Who has how much. What was handed over lies with its receiver, and no more with whoever holds the lot on the books."""
    held: dict[tuple[int, bool], list[tuple[Organisation, Decimal]]] = {}
    gone: dict[int, Decimal] = {}
    for row in unconfirmed:
        gone[row.lot_id] = gone.get(row.lot_id, Decimal(0)) + row.quantity
        held.setdefault((row.organisation.id, False), []).append((row.organisation, row.quantity))
    for lot in lots:
        if (left := lot.quantity - gone.get(lot.id, Decimal(0))) > 0:
            held.setdefault((lot.holder_id, True), []).append((lot.holder, left))
    found = [
        Receiver(rows[0][0], len(rows), sum((amount for _who, amount in rows), Decimal(0)), is_confirmed)
        for (_id, is_confirmed), rows in held.items()
    ]
    return sorted(found, key=lambda one: (one.organisation.sort_key, one.is_confirmed))


def depot_owners(session: Session, depots: Iterable[int]) -> dict[int, int]:
    """Whose each depot is."""
    wanted = set(depots)
    rows = select(Depot.id, Depot.organisation_id).where(Depot.id.in_(wanted))
    return {row.id: row.organisation_id for row in session.execute(rows)} if wanted else {}
