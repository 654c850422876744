"""Soil goes to the place of which the classes were said, also when the demand or the main place moves."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.api.bodies.drafts import demand_before
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point
from marketplace.market.models import Demand
from marketplace.market.queries.demands import get_demand
from marketplace.matching.actions.publish import edit_demand
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.soil import SoilClass
from tests.factories import location, make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_findings import M2, M3, SOIL


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def asker(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "borne")


def soil_for_a_demand(session: Session, owner: Actor, asker: Actor) -> tuple[Reservation, Demand]:
    """Soil that is reserved for a demand at a place of which both classes are industry."""
    demand = make_demand(session, asker, material="teelaarde", quantity=M3, accepts_unknown_hazards=True)
    lot = make_listing(session, owner, **SOIL)
    yard = {"receiving_soil": SoilClass.INDUSTRY, "function_class": SoilClass.INDUSTRY}
    return reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, demand_id=demand.id, **yard)), demand


def edited(session: Session, asker: Actor, demand: Demand, **changes: Any) -> Demand:
    now = get_demand(session, asker, demand.id)
    draft = replace(demand_before(now, get_taxonomy(session)), **changes)
    return edit_demand(session, asker, demand_id=demand.id, version=now.version, draft=draft)


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_demand_that_soil_is_reserved_for_stays_where_its_classes_are(
    session: Session, owner: Actor, asker: Actor, is_approved: bool
) -> None:
    made, demand = soil_for_a_demand(session, owner, asker)
    if is_approved:
        approve(session, owner, reservation_id=made.id)
    place = (demand.lat, demand.lon)
    with pytest.raises(Conflict, match=f"reservering {made.id}.*klassen van de nieuwe plek") as refusal:
        edited(session, asker, demand, location=location("almelo"))
    assert refusal.value.field == "place"
    renamed = edited(session, asker, demand, title="Andere naam", location=location("borne"))
    assert (renamed.title, (renamed.lat, renamed.lon)) == ("Andere naam", place)
    cancel(session, asker, reservation_id=made.id, reason="Andere plek.")
    moved = edited(session, asker, demand, location=location("almelo"))
    assert (moved.lat, moved.lon) != place


def test_a_demand_without_soil_moves_as_it_did(session: Session, owner: Actor, asker: Actor) -> None:
    demand, lot = make_demand(session, asker), make_listing(session, owner)
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M2, demand_id=demand.id))
    assert edited(session, asker, demand, location=location("almelo")).place_name == location("almelo").place_name
    approve(session, owner, reservation_id=made.id)


def test_soil_goes_to_the_main_place_of_which_the_classes_were_said(session: Session, owner: Actor, asker: Actor) -> None:
    """The receiver's main place is another one by the time of the approval."""
    lot = make_listing(session, owner, **SOIL)
    yard = {"receiving_soil": SoilClass.INDUSTRY, "function_class": SoilClass.INDUSTRY}
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, **yard))
    receiver = session.get_one(Organisation, asker.organisation_id)
    before = Point(receiver.main_lat, receiver.main_lon)
    receiver.main_lat, receiver.main_place = receiver.main_lat + 0.1, "Elders"
    session.flush()
    terms = approve(session, owner, reservation_id=made.id).terms
    assert terms is not None and (terms.destination, terms.destination_name) == (before, "Borne")
