"""What others say to whoever keeps a depot or has a lot: what comes, and what is gone."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.arrivals import find_expecting
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def tell_keepers(session: Session, actor: Actor, depot: Depot, kind: Notice, **facts: Any) -> None:
    """Tell each named keeper of a depot, but not the actor; without any its coordinators."""
    values = {"organisation_id": depot.organisation_id, "depot": depot.name, "organisation": actor.organisation_name, **facts}
    for person_id in depot.keeper_ids:
        if person_id != actor.person_id:
            notify(session, kind, person_id=person_id, **values)
    if not depot.keeper_ids and not may(actor, Can.KEEP_DEPOT, depot):
        notify(session, kind, **values)


def tell_whoever_has(session: Session, actor: Actor, lot: Lot, kind: Notice, **facts: Any) -> None:
    """Tell the keepers of the depot where a lot lies; of one that lies in none, its holder."""
    facts |= {"lot_id": lot.id, "listing_title": lot.title}
    if lot.depot is not None:
        tell_keepers(session, actor, lot.depot, kind, **facts)
    else:
        notify(session, kind, organisation_id=lot.holder_id, organisation=actor.organisation_name, **facts)


def expect(
    session: Session,
    actor: Actor,
    depot: Depot,
    *,
    organisation_id: int,
    material_id: int,
    quantity: Decimal,
    unit: str,
    expected_on: date,
    words: str = "",
    lot_id: int | None = None,
) -> Arrival:
    """Write down what an organisation brings to a depot, and tell its keepers. It lies there when one of them has taken it in."""
    arrival = Arrival(
        depot_id=depot.id,
        organisation_id=organisation_id,
        person_id=actor.person_id if actor.organisation_id == organisation_id else None,
        expected_on=expected_on,
        material_id=material_id,
        quantity=quantity,
        unit=unit,
        words=words,
        announced_at=clock.now(),
        announced_lot_id=lot_id,
    )
    session.add(arrival)
    session.flush()
    material = get_taxonomy(session).material_by_id(material_id).slug
    facts: dict[str, Any] = {"depot": depot.id, "material": material, "quantity": plain(quantity), "unit": unit}
    audit.record(
        session, actor, action="arrival.announce", object_type="arrival", object_id=arrival.id, announced=lot_id, **facts
    )
    tell_of_arrival(session, actor, depot, arrival, Notice.ARRIVAL_ANNOUNCED)
    return arrival


def tell_of_arrival(session: Session, actor: Actor, depot: Depot, arrival: Arrival, kind: Notice, **more: str) -> None:
    """Tell the keepers of a depot what is announced there, or does not come."""
    tell_keepers(session, actor, depot, kind, **facts_of(session, arrival), **more)


def facts_of(session: Session, arrival: Arrival) -> dict[str, Any]:
    """What a notice says of what was announced."""
    return {
        "depot_id": arrival.depot_id,
        "organisation": session.get_one(Organisation, arrival.organisation_id).name,
        "listing_title": get_taxonomy(session).material_by_id(arrival.material_id).name_nl,
        "quantity": {"amount": plain(arrival.quantity), "unit": arrival.unit},
        "until": arrival.expected_on.isoformat(),
    }


def expect_lot(session: Session, actor: Actor, depot: Depot, lot: Lot) -> None:
    """Write down that a lot stands before a depot, for its holder. Once: not again while it is expected."""
    if find_expecting(session, [depot], lot) is None:
        expect(
            session,
            actor,
            depot,
            organisation_id=lot.holder_id,
            material_id=lot.material_id,
            quantity=lot.quantity,
            unit=lot.unit,
            expected_on=clock.today(),
            lot_id=lot.id,
        )
