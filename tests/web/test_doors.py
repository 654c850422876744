"""What comes in at the door: other host names, programs that ask for a photo, and addresses that take a form only."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.kernel.db import Database
from tests.databases import settings
from tests.factories import listing_draft, make_actor, make_token, seed_taxonomy
from tests.visitors import picture, visit


@pytest.fixture
def named(database_url: str, instance: Path) -> Iterator[Flask]:
    """An installation that goes by its own name only."""
    app = create_app(settings(database_url, instance, trusted_hosts=("bank.example",), base_url="http://bank.example"))
    yield app
    app.extensions["database"].dispose()


@pytest.mark.parametrize("path", ["/", "/aanbod", "/en/aanbod", "/api/v1/materials", "/static/site.css", "/healthz", "/nergens"])
@pytest.mark.slow
def test_another_host_name_is_answered_400(named: Flask, path: str) -> None:
    client = named.test_client()
    status = client.get(path, base_url="http://bank.example").status_code
    for host in ("http://evil.example", "http://bank.example.evil.example", "http://bank.example@evil.example"):
        answer = client.get(path, base_url=host)
        assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (400, "nosniff"), host
    assert client.post(path, base_url="http://evil.example").status_code == 400
    assert client.get(path, base_url="http://bank.example").status_code == status != 400


def test_the_machine_itself_may_ask_by_number_whether_the_process_lives(named: Flask) -> None:
    client = named.test_client()
    assert client.get("/healthz", base_url="http://127.0.0.1:8000").status_code == 200
    assert client.get("/aanbod", base_url="http://127.0.0.1:8000").status_code == 400


def test_a_program_sees_the_photos_of_its_own_draft_with_its_token(app: Flask, session: Session, database: Database) -> None:
    seed_taxonomy(session)
    hengelo, losser = make_actor(session, "hengelo"), make_actor(session, "losser")
    tokens = [make_token(session, actor, name="test") for actor in (hengelo, losser)]
    from marketplace.market.actions.listings import create_listing

    number = create_listing(session, hengelo, listing_draft()).id
    session.commit()
    mine, other = ({"Authorization": f"Bearer {token}"} for token in tokens)
    client = app.test_client()
    made = client.post(f"/api/v1/listings/{number}/photos", data={"photo": (BytesIO(picture()), "foto.jpg")}, headers=mine)
    address = next(iter(made.get_json()["urls"].values()))
    path = address[address.index("/media/") :]
    photo = client.get(path, headers=mine)
    assert (photo.status_code, photo.headers["Cache-Control"]) == (200, "private, max-age=86400")
    assert [client.get(path, headers=headers).status_code for headers in (other, {})] == [404, 404]
    wrong = client.get(path, headers={"Authorization": "Bearer nonsense"})
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"]) == (401, "Bearer")
    by_cookie = visit(app, session, hengelo).get(path)
    assert by_cookie.status_code == 200
    for answer in (photo, by_cookie):
        answer.close()


def posted_only(app: Flask) -> list[tuple[str, set[str]]]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.methods]
    read = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    taken: dict[str, set[str]] = {}
    for rule in rules:
        taken.setdefault(rule.rule, set()).update(rule.methods or ())
    return [(address, methods) for address, methods in taken.items() if address not in read]


def test_an_address_that_takes_a_form_only_says_so_to_who_opens_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "hengelo", "coordinator"))
    addresses = posted_only(app)
    assert len(addresses) > 20
    for rule, methods in addresses:
        answer = client.get(re.sub(r"<[^>]*>", "1", rule))
        allowed = {method.strip() for method in answer.headers.get("Allow", "").split(",")}
        assert (answer.status_code, allowed - {"OPTIONS"}) == (405, methods - {"OPTIONS"}), rule


def test_what_is_not_there_is_404_to_who_opens_it_and_to_who_sends_a_form(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    seed_taxonomy(session)
    signed_in = visit(app, session, make_actor(session, "hengelo"))
    for path in (
        "/aanbod/987654",
        "/aanbod/987654/bewerken",
        "/aanbod/987654/intrekken",
        "/reserveringen/987654",
        "/gezocht/987654",
    ):
        assert signed_in.get(path).status_code == 404, path
    assert client.get("/aanbod/987654").status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', signed_in.get("/aanbod/nieuw/alles").text)
    assert token
    for path in (
        "/aanbod/987654/publiceren",
        "/aanbod/987654/sluiten",
        "/aanbod/987654/bevestigen",
        "/aanbod/987654/verwijderen",
    ):
        assert signed_in.post(path, data={"csrf_token": token[1]}).status_code == 404, path
