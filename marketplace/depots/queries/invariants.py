"""What always holds of lots and their movements. Each answers with the first number that breaks it, or with nothing."""

from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.depots.models import Lot, Movement
from marketplace.depots.rules.lots import MovementKind, path_to
from marketplace.materials.queries import get_taxonomy

_ZERO = literal(Decimal(0), Lot.quantity.type)
_COUNT = MovementKind.COUNT.value
_TWO_SIDED = (MovementKind.SPLIT.value, MovementKind.RETURN.value)


def find_wrong_sum(session: Session) -> int | None:
    """A lot that is not the sum of its movements, or is below zero."""
    total = func.sum(Movement.quantity).label("amount")
    sums = select(Movement.lot_id, total).group_by(Movement.lot_id).subquery()
    rows = select(Lot.id).outerjoin(sums, sums.c.lot_id == Lot.id)
    wrong = (Lot.quantity != func.coalesce(sums.c.amount, _ZERO)) | (Lot.quantity < 0)
    return session.scalar(rows.where(wrong).order_by(Lot.id).limit(1))


def find_misplaced(session: Session) -> int | None:
    """A lot of which movements leave something elsewhere, with others, or at another weight."""
    at = (Movement.lot_id, Movement.depot_id, Movement.bay, Movement.owner_id, Movement.holder_id, Movement.kg_per_unit)
    sums = select(*at).group_by(*at).having(func.sum(Movement.quantity) != 0).subquery()
    elsewhere = (
        func.coalesce(sums.c.depot_id, 0) != func.coalesce(Lot.depot_id, 0),
        sums.c.bay != Lot.bay,
        sums.c.owner_id != Lot.owner_id,
        sums.c.holder_id != Lot.holder_id,
        sums.c.kg_per_unit != Lot.kg_per_unit,
    )
    rows = select(Lot.id).join(sums, sums.c.lot_id == Lot.id)
    return session.scalar(rows.where(or_(*elsewhere)).order_by(Lot.id).limit(1))


def find_unweighed(session: Session) -> int | None:
    """A lot that weighs something else than its last movement says, or than it did.

    While nobody weighed it: that is two rows that count, of what is there, out at the old weight and in at the new one.
    """
    in_order: dict[str, Any] = {"partition_by": Movement.lot_id, "order_by": Movement.id}
    columns = (Movement.kind, Movement.quantity, Movement.kg_per_unit)
    were = [func.lag(column, type_=column.type).over(**in_order).label(f"was_{column.key}") for column in columns]
    movements = select(Movement.lot_id, *columns, *were).subquery()
    is_weighing = (
        (movements.c.kind == _COUNT) & (movements.c.was_kind == _COUNT) & (movements.c.quantity == -movements.c.was_quantity)
    )
    jumps = select(movements.c.lot_id).where(movements.c.kg_per_unit != movements.c.was_kg_per_unit, ~is_weighing)
    last = select(Movement.lot_id, func.max(Movement.id).label("id")).group_by(Movement.lot_id).subquery()
    other = select(Lot.id).join(last, last.c.lot_id == Lot.id).join(Movement, Movement.id == last.c.id)
    other = other.where(Movement.kg_per_unit != Lot.kg_per_unit)
    lot_ids = [session.scalar(rows.limit(1)) for rows in (jumps.order_by(movements.c.lot_id), other.order_by(Lot.id))]
    return next((lot_id for lot_id in lot_ids if lot_id is not None), None)


def find_one_sided(session: Session) -> int | None:
    """A lot that gained or lost what the lot on the other side did not, or at another weight.

    In a split, or when something came back.
    """
    other = aliased(Movement)
    mirrored = (
        (other.lot_id == Movement.other_lot_id)
        & (other.other_lot_id == Movement.lot_id)
        & (other.kind == Movement.kind)
        & (other.quantity == -Movement.quantity)
        & (other.kg_per_unit == Movement.kg_per_unit)
    )
    rows = select(Movement.lot_id).outerjoin(other, mirrored)
    return session.scalar(rows.where(Movement.kind.in_(_TWO_SIDED), other.id.is_(None)).order_by(Movement.lot_id).limit(1))


def find_changeling(session: Session) -> int | None:
    """A lot that is not of its parent's tree, material and unit, or did not begin as its part."""
    return session.scalar(_changelings())


@cache
def _changelings() -> Select[int]:
    parent = aliased(Lot)
    first = select(func.min(Movement.id)).where(Movement.lot_id == Lot.id).correlate(Lot).scalar_subquery()
    began = aliased(Movement)
    rows = select(Lot.id).outerjoin(parent, parent.id == Lot.parent_id).outerjoin(began, began.id == first)
    of_parent = (
        (Lot.origin_id != func.coalesce(parent.origin_id, parent.id))
        | Lot.origin_id.is_(None)
        | (Lot.material_id != parent.material_id)
        | (Lot.unit != parent.unit)
        | (began.kind.not_in(_TWO_SIDED))
        | (began.other_lot_id != Lot.parent_id)
    )
    alone = Lot.parent_id.is_(None) & (Lot.origin_id.is_not(None) | (began.kind != MovementKind.IN.value))
    wrong = began.id.is_(None) | alone | (Lot.parent_id.is_not(None) & of_parent)
    return rows.where(wrong).order_by(Lot.id).limit(1)


def find_overgrown(session: Session) -> int | None:
    """A lot of soil or sand that counting made more of than measuring explains.

    Of it as it began, with all that came from it.
    """
    share = {material.id: material.tolerance_percent / 100 for material in get_taxonomy(session).materials if material.is_bulk}
    lots = select(Lot.id, Lot.parent_id, Lot.material_id).where(Lot.material_id.in_(share))
    by_id = {row.id: row for row in session.execute(lots)}
    parents = {number: row.parent_id for number, row in by_id.items()}
    counts = select(Movement.lot_id, func.sum(Movement.quantity, type_=Movement.quantity.type)).join(
        Lot, Lot.id == Movement.lot_id
    )
    counts = counts.where(Lot.material_id.in_(share), Movement.kind == MovementKind.COUNT.value).group_by(Movement.lot_id)
    below: dict[int, Decimal] = {}
    for number, amount in session.execute(counts):
        for lot_id in path_to(parents, number):
            below[lot_id] = below.get(lot_id, Decimal(0)) + amount
    grown = [number for number, amount in sorted(below.items()) if amount > 0]
    firsts = select(func.min(Movement.id)).where(Movement.lot_id.in_(grown)).group_by(Movement.lot_id)
    began = {row[0]: row[1] for row in session.execute(select(Movement.lot_id, Movement.quantity).where(Movement.id.in_(firsts)))}
    return next((number for number in grown if below[number] > began[number] * share[by_id[number].material_id]), None)
