"""People at the door: accounts whose password the test knows, and a browser that logs in by the form."""

import re
from functools import cache

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.models import Person
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.passwords import hash_password
from marketplace.kernel.db import Database

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
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert found, f"{page.request.path} has no form"
    return found.group(1)


def send(client: FlaskClient, path: str, *, at: str = "", **fields: str) -> TestResponse:
    """Fill in the form that stands at `path` (or a form posted to `at` from there) and send it."""
    page = client.get(path)
    return client.post(at or path, data={"csrf_token": csrf_token(page), **fields})


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/inloggen") -> TestResponse:
    """Log in by the form."""
    return send(client, path, email=email, password=password)
