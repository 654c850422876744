"""Something is going to come to a depot: it is announced, or called off again. It lies there when a keeper has taken it in."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.depots.actions.telling import expect, facts_of, tell_of_arrival
from marketplace.depots.models import Arrival, Depot
from marketplace.depots.queries.arrivals import find_expecting, get_announced
from marketplace.depots.queries.depots import get_visible_depot, lock_depot
from marketplace.depots.queries.lots import get_lot
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.rules.listing import check_mass
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.actions import places
from marketplace.stock.rules.announcing import (
    Announcement,
    LotComing,
    check_expected_on,
    check_number,
    check_still_coming,
    clean_reason,
    clean_words,
)
from marketplace.stock.rules.handling import check_part, too_little


def announce_arrival(session: Session, actor: Actor, *, depot_id: int, draft: Announcement) -> Arrival:
    """Tell the keepers of a depot what the actor is going to bring, and about when.

    Refused: what this depot does not take, or not of this organisation. A day on which it is closed is not: its keepers decide that.
    """
    require(actor, Can.STORE)
    depot = _open_to(session, actor, depot_id)
    material = get_taxonomy(session).material(draft.material)
    places.check_fits(depot, material, get_organisation(session, int(actor.organisation_id or 0)))
    check_mass(draft.quantity.amount, material.kg_per_unit(draft.quantity.unit))
    check_expected_on(draft.expected_on, clock.today())
    _check_number(session, actor, depot_id)
    arrival = expect(
        session,
        actor,
        depot,
        organisation_id=int(actor.organisation_id or 0),
        material_id=material.id,
        quantity=draft.quantity.amount,
        unit=draft.quantity.unit.value,
        expected_on=draft.expected_on,
        words=clean_words(draft.words),
    )
    return get_announced(session, actor, depot_id, arrival.id)


def announce_lot(session: Session, actor: Actor, *, depot_id: int, coming: LotComing) -> Arrival:
    """Announce a lot that has a number to another depot.

    By whoever has it, or keeps the depot where it lies. It stays where it is until a keeper of that depot takes it in.
    """
    lot = get_lot(session, actor, coming.lot_id)
    require(actor, Can.HANDLE_LOT, lot)
    depot = _open_to(session, actor, depot_id)
    if lot.depot_id == depot.id:
        raise Conflict(_("This lot is in this depot already. Move it to another bay, or count it."), "lot")
    places.check_fits(depot, get_taxonomy(session).material_by_id(lot.material_id), get_organisation(session, lot.owner_id))
    check_expected_on(coming.expected_on, clock.today())
    amount = lot.quantity if coming.amount is None else coming.amount
    if lot.quantity == 0 or amount > lot.quantity:
        raise too_little(lot.quantity, lot.unit_of)
    check_part(amount, lot.unit_of)
    expected = find_expecting(session, [depot], lot)
    if expected is not None and expected.announced_lot_id is not None:
        raise Conflict(_("This lot is announced to this depot already. Call that off first."), "lot")
    _check_number(session, actor, depot_id)
    arrival = expect(
        session,
        actor,
        depot,
        organisation_id=int(actor.organisation_id or 0),
        material_id=lot.material_id,
        quantity=amount,
        unit=lot.unit,
        expected_on=coming.expected_on,
        words=clean_words(coming.words),
        lot_id=lot.id,
    )
    return get_announced(session, actor, depot_id, arrival.id)


def call_off_arrival(session: Session, actor: Actor, *, depot_id: int, arrival_id: int, reason: str) -> Arrival:
    """It does not come any more: by whoever announced it, or by a keeper of the depot. The other side is told why.

    Called off already: nothing changes.
    """
    lock_depot(session, depot_id)
    arrival = get_announced(session, actor, depot_id, arrival_id)
    check_still_coming(has_ended=arrival.ended_at is not None, has_come=arrival.lot_id is not None)
    if arrival.ended_at is None:
        reason = clean_reason(reason)
        arrival.ended_at = clock.now()
        audit.record(
            session, actor, action="arrival.call_off", object_type="arrival", object_id=arrival.id, depot=depot_id, reason=reason
        )
        _tell(session, actor, get_visible_depot(session, actor, depot_id), arrival, reason)
    return arrival


def _tell(session: Session, actor: Actor, depot: Depot, arrival: Arrival, reason: str) -> None:
    """Tell the keepers what does not come; or whoever announced it, that a keeper took it off."""
    if arrival.person_id == actor.person_id or not may(actor, Can.KEEP_DEPOT, depot):
        tell_of_arrival(session, actor, depot, arrival, Notice.ARRIVAL_CALLED_OFF, reason=reason)
        return
    facts = {**facts_of(session, arrival), "depot": depot.name, "organisation": actor.organisation_name, "reason": reason}
    announced_by, organisation_id = arrival.person_id, arrival.organisation_id
    notify(session, Notice.ARRIVAL_DECLINED, person_id=announced_by, organisation_id=organisation_id, **facts)


def _open_to(session: Session, actor: Actor, depot_id: int) -> Depot:
    lock_depot(session, depot_id)
    return get_visible_depot(session, actor, depot_id)


def _check_number(session: Session, actor: Actor, depot_id: int) -> None:
    same = select(func.count(Arrival.id)).where(Arrival.depot_id == depot_id, Arrival.organisation_id == actor.organisation_id)
    check_number(session.scalar(same.where(Arrival.ended_at.is_(None))) or 0)
