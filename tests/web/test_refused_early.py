"""What is refused before it is read: forms of others, and forms with very many fields."""

import io
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from config import Config
from marketplace.app import create_app
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.units import Quantity, Unit
from tests.databases import settings
from tests.factories import make_actor, make_demand, make_draft, make_listing, make_token, seed_taxonomy
from tests.visitors import csrf_token, visit

pytestmark = pytest.mark.postgresql

FIELDS = 60_000


def test_who_has_no_right_hears_nothing_of_what_is_wrong_with_the_form(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, other = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing, draft = make_listing(session, owner), make_draft(session, owner)
    token = make_token(session, other, name="test")
    stranger = visit(app, session, other)
    secret = csrf_token(stranger.get("/account"))
    for number, status in ((listing.id, 403), (draft.id, 404)):
        wrong = {"headers": {"Authorization": f"Bearer {token}"}, "json": {"outcome": "no such outcome"}}
        assert stranger.post(f"/api/v1/listings/{number}/close", **wrong).status_code == status
        assert stranger.post(f"/api/v1/listings/{number}/withdraw", **wrong).status_code == status
        assert stranger.post(f"/aanbod/{number}/bewerken", data={"csrf_token": secret, "quantity": "veel"}).status_code == status


def test_who_may_not_take_a_step_hears_so_whatever_was_typed(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, asker, third = (make_actor(session, slug) for slug in ("hengelo", "borne", "losser"))
    lot, demand = make_listing(session, owner), make_demand(session, owner)
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(60), Unit.M2)))
    approve(session, owner, reservation_id=made.id)
    transfer = f"/reserveringen/{made.id}"
    receiver = visit(app, session, asker)
    secret = csrf_token(receiver.get("/account"))
    for step in ("afwijzen", "overdragen", "niet-opgehaald"):  # the owner's
        wrong = {"csrf_token": secret, "quantity": "veel"}
        assert (step, receiver.post(f"{transfer}/{step}", data=wrong).status_code) == (step, 403)
    stranger, token = app.test_client(), make_token(session, third, name="test")
    session.commit()
    for path, status in (
        (f"listings/{lot.id}", 403),
        (f"demands/{demand.id}", 403),
        (f"reservations/{made.id}/propose-terms", 404),
    ):
        method = "POST" if status == 404 else "PATCH"
        answer = stranger.open(f"/api/v1/{path}", method=method, json={"zzz": 1}, headers={"Authorization": f"Bearer {token}"})
        assert (path, answer.status_code) == (path, status)


@pytest.mark.parametrize("path", ["/inloggen", "/aanbod/nieuw/alles"])
def test_a_form_of_sixty_thousand_fields_is_refused(app: Flask, session: Session, path: str) -> None:
    seed_taxonomy(session)
    client = visit(app, session, make_actor(session, "hengelo"))
    secret = csrf_token(client.get("/account"))
    body = "&".join([f"csrf_token={secret}", *(f"a{number}=1" for number in range(FIELDS))])
    answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


@pytest.mark.slow
def test_with_https_every_cookie_is_bound_to_this_host(config: Config) -> None:
    app = create_app(settings(config.database_url, config.instance_path, base_url="https://localhost"))
    client: FlaskClient = app.test_client()
    cookies = client.get("/inloggen", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-form"]
    assert all("Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in cookies)
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/api/v1/listings", 2_000_000, 401), ("/aanbod/nieuw/alles", 900_000, 401), ("/bestaat-niet", 900_000, 400)],
)
def test_a_refused_body_is_read_to_its_end(app: Flask, path: str, size: int, status: int) -> None:
    """A server that closes before that resets the connection, and a proxy makes 502 of the answer."""
    body = io.BytesIO(bytes(size))
    builder = EnvironBuilder(path=path, method="POST", input_stream=body, content_type="application/x-www-form-urlencoded")
    builder.content_length = size
    _parts, answer, _headers = run_wsgi_app(app.wsgi_app, builder.get_environ())
    assert (answer[:3], body.tell()) == (str(status), size)
