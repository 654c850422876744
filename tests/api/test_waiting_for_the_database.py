"""A database that is busy or frozen: a request is told to come back, within seconds."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from config import Config
from marketplace.app import create_app
from marketplace.kernel import patience
from marketplace.kernel.db import BUSY_TIMEOUT_MS, Database
from tests.api.conftest import Api, listing_body
from tests.databases import settings
from tests.differing import SHIPPED_WAITS_S

WAITS_S = 1.5


class Wire:
    """A connection to the server of PostgreSQL that can be frozen: nothing comes through, and nothing is closed."""

    def __init__(self, url: str) -> None:
        self.server = make_url(url)
        self.is_frozen = False
        self.sockets: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        address = self.server.set(host=host, port=port, query={})
        return address.render_as_string(hide_password=False)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                far = self._reach()
                self.sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _reach(self) -> socket.socket:
        folder = self.server.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            far = socket.socket(socket.AF_UNIX)
            far.connect(f"{folder}/.s.PGSQL.{self.server.query.get('port') or self.server.port or 5432}")
            return far
        return socket.create_connection((self.server.host or "127.0.0.1", self.server.port or 5432))

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                while self.is_frozen:
                    time.sleep(0.01)
                target.sendall(content)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.is_frozen = False
        for end in (self.listener, *self.sockets):
            end.close()


@contextmanager
def busy(database: Database, wire: Wire | None) -> Iterator[None]:
    """SQLite: another writer keeps the lock. PostgreSQL: the server says nothing any more."""
    if wire is None:
        with database.transaction() as session:
            session.connection()
            yield
    else:
        wire.is_frozen = True
        yield
        wire.is_frozen = False


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire | None]:
    made = None if database_url.startswith("sqlite") else Wire(database_url)
    yield made
    if made is not None:
        made.close()


@pytest.fixture
def served(config: Config, wire: Wire | None, hengelo: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.setattr(patience, "REQUEST_WAITS_S", WAITS_S)
    app = create_app(settings(wire.url if wire else config.database_url, config.instance_path))
    yield app.test_client()
    app.extensions["database"].dispose()


@pytest.mark.slow
def test_who_waits_for_a_database_that_does_not_answer_is_told_to_come_back(
    served: FlaskClient, hengelo: Api, database: Database, wire: Wire | None
) -> None:
    writes = {"json": listing_body(), "headers": {"Authorization": f"Bearer {hengelo.token}"}}
    assert served.post("/api/v1/listings", **writes).status_code == 201
    with busy(database, wire):
        for _attempt in range(2):  # on a connection of before, and on a new one
            begun = time.monotonic()
            answer = served.post("/api/v1/listings", **writes)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert time.monotonic() - begun < 5 * WAITS_S
        if wire is not None:
            begun = time.monotonic()
            assert served.get("/aanbod").status_code == 503
            assert time.monotonic() - begun < 5 * WAITS_S
    assert served.post("/api/v1/listings", **writes).status_code == 201


def test_a_request_waits_ten_seconds_at_most_for_the_database() -> None:
    assert SHIPPED_WAITS_S <= 10 and BUSY_TIMEOUT_MS <= 10_000


def test_a_connection_that_the_server_ended_a_moment_ago_is_not_used_again(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    mine, other = text("SELECT pg_backend_pid()"), Database(database.url)
    with database.read() as session:
        ended = session.scalar(mine)
    with other.read() as session:
        session.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": ended})
    with database.read() as session:
        assert session.scalar(mine) != ended
    other.dispose()


def test_a_connection_that_was_used_a_moment_ago_is_used_without_asking_the_server_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    pings: list[Any] = []
    ping = PGDialect_psycopg.do_ping
    monkeypatch.setattr(PGDialect_psycopg, "do_ping", lambda dialect, connection: pings.append(1) or ping(dialect, connection))
    own_database = Database(database.url)
    for _time in range(2):
        with own_database.read() as session:
            session.scalar(text("SELECT 1"))
    assert pings == []
    monkeypatch.setattr(patience, "JUST_NOW_S", -1.0)
    with own_database.read() as session:
        session.scalar(text("SELECT 1"))
    assert pings == [1]
    own_database.dispose()
