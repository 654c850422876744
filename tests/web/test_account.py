"""One's own account: details, password, sessions, tokens; and the links that come by mail."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.jobs.post import post_due
from marketplace.kernel.db import Database
from tests.visitors import PASSWORD, csrf_token, log_in, newcomer, send

NEW = "vier heel andere woorden"
TOKEN = re.compile(r"tmb_[\w-]{43}")


@pytest.fixture
def email(database: Database) -> str:
    return newcomer(database, role="coordinator")


def mailed_path(app: Flask, kind: str) -> str:
    """The path of the link in the newest letter of a kind."""
    post_due(app)
    folder: Path = app.extensions["settings"].mail_path
    from email import message_from_bytes, policy

    newest = max(folder.glob(f"*-{kind}.eml"), key=lambda path: path.stat().st_mtime_ns)
    body = message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    match = re.search(r"http://localhost(/(?:uitnodiging|wachtwoord)/\S+)", body.get_content())
    assert match
    return match.group(1)


@pytest.mark.slow
def test_the_account_page_shows_who_you_are_and_where_you_are_logged_in(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    text = client.get("/account", headers={"User-Agent": "x"}).get_data(as_text=True)
    assert email.replace("@", "@<wbr>") in text
    assert "Coördinator" in text
    assert "deze browser" in text


@pytest.mark.slow
def test_another_language_changes_the_account_and_the_page(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    answer = send(client, "/account/gegevens", name="Jan Jansen", locale="en", phone_shown="never")
    assert answer.location == "/en/account"
    assert "Your details are saved." in client.get(answer.location).get_data(as_text=True)


def test_a_changed_password_ends_the_other_sessions_and_renews_this_one(app: Flask, client: FlaskClient, email: str) -> None:
    other = app.test_client()
    log_in(other, email)
    log_in(client, email)
    before = client.get_cookie("session")
    answer = send(client, "/account/wachtwoord", old_password=PASSWORD, password=NEW)
    assert answer.status_code == 303
    assert client.get("/account").status_code == 200
    assert client.get_cookie("session") != before
    assert other.get("/account").status_code == 303
    assert log_in(app.test_client(), email).status_code == 422
    assert log_in(app.test_client(), email, NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("niet dit wachtwoord", NEW, "Dit is niet uw huidige wachtwoord."),
        (PASSWORD, "te kort", "7 tekens"),
        (PASSWORD, "", "Vul een nieuw wachtwoord in."),
    ],
)
@pytest.mark.slow
def test_a_password_is_not_changed(client: FlaskClient, email: str, old: str, new: str, sentence: str) -> None:
    log_in(client, email)
    answer = send(client, "/account/wachtwoord", old_password=old, password=new)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert client.get("/account").status_code == 200


def test_one_browser_is_logged_out_from_another(app: Flask, client: FlaskClient, email: str) -> None:
    other = app.test_client()
    log_in(other, email)
    log_in(client, email)
    page = client.get("/account")
    path = re.search(r"/account/sessies/\d+/beeindigen", page.get_data(as_text=True))
    assert path
    assert client.post(path.group(), data={"csrf_token": csrf_token(page)}).status_code == 303
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_logging_out_everywhere_ends_every_session(app: Flask, client: FlaskClient, email: str) -> None:
    other = app.test_client()
    log_in(other, email)
    log_in(client, email)
    made = send(client, "/account/tokens", name="voorraadlijst", scope="write")
    token = {"Authorization": f"Bearer {TOKEN.findall(made.text)[0]}"}
    assert app.test_client().get("/api/v1/notices", headers=token).status_code == 200
    assert send(client, "/account", to="/uitloggen-overal").status_code == 303
    assert app.test_client().get("/api/v1/notices", headers=token).status_code == 401
    assert client.get("/account").status_code == 303
    assert other.get("/account").status_code == 303


def test_a_token_is_shown_once_and_can_be_revoked(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    made = send(client, "/account/tokens", name="voorraadlijst", scope="write")
    secret = TOKEN.search(made.get_data(as_text=True))
    assert secret
    listed = client.get("/account")
    assert "voorraadlijst" in listed.get_data(as_text=True)
    assert secret.group() not in listed.get_data(as_text=True)
    path = re.search(r"/account/tokens/\d+/intrekken", listed.get_data(as_text=True))
    assert path
    client.post(path.group(), data={"csrf_token": csrf_token(listed)})
    assert "voorraadlijst" not in client.get("/account").get_data(as_text=True)


def test_a_wrong_token_is_401_even_where_nobody_needs_one(client: FlaskClient) -> None:
    answer = client.get("/api/v1/listings", headers={"Authorization": "Bearer tmb_wrong"})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_wrong_tokens_from_one_address_are_throttled_and_right_ones_live_on(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    secret = re.search(r"tmb_[\w-]{43}", send(client, "/account/tokens", name="x", scope="read").get_data(as_text=True))
    assert secret
    statuses = [client.get("/api/v1/me", headers={"Authorization": f"Bearer wrong{number}"}).status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret.group()}"}).status_code not in (401, 429)


def test_the_api_does_not_look_at_cookies(client: FlaskClient, email: str) -> None:
    log_in(client, email)
    assert client.get("/api/v1/me").status_code in (401, 404)


def test_a_forgotten_password_is_set_by_mail_once(app: Flask, client: FlaskClient, email: str) -> None:
    signed_in = app.test_client()
    log_in(signed_in, email)
    send(client, "/wachtwoord-vergeten", email=email)
    path = mailed_path(app, "password_reset")
    assert "1 teken" in send(client, path, password="x").get_data(as_text=True)
    assert send(client, path, password=NEW).location == "/inloggen"
    assert signed_in.get("/account").status_code == 303
    assert log_in(client, email, NEW).status_code == 303
    again = client.get(path)
    assert again.status_code == 404
    assert "al gebruikt of ouder dan een uur" in again.get_data(as_text=True)


def test_asking_for_an_unknown_address_reads_the_same_and_sends_nothing(app: Flask, client: FlaskClient, email: str) -> None:
    answers = []
    for address in (email, "niemand@borne.nl"):
        sent = send(client, "/wachtwoord-vergeten", email=address)
        answers.append(
            (
                sent.status_code,
                sent.location,
                re.findall(r"Als er een account[^<]+", client.get(sent.location).get_data(as_text=True)),
            )
        )
    assert answers[0] == answers[1]
    assert post_due(app) == 1


@pytest.mark.slow
def test_an_invitation_makes_an_account_once(app: Flask, client: FlaskClient, email: str) -> None:
    coordinator = app.test_client()
    log_in(coordinator, email)
    fields = {"email": "nieuw@borne.nl", "organisation": "borne", "role": "project_leader", "locale": "nl"}
    assert send(coordinator, "/beheer/uitnodigen", **fields).status_code == 303
    path = mailed_path(app, "invitation")
    assert "nieuw@borne.nl" in client.get(path).get_data(as_text=True)
    assert send(client, path, name="Nieuwe Collega", password="nieuw@borne.nl!").status_code == 422
    assert send(client, path, name="Nieuwe Collega", password=NEW).location == "/werk"
    assert "Nieuwe Collega" in client.get("/account").get_data(as_text=True)
    assert "al gebruikt" in app.test_client().get(path).get_data(as_text=True)
    assert "Nieuwe Collega" in coordinator.get("/beheer").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/uitnodiging/onzin", "/wachtwoord/onzin", "/uitnodiging/WzEsIngiXQ.c2lnbmF0dXJl"])
def test_a_damaged_link_ends_in_a_sentence(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Deze link is niet volledig." in answer.get_data(as_text=True)
