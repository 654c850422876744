"""Databases of the tests: migrated once, copied for each test; and the settings of an app on one."""

import atexit
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from config import Config
from marketplace.accounts.policy import OPERATOR
from marketplace.cli.migrations import upgrade
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel.db import Database
from marketplace.materials.actions import sync
from tests.cleaned import Cleaned

SECRET = "a secret of the tests, long enough to be one"
CLEANED: dict[str, Cleaned] = {}
PASSWORD = "een lang genoeg wachtwoord"


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
        elif self.original or self.worker not in CLEANED or not CLEANED[self.worker].clean():
            self.copy("test")
            self.watch()
        return self.url("test")

    def watch(self) -> None:
        """Remember what the new database begins with; who copies another template in its place drops it."""
        if self.worker in CLEANED:
            CLEANED.pop(self.worker).connection.close()
        if self.original is None:
            CLEANED[self.worker] = Cleaned(
                make_url(self.url("test")).set(drivername="postgresql").render_as_string(hide_password=False)
            )

    @property
    def source(self) -> "Template":
        return self.original or self

    def copy(self, name: str, source: "Template | None" = None) -> None:
        """A new database of PostgreSQL under this name, as the template is."""
        self.run(f"DROP DATABASE IF EXISTS {name}_{self.worker} WITH (FORCE)")
        self.run(f"CREATE DATABASE {name}_{self.worker} TEMPLATE template_{(source or self.source).worker} STRATEGY FILE_COPY")

    def make(self) -> None:
        """A template with the list of materials and the goals, which nearly every test begins with."""
        self.migrate()
        database = Database(self.url("template"))
        with database.transaction() as session:
            sync(session, OPERATOR)
            seed_goals(session)
        database.dispose()
        self.seal()

    def migrate(self) -> None:
        """A template with empty tables, as an installation begins."""
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
        standing(self.server).execute(statement.encode())


@cache
def standing(server: str) -> psycopg.Connection:
    """The one connection of this process that makes databases and drops them: opening one for each test takes as long as a copy."""
    connection = psycopg.connect(server, autocommit=True)
    atexit.register(connection.close)
    return connection


def settings(database_url: str, instance_path: Path, **changes: object) -> Config:
    """Settings of one test; the environment plays no part."""
    defaults = {"app_env": "test", "secret_key": SECRET, "demo_password": PASSWORD, "base_url": "http://localhost"}
    return Config(environ={}, **{**defaults, "database_url": database_url, "instance_path": instance_path, **changes})
