"""Logging in and out by the form: what is set, what is refused, and who stays signed in."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.models import WebSession
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.notices.models import AuditRow
from tests.databases import settings
from tests.visitors import PASSWORD, csrf_token, log_in, newcomer, send


@pytest.fixture
def email(database: Database) -> str:
    return newcomer(database)


def cookie(client: FlaskClient) -> str | None:
    session_cookie = client.get_cookie("session")
    return session_cookie.value if session_cookie else None


def test_the_right_password_leads_to_the_page_that_was_asked_for(client: FlaskClient, email: str) -> None:
    sent_away = client.get("/account")
    assert (sent_away.status_code, sent_away.location) == (303, "/inloggen?next=/account")
    answer = log_in(client, email, path=sent_away.location)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/account").status_code == 200


def test_the_cookie_is_for_this_site_alone(client: FlaskClient, email: str) -> None:
    set_cookie = log_in(client, email).headers["Set-Cookie"]
    assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", set_cookie)


@pytest.mark.slow
def test_over_https_the_cookie_is_bound_to_the_host(database_url: str, database: Database, email: str, instance: Path) -> None:
    from marketplace.app import create_app

    secure = settings(database_url, instance, base_url="https://bank.example", secure_cookies=True)
    app = create_app(secure)
    client = app.test_client()
    page = client.get("/inloggen", base_url="https://bank.example")
    fields = {"csrf_token": csrf_token(page), "email": email, "password": PASSWORD}
    sent_from = {"Origin": "https://bank.example", "Referer": "https://bank.example/inloggen"}
    answer = client.post("/inloggen", data=fields, base_url="https://bank.example", headers=sent_from)
    assert re.match(r"__Host-session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"])
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/%09/evil",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\n/evil.example",
        "x",
    ],
)
def test_after_log_in_nobody_is_sent_to_another_site(client: FlaskClient, email: str, target: str) -> None:
    page = client.get("/inloggen")
    fields = {"csrf_token": csrf_token(page), "email": email, "password": PASSWORD}
    answer = client.post("/inloggen", query_string={"next": target}, data=fields)
    assert answer.location in {"/werk", "/%09/evil"}  # the second is a path of this site, percent sign and all


@pytest.mark.parametrize(
    ("who", "password"),
    [("known", "een verkeerd wachtwoord"), ("niemand@borne.nl", PASSWORD), ("geen adres", "zomaar iets anders")],
)
def test_a_wrong_password_and_an_unknown_address_read_the_same(client: FlaskClient, email: str, who: str, password: str) -> None:
    answer = log_in(client, email if who == "known" else who, password)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Het e-mailadres of het wachtwoord klopt niet." in text
    assert "<title>Fout: Inloggen" in text
    assert f'value="{email if who == "known" else who}"' in text
    assert password not in text
    assert cookie(client) is None


def test_a_deactivated_person_reads_the_same_and_loses_the_session(client: FlaskClient, database: Database, email: str) -> None:
    from marketplace.accounts.actions import people
    from marketplace.accounts.policy import OPERATOR
    from marketplace.accounts.queries import people as people_queries

    log_in(client, email)
    with database.transaction() as session:
        person = people_queries.find_person(session, email)
        assert person is not None
        people.deactivate(session, OPERATOR, person_id=person.id)
    assert client.get("/account").status_code == 303
    assert "klopt niet" in log_in(client, email).get_data(as_text=True)


def test_logging_in_renews_the_session(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    first = cookie(client)
    page = client.get("/account")
    fields = {"csrf_token": csrf_token(page), "email": email, "password": PASSWORD}
    client.post("/inloggen", data=fields)
    assert cookie(client) != first
    client.set_cookie("session", first or "", domain="localhost")
    assert client.get("/account").status_code == 303


def test_a_session_that_somebody_else_thought_up_is_never_taken_over(client: FlaskClient, email: str) -> None:
    client.set_cookie("session", "a-value-that-an-attacker-knows", domain="localhost")
    log_in(client, email)
    assert cookie(client) != "a-value-that-an-attacker-knows"


def test_logging_out_ends_the_session_on_the_server(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    old_cookie = cookie(client) or ""
    answer = send(client, "/account", to="/uitloggen")
    assert answer.status_code == 303
    assert cookie(client) is None
    client.set_cookie("session", old_cookie, domain="localhost")
    assert client.get("/account").status_code == 303


def test_a_session_ends_after_half_an_hour_of_rest(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert client.get("/account").status_code == 303


def test_use_is_noted_at_most_once_a_minute(client: FlaskClient, database: Database, email: str) -> None:
    log_in(client, email)

    def seen() -> object:
        with database.read() as session:
            return session.scalars(select(WebSession.last_seen_at)).one()

    begun = clock.now()
    before = seen()
    with clock.frozen(begun + timedelta(seconds=50)):
        client.get("/account")
    assert seen() == before
    with clock.frozen(begun + timedelta(seconds=70)):
        client.get("/account")
    assert seen() == begun + timedelta(seconds=70)


def test_ten_failures_close_the_account_and_the_other_session_lives_on(
    app: Flask, client: FlaskClient, database: Database, email: str
) -> None:
    victim = app.test_client()
    log_in(victim, email)
    token = csrf_token(client.get("/inloggen"))
    for number in range(10):
        fields = {"csrf_token": token, "email": email, "password": f"wrong {number}"}
        assert client.post("/inloggen", data=fields, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}).status_code == 422
    fields = {"csrf_token": token, "email": email, "password": PASSWORD}
    refused = client.post("/inloggen", data=fields, environ_base={"REMOTE_ADDR": "192.0.2.99"})
    assert refused.status_code == 429
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert "Er waren te veel mislukte pogingen. Probeer het over 15 min. opnieuw." in refused.get_data(as_text=True)
    assert victim.get("/account").status_code == 200
    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=1)):
        assert client.post("/inloggen", data=fields).status_code == 303
    with database.read() as session:
        refusals = session.scalars(select(AuditRow).where(AuditRow.action == "session.open", AuditRow.result == "refused")).all()
    assert len(refusals) == 10


def test_ten_failures_from_one_address_close_that_address_only(client: FlaskClient, email: str) -> None:
    token = csrf_token(client.get("/inloggen"))
    for number in range(10):
        client.post("/inloggen", data={"csrf_token": token, "email": f"iemand{number}@borne.nl", "password": "x" * 12})
    fields = {"csrf_token": token, "email": email, "password": PASSWORD}
    assert client.post("/inloggen", data=fields).status_code == 429
    assert client.post("/inloggen", data=fields, environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 303


def test_a_form_without_its_secret_is_refused(client: FlaskClient, email: str) -> None:
    assert client.post("/inloggen", data={"email": email, "password": PASSWORD}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_form_from_another_site_is_refused(client: FlaskClient, email: str, headers: dict[str, str]) -> None:
    fields = {"csrf_token": csrf_token(client.get("/inloggen")), "email": email, "password": PASSWORD}
    assert client.post("/inloggen", data=fields, headers=headers).status_code == 403
    assert (
        client.post("/inloggen", data=fields, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}).status_code
        == 303
    )


def test_the_form_secret_of_before_log_in_works_no_more(client: FlaskClient, email: str) -> None:
    before = csrf_token(client.get("/inloggen"))
    log_in(client, email)
    assert client.post("/uitloggen-overal", data={"csrf_token": before}).status_code == 400


def test_the_page_speaks_english_under_en(client: FlaskClient, email: str) -> None:
    answer = log_in(client, email, "wrong wrong wrong", path="/en/inloggen")
    assert "The email address or the password is not right." in answer.get_data(as_text=True)
    assert log_in(client, email, path="/en/inloggen").location == "/en/werk"
