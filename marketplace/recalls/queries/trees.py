"""What came from a lot, what it came from, and which transfers brought that to whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.rules.lots import MovementKind
from marketplace.recalls.models import RecallLot

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


def depot_owners(session: Session, depots: Iterable[int]) -> dict[int, int]:
    """Whose each depot is."""
    wanted = set(depots)
    rows = select(Depot.id, Depot.organisation_id).where(Depot.id.in_(wanted))
    return {row.id: row.organisation_id for row in session.execute(rows)} if wanted else {}
