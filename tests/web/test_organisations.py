"""Organisations through the pages: asked for on the home page, accepted or declined by the administrator, and closed."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.models import Invitation, JoinRequest, Organisation
from marketplace.kernel.db import Database
from marketplace.notices.models import AuditRow, NoticeRow
from tests.visitors import PASSWORD, csrf_token, log_in, newcomer, send

ASKED = {
    "organisation": "Waterschap Vechtstromen",
    "sub_kind": "water_board",
    "place": "Almelo",
    "name": "D. Dijkgraaf",
    "email": "D.Dijkgraaf@Vechtstromen.nl",
    "message": "Wij hebben stortsteen over.\nEn keien.",
}
SLUG = "waterschap-vechtstromen"


@pytest.fixture
def admin(app, database: Database) -> FlaskClient:
    client = app.test_client()
    log_in(client, newcomer(database, "regio-twente", "admin"))
    return client


def requested(database: Database) -> int:
    """The id of the one request to join."""
    with database.read() as session:
        return session.scalars(select(JoinRequest.id)).one()


def test_the_home_page_leads_to_the_form_of_whoever_wants_to_join(client: FlaskClient) -> None:
    home = client.get("/").text
    assert re.search(r'href="/meedoen"[^>]*>.*?Vraag om mee te doen', home, re.DOTALL)
    assert "Vraag om mee te doen" in client.get("/meedoen").text


def test_a_request_is_accepted_and_the_asker_becomes_the_coordinator(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    assert send(client, "/meedoen", **ASKED).status_code == 303
    assert "Waterschap Vechtstromen vraagt om mee te doen" in admin.get("/berichten").text
    assert "Verzoeken om mee te doen (1)" in admin.get("/beheer/organisaties").text
    path = f"/beheer/organisaties/verzoeken/{requested(database)}"
    page = admin.get(path)
    assert "Wij hebben stortsteen over." in page.text and 'value="vechtstromen.nl"' in page.text
    assert 'name="kind"' not in page.text
    fields = {"name": "Waterschap Vechtstromen", "sub_kind": "water_board", "place": "Almelo"}
    assert send(admin, path, **fields, code="", email_domain="vechtstromen.nl").status_code == 303
    with database.read() as session:
        made = session.scalars(select(Organisation).where(Organisation.slug == SLUG)).one()
        assert (made.kind, made.sub_kind, made.main_place) == ("partner", "water_board", "Almelo")
        invited = session.scalars(select(Invitation)).one()
        assert (invited.email, invited.role, invited.organisation_id) == ("d.dijkgraaf@vechtstromen.nl", "coordinator", made.id)
        actions = set(session.scalars(select(AuditRow.action).where(AuditRow.result == "done")))
        assert {"join_request.create", "join_request.accept", "organisation.create", "invitation.create"} <= actions
    assert "aangenomen" in admin.get("/beheer/organisaties/verzoeken").text
    again = send(admin, f"{path}/afwijzen", reason="Toch niet")
    assert again.status_code == 422
    assert "al beantwoord" in again.text


def test_a_declined_request_tells_the_asker_why(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    send(client, "/meedoen", **ASKED)
    path = f"/beheer/organisaties/verzoeken/{requested(database)}/afwijzen"
    assert send(admin, path, reason="").status_code == 422
    assert send(admin, path, reason="Wij beginnen met gemeenten.").status_code == 303
    with database.read() as session:
        notice = session.scalars(select(NoticeRow).where(NoticeRow.kind == "join_declined")).one()
        assert (notice.email, notice.facts["reason"]) == ("d.dijkgraaf@vechtstromen.nl", "Wij beginnen met gemeenten.")
        assert session.scalars(select(Organisation).where(Organisation.slug == SLUG)).one_or_none() is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("organisation", ""),
        ("organisation", "x" * 121),
        ("sub_kind", ""),
        ("sub_kind", "bakery"),
        ("place", "x" * 81),
        ("name", "x" * 121),
        ("email", "geen adres"),
        ("message", "x" * 1001),
    ],
)
def test_what_a_request_cannot_be_is_said_at_its_field(client: FlaskClient, database: Database, field: str, typed: str) -> None:
    refused = send(client, "/meedoen", **{**ASKED, field: typed})
    assert refused.status_code == 422
    assert f'href="#{field}' in refused.text
    with database.read() as session:
        assert session.scalars(select(JoinRequest)).all() == []


def test_one_address_asks_once_and_one_network_only_so_often(client: FlaskClient, database: Database) -> None:
    assert send(client, "/meedoen", **ASKED).status_code == 303
    twice = send(client, "/meedoen", **ASKED)
    assert twice.status_code == 409
    assert "wacht al een verzoek" in twice.text
    answers = [send(client, "/meedoen", **{**ASKED, "email": f"a{number}@b.nl"}).status_code for number in range(9)]
    assert answers[:8] == [303] * 8
    assert answers[8] != 303


@pytest.mark.slow
def test_the_administrator_adds_describes_and_closes_an_organisation(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    fields = {"name": "Domijn", "kind": "partner", "sub_kind": "", "place": "Enschede", "code": "", "email_domain": ""}
    refused = send(admin, "/beheer/organisaties/nieuw", **fields)
    assert refused.status_code == 422
    assert 'href="#sub_kind"' in refused.text
    fields["sub_kind"] = "housing_corporation"
    assert send(admin, "/beheer/organisaties/nieuw", **fields).status_code == 303
    assert "Woningcorporatie" in admin.get("/beheer/organisaties").text
    path = "/beheer/organisaties/domijn"
    edited = {name: typed for name, typed in {**fields, "name": "Domijn Wonen"}.items() if name != "kind"}
    page = admin.get(path)
    assert 'name="kind"' not in page.text
    assert send(admin, path, **edited).status_code == 303
    stale = admin.post(path, data={**edited, "name": "Te laat", "version": "1", "csrf_token": csrf_token(page)})
    assert stale.status_code == 422
    email = newcomer(database, "domijn", "coordinator")
    log_in(client, email)
    assert client.get("/werk").status_code == 200
    assert admin.post(f"{path}/sluiten", data={"csrf_token": csrf_token(admin.get(path))}).status_code == 303
    assert client.get("/werk").status_code == 303  # signed out
    again = send(client, "/inloggen", email=email, password=PASSWORD)
    assert again.status_code == 422
    assert "gesloten" in admin.get("/beheer/organisaties").text
    assert admin.post(f"{path}/openen", data={"csrf_token": csrf_token(admin.get(path))}).status_code == 303
    assert send(client, "/inloggen", email=email, password=PASSWORD).status_code == 303


@pytest.mark.parametrize("path", ["/beheer/organisaties", "/beheer/organisaties/nieuw", "/beheer/organisaties/verzoeken"])
def test_a_coordinator_does_not_manage_organisations(client: FlaskClient, database: Database, path: str) -> None:
    log_in(client, newcomer(database, "borne", "coordinator"))
    assert client.get(path).status_code == 403
