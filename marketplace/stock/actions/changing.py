"""Less or more of a lot: counted, used by whose it is, or no good any more. Nothing is overwritten."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By, check_count, count
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import find_last_day
from marketplace.depots.rules.lots import MovementKind, check_unblocked
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.market.rules.listing import check_mass
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.actions.offers import Held, follow_quantity, hold, read_again, tell_owner
from marketplace.stock.rules.handling import Occasion, check_counted, check_pallets, check_part, clean_occasion, too_little


def count_lot(session: Session, actor: Actor, *, lot_id: int, counted: Decimal, pallets: int | None, occasion: Occasion) -> Lot:
    """Write down what was counted of a lot. What is more or less than was known needs a reason."""
    held = hold(session, actor, lot_id, Can.HANDLE_LOT)
    lot, before = held.lot, held.lot.quantity
    check_counted(counted, lot.unit_of)
    delta = counted - before
    occasion = _checked(session, lot, occasion, reason_needed=delta != 0)
    if pallets is not None:
        check_pallets(pallets)
    check_count(session, lot, delta)
    if delta > 0:
        check_mass(counted, lot.kg_per_unit)
    follow_quantity(session, actor, held, delta)
    more = 0 if pallets is None else pallets - lot.pallets
    count(session, By(actor, occasion.day, occasion.reason), lot, delta, pallets=more, listing_id=held.listing_id)
    audit.record(
        session, actor, action="lot.count", object_type="lot", object_id=lot.id, counted=plain(counted), delta=plain(delta)
    )
    if delta < 0:
        tell_owner(session, actor, lot, Notice.LOT_COUNTED_DOWN, -delta, occasion.reason)
    return read_again(session, lot.id)


def take_out_lot(
    session: Session, actor: Actor, *, lot_id: int, amount: Decimal | None, pallets: int | None, occasion: Occasion
) -> Lot:
    """Let an amount of a lot, or all of it, leave for its owner's own use. A blocked lot does not."""
    held = hold(session, actor, lot_id, Can.HANDLE_LOT)
    check_unblocked(is_blocked=held.lot.blocked_at is not None)
    occasion = _checked(session, held.lot, occasion)
    return _leave(session, actor, held, MovementKind.OUT, amount, pallets, occasion)


def write_off_lot(
    session: Session, actor: Actor, *, lot_id: int, amount: Decimal | None, pallets: int | None, occasion: Occasion
) -> Lot:
    """Write off an amount of a lot, or all of it, with the reason. What is blocked may be written off too."""
    held = hold(session, actor, lot_id, Can.HANDLE_LOT)
    occasion = _checked(session, held.lot, occasion, reason_needed=True)
    return _leave(session, actor, held, MovementKind.WRITE_OFF, amount, pallets, occasion)


def _checked(session: Session, lot: Lot, occasion: Occasion, *, reason_needed: bool = False) -> Occasion:
    last_on, is_stored = find_last_day(session, lot.id), lot.depot_id is not None
    return clean_occasion(occasion, last_on=last_on, today=clock.today(), is_stored=is_stored, reason_needed=reason_needed)


def _leave(
    session: Session,
    actor: Actor,
    held: Held,
    kind: MovementKind,
    amount: Decimal | None,
    pallets: int | None,
    occasion: Occasion,
) -> Lot:
    lot = held.lot
    if lot.quantity == 0:
        raise too_little(lot.quantity, lot.unit_of)
    gone = lot.quantity if amount is None else amount
    check_part(gone, lot.unit_of)
    if pallets is not None:
        check_pallets(pallets)
    follow_quantity(session, actor, held, -gone)
    places = min(pallets or 0, lot.pallets)
    by = By(actor, occasion.day, occasion.reason)
    if not movements.change(session, by, lot, kind, -gone, pallets=-places, listing_id=held.listing_id):
        raise too_little(lot.quantity, lot.unit_of)
    if kind is MovementKind.WRITE_OFF:
        tell_owner(session, actor, lot, Notice.LOT_WRITTEN_OFF, gone, occasion.reason)
    audit.record(
        session, actor, action=f"lot.{kind.value.replace('_', '-')}", object_type="lot", object_id=lot.id, quantity=plain(gone)
    )
    return read_again(session, lot.id)
