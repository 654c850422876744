"""Whether a database is fit for use, and whether the clock still ticks. Fit: at the newest migration, and taking writes."""

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel import clock
from marketplace.kernel.db import Database

VERSIONS = Path(__file__).resolve().parent.parent.parent / "migrations" / "versions"
FOLLOWS = re.compile(r'^down_revision = "(?P<name>\w+)"$', re.MULTILINE)
SILENT_TOO_LONG = timedelta(minutes=10)
BEGUN_AT = clock.now()


def silent_since(last_start: datetime | None) -> datetime | None:
    """Find since when no worker has taken a turn, where that is more than ten minutes.

    A worker that never came counts as missing from our own start on.
    """
    since = last_start or BEGUN_AT
    return since if clock.now() - since > SILENT_TOO_LONG else None


def versions() -> set[str]:
    """Every migration that this program knows."""
    return {path.stem for path in VERSIONS.glob("[0-9]*.py")}


@cache
def before(name: str) -> str | None:
    """The migration that one follows in the one line in which they stand; None: it is the first."""
    match = FOLLOWS.search((VERSIONS / f"{name}.py").read_text(encoding="utf-8"))
    return match["name"] if match else None


def newest() -> str:
    """The newest migration, such as 0010_matching: the one that no other follows. Numbers are given before the work begins."""
    return max(versions() - {before(name) for name in versions()}, default="")


def version(database: Database) -> str | None:
    """The migration that a database is at; None when it was never migrated or cannot be read."""
    try:
        with database.engine.connect() as connection:
            result: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
            return result
    except SQLAlchemyError:
        return None


def can_write(database: Database) -> bool:
    """Whether a writing transaction opens now. On PostgreSQL a standby and a read-only database say no."""
    try:
        with database.transaction() as session:
            question, yes = ("PRAGMA query_only", "0") if database.is_sqlite else ("SHOW transaction_read_only", "off")
            return str(session.connection().exec_driver_sql(question).scalar_one()) == yes
    except SQLAlchemyError:
        return False
