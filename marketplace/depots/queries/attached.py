"""What stands with a lot itself: its photos, and its papers with those of what it came from."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Integer, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Lot, LotPhoto, LotPhotoFile
from marketplace.depots.queries.lots import get_lot, lots_with_parts
from marketplace.documents.models import Paper


def list_lot_photos(session: Session, actor: Actor, lot_id: int) -> list[LotPhoto]:
    """The photos of a lot that the actor may see, the newest first."""
    get_lot(session, actor, lot_id)
    return list(session.scalars(select(LotPhoto).where(LotPhoto.lot_id == lot_id).order_by(LotPhoto.id.desc())))


def may_see_lot_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether this picture is of a lot that the actor may see."""
    if not actor.is_member:
        return False
    rows = lots_with_parts().join(LotPhoto, LotPhoto.lot_id == Lot.id)
    rows = rows.join(LotPhotoFile, LotPhotoFile.lot_photo_id == LotPhoto.id).where(LotPhotoFile.name == file_name)
    return any(may(actor, Can.READ_LOT, lot) for lot in session.scalars(rows).unique())


def list_lot_photo_files(session: Session) -> set[str]:
    """Every file name in use here: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(LotPhotoFile.name).distinct()))


def list_papers_with(session: Session, lot_ids: Iterable[int], *, with_removed: bool = False) -> dict[int, list[Paper]]:
    """The papers of lots themselves, by the lot's id, in the order in which they came.

    Those of what a lot came from stand with it where they were there before it left: whatever left before an examination is not what
    was examined.
    """
    papers: dict[int, list[Paper]] = {number: [] for number in lot_ids}
    if papers:
        for number, paper in session.execute(_papers_above(with_removed=with_removed), {"lots": list(papers)}):
            papers[number].append(paper)
    return papers


@cache
def _papers_above(*, with_removed: bool) -> Select[int, Paper]:
    """The papers that stand with the lots at which it begins, each with that lot."""
    own = select(Lot.id.label("start"), Lot.id.label("lot_id"), Lot.parent_id, Lot.created_at, Lot.created_at.label("left_at"))
    lots = bindparam("lots", type_=Integer, expanding=True)
    above = own.where(Lot.id.in_(lots)).cte("lots_with_papers", recursive=True)
    parent = aliased(Lot)
    step = select(above.c.start, parent.id, parent.parent_id, parent.created_at, above.c.created_at)
    above = above.union_all(step.join(above, parent.id == above.c.parent_id))
    stands = or_(above.c.lot_id == above.c.start, Paper.added_at <= above.c.left_at)
    rows = select(above.c.start, Paper).join(above, Paper.lot_id == above.c.lot_id).where(stands).order_by(Paper.id)
    return rows if with_removed else rows.where(Paper.removed_at.is_(None))
