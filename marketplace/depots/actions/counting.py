"""A lot is less or more than was known, as somebody counted or measured it.

The one place where that is allowed or refused.
"""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import find_most
from marketplace.depots.rules.lots import MovementKind, check_counting, check_gain
from marketplace.materials.queries import taxonomy


def count(
    session: Session,
    by: By,
    lot: Lot,
    delta: Decimal,
    *,
    pallets: int = 0,
    listing_id: int | None = None,
    reservation_id: int | None = None,
) -> None:
    """Let a locked lot be so much more or less.

    Refused for a blocked lot; and for soil and sand that would become more than measuring explains.
    """
    check_count(session, lot, delta)
    about = {"listing_id": listing_id, "reservation_id": reservation_id}
    if not movements.change(session, by, lot, MovementKind.COUNT, delta, pallets=pallets, **about):
        raise RuntimeError(f"lot {lot.id} has less than was counted off")


def check_count(session: Session, lot: Lot, delta: Decimal) -> None:
    """Refuse what `count` refuses, before anything else is asked."""
    check_counting(delta, is_blocked=lot.blocked_at is not None)
    material = taxonomy(session).material_by_id(lot.material_id)
    if delta > 0 and material.is_bulk:
        most = find_most(session, lot, material.tolerance_percent)
        check_gain(lot.quantity, lot.quantity + delta, most=most, unit=lot.unit_of)
