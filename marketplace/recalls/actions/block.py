"""Block a lot and all that came from it, in one transaction, and tell everybody once."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.actions import blocking
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.exchange.actions.booking import reverse_recalled
from marketplace.exchange.actions.decide import call_off
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.rules.reservation import HOLDING, OPEN, ReservationStatus, Step
from marketplace.kernel import clock
from marketplace.market.actions import counters
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.notices.actions import audit
from marketplace.recalls.actions.covering import write_lots
from marketplace.recalls.actions.telling import find_parties, tell
from marketplace.recalls.models import Recall, RecallLot, RecallTransfer
from marketplace.recalls.queries.recalls import get_recall, lock_tree, recalls_of
from marketplace.recalls.queries.traces import get_traced
from marketplace.recalls.queries.trees import find_first_day, lots_below, lots_of, transfers_into
from marketplace.recalls.rules import RecallDraft, check_recall


def block_lot(session: Session, actor: Actor, *, lot_id: int, draft: RecallDraft) -> Recall:
    """Recall a lot and all that came from it. For whoever has or had any of it: who finds something says so at once.

    What is on offer is withdrawn, what is reserved ends, what was booked as reuse is taken back in the month of the finding, and everybody
    who has or had any of it is told. A tree that is blocked already stays as it is, and nobody is told again.
    """
    traced = get_traced(session, actor, lot_id)
    require(actor, Can.BLOCK_LOT, traced)
    lot = traced.lot
    finding, found_on = check_recall(draft, clock.today(), first_on=find_first_day(session, lot_id))
    lock_tree(session, lot)
    if not _is_any_free(session, lot_id):
        return _find_blocking(session, lot)
    recall = Recall(
        lot_id=lot_id,
        finding=finding,
        found_on=found_on,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        blocked_at=clock.now(),
    )
    session.add(recall)
    session.flush()
    write_lots(session, recall.id, lots_below(lot_id))
    parties = find_parties(session, recall)
    _withdraw(session, actor, recall)
    _call_off_open(session, actor, recall)
    _take_back(session, actor, recall)
    blocked = blocking.block(session, By(actor, clock.today(), finding), lots_of(recall.id))
    tell(session, recall, parties)
    audit.record(
        session, actor, action="lot.block", object_type="lot", object_id=lot_id, recall=recall.id, lots=blocked, told=len(parties)
    )
    bump_catalogue(session)
    return get_recall(session, actor, recall.id)


def _is_any_free(session: Session, lot_id: int) -> bool:
    free = select(Lot.id).where(Lot.id.in_(lots_below(lot_id)), Lot.blocked_at.is_(None)).limit(1)
    return session.scalar(free) is not None


def _find_blocking(session: Session, lot: Lot) -> Recall:
    """The newest recall that blocks this lot."""
    return session.get_one(Recall, max(recalls_of(session, lot)[lot.id]))


def _withdraw(session: Session, actor: Actor, recall: Recall) -> None:
    """Take everything of it off the market."""
    offers = select(RecallLot.listing_id).where(RecallLot.recall_id == recall.id, RecallLot.listing_id.is_not(None))
    for listing_id in filter(None, session.scalars(offers.order_by(RecallLot.listing_id)).all()):
        if not counters.withdraw_recalled(session, listing_id):
            raise RuntimeError(f"listing {listing_id} was locked and is on offer no more")
        audit.record(session, actor, action="listing.recall", object_type="listing", object_id=listing_id, recall=recall.id)


def _call_off_open(session: Session, actor: Actor, recall: Recall) -> None:
    """End every open reservation of it, also what was handed over and is not confirmed."""
    of_tree = select(Listing.id).where(Listing.lot_id.in_(lots_of(recall.id)))
    ids = select(Reservation.id).where(Reservation.listing_id.in_(of_tree), Reservation.status.in_(OPEN))
    rows = [find_reservation(session, number) for number in session.scalars(ids.order_by(Reservation.id)).all()]
    for row in sorted(rows, key=lambda row: row.status in HOLDING):
        _note(session, recall, row, row.held if row.status in HOLDING else row.quantity, None)
        call_off(session, actor, row, Step.RECALL, recall.finding)


def _take_back(session: Session, actor: Actor, recall: Recall) -> None:
    """Take back in the ledger what is left of every transfer that brought a lot of it."""
    completed = Reservation.status == ReservationStatus.COMPLETED.value
    ids = select(Reservation.id).where(Reservation.id.in_(transfers_into(lots_of(recall.id))), completed)
    for number in session.scalars(ids.order_by(Reservation.id)).all():
        reservation = find_reservation(session, number)
        left = reservation.quantity - reservation.taken_back
        if left > 0:
            row = reverse_recalled(session, actor, reservation, found_on=recall.found_on, recall_id=recall.id)
            _note(session, recall, reservation, left, row.seq)


def _note(session: Session, recall: Recall, reservation: Reservation, quantity: Decimal, seq: int | None) -> None:
    session.add(
        RecallTransfer(recall_id=recall.id, reservation_id=reservation.id, status=reservation.status, quantity=quantity, seq=seq)
    )
    session.flush()
