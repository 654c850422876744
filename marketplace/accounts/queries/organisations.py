"""Questions about organisations."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries.region import seed_organisations
from marketplace.accounts.rules.accounts import REGION_SLUG, OrganisationKind
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def list_organisations(session: Session, *, kind: OrganisationKind | None = None) -> Sequence[Organisation]:
    """All that take part, by name; of one kind when asked."""
    statement = select(Organisation).where(Organisation.is_active).order_by(Organisation.sort_key)
    return session.scalars(statement if kind is None else statement.where(Organisation.kind == kind)).all()


def is_region_seeded(session: Session) -> bool:
    """Whether every organisation that the bank begins with is there."""
    return {founder.slug for founder in seed_organisations()} <= set(session.scalars(select(Organisation.slug)))


def list_municipalities(session: Session) -> Sequence[Organisation]:
    """The municipalities, by name."""
    return list_organisations(session, kind=OrganisationKind.MUNICIPALITY)


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """The organisation with this id, or Missing."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise Missing(_("This organisation does not exist. Choose one from the list."))
    return row


def find_organisation(session: Session, slug: str) -> Organisation | None:
    """The organisation with this short name, such as `almelo`."""
    return session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()


def get_organisation_by_slug(session: Session, slug: str) -> Organisation:
    """The organisation with this short name, or Missing."""
    row = find_organisation(session, slug)
    if row is None:
        raise Missing(_("There is no organisation “%(slug)s”. Use a short name such as almelo or regio-twente.", slug=slug))
    return row


def get_region(session: Session) -> Organisation:
    """The region itself."""
    return get_organisation_by_slug(session, REGION_SLUG)
