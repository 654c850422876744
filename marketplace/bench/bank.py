"""A full bank on either database: migrated, seeded, with people and as many lots as asked."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from config import Config
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.bench.generated import generate
from marketplace.bench.towns import towns
from marketplace.cli import reference
from marketplace.cli.migrations import upgrade
from marketplace.cli.postgresql import started
from marketplace.kernel import patience
from marketplace.kernel.db import Database
from marketplace.market.rules.photos import StoredPicture

PICTURE = StoredPicture(dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{'0' * 64}.webp", 480, 360)))

FILLED = ("listing", "demand", "photo", "photo_file", "lot", "movement")
FILLING_KB = 1_000_000  # of cache
FILLING_S = 600.0  # that one statement may take: a commit of a million rows checks each of them
INDEXES = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :tables")


@dataclass(frozen=True)
class Bank:
    """A database that is full, and its settings. `name` is SQLite or PostgreSQL."""

    name: str
    config: Config
    database: Database
    listings: int

    def actor(self, slug: str) -> Actor:
        """Somebody of an organisation, who needs no row."""
        with self.database.read() as session:
            organisation = session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
            return Actor(1, slug, organisation.id, slug, organisation.name, organisation.kind, Role.PROJECT_LEADER)


def settings(url: str, folder: Path) -> Config:
    return Config(environ={}, app_env="test", secret_key="x" * 40, demo_password="x" * 16, database_url=url, instance_path=folder)


@contextmanager
def banks(folder: Path, kinds: tuple[str, ...], listings: int) -> Iterator[list[Bank]]:
    """One bank for each kind of database. PostgreSQL keeps its promises here (fsync on), unlike in the tests."""
    if "PostgreSQL" not in kinds:
        yield [_full("SQLite", f"sqlite:///{folder / 'bench.sqlite3'}", folder, listings)]
        return
    with started(folder / "postgresql") as url:
        full = _full("PostgreSQL", url, folder / "pg", listings)
        with full.database.engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield [*([_full("SQLite", f"sqlite:///{folder / 'bench.sqlite3'}", folder, listings)] if "SQLite" in kinds else []), full]
        full.database.dispose()


def _full(name: str, url: str, folder: Path, listings: int) -> Bank:
    config = settings(url, folder)
    upgrade(config)
    database = Database(url)
    reference.seed_reference(database)
    with _collecting_nothing(), patience.patient(FILLING_S), database.transaction() as session, _indexes_last(session):
        generate(session, towns(), listings=listings, demands=listings, seed=1, picture=PICTURE)
    database.dispose()  # with what the connection was told for the filling
    return Bank(name, config, database, listings)


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Look for no circles while rows are made: they leave none, and looking takes a fifth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _indexes_last(session: Session) -> Iterator[None]:
    """Fill an SQLite that nobody reads without its indexes, and build each afterwards.

    Row by row an index that is larger than the cache is read and written all over; a million rows took most of their time for that.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.execute(text(f"PRAGMA cache_size = -{FILLING_KB}"))
    indexes = connection.execute(INDEXES.bindparams(bindparam("tables", FILLED, expanding=True))).all()
    for index in indexes:
        connection.execute(text(f'DROP INDEX "{index.name}"'))
    yield
    for index in indexes:
        connection.execute(text(index.sql))
