"""What happened to a lot. A move, which is two movements, is one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.queries.lots import list_movements
from marketplace.depots.rules.lots import MovementKind
from marketplace.stock.queries.events import reason_of

LEAVING = (MovementKind.MOVE, MovementKind.OUT, MovementKind.RETURN)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `quantity`: what the lot gained, minus what it lost; of a move all of it, with `is_moved`.

    `depot` and `bay` are where it lay, or lies from then on; `by`, `owner` and `holder` are names of organisations. `weighs`: what one unit
    weighs from then on, where it was weighed.
    """

    kind: MovementKind
    quantity: Decimal
    is_moved: bool
    on: date
    by: str
    owner: str
    holder: str
    depot: str
    bay: str
    reason: str
    other_lot_id: int | None
    reservation_id: int | None
    weighs: Decimal | None = None


def list_events(session: Session, actor: Actor, lot: Lot) -> list[Event]:
    """List what happened to a lot, the newest first: three questions, however much happened."""
    movements = list_movements(session, lot.id)
    names = _names(session, movements)
    depots = _depots(session, movements)
    events: list[Event] = []
    for movement, before in zip(movements, (None, *movements), strict=False):
        is_moved = before is not None and is_other_half(before, movement)
        is_weighed = before is not None and is_weighing(before, movement)
        if is_moved or is_weighed:
            events.pop()
        events.append(
            Event(
                MovementKind(movement.kind),
                movement.quantity,
                is_moved,
                movement.happened_on,
                names.get(movement.organisation_id or 0, ""),
                names.get(movement.owner_id, ""),
                names.get(movement.holder_id, ""),
                depots.get(movement.depot_id or 0, ""),
                movement.bay,
                reason_of(actor, lot, movement),
                movement.other_lot_id,
                movement.reservation_id,
                movement.kg_per_unit if is_weighed else None,
            )
        )
    return events[::-1]


def is_other_half(leaving: Movement, coming: Movement) -> bool:
    """Whether the lot came in where it is by the same step by which it left where it was."""
    is_same_step = (leaving.happened_on, leaving.reservation_id) == (coming.happened_on, coming.reservation_id)
    return is_same_step and leaving.kind in LEAVING and leaving.quantity < 0 and leaving.quantity == -coming.quantity


def is_weighing(leaving: Movement, coming: Movement) -> bool:
    """Whether the lot was counted out at one weight and in at another."""
    return leaving.kind == coming.kind == MovementKind.COUNT and leaving.kg_per_unit != coming.kg_per_unit


def _names(session: Session, movements: Iterable[Movement]) -> dict[int, str]:
    ids = {
        number for movement in movements for number in (movement.organisation_id, movement.owner_id, movement.holder_id) if number
    }
    rows = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(rows)}


def _depots(session: Session, movements: Iterable[Movement]) -> dict[int, str]:
    ids = {movement.depot_id for movement in movements if movement.depot_id}
    rows = select(Depot.id, Depot.name).where(Depot.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(rows)}
