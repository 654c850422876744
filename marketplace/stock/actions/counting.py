"""Somebody counts what lies there. A difference is a movement with its reason: nothing is overwritten."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import find_last_day
from marketplace.depots.rules.lots import MovementKind, check_gain
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.materials.queries import taxonomy
from marketplace.notices.actions import audit
from marketplace.stock.actions.offers import follow_quantity, hold, read_again
from marketplace.stock.rules.handling import Said, check_counted, check_pallets, clean_said


def count_lot(session: Session, actor: Actor, *, lot_id: int, counted: Decimal, pallets: int | None, said: Said) -> Lot:
    """Write down what was counted of a lot. What is more or less than was known needs a reason."""
    held = hold(session, actor, lot_id, Can.HANDLE_LOT)
    lot, before = held.lot, held.lot.quantity
    check_counted(counted, lot.unit_of)
    delta = counted - before
    said = clean_said(said, last_on=find_last_day(session, lot.id), today=clock.today(), reason_needed=delta != 0)
    if pallets is not None:
        check_pallets(pallets)
    material = taxonomy(session).material_by_id(lot.material_id)
    check_gain(before, counted, unit=lot.unit_of, is_bulk=material.is_bulk, tolerance_percent=material.tolerance_percent)
    follow_quantity(session, actor, held, delta)
    more = 0 if pallets is None else pallets - lot.pallets
    by, kind = By(actor, said.day, said.reason), MovementKind.COUNT
    if not movements.change(session, by, lot, kind, delta, pallets=more, listing_id=held.listing_id):
        raise RuntimeError(f"lot {lot.id} changed while it was locked")
    audit.record(
        session, actor, action="lot.count", object_type="lot", object_id=lot.id, counted=plain(counted), delta=plain(delta)
    )
    return read_again(session, lot.id)
