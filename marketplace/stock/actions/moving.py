"""A lot goes to another bay, depot or place; a part of it becomes a lot of its own."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.lots import find_last_day
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, plain
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.stock.actions import places
from marketplace.stock.actions.legs import book_leg
from marketplace.stock.actions.offers import Held, follow_place, follow_quantity, hold, read_again
from marketplace.stock.rules.handling import Going, Occasion, check_part, clean_occasion, too_little


def move_lot(session: Session, actor: Actor, *, lot_id: int, amount: Decimal | None, going: Going, occasion: Occasion) -> Lot:
    """Move all of a lot, or a part of it, which becomes a lot of its own. What moved is the answer."""
    return carry(session, actor, hold(session, actor, lot_id, Can.HANDLE_LOT), amount, going, occasion)


def carry(session: Session, actor: Actor, held: Held, amount: Decimal | None, going: Going, occasion: Occasion) -> Lot:
    """Let a locked lot, or a part of it, lie somewhere else.

    Its offer says so, and the ledger counts the kilometres.
    """
    lot = held.lot
    is_stored = lot.depot_id is not None or going.depot_id is not None
    occasion = clean_occasion(occasion, last_on=find_last_day(session, lot.id), today=clock.today(), is_stored=is_stored)
    if lot.quantity == 0:
        raise too_little(lot.quantity, lot.unit_of)
    to, by, before = _destination(session, actor, lot, going), By(actor, occasion.day, occasion.reason), places.whereabouts(lot)
    if amount is not None and amount != lot.quantity:
        lot = _part(session, by, held, amount, going.pallets or 0)
    else:
        depot = None if to.depot_id is None else get_depot(session, to.depot_id)
        follow_place(session, actor, held, going.location, depot)
    movements.move(session, by, lot, to, listing_id=held.listing_id)
    audit.record(
        session,
        actor,
        action="lot.move",
        object_type="lot",
        object_id=lot.id,
        quantity=plain(lot.quantity),
        before=before.depot_id,
        after=to.depot_id,
    )
    if to.depot_id is not None:
        places.note_fullness(session, actor, to.depot_id, lot.id)
    start, end = places.leg(session, before, to)
    if start is not None and end is not None:
        book_leg(session, lot, start=start, end=end, day=occasion.day, drive=going.drive)
    return read_again(session, lot.id)


def _part(session: Session, by: By, held: Held, amount: Decimal, pallets: int) -> Lot:
    """A part of a locked lot, where it lies, as a lot of its own that nothing offers yet."""
    lot = held.lot
    check_part(amount, lot.unit_of)
    follow_quantity(session, by.actor, held, -amount)
    here = replace(places.whereabouts(lot), pallets=min(pallets, lot.pallets))
    child = movements.split_off(session, by, lot, amount, to=here, listing_id=held.listing_id)
    if child is None:
        raise too_little(lot.quantity, lot.unit_of)
    return child


def _destination(session: Session, actor: Actor, lot: Lot, going: Going) -> Whereabouts:
    """Where it is to lie.

    A place, another depot that takes it, or another spot in the depot where it lies. Into another depot it is taken by a keeper of that
    depot only: others announce it there.
    """
    if going.location is not None:
        return places.outside(going.location)
    depot_id = lot.depot_id if going.depot_id is None else going.depot_id
    if depot_id is None:
        raise Invalid(_("Say where it goes: a depot, or a place."), "place")
    depot = get_depot(session, depot_id)
    if depot_id == lot.depot_id:
        return places.stand_in(depot, going, bay=lot.bay, pallets=lot.pallets)
    if not may(actor, Can.KEEP_DEPOT, depot):
        raise Forbidden(
            _(
                "Only a keeper takes something into %(depot)s. Announce the lot there; its keeper takes it in by its number.",
                depot=depot.name,
            ),
            "depot",
        )
    places.check_fits(depot, get_taxonomy(session).material_by_id(lot.material_id), get_organisation(session, lot.owner_id))
    return places.stand_in(depot, going, pallets=lot.pallets)


def split_lot(session: Session, actor: Actor, *, lot_id: int, amount: Decimal, going: Going, occasion: Occasion) -> Lot:
    """Make a part of a lot a lot of its own, which stays where it is: the new one is the answer."""
    held = hold(session, actor, lot_id, Can.HANDLE_LOT)
    lot = held.lot
    occasion = clean_occasion(
        occasion, last_on=find_last_day(session, lot.id), today=clock.today(), is_stored=lot.depot_id is not None
    )
    if amount == lot.quantity > 0:
        there = Amount(lot.quantity, lot.unit_of)
        raise Invalid(_("This lot is %(there)s: there is nothing to split. Enter less than that.", there=there), "quantity")
    by, bay = By(actor, occasion.day, occasion.reason), going.bay
    if lot.depot_id is not None:
        at = places.stand_in(get_depot(session, lot.depot_id), going, bay=lot.bay)
        bay = at.bay
    child = _part(session, by, held, amount, going.pallets or 0)
    if bay is not None and bay != child.bay:
        movements.move(session, by, child, Whereabouts(child.depot_id, bay, child.pallets))
    audit.record(
        session, actor, action="lot.split", object_type="lot", object_id=lot.id, child=child.id, quantity=plain(child.quantity)
    )
    return read_again(session, child.id)
