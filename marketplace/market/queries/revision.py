"""The counter of the catalogue: ETags of public pages hang on it."""

from marketplace.kernel.db import Database


def fetch_catalogue_state(database: Database) -> tuple[int, int]:
    """Fetch the catalogue's revision and the taxonomy in use. Public pages depend on these, and on the hour."""
    number, version = database.fetch_one("SELECT (SELECT number FROM catalogue_revision), (SELECT max(id) FROM taxonomy_version)")
    return number or 0, version or 0
