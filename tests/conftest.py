"""Fixtures: a real database that is new for every test, the worker's app on it, and a client.

TEST_DATABASE_URL selects PostgreSQL; without it each worker uses a SQLite file. A database is migrated once per worker and copied for
each test on SQLite (about 1 ms), brought back to its first rows on PostgreSQL (`cleaned.py`), so commits, connections and processes are
real and ids start at 1. The app is made once per worker; a test gets it on a new database, with a folder of its own and nothing remembered.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Config
from marketplace.catalogue.queries import memory
from marketplace.cli.migrations import one_at_a_time
from marketplace.kernel import clock, health
from marketplace.kernel.bucket import media_store
from marketplace.kernel.db import Database
from marketplace.kernel.language import DEFAULT_LOCALE, reading_in
from marketplace.web.ui.assets import SOURCE, build
from tests import differing as _differing
from tests import furnished as _furnished
from tests.compiled import COMPILED
from tests.databases import Template, settings
from tests.pages import LookingClient

quick_hashes, patient_requests = _differing.quick_hashes, _differing.patient_requests
shared, worker = _furnished.shared, _furnished.worker
engines, engines_closed = _furnished.engines, _furnished.engines_closed
empty_template, furnished, demonstration = _furnished.empty_template, _furnished.furnished, _furnished.demonstration


@pytest.fixture(autouse=True)
def in_dutch() -> Iterator[None]:
    """No test reads the language that the last request of another test has left."""
    with reading_in(DEFAULT_LOCALE):
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    made = Template(os.environ.get("TEST_DATABASE_URL", ""), tmp_path_factory.mktemp("database"), worker)
    made.make()
    return made


@pytest.fixture
def database_url(template: Template) -> str:
    """A new database for this test: the list of materials, the goals and nothing else; its address is the same for all tests of a worker."""
    memory._memories.clear()
    return template.fresh()


@pytest.fixture
def bound_app(standing_app: Flask) -> Iterator[Flask]:
    """The worker's application, whose connections are closed when all who held one have let go."""
    yield standing_app
    if standing_app.extensions["database"].is_sqlite:  # its file is another one for the next test
        standing_app.extensions["database"].dispose()


@pytest.fixture
def database(bound_app: Flask, database_url: str) -> Database:
    """The one engine of this worker: what SQLAlchemy once compiled it keeps, and its connections where the database stays the same one."""
    database: Database = bound_app.extensions["database"]
    return database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session. Commit before another connection (a client, a process) has to see what it made."""
    session = database.session(write=True)
    yield session
    session.rollback()
    session.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of built style sheets and letters, which all workers share, and all parts of a run where TEST_BUILT names one."""
    base = tmp_path_factory.getbasetemp()
    folder = Path(os.environ.get("TEST_BUILT") or (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "static")
    with one_at_a_time(folder.parent, "building.lock"):  # cutting the letters takes seconds, for the first one only
        build(SOURCE, folder)
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
def standing_app(template: Template, built: Path) -> Iterator[Flask]:
    """The one application of this worker, made as every process makes its own."""
    from marketplace.app import create_app

    app = create_app(settings(template.url("test"), built.parent))
    app.jinja_env.bytecode_cache = COMPILED
    app.test_client_class = LookingClient
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def app(bound_app: Flask, config: Config) -> Iterator[Flask]:
    """The worker's application on the database and the folder of this test. A test that needs other settings makes its own."""
    bound_app.extensions["settings"] = config
    bound_app.extensions["media"] = media_store(config.media_url)
    yield bound_app
    forget(bound_app)


def forget(app: Flask) -> None:
    """Everything that an application remembers between two requests: pages that are kept, writes that were counted, the finder of places."""
    app.extensions["kept_pages"]._pages.clear()
    for limiter in app.extensions["limiter"]:
        limiter.reset()
    app.extensions.pop("places", None)
    health.BEGUN_AT = clock.now()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
