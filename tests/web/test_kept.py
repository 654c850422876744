"""What a browser keeps: no page of somebody who is signed in, but a form that was refused, and after log-out nothing at all."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, visit


def signed_in(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "borne"))


def test_no_page_of_somebody_who_is_signed_in_is_kept(app: Flask, session: Session) -> None:
    client = signed_in(app, session)
    for path in ("/", "/aanbod", "/werk", "/account", "/account/gegevens"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_a_form_that_was_refused_is_kept_by_this_browser_whatever_its_cookies_become(app: Flask, session: Session) -> None:
    refused = send(signed_in(app, session), "/account/gegevens", name="")
    assert refused.status_code == 422
    assert refused.headers["Cache-Control"] == "private, no-cache"
    assert refused.headers["Vary"] == "Accept-Encoding"


def test_logging_out_clears_what_the_browser_kept(app: Flask, session: Session) -> None:
    client = signed_in(app, session)
    assert "Clear-Site-Data" not in client.get("/account").headers
    assert send(client, "/account", to="/uitloggen").headers["Clear-Site-Data"] == '"cache"'


def test_the_page_to_log_in_clears_it_after_a_session_that_ended_by_itself(app: Flask, session: Session) -> None:
    client = app.test_client()
    assert "Clear-Site-Data" not in client.get("/inloggen").headers
    client.set_cookie("session", "of a session that is over")
    assert client.get("/inloggen").headers["Clear-Site-Data"] == '"cache"'
