"""Set a blocked lot free again, on a paper; and confirm that one knows of a recall."""

from collections.abc import Mapping

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.actions import blocking
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import get_lot
from marketplace.documents.models import Paper
from marketplace.documents.rules import PaperState, find_state
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.recalls.actions.covering import write_lots
from marketplace.recalls.actions.telling import tell_freed
from marketplace.recalls.models import Recall, RecallLot, RecallParty, RecallRelease
from marketplace.recalls.queries.recalls import get_recall, lock_tree, recalls_of
from marketplace.recalls.queries.trees import lots_above, lots_below
from marketplace.recalls.rules import ReleaseDraft, check_release


def unblock_lot(session: Session, actor: Actor, *, lot_id: int, draft: ReleaseDraft) -> RecallRelease:
    """Set a lot of a recall free, and what came from it. For advisers, the AO CE, and the broker for what belongs to others.

    A lot that another recall blocks as well stays blocked. What was taken back in the ledger stays taken back: the lot may be used again,
    but nothing was reused until it is. Refused without a paper, whoever asks.
    """
    lot = get_lot(session, actor, lot_id)
    paper_id, reason = check_release(draft)
    require(actor, Can.UNBLOCK_LOT, lot)
    lock_tree(session, lot)
    session.expire_all()
    of_tree = recalls_of(session, lot)
    recall_id = _which(of_tree[lot_id], draft.recall_id)
    _check_paper(session, lot_id, session.get_one(Recall, recall_id), paper_id)
    _complete(session, of_tree, lot_id)
    release = RecallRelease(
        recall_id=recall_id,
        lot_id=lot_id,
        paper_id=paper_id,
        reason=reason,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        released_at=clock.now(),
    )
    session.add(release)
    session.flush()
    mine = (RecallLot.recall_id == recall_id, RecallLot.release_id.is_(None), RecallLot.lot_id.in_(lots_below(lot_id)))
    session.execute(update(RecallLot).where(*mine).values(release_id=release.id).execution_options(synchronize_session=False))
    still = select(RecallLot.lot_id).where(RecallLot.release_id.is_(None))
    freed = select(RecallLot.lot_id).where(RecallLot.release_id == release.id, RecallLot.lot_id.not_in(still))
    lots = blocking.unblock(session, By(actor, clock.today(), reason), freed)
    tell_freed(session, release, session.get_one(Lot, lot_id), freed)
    audit.record(
        session, actor, action="lot.unblock", object_type="lot", object_id=lot_id, recall=recall_id, paper=paper_id, lots=lots
    )
    return release


def _which(blocks: frozenset[int], wanted: int | None) -> int:
    """The recall that is released: the one that was named, or the only one there is."""
    if not blocks:
        raise Conflict(_("This lot is not blocked, so there is nothing to release."))
    if wanted is None and len(blocks) > 1:
        numbers = ", ".join(str(number) for number in sorted(blocks))
        raise Invalid(
            _("More than one recall blocks this lot: %(numbers)s. Say which one the paper is about.", numbers=numbers), "recall"
        )
    if wanted is not None and wanted not in blocks:
        raise Invalid(_("This recall does not block this lot. Check the number."), "recall")
    return min(blocks) if wanted is None else wanted


def _check_paper(session: Session, lot_id: int, recall: Recall, paper_id: int) -> None:
    """Refuse a paper that does not show that the lot is clean.

    It stands with the lot, with what it came from or an offer of that, is a proof that counts, and is not from before the finding,
    nor did it stand there already when the lot was blocked.
    """
    above = lots_above(lot_id)
    offers = select(Listing.id).where(Listing.lot_id.in_(above))
    stands = or_(Paper.lot_id.in_(above), Paper.listing_id.in_(offers))
    paper = session.scalars(select(Paper).where(Paper.id == paper_id, Paper.removed_at.is_(None), stands)).one_or_none()
    if paper is None:
        raise Invalid(_("This paper is not with this lot. Add it to the lot first, and then give its number."), "paper")
    if not get_taxonomy(session).paper_kind(paper.kind).is_proof:
        raise Invalid(_("This kind of paper proves nothing. Name the report or the declaration of the new examination."), "paper")
    if find_state(paper.valid_until, clock.today()) is PaperState.EXPIRED:
        raise Invalid(_("This paper has expired. Name one that still counts."), "paper")
    if paper.issued_on < recall.found_on:
        raise Invalid(
            _("This paper is from before the finding, so it does not show that the lot is clean. Name a newer one."), "paper"
        )
    if paper.added_at < recall.blocked_at:
        raise Invalid(
            _(
                "This paper stood with the lot before it was blocked, so it does not answer the finding. Add the paper of the new "
                "examination, and name that."
            ),
            "paper",
        )


def _complete(session: Session, of_tree: Mapping[int, frozenset[int]], lot_id: int) -> None:
    """Write down what was split off after a recall: it is blocked by what blocks its parent."""
    below = set(session.scalars(lots_below(lot_id)))
    rows = select(RecallLot.lot_id, RecallLot.recall_id).where(RecallLot.lot_id.in_(lots_below(lot_id)))
    there = {(number, recall) for number, recall in session.execute(rows)}
    missing = [(number, recall) for number in below for recall in of_tree[number] if (number, recall) not in there]
    for recall in sorted({recall for _number, recall in missing}):
        write_lots(
            session, recall, select(Lot.id).where(Lot.id.in_([number for number, recall_id in missing if recall_id == recall]))
        )


def confirm_recall(session: Session, actor: Actor, *, recall_id: int) -> Recall:
    """Confirm for the own organisation that it knows of a recall. Once: a second time changes nothing."""
    get_recall(session, actor, recall_id)
    require(actor, Can.CONFIRM_RECALL)
    mine = (RecallParty.recall_id == recall_id, RecallParty.organisation_id == actor.organisation_id)
    if session.scalar(select(RecallParty.recall_id).where(*mine)) is None:
        raise Forbidden(_("Your organisation was not told of this recall, so it has nothing to confirm."))
    values = {"confirmed_at": clock.now(), "confirmed_by_id": actor.person_id}
    first = update(RecallParty).where(*mine, RecallParty.confirmed_at.is_(None)).values(values)
    confirmed = session.scalar(first.returning(RecallParty.recall_id).execution_options(synchronize_session=False))
    session.expire_all()
    if confirmed is not None:
        audit.record(session, actor, action="recall.confirm", object_type="recall", object_id=recall_id)
    return get_recall(session, actor, recall_id)
