"""Questions about lots. One of them, those that somebody may see, and the tree that one belongs to."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, is_broker, may, require
from marketplace.accounts.rules.accounts import Role
from marketplace.depots.models import Depot, DepotKeeper, Lot, Movement
from marketplace.depots.rules.lots import LotFilter, Measured, MovementKind, most_explained, path_to
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

_GAINS = (MovementKind.IN.value, MovementKind.SPLIT.value)


def lots_with_parts() -> Select[Lot]:
    """Lots with all that is shown of them: owner, holder, and the depot with its keepers."""
    return select(Lot).options(
        joinedload(Lot.organisation),
        joinedload(Lot.holder),
        joinedload(Lot.depot).options(joinedload(Depot.organisation), selectinload(Depot.keepers)),
    )


def get_lot(session: Session, actor: Actor, lot_id: int) -> Lot:
    """Get a lot with its owner, its holder and its depot, or Missing. Also when the actor may not see it."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    if lot is None:
        raise Missing(_("This lot does not exist, or you may not see it. Check the number on its label."))
    require(actor, Can.READ_LOT, lot, hidden=True)
    return lot


def find_other_hands(session: Session, actor: Actor, lot: Lot) -> Lot | None:
    """The lot with whoever has it, where that is not the actor.

    The keepers of a depot, or another organisation.
    """
    rows = lots_with_parts().where(Lot.id == lot.id).execution_options(populate_existing=True)
    seen = session.scalars(rows).unique().one()
    return None if may(actor, Can.HANDLE_LOT, seen) else seen


def lock(session: Session, lot_id: int) -> Lot:
    """Lock a lot, read again, until the end of the transaction. The listing that offers it is locked before it."""
    rows = select(Lot).where(Lot.id == lot_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(rows).one()


def list_lots(session: Session, actor: Actor, wanted: LotFilter) -> tuple[list[Lot], int]:
    """The lots that the actor may see, newest first, and their number."""
    where = [_visible(actor), *_wanted(wanted)]
    total = session.scalar(select(func.count(Lot.id)).where(*where)) or 0
    rows = lots_with_parts().where(*where).order_by(Lot.id.desc())
    page = rows.limit(wanted.page_size).offset((wanted.page - 1) * wanted.page_size)
    return list(session.scalars(page).unique()), total


def _visible(actor: Actor) -> ColumnElement[bool]:
    """The right to read a lot, as a condition.

    Whoever reads every lot; else its owner, its holder and its keeper."""
    if actor.role == Role.REVIEWER or is_broker(actor) or actor.judges:
        return Lot.id.is_not(None)
    require(actor, Can.READ_LOT)
    conditions = [Lot.depot_id.in_(select(DepotKeeper.depot_id).where(DepotKeeper.person_id == actor.person_id))]
    if actor.role == Role.COORDINATOR:
        conditions.append(Lot.depot_id.in_(select(Depot.id).where(Depot.organisation_id == actor.organisation_id)))
    return or_(Lot.owner_id == actor.organisation_id, Lot.holder_id == actor.organisation_id, *conditions)


def _wanted(wanted: LotFilter) -> list[ColumnElement[bool]]:
    pairs = ((Lot.depot_id, wanted.depot_id), (Lot.owner_id, wanted.owner_id), (Lot.holder_id, wanted.holder_id))
    where = [column == value for column, value in (*pairs, (Lot.material_id, wanted.material_id)) if value is not None]
    if not wanted.with_empty:
        where.append(Lot.quantity > 0)
    if wanted.is_blocked is not None:
        where.append(Lot.blocked_at.is_not(None) if wanted.is_blocked else Lot.blocked_at.is_(None))
    for word in wanted.words.split():
        where.append(func.lower(Lot.title).contains(word.lower(), autoescape=True))
    return where


def tree_of(session: Session, lot: Lot) -> list[Lot]:
    """Every lot that comes from the same origin, the origin first. With all that is shown of them."""
    root = lot.origin_id or lot.id
    rows = lots_with_parts().where((Lot.id == root) | (Lot.origin_id == root)).order_by(Lot.id)
    return list(session.scalars(rows).unique())


def list_movements(session: Session, lot_id: int) -> list[Movement]:
    """What happened to a lot, in the order in which it was entered."""
    return list(session.scalars(select(Movement).where(Movement.lot_id == lot_id).order_by(Movement.id)))


def find_last_day(session: Session, lot_id: int) -> date | None:
    """The last day on which something happened to a lot."""
    return session.scalar(select(func.max(Movement.happened_on)).where(Movement.lot_id == lot_id))


def find_received(session: Session, reservation_id: int) -> int | None:
    """The number of the lot that a transfer brought to its receiver. None where nothing was."""
    rows = select(Movement.lot_id).where(Movement.reservation_id == reservation_id, Movement.kind.in_(_GAINS))
    return session.scalars(rows.where(Movement.quantity > 0).order_by(Movement.id)).first()


def find_most(session: Session, lot: Lot, tolerance_percent: Decimal) -> Decimal:
    """The most that a lot of soil can be by measuring better, looking at its whole tree. Three questions."""
    root = lot.origin_id or lot.id
    of_tree = (Lot.id == root) | (Lot.origin_id == root)
    parents = {row.id: row.parent_id for row in session.execute(select(Lot.id, Lot.parent_id).where(of_tree))}
    counts = select(Movement.lot_id, func.sum(Movement.quantity, type_=Movement.quantity.type)).join(
        Lot, Lot.id == Movement.lot_id
    )
    counted = counts.where(of_tree, Movement.kind == MovementKind.COUNT.value).group_by(Movement.lot_id)
    own, below = {row[0]: row[1] for row in session.execute(counted)}, dict.fromkeys(parents, Decimal(0))
    for number, amount in own.items():
        for lot_id in path_to(parents, number):
            below[lot_id] += amount
    path = path_to(parents, lot.id)
    firsts = select(func.min(Movement.id)).where(Movement.lot_id.in_(path)).group_by(Movement.lot_id)
    began = session.execute(select(Movement.lot_id, Movement.quantity).where(Movement.id.in_(firsts)))
    measured = [Measured(quantity, below[number]) for number, quantity in began]
    return most_explained(lot.quantity, own.get(lot.id, Decimal(0)), measured, tolerance_percent)
