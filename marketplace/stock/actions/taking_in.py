"""A lot comes into a depot. One that nobody had written down, or one that the bank knew already."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import find_organisation, get_organisation
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.arrivals import is_announced
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.depots.rules.lots import LotDraft
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted
from marketplace.kernel.units import Unit, plain
from marketplace.market.rules.listing import check_mass
from marketplace.market.rules.values import find_weight_faults
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.actions import places
from marketplace.stock.actions.legs import book_leg
from marketplace.stock.actions.moving import carry
from marketplace.stock.actions.offers import Held, hold, read_again, take_hold, tell_owner
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion, check_as_announced, clean_occasion, clean_title


def take_in_lot(
    session: Session,
    actor: Actor,
    *,
    depot_id: int,
    draft: ArrivalDraft,
    going: Going,
    occasion: Occasion,
    arrival_id: int | None = None,
) -> Lot:
    """Write down a lot that came into a depot that the actor keeps."""
    depot = get_depot(session, depot_id)
    require(actor, Can.KEEP_DEPOT, depot)
    owner, material = _owner(session, actor, draft.owner), get_taxonomy(session).material(draft.material)
    places.check_fits(depot, material, owner)
    occasion = clean_occasion(occasion, last_on=None, today=clock.today(), is_stored=True)
    kg_per_unit, basis = _weight(material, draft)
    check_mass(draft.quantity.amount, kg_per_unit)
    arriving = LotDraft(
        material_id=material.id,
        title=clean_title(draft.title, otherwise=material.name_nl),
        unit=draft.quantity.unit,
        quantity=draft.quantity.amount,
        kg_per_unit=kg_per_unit,
        kg_basis=basis,
        condition=draft.condition.value,
        owner_id=owner.id,
        holder_id=owner.id,
        at=places.stand_in(depot, going),
    )
    arrival = None if arrival_id is None else _open_arrival(session, depot, arrival_id, material.id)
    lot = movements.take_in(session, By(actor, occasion.day, occasion.reason), arriving)
    audit.record(
        session, actor, action="lot.in", object_type="lot", object_id=lot.id, depot=depot.id, quantity=plain(lot.quantity)
    )
    _book(session, lot, depot, draft, going, occasion)
    _has_come(arrival, lot)
    tell_owner(session, actor, lot, Notice.LOT_TAKEN_IN, lot.quantity, occasion.reason)
    places.note_fullness(session, actor, depot.id, lot.id)
    return read_again(session, lot.id)


def bring_in_lot(
    session: Session,
    actor: Actor,
    *,
    depot_id: int,
    lot_id: int,
    amount: Decimal | None,
    going: Going,
    occasion: Occasion,
    arrival_id: int | None = None,
) -> Lot:
    """Take in a lot that the bank knew already, or a part of it. What came in is the answer.

    The actor keeps the depot, and either has the lot in hand or was told by whoever has it that it would come.
    """
    depot = get_depot(session, depot_id)
    require(actor, Can.KEEP_DEPOT, depot)
    arrival = None if arrival_id is None else _open_arrival(session, depot, arrival_id, None)
    held = hold(session, actor, lot_id, Can.HANDLE_LOT) if arrival is None else _announced(session, arrival, lot_id)
    if arrival is not None:
        tolerance = get_taxonomy(session).material_by_id(arrival.material_id).tolerance_percent
        check_as_announced(held.lot.quantity if amount is None else amount, arrival.quantity, Unit(arrival.unit), tolerance)
    if held.lot.depot_id == depot.id:
        raise Conflict(_("This lot is in this depot already. Move it to another bay, or count it."), "lot")
    came = carry(session, actor, held, amount, replace(going, depot_id=depot.id, location=None), occasion)
    _has_come(arrival, came)
    tell_owner(session, actor, came, Notice.LOT_TAKEN_IN, came.quantity, occasion.reason)
    return came


def _book(session: Session, lot: Lot, depot: Depot, draft: ArrivalDraft, going: Going, occasion: Occasion) -> None:
    """Count the kilometres of what was brought, where somebody says from where or how far."""
    end = Point(depot.lat, depot.lon)
    start = end if draft.came_from is None else draft.came_from.point
    book_leg(session, lot, start=start, end=end, day=occasion.day, drive=going.drive)


def _announced(session: Session, arrival: Arrival, lot_id: int) -> Held:
    """The lot of whoever announced it, locked, as it was announced."""
    lot = session.scalars(lots_with_parts().where(Lot.id == lot_id)).unique().one_or_none()
    if lot is None or not is_announced(arrival, lot):
        raise Missing(_("This lot does not exist, or you may not see it. Check the number on its label."))
    return take_hold(session, lot)


def _open_arrival(session: Session, depot: Depot, arrival_id: int, material_id: int | None) -> Arrival:
    """What was announced to this depot and has not come yet, locked."""
    rows = select(Arrival).where(Arrival.id == arrival_id, Arrival.depot_id == depot.id).with_for_update()
    arrival = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if arrival is None:
        raise Invalid(
            _("Nothing with this number was announced to this depot. Choose one from its list, or leave it out."), "arrival"
        )
    if arrival.ended_at is not None:
        raise Conflict(_("This came already, or does not come any more. Leave out what was announced."), "arrival")
    if material_id is not None and arrival.announced_lot_id is not None:
        number = lot_number(arrival.announced_lot_id)
        raise Invalid(_("This was announced as lot %(number)s. Take it in by that number.", number=number), "arrival")
    if material_id is not None and arrival.material_id != material_id:
        raise Invalid(_("Another material was announced. Leave out what was announced, or correct the material."), "arrival")
    return arrival


def _has_come(arrival: Arrival | None, lot: Lot) -> None:
    if arrival is not None:
        arrival.ended_at, arrival.lot_id = clock.now(), lot.id


def _owner(session: Session, actor: Actor, slug: str) -> Organisation:
    """Whose it is: the one that is named, or the keeper's own organisation."""
    if not slug:
        return get_organisation(session, int(actor.organisation_id or 0))
    owner = find_organisation(session, slug)
    if owner is None or not owner.is_active:
        raise Invalid(
            _("There is no organisation “%(slug)s”. Use a short name such as almelo or regio-twente.", slug=quoted(slug)), "owner"
        )
    return owner


def _weight(material: Material, draft: ArrivalDraft) -> tuple[Decimal, str]:
    """What one unit weighs, and how that is known: as measured, else by the list of materials."""
    unit = draft.quantity.unit
    usual = material.kg_per_unit(unit)
    faults = find_weight_faults(draft.kg_per_unit, unit, usual=usual, confirmed=draft.confirm_unusual)
    if faults:
        raise Invalid.all(faults)
    return (usual, "taxonomy") if draft.kg_per_unit is None else (draft.kg_per_unit, "measured")
