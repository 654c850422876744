"""The verbs of organisations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.region import seed_organisations
from marketplace.kernel.text import fold


def seed_region(session: Session) -> int:
    """Make the organisations of Twente that are not there yet; how many. Safe to run at every start."""
    existing = set(session.scalars(select(Organisation.slug)))
    missing = [founder for founder in seed_organisations() if founder.slug not in existing]
    session.add_all(
        Organisation(
            slug=founder.slug,
            name=founder.name,
            sort_key=fold(founder.name),
            kind=founder.kind.value,
            code=founder.code,
            main_place=founder.main_place,
            main_lat=founder.main_lat,
            main_lon=founder.main_lon,
            email_domain=founder.email_domain,
        )
        for founder in missing
    )
    session.flush()
    return len(missing)
