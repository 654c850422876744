"""Depots with what lies in them, for tests of what is read of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Arrival, Depot, DepotKeeper, Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.kernel import clock
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.actions.taking_in import bring_in_lot
from marketplace.stock.rules.handling import Going, Occasion
from tests.factories import KEI


def make_yard(session: Session, owner: Actor, **changes: Any) -> Depot:
    values = {"name": "Gemeentewerf", "place_name": "Hengelo", "municipality": "hengelo", "place_basis": "point"}
    depot = Depot(organisation_id=owner.organisation_id, **{**values, "lat": 52.26, "lon": 6.79, **changes})
    session.add(depot)
    session.flush()
    return get_depot(session, depot.id)


def keep(session: Session, depot: Depot, actor: Actor) -> None:
    """Name somebody as a keeper of a depot."""
    session.add(DepotKeeper(depot_id=depot.id, person_id=actor.person_id))
    session.flush()
    session.expire(depot)


def come_in(session: Session, keeper: Actor, depot: Depot, lot_id: int | None) -> Lot:
    """A keeper takes in all of a lot that was announced, by its number."""
    arrival = session.scalars(select(Arrival.id).where(Arrival.announced_lot_id == lot_id, Arrival.ended_at.is_(None))).one()
    given = {"lot_id": int(lot_id or 0), "amount": None, "going": Going(), "occasion": Occasion(clock.today())}
    return bring_in_lot(session, keeper, depot_id=depot.id, arrival_id=arrival, **given)


def make_lot(session: Session, depot: Depot, owner: Actor, *, days: int = 0, **changes: Any) -> Lot:
    """176 m² of pavers of 185 kg a square metre, that came in so many days ago."""
    values: dict[str, Any] = {
        "material_id": get_taxonomy(session).material(KEI).id,
        "title": "Grijze keien",
        "unit": "m2",
        "quantity": Decimal(176),
        "kg_per_unit": Decimal(185),
        "kg_basis": "taxonomy",
        "condition": "good",
        "owner_id": owner.organisation_id,
        "holder_id": owner.organisation_id,
        "depot_id": depot.id,
        "in_depot_since": clock.today() - timedelta(days=days),
        "created_at": clock.now(),
    }
    lot = Lot(**{**values, **changes})
    session.add(lot)
    session.flush()
    return lot


def announce(session: Session, depot: Depot, actor: Actor, *, days: int, **changes: Any) -> Arrival:
    """5 m² of pavers that should come in so many days."""
    values: dict[str, Any] = {
        "organisation_id": actor.organisation_id,
        "expected_on": clock.today() + timedelta(days=days),
        "quantity": Decimal(5),
        "unit": "m2",
        "material_id": get_taxonomy(session).material(KEI).id,
        "announced_at": clock.now(),
    }
    arrival = Arrival(depot_id=depot.id, **{**values, **changes})
    session.add(arrival)
    session.flush()
    return arrival
