"""What was announced to a depot, for whoever brings it and for its keepers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.depots import get_visible_depot
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _


@dataclass(frozen=True, slots=True)
class Coming:
    """A lot with a number that comes into a depot, and what was announced of it.

    None where nothing was.
    """

    lot: Lot
    arrival: Arrival | None


def list_announced(session: Session, actor: Actor, depot_id: int) -> list[Arrival]:
    """List what has not come yet, the first day first.

    Everything for keepers, for others what their own organisation announced.
    """
    require(actor, Can.STORE)
    depot = get_visible_depot(session, actor, depot_id)
    rows = _visible(actor, depot).where(Arrival.ended_at.is_(None))
    return list(session.scalars(rows.order_by(Arrival.expected_on, Arrival.id)))


def get_announced(session: Session, actor: Actor, depot_id: int, arrival_id: int) -> Arrival:
    """One of them, or one that has ended.

    Missing for whoever neither brings it nor keeps the depot.
    """
    require(actor, Can.STORE)
    depot = get_visible_depot(session, actor, depot_id)
    rows = _visible(actor, depot).where(Arrival.id == arrival_id)
    arrival = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if arrival is None:
        raise Missing(_("Nothing with this number was announced to this depot, or you may not see it."))
    return arrival


def _visible(actor: Actor, depot: Depot) -> Select[Arrival]:
    rows = select(Arrival).options(joinedload(Arrival.organisation)).where(Arrival.depot_id == depot.id)
    return rows if may(actor, Can.KEEP_DEPOT, depot) else rows.where(Arrival.organisation_id == actor.organisation_id)


def is_announced(arrival: Arrival, lot: Lot) -> bool:
    """Whether this lot can be what was announced.

    By its number: by whoever has it, or keeps the depot where it lies. Else it lies in no depot, whoever announced it has it, and it
    is of that material and unit.
    """
    if arrival.announced_lot_id is not None:
        return arrival.announced_lot_id == lot.id and arrival.organisation_id in _have(lot)
    announced = (arrival.organisation_id, arrival.material_id, arrival.unit)
    return lot.depot_id is None and (lot.holder_id, lot.material_id, lot.unit) == announced


def _have(lot: Lot) -> tuple[int, ...]:
    """The organisation that may bring a lot to another depot.

    Whose depot it lies in; where it lies in none, whoever has it.
    """
    return (lot.holder_id,) if lot.depot is None else (lot.depot.organisation_id,)


def get_coming(session: Session, actor: Actor, depot: Depot, lot_id: int, *, field: str | None = None) -> Coming:
    """The lot that a keeper takes in by its number, with what was announced of it.

    Refused at `field` where the keeper neither has it in hand nor was told by whoever has it that it would come: whether there is such
    a lot is not said.
    """
    require(actor, Can.KEEP_DEPOT, depot)
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    arrival = None if lot is None else find_expecting(session, [depot], lot)
    if lot is None or (arrival is None and not may(actor, Can.HANDLE_LOT, lot)):
        raise Invalid(
            _(
                "No lot with this number was announced to this depot. Look at the label, or ask whoever brings it to announce it here; "
                "then it can be taken in."
            ),
            field,
        )
    return Coming(lot, arrival)


def find_expecting(session: Session, depots: Iterable[Depot], lot: Lot) -> Arrival | None:
    """What was announced to one of these depots and can be this lot.

    By its number before by its material, the first day first.
    """
    ids = [depot.id for depot in depots if depot.id != lot.depot_id]
    if not ids:
        return None
    rows = select(Arrival).options(joinedload(Arrival.organisation)).where(Arrival.depot_id.in_(ids), Arrival.ended_at.is_(None))
    numbered = (Arrival.announced_lot_id == lot.id) & Arrival.organisation_id.in_(_have(lot))
    conditions = (Arrival.organisation_id == lot.holder_id, Arrival.material_id == lot.material_id, Arrival.unit == lot.unit)
    alike = and_(Arrival.announced_lot_id.is_(None), *conditions) if lot.depot_id is None else false()
    first = (Arrival.announced_lot_id.is_(None), Arrival.expected_on, Arrival.id)
    return session.scalars(rows.where(or_(numbered, alike)).order_by(*first)).first()


@dataclass(frozen=True, slots=True)
class Awaited:
    """A lot that is announced by its number: at which depot it is expected, and on which day."""

    depot: str
    on: date


def find_awaited(session: Session, lot_id: int | None) -> Awaited | None:
    """Where a lot is announced by its number and waits for a keeper. None where it is not, or has no number yet."""
    if lot_id is None:
        return None
    rows = select(Depot.name, Arrival.expected_on).join(Depot, Depot.id == Arrival.depot_id)
    waiting = rows.where(Arrival.announced_lot_id == lot_id, Arrival.ended_at.is_(None))
    row = session.execute(waiting.order_by(Arrival.expected_on, Arrival.id)).first()
    return None if row is None else Awaited(*row)
