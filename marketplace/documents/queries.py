"""Questions about papers, opinions and lifted rules. Whether a reader may see them is asked by the rooms above."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.documents.models import GateLift, Opinion, OpinionRequest, Paper
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def list_papers(session: Session, listing_id: int) -> list[Paper]:
    """The papers of a lot that were not taken away, in the order in which they came."""
    return list_papers_of(session, [listing_id])[listing_id]


def list_papers_of(session: Session, listing_ids: Iterable[int], *, with_removed: bool = False) -> dict[int, list[Paper]]:
    """The same of many lots at once, by the lot's id.

    With those that were taken away where that is asked.
    """
    papers: dict[int, list[Paper]] = {number: [] for number in listing_ids}
    rows = select(Paper).where(Paper.listing_id.in_(papers)).order_by(Paper.id)
    for paper in session.scalars(rows if with_removed else rows.where(Paper.removed_at.is_(None))):
        papers[paper.listing_id or 0].append(paper)
    return papers


def list_lot_papers(session: Session, lot_ids: Iterable[int]) -> list[Paper]:
    """The papers that stand with these lots themselves, in the order in which they came."""
    rows = select(Paper).where(Paper.lot_id.in_(list(lot_ids)), Paper.removed_at.is_(None))
    return list(session.scalars(rows.order_by(Paper.id)))


def list_item_papers(session: Session, item_ids: Iterable[int]) -> dict[int, list[Paper]]:
    """The papers that stand with these parts of assets, by the part, the oldest first."""
    papers: dict[int, list[Paper]] = {}
    rows = select(Paper).where(Paper.item_id.in_(list(item_ids)), Paper.removed_at.is_(None)).order_by(Paper.id)
    for paper in session.scalars(rows):
        papers.setdefault(paper.item_id or 0, []).append(paper)
    return papers


def list_removed_papers(session: Session, listing_id: int) -> list[Paper]:
    """The papers of a lot that were taken away, the last one first."""
    rows = select(Paper).where(Paper.listing_id == listing_id, Paper.removed_at.is_not(None))
    return list(session.scalars(rows.order_by(Paper.removed_at.desc(), Paper.id.desc())))


def get_paper(session: Session, paper_id: int) -> Paper:
    """A paper, taken away or not, or Missing."""
    paper = session.get(Paper, paper_id)
    if paper is None:
        raise missing_paper()
    return paper


def missing_paper() -> Missing:
    """No such paper, or not for this reader: the two answers are the same."""
    return Missing(_("This paper does not exist, or you may not see it. Open the lot again."))


def list_paper_files(session: Session) -> set[str]:
    """Every file name in use here: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(Paper.file).distinct()))


def list_opinions_of(session: Session, listing_ids: Iterable[int]) -> dict[int, list[Opinion]]:
    """What advisers found of these lots, the last one first, by the lot's id."""
    opinions: dict[int, list[Opinion]] = {number: [] for number in listing_ids}
    rows = select(Opinion).where(Opinion.listing_id.in_(opinions)).options(joinedload(Opinion.organisation))
    for opinion in session.scalars(rows.order_by(Opinion.id.desc())):
        opinions[opinion.listing_id].append(opinion)
    return opinions


def list_lifts_of(session: Session, listing_ids: Iterable[int]) -> dict[int, list[GateLift]]:
    """The rules that were lifted for these lots, with the papers, by the lot's id. One whose paper was taken away counts no more."""
    lifts: dict[int, list[GateLift]] = {number: [] for number in listing_ids}
    rows = select(GateLift).join(GateLift.paper).where(GateLift.listing_id.in_(lifts), Paper.removed_at.is_(None))
    rows = rows.options(joinedload(GateLift.paper), joinedload(GateLift.organisation))
    for lift in session.scalars(rows.order_by(GateLift.id)):
        lifts[lift.listing_id].append(lift)
    return lifts


def has_opinion_or_lift(session: Session, listing_id: int) -> bool:
    """Whether something stands with this lot that may never go."""
    questions = (
        select(Opinion.id).where(Opinion.listing_id == listing_id),
        select(GateLift.id).where(GateLift.listing_id == listing_id),
    )
    return any(session.scalar(rows.limit(1)) is not None for rows in questions)


def has_opinion_request(session: Session, listing_id: int) -> bool:
    """Whether the owner of this lot ever asked for an opinion."""
    return session.scalar(select(OpinionRequest.id).where(OpinionRequest.listing_id == listing_id).limit(1)) is not None


def find_opinion_request(session: Session, listing_id: int) -> OpinionRequest | None:
    """The request for an opinion of this lot that waits. None where there is none."""
    rows = select(OpinionRequest).where(OpinionRequest.listing_id == listing_id, OpinionRequest.answered_at.is_(None))
    return session.scalars(rows).one_or_none()
