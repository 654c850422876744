"""Questions about the papers that stand with a lot itself, and with what it came from."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.depots.models import Lot
from marketplace.documents.models import Paper


def list_papers_with(session: Session, lot_ids: Iterable[int], *, with_removed: bool = False) -> dict[int, list[Paper]]:
    """The papers of lots themselves, by the lot's id, in the order in which they came.

    Those of what a lot came from stand with it where they were there before it left: whatever left before an examination is not what
    was examined.
    """
    found: dict[int, list[Paper]] = {number: [] for number in lot_ids}
    if not found:
        return found
    own = select(Lot.id.label("start"), Lot.id.label("lot_id"), Lot.parent_id, Lot.created_at, Lot.created_at.label("left_at"))
    above = own.where(Lot.id.in_(found)).cte("lots_with_papers", recursive=True)
    parent = aliased(Lot)
    step = select(above.c.start, parent.id, parent.parent_id, parent.created_at, above.c.created_at)
    above = above.union_all(step.join(above, parent.id == above.c.parent_id))
    stands = or_(above.c.lot_id == above.c.start, Paper.added_at <= above.c.left_at)
    rows = select(above.c.start, Paper).join(above, Paper.lot_id == above.c.lot_id).where(stands).order_by(Paper.id)
    for number, paper in session.execute(rows if with_removed else rows.where(Paper.removed_at.is_(None))):
        found[number].append(paper)
    return found
