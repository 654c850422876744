"""Storage places."""

import pytest
from sqlalchemy.orm import Session

from marketplace.depots.actions.depots import close_depot, create_depot, edit_depot, reopen_depot
from marketplace.depots.queries.depots import get_depot, list_depots
from marketplace.depots.rules.depot import DepotDraft
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.geo import Point
from tests.factories import make_actor

YARD = DepotDraft("Gemeentewerf", "Borne", "borne", Point(52.3001, 6.7480), "point", "Industriestraat 1")


def test_a_coordinator_opens_a_depot_of_the_own_organisation(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    assert (depot.organisation.slug, depot.name, depot.lat, depot.lon) == ("borne", "Gemeentewerf", 52.3001, 6.7480)
    assert list_depots(session) == [depot]


def test_a_project_leader_opens_none(session: Session) -> None:
    with pytest.raises(Forbidden):
        create_depot(session, make_actor(session, "borne"), draft=YARD)


def test_another_organisations_depot_is_left_alone(session: Session) -> None:
    depot = create_depot(session, make_actor(session, "borne", "coordinator"), draft=YARD)
    with pytest.raises(Forbidden):
        edit_depot(session, make_actor(session, "almelo", "coordinator"), depot_id=depot.id, name="Van ons", address=None)


def test_two_depots_of_one_organisation_have_two_names(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    with pytest.raises(Conflict):
        create_depot(session, coordinator, draft=YARD)
    assert edit_depot(session, coordinator, depot_id=depot.id, name="Gemeentewerf", address=" ").address is None
    create_depot(session, make_actor(session, "almelo", "coordinator"), draft=YARD)


def test_a_closed_depot_is_not_offered_and_still_there(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    close_depot(session, coordinator, depot_id=depot.id)
    assert list_depots(session) == []
    assert list_depots(session, with_closed=True) == [get_depot(session, depot.id)]
    reopen_depot(session, coordinator, depot_id=depot.id)
    assert list_depots(session) == [depot]


def test_a_depot_has_a_name(session: Session) -> None:
    with pytest.raises(Invalid):
        create_depot(
            session, make_actor(session, "borne", "coordinator"), draft=DepotDraft(" ", "Borne", "borne", YARD.point, "point")
        )
    with pytest.raises(Missing):
        get_depot(session, 1)
