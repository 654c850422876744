"""Databases that are filled once for all tests of a run, and the app that fills them."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import Config
from marketplace.cli import demo
from marketplace.cli.migrations import one_at_a_time
from marketplace.kernel.db import Database
from tests.compiled import COMPILED
from tests.databases import Template, settings


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


@contextmanager
def opened(config: Config) -> Iterator[Flask]:
    if built := os.environ.get("TEST_BUILT"):  # what other parts of this run have built
        Path(built).mkdir(parents=True, exist_ok=True)
        config.instance_path.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            (config.instance_path / "static").symlink_to(built)
    from marketplace.app import create_app

    app = create_app(config)
    app.jinja_env.bytecode_cache = COMPILED
    yield app
    database_of(app).dispose()


def made_once(folder: Path, worker: str, fill: Callable[[Flask], object], since: Template | None = None) -> Template:
    """A template that the first worker to ask makes, out of nothing or from another one; each worker has its own copies of it."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    first = Template(server, folder, folder.name)
    with one_at_a_time(folder, "making.lock"):
        if not (folder / "ready").exists():
            if since is None:
                first.make()
            elif server:
                first.copy("template", since.source)
            else:
                shutil.copyfile(since.source.folder / "template.sqlite3", folder / "template.sqlite3")
            with opened(settings(first.url("template"), (since.folder.parent if since else folder) / "var")) as app:
                fill(app)
            first.seal()
            (folder / "ready").touch()
    own = Template(server, folder / worker, f"{folder.name}_{worker}", first)
    own.folder.mkdir(exist_ok=True)
    return own


def fill_with_the_demonstration(app: Flask) -> None:
    """What an empty bank is filled with."""
    assert demo.load(app)


@pytest.fixture(scope="session")
def engines() -> Iterator[list[Database]]:
    """Every engine that was made since the last test ended."""
    made: list[Database] = []
    make = Database.__init__

    def remembered(self: Database, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "__init__", remembered)
        yield made


@pytest.fixture(autouse=True)
def engines_closed(engines: list[Database]) -> Iterator[None]:
    """Close what a test opened on its own: Python 3.13 warns of every connection that nobody closed."""
    yield
    while engines:
        engines.pop().dispose()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw")


@pytest.fixture(scope="session")
def empty_template(template: Template) -> Template:
    """The same without a list of materials, for tests about loading one."""
    folder = template.folder / "empty"
    folder.mkdir()
    first = Template(template.server, folder, f"empty_{template.worker}")
    first.migrate()
    return replace(template, original=first)


@pytest.fixture(scope="session")
def furnished(shared: Path, worker: str) -> Template:
    """A template with the demonstration data in it, made by the first worker that asks, of any part of a run that names TEST_FURNISHED."""
    return made_once(Path(os.environ.get("TEST_FURNISHED") or shared / "furnished"), worker, fill_with_the_demonstration)


@pytest.fixture
def demonstration(app: Flask, template: Template, furnished: Template) -> Flask:
    """The application on a new database with the demonstration data."""
    app.extensions["database"].dispose()
    replace(template, original=furnished.source).fresh()
    return app
