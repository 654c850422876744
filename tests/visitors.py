"""People at their browsers: accounts whose password the test knows, signed in by the form or without it, sending forms as they stand there."""

import io
import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.actions.sessions import start_session
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.passwords import hash_password
from marketplace.kernel.db import Database

HIDDEN = re.compile(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]*)")(?=[^>]*value="([^"]*)")[^>]*>')
PASSWORD = "een lang genoeg wachtwoord"


@cache
def hashed(password: str = PASSWORD) -> str:
    """One hash for all: making one takes a tenth of a second."""
    return hash_password(password)


def settle_in(session: Session, slug: str = "borne", role: str = "project_leader", email: str = "") -> Person:
    """A person of an organisation who can log in with PASSWORD."""
    return add_person(
        session,
        email=email or f"{role}@{slug}.example",
        name=f"{role.replace('_', ' ').title()} {slug.title()}",
        organisation_id=get_organisation_by_slug(session, slug).id,
        role=Role(role),
        password_hash=hashed(),
    )


def newcomer(database: Database, slug: str = "borne", role: str = "project_leader", email: str = "") -> str:
    """The address of somebody who can log in with PASSWORD."""
    with database.transaction() as session:
        return settle_in(session, slug, role, email).email


def csrf_token(page: TestResponse) -> str:
    """The form secret that stands on a page."""
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert match, f"{page.request.path} has no form"
    return match.group(1)


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
    fields: dict[str, Any] = {}
    for name, value in HIDDEN.findall(html):
        text = unescape(value)
        fields[name] = [*fields.get(name, []), text] if name == "kept" else text
    return fields


def send(client: FlaskClient, page: str, fields: Mapping[str, Any] | None = None, to: str = "", **more: Any) -> TestResponse:
    """Open a page and send its form with these fields, to the page itself or to another address."""
    html = client.get(page).text
    return client.post(to or page, data={**hidden(html), **(fields or {}), **more}, content_type="multipart/form-data")


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/inloggen") -> TestResponse:
    """Log in by the form."""
    return send(client, path, email=email, password=password)


def picture(colour: str = "grey") -> bytes:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def upload(content: bytes, name: str = "foto.jpg") -> tuple[io.BytesIO, str]:
    """A file as a browser sends it."""
    return io.BytesIO(content), name
