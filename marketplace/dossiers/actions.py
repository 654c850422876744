"""The verbs of the papers of a lot. A file is looked through and stored first, outside any transaction."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.depots.queries.lots import get_lot
from marketplace.documents import actions as documents
from marketplace.documents.models import Paper
from marketplace.documents.queries import get_paper, missing_paper
from marketplace.documents.rules import PaperDraft, StoredFile, find_reminder
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.actions import counters
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.passports.queries.assets import get_item


def add_paper(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    draft: PaperDraft,
    file: StoredFile,
    replaced_id: int | None = None,
) -> Paper:
    """Add a paper to a lot of the own organisation, or put it in the place of another."""
    listing = _lock_own(session, actor, listing_id)
    if listing.status == ListingStatus.WITHDRAWN:
        raise Conflict(_("A lot that was withdrawn takes no more papers. Offer it again as a new one."))
    kind = get_taxonomy(session).paper_kind(draft.kind)
    return documents.add_paper(
        session,
        actor,
        listing_id=listing.id,
        organisation_id=listing.organisation_id,
        draft=draft,
        file=file,
        is_proof=kind.is_proof,
        replaced_id=replaced_id,
    )


def add_lot_paper(session: Session, actor: Actor, *, lot_id: int, draft: PaperDraft, file: StoredFile) -> Paper:
    """Add a paper to a lot itself. For whoever may read the lot: its owner, its holder, its keeper, advisers, the AO CE, the broker."""
    lot = get_lot(session, actor, lot_id)
    require(actor, Can.ADD_LOT_PAPER, lot)
    kind = get_taxonomy(session).paper_kind(draft.kind)
    mine = actor.organisation_id or lot.owner_id
    return documents.add_lot_paper(
        session, actor, lot_id=lot.id, organisation_id=mine, draft=draft, file=file, is_proof=kind.is_proof
    )


def add_item_paper(session: Session, actor: Actor, *, asset_id: int, number: int, draft: PaperDraft, file: StoredFile) -> Paper:
    """Add a paper to a part of an asset that one keeps the passport of."""
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    kind = get_taxonomy(session).paper_kind(draft.kind)
    return documents.add_item_paper(
        session,
        actor,
        item_id=item.id,
        organisation_id=item.asset.organisation_id,
        draft=draft,
        file=file,
        is_proof=kind.is_proof,
    )


def remove_item_paper(session: Session, actor: Actor, *, asset_id: int, number: int, paper_id: int) -> Paper:
    """Take a paper away from a part of an asset that one keeps the passport of."""
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    return documents.remove_item_paper(session, actor, item_id=item.id, paper_id=paper_id)


def remove_paper(session: Session, actor: Actor, *, listing_id: int, paper_id: int) -> Paper:
    """Take a paper away from a lot of the own organisation. A lot that is closed or withdrawn keeps what it had."""
    listing = _lock_own(session, actor, listing_id)
    if listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        raise Conflict(_("This lot is not on offer any more. Its papers stay as they were."))
    return documents.remove_paper(session, actor, listing_id=listing.id, paper_id=paper_id)


def _lock_own(session: Session, actor: Actor, listing_id: int) -> Listing:
    """The lot behind its lock. A hand-over that looks at its papers comes before or after this."""
    require(actor, Can.EDIT_LISTING, get_listing(session, actor, listing_id))
    counters.lock(session, listing_id)
    return get_listing(session, actor, listing_id)


def remind(session: Session, *, paper_id: int) -> bool:
    """Tell the owner that a paper runs out, and those who have the lot approved. Of two workers one does; returns whether it was this one."""
    paper = get_paper(session, paper_id)
    days = find_reminder(paper.valid_until, clock.today(), paper.reminded_days)
    if days is None:
        return False
    mine = update(Paper).where(
        Paper.id == paper_id, Paper.removed_at.is_(None), or_(Paper.reminded_days.is_(None), Paper.reminded_days > days)
    )
    reminded_id = session.scalar(mine.values(reminded_days=days).returning(Paper.id).execution_options(synchronize_session=False))
    if reminded_id is None:
        raise missing_paper()
    listing = session.get_one(Listing, paper.listing_id)
    holders = select(Reservation.organisation_id, Reservation.person_id).where(
        Reservation.listing_id == listing.id, Reservation.status == ReservationStatus.APPROVED
    )
    readers = {(listing.organisation_id, listing.created_by_id), *((row[0], row[1]) for row in session.execute(holders))}
    for organisation_id, person_id in sorted(readers, key=str):
        notify(
            session,
            Notice.PAPER_EXPIRING,
            person_id=person_id,
            organisation_id=organisation_id,
            listing_id=listing.id,
            listing_title=listing.title,
            number=paper.number or None,
            until=paper.valid_until.isoformat() if paper.valid_until else None,
        )
    audit.record(session, CLOCK, action="paper.remind", object_type="paper", object_id=paper_id, days=days)
    return True
