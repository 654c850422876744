"""Pages on which tokens and machine accounts are made and ended."""

import re

from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import Person
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.factories import make_machine
from tests.visitors import csrf_token, log_in, newcomer, send

TOKEN = re.compile(r"tmb_[\w-]{43}")


def test_a_coordinator_makes_a_system_account_with_a_token_and_ends_it(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    log_in(client, newcomer(database, "borne", "coordinator"))
    made = send(client, "/beheer/systeemaccounts/nieuw", name="Voorraadsysteem werf", organisation="borne")
    assert made.status_code == 303
    last = clock.today().replace(year=clock.today().year + 1)
    token_page = send(client, f"{made.location}/token", name="kassa", scope="read", expires_on=f"{last:%d-%m-%Y}")
    (secret,) = set(TOKEN.findall(token_page.text))
    page = client.get(made.location)
    assert "kassa" in page.text and "alleen lezen" in page.text and str(last.year) in page.text
    assert secret not in page.text
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).get_json()
    assert (answer["name"], answer["scope"]) == ("Voorraadsysteem werf", "read")
    ended = client.post(f"{made.location}/beeindigen", data={"csrf_token": csrf_token(page)})
    assert ended.status_code == 303
    assert "beëindigd" in client.get(ended.location).text
    assert app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_coordinator_of_another_organisation_does_not_see_it(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        machine_id = make_machine(session, "almelo").id
    log_in(client, newcomer(database, "borne", "coordinator"))
    assert "Voorraadsysteem" not in client.get("/beheer/systeemaccounts").text
    assert client.get(f"/beheer/systeemaccounts/{machine_id}").status_code == 404
    assert client.get(f"/beheer/systeemaccounts/{machine_id}/token").status_code == 404
    assert client.get(f"/beheer/mensen/{machine_id}").status_code == 404


def test_a_project_leader_has_no_system_accounts(client: FlaskClient, database: Database) -> None:
    log_in(client, newcomer(database, "borne"))
    assert client.get("/beheer/systeemaccounts").status_code == 403
    assert "/beheer/systeemaccounts" not in client.get("/beheer").text


def test_a_machine_account_is_no_colleague_and_cannot_log_in(app: Flask, client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        machine = session.get_one(Person, make_machine(session, "borne").id)
        assert (machine.email, machine.password_hash) == (None, "")
    log_in(client, newcomer(database, "borne", "coordinator", "c@borne.example"))
    assert "Voorraadsysteem" not in client.get("/beheer").text
    for email in ("Voorraadsysteem", "None", "null"):
        assert log_in(app.test_client(), email, "x").status_code == 422


def test_a_reviewer_keeps_a_token_to_one_organisation(client: FlaskClient, database: Database) -> None:
    newcomer(database, "hengelo")
    log_in(client, newcomer(database, "regio-twente", "reviewer"))
    choices = re.findall(r'<option (?:selected )?value="(\d+)">Hengelo', client.get("/account/tokens").text)
    made = send(client, "/account/tokens", name="rekenkamer", scope="read", organisation=choices[0])
    assert TOKEN.search(made.text)
    assert "alleen voor Hengelo" in client.get("/account").text
