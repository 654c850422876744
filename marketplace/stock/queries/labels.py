"""Which lots get a label. Those that are asked for, or all that lie in a depot."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.depots.queries.stock import IS_THERE
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _

LABELS_MAX = 200


def list_labelled(session: Session, actor: Actor, lot_ids: Sequence[int]) -> list[Lot]:
    """These lots in this order, each once. Missing when the actor may not see one of them."""
    ids = list(dict.fromkeys(lot_ids))
    _check_number(len(ids))
    rows = session.scalars(lots_with_parts().where(Lot.id.in_(ids))).unique()
    lots = {lot.id: lot for lot in rows}
    if len(lots) < len(ids):
        raise Missing(_("This lot does not exist, or you may not see it. Check the number on its label."))
    for lot in lots.values():
        require(actor, Can.READ_LOT, lot, hidden=True)
    return [lots[lot_id] for lot_id in ids]


def list_labelled_in(session: Session, actor: Actor, depot_id: int) -> list[Lot]:
    """All that lies in a depot, by bay. For whoever may read its stock."""
    depot = get_depot(session, depot_id)
    require(actor, Can.READ_STOCK, depot)
    rows = select(Lot).where(Lot.depot_id == depot.id, IS_THERE).options(joinedload(Lot.organisation))
    lots = list(session.scalars(rows.order_by(Lot.bay, Lot.id).limit(LABELS_MAX + 1)))
    _check_number(len(lots))
    return lots


def _check_number(labels: int) -> None:
    """At least one label, and no more than a file of 25 sheets."""
    if not labels:
        raise Invalid(_("There is no lot to make a label for. Choose at least one."), "ids")
    if labels > LABELS_MAX:
        raise Invalid(_("A file has at most %(most)s labels. Choose fewer lots at once.", most=LABELS_MAX), "ids")
