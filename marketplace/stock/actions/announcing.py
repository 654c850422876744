"""Something is going to come to a depot: it is announced, or called off again."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.depots.models import Arrival
from marketplace.depots.queries.arrivals import get_announced
from marketplace.depots.queries.depots import get_visible_depot, lock_depot
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.materials.queries import taxonomy
from marketplace.notices.actions import audit
from marketplace.stock.actions import places
from marketplace.stock.rules.announcing import (
    Announcement,
    check_expected_on,
    check_number,
    check_still_coming,
    clean_words,
)
from marketplace.stock.rules.handling import check_heavy


def announce_arrival(session: Session, actor: Actor, *, depot_id: int, draft: Announcement) -> Arrival:
    """Tell the keepers of a depot what the actor is going to bring, and about when.

    Refused: what this depot does not take, or not of this organisation. A day on which it is closed is not: its keepers decide that.
    """
    require(actor, Can.STORE)
    lock_depot(session, depot_id)
    depot = get_visible_depot(session, actor, depot_id)
    material = taxonomy(session).material(draft.material)
    places.check_fits(depot, material, get_organisation(session, int(actor.organisation_id or 0)))
    check_heavy(draft.quantity.amount, material.kg_per_unit(draft.quantity.unit))
    check_expected_on(draft.expected_on, clock.today())
    same = select(func.count(Arrival.id)).where(Arrival.depot_id == depot_id, Arrival.organisation_id == actor.organisation_id)
    check_number(session.scalar(same.where(Arrival.ended_at.is_(None))) or 0)
    arrival = Arrival(
        depot_id=depot_id,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        expected_on=draft.expected_on,
        material_id=material.id,
        quantity=draft.quantity.amount,
        unit=draft.quantity.unit.value,
        words=clean_words(draft.words),
        announced_at=clock.now(),
    )
    session.add(arrival)
    session.flush()
    facts: dict[str, Any] = {
        "depot": depot_id,
        "material": material.slug,
        "quantity": plain(draft.quantity.amount),
        "unit": arrival.unit,
    }
    audit.record(session, actor, action="arrival.announce", object_type="arrival", object_id=arrival.id, **facts)
    return get_announced(session, actor, depot_id, arrival.id)


def call_off_arrival(session: Session, actor: Actor, *, depot_id: int, arrival_id: int) -> Arrival:
    """It does not come any more: by whoever announced it, or by a keeper of the depot. Called off already: nothing changes."""
    lock_depot(session, depot_id)
    arrival = get_announced(session, actor, depot_id, arrival_id)
    check_still_coming(has_ended=arrival.ended_at is not None, has_come=arrival.lot_id is not None)
    if arrival.ended_at is None:
        arrival.ended_at = clock.now()
        audit.record(session, actor, action="arrival.call_off", object_type="arrival", object_id=arrival.id, depot=depot_id)
    return arrival
