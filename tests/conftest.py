"""Fixtures: a real database that is new for every test, the app on it, and a client.

TEST_DATABASE_URL selects PostgreSQL; without it each worker uses a SQLite file. A database is migrated once per worker and copied for
each test (about 1 ms on SQLite, 35 ms on PostgreSQL), so commits, connections and processes are real and ids start at 1.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from config import Config
from marketplace.accounts.rules import passwords
from marketplace.cli.migrations import upgrade
from marketplace.kernel.db import Database
from tests.compiled import COMPILED
from tests.pages import LookingClient

SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "een lang genoeg wachtwoord"


@dataclass(frozen=True)
class Template:
    """A migrated database that is only ever copied. `fresh()` gives the URL of a new copy; the one before it is gone."""

    server: str  # PostgreSQL's URL, or empty for SQLite
    folder: Path
    worker: str

    def fresh(self) -> str:
        if not self.server:
            file = self.folder / "test.sqlite3"
            for suffix in ("-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self.folder / "template.sqlite3", file)
            return f"sqlite:///{file}"
        self.run(f"DROP DATABASE IF EXISTS test_{self.worker} WITH (FORCE)")
        self.run(f"CREATE DATABASE test_{self.worker} TEMPLATE template_{self.worker} STRATEGY FILE_COPY")
        return self.url("test")

    def make(self) -> None:
        """Migrates the template, as an installation would."""
        if self.server:
            self.run(f"DROP DATABASE IF EXISTS template_{self.worker} WITH (FORCE)")
            self.run(f"CREATE DATABASE template_{self.worker} TEMPLATE template0 ENCODING 'UTF8'")
        upgrade(settings(self.url("template"), self.folder))
        self.seal()

    def seal(self) -> None:
        """Brings everything into the one file of SQLite, so that copying it copies the database."""
        if not self.server:
            with closing(sqlite3.connect(self.folder / "template.sqlite3")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def url(self, name: str) -> str:
        if not self.server:
            return f"sqlite:///{self.folder / name}.sqlite3"
        return make_url(self.server).set(database=f"{name}_{self.worker}").render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


def settings(database_url: str, instance_path: Path, **changes: object) -> Config:
    """Settings of one test; the environment plays no part."""
    defaults = {"app_env": "test", "secret_key": SECRET, "demo_password": PASSWORD, "base_url": "http://localhost"}
    return Config(environ={}, **{**defaults, "database_url": database_url, "instance_path": instance_path, **changes})


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed with little memory: as it is done for people it costs a fifth of a second each time (`rules/test_passwords.py`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    made = Template(os.environ.get("TEST_DATABASE_URL", ""), tmp_path_factory.mktemp("database"), worker)
    made.make()
    return made


@pytest.fixture
def database_url(template: Template) -> str:
    """A new database for this test, migrated and otherwise empty."""
    return template.fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session. Commit before another connection (a client, a process) has to see what it made."""
    session = database.session(write=True)
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def config(database_url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings with an instance folder of this test alone; only the built style sheets and letters are made once for all."""
    built = tmp_path_factory.getbasetemp().parent / "static"
    built.mkdir(exist_ok=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "static").symlink_to(built)
    return settings(database_url, tmp_path / "var")


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    from marketplace.app import create_app

    app = create_app(config)
    app.jinja_env.bytecode_cache = COMPILED
    app.test_client_class = LookingClient
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
