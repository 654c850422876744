"""People and depots, through the pages of a coordinator and of the administrator."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.kernel.db import Database
from marketplace.notices.models import AuditRow
from tests.visitors import csrf_token, log_in, newcomer, send


@pytest.fixture
def coordinator(client: FlaskClient, database: Database) -> FlaskClient:
    log_in(client, newcomer(database, "borne", "coordinator"))
    return client


def person_path(client: FlaskClient, name: str) -> str:
    match = re.search(rf'href="(/beheer/mensen/\d+)">{name}', client.get("/beheer").get_data(as_text=True))
    assert match
    return match.group(1)


def test_a_coordinator_sees_the_own_people_only(coordinator: FlaskClient, database: Database) -> None:
    newcomer(database, "borne")
    newcomer(database, "almelo")
    text = coordinator.get("/beheer").get_data(as_text=True)
    assert "project_leader@<wbr>borne.example" in text
    assert "almelo" not in text
    assert "/beheer/uitnodigen?organisatie=borne" in text
    assert coordinator.get("/beheer?organisatie=almelo").status_code == 404
    assert coordinator.get("/beheer?organisatie=zwolle").status_code == 404


def test_a_project_leader_reads_and_changes_nothing(client: FlaskClient, database: Database) -> None:
    log_in(client, newcomer(database, "borne"))
    text = client.get("/beheer").get_data(as_text=True)
    assert "project_leader@<wbr>borne.example" in text
    assert "/beheer/mensen/" not in text and "/beheer/uitnodigen" not in text
    assert client.get("/beheer/uitnodigen").status_code == 403
    with database.read() as session:
        refused = session.scalars(select(AuditRow).where(AuditRow.result == "refused")).one()
        assert (refused.action, refused.person_id) == ("admin.invite", 1)


def test_a_coordinator_changes_a_role_and_switches_an_account_off_and_on(
    coordinator: FlaskClient, app: Flask, database: Database
) -> None:
    leader = app.test_client()
    email = newcomer(database, "borne")
    log_in(leader, email)
    path = person_path(coordinator, "Project Leader Borne")
    assert send(coordinator, path, role="coordinator").status_code == 303
    assert leader.get("/account").status_code == 303
    page = coordinator.get(path)
    assert "Coördinator" in page.get_data(as_text=True)
    assert coordinator.post(f"{path}/uitzetten", data={"csrf_token": csrf_token(page)}).status_code == 303
    assert log_in(leader, email).status_code == 422
    assert coordinator.post(f"{path}/aanzetten", data={"csrf_token": csrf_token(page)}).status_code == 303
    assert log_in(leader, email).status_code == 303


def test_a_role_that_is_not_the_coordinators_to_give_is_refused(coordinator: FlaskClient, database: Database) -> None:
    newcomer(database, "borne")
    path = person_path(coordinator, "Project Leader Borne")
    assert 'value="admin"' not in coordinator.get(path).get_data(as_text=True)
    assert send(coordinator, path, role="admin").status_code == 422


def test_a_coordinator_cannot_switch_off_the_own_account(coordinator: FlaskClient) -> None:
    path = person_path(coordinator, "Coordinator Borne")
    page = coordinator.get(path)
    assert "Dit bent u zelf." in page.get_data(as_text=True)
    assert coordinator.post(f"{path}/uitzetten", data={"csrf_token": csrf_token(page)}).status_code == 409


def test_somebody_elsewhere_is_not_there(coordinator: FlaskClient, database: Database) -> None:
    newcomer(database, "almelo")
    token = csrf_token(coordinator.get("/beheer/uitnodigen"))
    assert coordinator.get("/beheer/mensen/2").status_code == 404
    assert coordinator.post("/beheer/mensen/2/uitzetten", data={"csrf_token": token}).status_code == 404


def test_the_administrator_invites_a_coordinator_anywhere(client: FlaskClient, database: Database) -> None:
    log_in(client, newcomer(database, "regio-twente", "admin"))
    fields = {"email": "c@almelo.nl", "organisation": "almelo", "role": "coordinator", "locale": "nl"}
    assert send(client, "/beheer/uitnodigen?organisatie=almelo", **fields).location == "/beheer?organisatie=almelo"
    page = client.get("/beheer?organisatie=almelo")
    assert "c@almelo.nl" in page.get_data(as_text=True)
    path = re.search(r"/beheer/uitnodigingen/\d+/intrekken", page.get_data(as_text=True))
    assert path
    client.post(path.group(), data={"csrf_token": csrf_token(page)})
    assert "c@almelo.nl" not in client.get("/beheer?organisatie=almelo").get_data(as_text=True)


def test_a_coordinator_of_a_municipality_invites_no_coordinator(coordinator: FlaskClient) -> None:
    fields = {"email": "c@borne.nl", "organisation": "borne", "role": "coordinator", "locale": "nl"}
    assert send(coordinator, "/beheer/uitnodigen", **fields).status_code == 422
    assert (
        send(coordinator, "/beheer/uitnodigen", **{**fields, "role": "project_leader", "organisation": "almelo"}).status_code
        == 422
    )


def test_a_depot_is_opened_described_and_closed(coordinator: FlaskClient) -> None:
    assert (
        send(coordinator, "/beheer/depots/nieuw", name="Gemeentewerf", place="7621", address="Industriestraat 1").status_code
        == 303
    )
    page = coordinator.get("/beheer/depots")
    assert "Gemeentewerf" in page.get_data(as_text=True)
    assert send(coordinator, "/beheer/depots/1/gegevens", name="Werf Zuid", address="").status_code == 303
    assert send(coordinator, "/beheer/depots/1", to="/beheer/depots/1/sluiten").status_code == 303
    text = coordinator.get("/beheer/depots").get_data(as_text=True)
    assert "Werf Zuid" in text and "gesloten" in text


def test_a_place_that_nobody_knows_keeps_what_was_typed(coordinator: FlaskClient) -> None:
    answer = send(coordinator, "/beheer/depots/nieuw", name="Gemeentewerf", place="Xyzzyveen", address="")
    assert answer.status_code == 422
    assert 'value="Xyzzyveen"' in answer.get_data(as_text=True)
    assert 'value="Gemeentewerf"' in answer.get_data(as_text=True)


def test_another_organisations_depot_is_not_changed(coordinator: FlaskClient, app: Flask, database: Database) -> None:
    send(coordinator, "/beheer/depots/nieuw", name="Gemeentewerf", place="7621", address="")
    other = app.test_client()
    log_in(other, newcomer(database, "almelo", "coordinator"))
    assert "Gemeentewerf" in other.get("/beheer/depots").get_data(as_text=True)
    assert other.get("/beheer/depots/1").status_code == 403
