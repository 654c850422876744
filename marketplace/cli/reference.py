"""What every installation has: the taxonomy, the region's organisations, three goals."""

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries.organisations import is_region_seeded
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel.db import Database
from marketplace.materials.actions import sync
from marketplace.materials.queries import find_newest_version, find_version
from marketplace.materials.rules.files import read_files


def seed_reference(database: Database) -> None:
    """Lay down what is missing. A taxonomy that was loaded before stays: a newer one comes by `materials sync`."""
    with database.read() as session:
        if find_newest_version(session) is not None and is_region_seeded(session):
            return
    with database.transaction() as session:
        if find_newest_version(session) is None:
            sync(session, OPERATOR)
        seed_region(session)
        seed_goals(session)


def has_newer_files(database: Database) -> bool:
    """Whether files that came with the program were never loaded. What they ask and forbid does not hold yet."""
    with database.read() as session:
        return find_version(session, read_files().digest) is None
