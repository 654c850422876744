"""The verbs of papers. The file was looked through and stored before; whether the lot still takes papers is asked by the verbs above."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.documents.models import Paper
from marketplace.documents.queries import get_paper, list_item_papers, missing_paper
from marketplace.documents.rules import PAPERS_MAX, PaperDraft, StoredFile, check_paper, check_paper_count, is_picture
from marketplace.kernel import clock, images, pdfs
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.files import Media
from marketplace.kernel.language import _
from marketplace.notices.actions import audit

PICTURE = "webp-1600"


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was looked through and stored. `was_signed`: its digital signature is not in what was stored."""

    file: StoredFile
    was_signed: bool = False


def store_file(media: Media, upload: bytes, name: str) -> Taken:
    """Look a PDF or a picture through and put what it becomes into the store. What never gets a row is swept later.

    The content decides what it is. A picture that calls itself a PDF is refused: it would not open under that name.
    """
    if not upload:
        raise Invalid(_("This file is empty. Choose the paper again."), "file")
    if pdfs.is_pdf(upload) and not is_picture(upload):
        made = pdfs.rewrite(upload)
        stored = media.put(made.content, ".pdf")
        return Taken(StoredFile(stored, pdfs.MEDIA_TYPE, len(made.content), made.pages), made.was_signed)
    if not is_picture(upload):
        raise Invalid(_("This is neither a PDF nor a photo. Choose a PDF, or take a photo of the paper."), "file")
    if name.casefold().endswith(".pdf"):
        raise Invalid(_("This is a picture, not a PDF. Choose the PDF, or send the picture under its own name."), "file")
    picture = _developed(upload)
    return Taken(StoredFile(media.put(picture.content, picture.suffix), picture.media_type, len(picture.content)))


def _developed(upload: bytes) -> images.Variant:
    """Develop a photo of a paper, in the largest size and without the place where it was taken."""
    try:
        return images.develop(upload).variant(PICTURE)
    except (Invalid, TooLarge) as refusal:
        raise type(refusal)(refusal.message, "file") from refusal


def add_paper(
    session: Session,
    actor: Actor,
    *,
    listing_id: int,
    organisation_id: int,
    draft: PaperDraft,
    file: StoredFile,
    is_proof: bool,
    replaced_id: int | None = None,
) -> Paper:
    """Add a paper to a lot of this organisation, or put it in the place of another."""
    require(actor, Can.EDIT_LISTING, organisation_id)
    tidy = check_paper(draft, clock.today(), is_proof=is_proof)
    if replaced_id is None:
        present = select(func.count(Paper.id)).where(Paper.listing_id == listing_id, Paper.removed_at.is_(None))
        check_paper_count(session.scalar(present) or 0)
    else:
        remove_paper(session, actor, listing_id=listing_id, paper_id=replaced_id)
    return _keep(session, actor, {"listing_id": listing_id}, organisation_id, tidy, file, replaced_id)


def add_lot_paper(
    session: Session, actor: Actor, *, lot_id: int, organisation_id: int, draft: PaperDraft, file: StoredFile, is_proof: bool
) -> Paper:
    """Add a paper to a lot itself, of whoever adds it. The room above has asked for the right."""
    tidy = check_paper(draft, clock.today(), is_proof=is_proof)
    present = select(func.count(Paper.id)).where(Paper.lot_id == lot_id, Paper.removed_at.is_(None))
    check_paper_count(session.scalar(present) or 0)
    return _keep(session, actor, {"lot_id": lot_id}, organisation_id, tidy, file)


def add_item_paper(
    session: Session, actor: Actor, *, item_id: int, organisation_id: int, draft: PaperDraft, file: StoredFile, is_proof: bool
) -> Paper:
    """Add a paper to a part of an asset of this organisation. The room above has asked for the right."""
    tidy = check_paper(draft, clock.today(), is_proof=is_proof)
    present = select(func.count(Paper.id)).where(Paper.item_id == item_id, Paper.removed_at.is_(None))
    check_paper_count(session.scalar(present) or 0)
    return _keep(session, actor, {"item_id": item_id}, organisation_id, tidy, file)


def remove_item_paper(session: Session, actor: Actor, *, item_id: int, paper_id: int) -> Paper:
    """Take a paper away from a part of an asset; its row and its file stay. The room above has asked for the right."""
    paper = get_paper(session, paper_id)
    if paper.item_id != item_id or paper.removed_at is not None:
        raise missing_paper()
    paper.removed_at, paper.removed_by_id = clock.now(), actor.person_id
    session.flush()
    audit.record(session, actor, action="paper.remove", object_type="paper", object_id=paper_id, item_id=item_id)
    return paper


def copy_item_papers(session: Session, actor: Actor, *, item_ids: Iterable[int], listing_id: int, organisation_id: int) -> None:
    """Let the papers of parts of assets stand with the offer that they become.

    Each once, and none that has expired. The room above has asked for the right.
    """
    rows = [paper for papers in list_item_papers(session, item_ids).values() for paper in papers]
    current = {row.file: row for row in rows if row.valid_until is None or row.valid_until >= clock.today()}
    for row in list(current.values())[:PAPERS_MAX]:
        draft = PaperDraft(row.kind, row.issued_on, row.number, row.issuer, row.valid_until)
        file = StoredFile(row.file, row.media_type, row.size_bytes, row.pages)
        _keep(session, actor, {"listing_id": listing_id}, organisation_id, draft, file)


def _keep(
    session: Session,
    actor: Actor,
    place: dict[str, Any],
    organisation_id: int,
    tidy: PaperDraft,
    file: StoredFile,
    replaced_id: int | None = None,
) -> Paper:
    paper = Paper(
        **place,
        organisation_id=organisation_id,
        kind=tidy.kind,
        number=tidy.number,
        issuer=tidy.issuer,
        issued_on=tidy.issued_on,
        valid_until=tidy.valid_until,
        file=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        pages=file.pages,
        added_by_id=actor.person_id,
        added_at=clock.now(),
        replaced_id=replaced_id,
    )
    session.add(paper)
    session.flush()
    audit.record(
        session, actor, action="paper.add", object_type="paper", object_id=paper.id, **place, kind=paper.kind,
        file=paper.file, valid_until=paper.valid_until.isoformat() if paper.valid_until else None,
    )  # fmt: skip
    return paper


def remove_paper(session: Session, actor: Actor, *, listing_id: int, paper_id: int) -> Paper:
    """Take a paper away. It counts no more; its row and its file stay."""
    paper = get_paper(session, paper_id)
    if paper.listing_id != listing_id:
        raise missing_paper()  # of another lot: whose that is does not matter
    require(actor, Can.EDIT_LISTING, paper)
    statement = update(Paper).where(Paper.id == paper_id, Paper.listing_id == listing_id, Paper.removed_at.is_(None))
    values = {"removed_at": clock.now(), "removed_by_id": actor.person_id}
    gone = session.scalar(statement.values(values).returning(Paper.id).execution_options(synchronize_session=False))
    if gone is None:
        raise missing_paper()
    session.refresh(paper)
    audit.record(session, actor, action="paper.remove", object_type="paper", object_id=paper_id, listing_id=listing_id)
    return paper
