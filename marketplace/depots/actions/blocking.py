"""Blocking and freeing many lots at once, each with its movement. Two statements, however many lots there are."""

from datetime import datetime

from sqlalchemy import Select, insert, literal, null, select, update
from sqlalchemy.orm import Session

from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot, Movement
from marketplace.depots.rules.lots import MovementKind
from marketplace.kernel import clock

STANDS = ("kg_per_unit", "owner_id", "holder_id", "depot_id", "bay", "place_name", "lat", "lon")


def block(session: Session, by: By, lots: Select[int]) -> int:
    """Block these lots, as far as they are not blocked yet. Returns how many were."""
    return _mark(session, by, lots, MovementKind.BLOCK, clock.now())


def unblock(session: Session, by: By, lots: Select[int]) -> int:
    """Set these lots free, as far as they are blocked. Returns how many were."""
    return _mark(session, by, lots, MovementKind.UNBLOCK, None)


def _mark(session: Session, by: By, lots: Select[int], kind: MovementKind, blocked_at: datetime | None) -> int:
    """Write the movement of each lot of which it changes something, then change it."""
    session.flush()
    where = (Lot.id.in_(lots), Lot.blocked_at.is_(None) if kind is MovementKind.BLOCK else Lot.blocked_at.is_not(None))
    columns = Movement.__table__.c
    values = {
        "kind": kind.value,
        "quantity": 0,
        "pallets": 0,
        "happened_on": by.day,
        "at": clock.now(),
        "person_id": by.actor.person_id,
        "organisation_id": by.actor.organisation_id,
        "reason": by.reason,
    }
    literals = {name: null() if value is None else literal(value, columns[name].type) for name, value in values.items()}
    stands = [getattr(Lot, name) for name in STANDS]
    rows = select(*literals.values(), Lot.id, *stands).where(*where).order_by(Lot.id)
    session.execute(insert(Movement).from_select([*literals, "lot_id", *STANDS], rows, include_defaults=False))
    marked = session.execute(update(Lot).where(*where).values(blocked_at=blocked_at).execution_options(synchronize_session=False))
    session.expire_all()
    return int(getattr(marked, "rowcount", 0))
