"""Every address is tried: by nobody, and by somebody who may; with a GET nothing changes."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from marketplace.accounts.policy import ANONYMOUS, Can, may
from marketplace.kernel.db import Database
from tests.factories import make_organisation
from tests.visitors import csrf_token, log_in, newcomer

pytestmark = pytest.mark.slow

ASK_AGAIN = {"web_session", "api_token"}  # last_seen_at is the only write that a GET may cause


def addresses(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Every endpoint that takes a method, at an address of the right shape."""
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or set()):
            continue
        converters = {name: type(converter).__name__ for name, converter in rule._converters.items()}
        path = rule.rule
        for name, kind in converters.items():
            sample = "2026" if name == "year" else "1" if kind == "IntegerConverter" else "onzin"
            path = re.sub(rf"<(\w+(\([^)]*\))?:)?{name}>", sample, path)
        yield rule.endpoint, path


def needs(app: Flask, endpoint: str, method: str) -> Can:
    view = app.view_functions[endpoint]
    handler = getattr(getattr(view, "view_class", None), method.lower(), None)
    declared: Can = getattr(view, "permission", None) or getattr(handler, "permission", None)  # type: ignore[assignment]
    return declared


def contents(database: Database) -> dict[str, list[object]]:
    """Every row of every table; not that something was refused, which outlives the refusal."""
    with database.read() as session:
        tables = [name for name in inspect(session.get_bind()).get_table_names() if name not in ASK_AGAIN and "_fts" not in name]
        rows = {name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"')))) for name in tables}
        rows["audit"] = sorted(map(repr, session.execute(text("SELECT * FROM audit WHERE result <> 'refused'"))))
        return rows


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nobody_gets_in_where_a_permission_is_needed(app: Flask, client: FlaskClient, method: str) -> None:
    token = csrf_token(client.get("/inloggen"))
    let_in = {}
    for endpoint, path in addresses(app, method):
        if may(ANONYMOUS, needs(app, endpoint, method)):
            continue
        through_api = path.startswith("/api/")
        fields = {"json": {}} if through_api else {"data": {"csrf_token": token}} if method != "GET" else {}
        answer = client.open(path, method=method, **fields)  # type: ignore[arg-type]
        sent_to_log_in = answer.status_code == 303 and answer.location.startswith("/inloggen?next=")
        if not (answer.status_code in (401, 404) or (method == "GET" and not through_api and sent_to_log_in)):
            let_in[f"{method} {path}"] = answer.status_code
    assert let_in == {}


@pytest.mark.parametrize(
    ("slug", "role"), [("borne", "coordinator"), ("waterschap-vechtstromen", "coordinator"), ("regio-twente", "admin")]
)
def test_no_get_changes_anything_or_falls_over(app: Flask, client: FlaskClient, database: Database, slug: str, role: str) -> None:
    with database.transaction() as session:
        make_organisation(session, "waterschap-vechtstromen", "partner")
    log_in(client, newcomer(database, slug, role))
    before = contents(database)
    fallen = {path: status for _endpoint, path in addresses(app, "GET") if (status := client.get(path).status_code) >= 500}
    assert fallen == {}
    assert contents(database) == before


def test_no_public_get_falls_over_for_nobody(app: Flask, client: FlaskClient) -> None:
    fallen = {path: status for _endpoint, path in addresses(app, "GET") if (status := client.get(path).status_code) >= 500}
    assert fallen == {}
