"""The counter of the catalogue: ETags of public pages hang on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.db import Database
from marketplace.market.models import CatalogueRevision


def catalogue_number(session: Session) -> int:
    """The catalogue's revision, as this transaction sees it."""
    return session.scalar(select(CatalogueRevision.number)) or 0


def fetch_catalogue_state(database: Database) -> tuple[int, int]:
    """Fetch the catalogue's revision and the taxonomy in use. Public pages depend on these, and on the hour."""
    number, version = database.fetch_one("SELECT (SELECT number FROM catalogue_revision), (SELECT max(id) FROM taxonomy_version)")
    return number or 0, version or 0
