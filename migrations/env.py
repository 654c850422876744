"""Alembic's way to the database. The command gives the address, the rooms' models the tables."""

import importlib
import pkgutil
import sys

from alembic import context
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, text

import marketplace
from marketplace.kernel.db import Base, Database

ADVISORY_LOCK = 7_346_211_840  # any number that nobody else takes: one migration at a time on PostgreSQL
NOT_MODELS = (
    "search_",
    "fts_",
    "huey_",
)  # made by hand in the migrations: full text, one way per database, and the worker's bell
OLD_HEAD = "0017"  # at commit c986f87: the last of the seventeen versions that became one per room
SAME_SCHEMA = "0010_matching"  # makes what those seventeen made, and what is added below

for _finder, room, is_package in pkgutil.iter_modules(marketplace.__path__):
    if is_package and importlib.util.find_spec(f"marketplace.{room}.models"):
        importlib.import_module(f"marketplace.{room}.models")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    if kind in ("column", "index"):  # PostgreSQL's half of the full-text search
        return name not in ("search_vector", "ix_listing_search")
    return not (kind == "table" and name is not None and (name.startswith(NOT_MODELS) or "_fts" in name))


def bridge_old_version(connection: Connection) -> None:
    """Bring along a database that commit c986f87 made: rename its version, and let each room's migration add what came since."""
    if not inspect(connection).has_table("alembic_version"):
        return
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version == OLD_HEAD:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": SAME_SCHEMA})
        with Operations.context(context.get_context()):
            for revision in reversed([*context.script.walk_revisions("base", SAME_SCHEMA)]):
                if bridge := getattr(revision.module, "bridge", None):
                    bridge()
    elif version is not None and version.isdigit():
        sys.exit(f"The database is at version {version} of before the first release. Run `db upgrade` of commit c986f87 first.")


database = Database(context.config.attributes["url"])
try:
    with database.writing.connect() as connection:
        if database.is_sqlite:  # rebuilding a table drops it for a moment: references are looked at once, at the end
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=False,
            transactional_ddl=True,  # on SQLite too: kernel/db.py writes BEGIN itself, so that all of an upgrade is kept or nothing
        )
        with context.begin_transaction():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            bridge_old_version(connection)
            context.run_migrations()
            if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"rows without the row that they refer to: {broken[:5]}")
finally:
    database.dispose()
