"""People at their browsers: signed in without the log-in page, sending forms as they stand on the page."""

import io
import re
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.sessions import start_session
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor

HIDDEN = re.compile(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]*)")(?=[^>]*value="([^"]*)")[^>]*>')


def visit(app: Flask, session: Session, actor: Actor) -> FlaskClient:
    """A browser in which this person is signed in."""
    person = session.get(Person, actor.person_id)
    assert person is not None
    secret = start_session(session, actor, person=person, agent="test")
    session.commit()
    client = app.test_client()
    client.set_cookie("session", secret)
    return client


def hidden(html: str) -> dict[str, Any]:
    """The hidden fields of a page by their names; a name that stands there more than once as a list."""
    found: dict[str, Any] = {}
    for name, value in HIDDEN.findall(html):
        told = unescape(value)
        found[name] = [*found.get(name, []), told] if name == "kept" else told
    return found


def send(client: FlaskClient, page: str, fields: dict[str, Any], to: str = "") -> TestResponse:
    """Open a page and send its form with these fields, to the page itself or to another address."""
    html = client.get(page).text
    return client.post(to or page, data={**hidden(html), **fields}, content_type="multipart/form-data")


def picture(colour: str = "grey") -> bytes:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def upload(content: bytes, name: str = "foto.jpg") -> tuple[io.BytesIO, str]:
    """A file as a browser sends it."""
    return io.BytesIO(content), name
