"""Fixtures: a real database that is new for every test, the worker's app on it, and a client.

TEST_DATABASE_URL selects PostgreSQL; without it each worker uses a SQLite file. A database is migrated once per worker and copied for
each test (about 1 ms on SQLite, 35 ms on PostgreSQL), so commits, connections and processes are real and ids start at 1. The app is
made once per worker; a test gets it on a new database, with a folder of its own and nothing remembered.
"""

import os
import random
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

from config import PROJECT, Config
from marketplace.accounts.rules import passwords
from marketplace.cli.migrations import upgrade
from marketplace.kernel.db import Database
from marketplace.kernel.files import media_store
from tests.compiled import COMPILED
from tests.durations import Durations
from tests.pages import LookingClient

SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "een lang genoeg wachtwoord"


ON_BOTH = {"rooms", "jobs", "api", "migrations"}  # the folders whose tests are about what a database does


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("marketplace")
    group.addoption("--spent", action="store_true", help="print where the time went: per folder, and the slowest tests")
    group.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in an order that this number draws")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--spent") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Durations())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of these folders run on PostgreSQL too; `--shuffle` draws the same order in every worker."""
    for item in items:
        if item.path.relative_to(PROJECT / "tests").parts[0] in ON_BOTH:
            item.add_marker("postgresql")
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)


@dataclass(frozen=True)
class Template:
    """A migrated database that is only ever copied. `fresh()` gives the URL of a new copy; the one before it is gone.

    `original`: the template that is copied instead, where several workers share one.
    """

    server: str  # PostgreSQL's URL, or empty for SQLite
    folder: Path
    worker: str
    original: "Template | None" = None

    def fresh(self) -> str:
        if not self.server:
            file = self.folder / "test.sqlite3"
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self.source.folder / "template.sqlite3", file)
        else:
            self.copy("test")
        return self.url("test")

    @property
    def source(self) -> "Template":
        return self.original or self

    def copy(self, name: str, source: "Template | None" = None) -> None:
        """A new database of PostgreSQL under this name, as the template is."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}_{self.worker} WITH (FORCE)".encode())
            connection.execute(
                f"CREATE DATABASE {name}_{self.worker} TEMPLATE template_{(source or self.source).worker} STRATEGY FILE_COPY".encode()
            )

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


@pytest.fixture(scope="session")
def engine(template: Template) -> Database:
    """The one engine of this worker. It has no connections between two tests, but what SQLAlchemy once compiled it keeps."""
    return Database(template.url("test"))


@pytest.fixture
def database_url(template: Template) -> str:
    """A new database for this test, migrated and otherwise empty; its address is the same for all tests of a worker."""
    return template.fresh()


@pytest.fixture
def database(engine: Database, database_url: str) -> Iterator[Database]:
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session. Commit before another connection (a client, a process) has to see what it made."""
    session = database.session(write=True)
    yield session
    session.rollback()
    session.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of built style sheets and letters, which all workers share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "static"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def instance(tmp_path: Path, built: Path) -> Path:
    """An instance folder of this test alone, for the mail and the photos; only what is built stands there already."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "static").symlink_to(built)
    return folder


@pytest.fixture
def config(database_url: str, instance: Path) -> Config:
    return settings(database_url, instance)


@pytest.fixture(scope="session")
def standing_app(template: Template, built: Path) -> Flask:
    """The one application of this worker, made as every process makes its own."""
    from marketplace.app import create_app

    app = create_app(settings(template.url("test"), built.parent))
    app.jinja_env.bytecode_cache = COMPILED
    app.test_client_class = LookingClient
    return app


@pytest.fixture
def app(standing_app: Flask, config: Config) -> Iterator[Flask]:
    """The worker's application on the database and the folder of this test. A test that needs other settings makes its own."""
    standing_app.extensions["settings"] = config
    standing_app.extensions["media"] = media_store(config.media_url)
    yield standing_app
    standing_app.extensions["database"].dispose()
    forget(standing_app)


def forget(app: Flask) -> None:
    """Everything that an application remembers between two requests: pages that are kept, writes that were counted, the finder of places."""
    app.extensions["kept_pages"]._pages.clear()
    for limiter in app.extensions["limiter"]:
        limiter.reset()
    app.extensions.pop("places", None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
