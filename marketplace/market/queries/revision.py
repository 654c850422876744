"""The counter of the catalogue: caches and ETags of public pages hang on it."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.db import Database
from marketplace.market.models import CatalogueRevision

_NUMBER = select(CatalogueRevision.__table__.c.number)  # asked by every public page


def get_revision(session: Session) -> int:
    """How often the catalogue has changed. A reading session sees one moment and asks once."""
    if "revision" not in session.info:
        number = session.scalar(_NUMBER) or 0
        if session.info.get("write", True):
            return number
        session.info["revision"] = number
    return cast(int, session.info["revision"])


def fetch_catalogue_state(database: Database) -> tuple[int, int]:
    """Fetch the catalogue's revision and the taxonomy in use. Public pages depend on these, and on the hour."""
    number, version = database.fetch_one("SELECT (SELECT number FROM catalogue_revision), (SELECT max(id) FROM taxonomy_version)")
    return number or 0, version or 0
