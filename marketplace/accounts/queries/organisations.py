"""Questions about organisations."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import JoinRequest, Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.region import seed_organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import CHAIN, JoinStatus
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted

ANSWERED_SHOWN = 100


def list_organisations(session: Session, *, kind: OrganisationKind | None = None) -> Sequence[Organisation]:
    """All that take part, by name; of one kind when asked."""
    statement = select(Organisation).where(Organisation.is_active).order_by(Organisation.sort_key)
    return session.scalars(statement if kind is None else statement.where(Organisation.kind == kind)).all()


def list_all_organisations(session: Session, actor: Actor) -> Sequence[Organisation]:
    """All that take part, by name; for the administrator also those that were closed."""
    require(actor, Can.READ_ORGANISATIONS)
    if not may(actor, Can.MANAGE_ORGANISATIONS):
        return list_organisations(session)
    return session.scalars(select(Organisation).order_by(Organisation.is_active.desc(), Organisation.sort_key)).all()


def list_join_requests(session: Session, actor: Actor) -> Sequence[JoinRequest]:
    """The requests to join. First those that wait, oldest first, then the last hundred that were answered."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    waiting = select(JoinRequest).where(JoinRequest.status == JoinStatus.WAITING.value).order_by(JoinRequest.id)
    answered = select(JoinRequest).where(JoinRequest.status != JoinStatus.WAITING.value).order_by(JoinRequest.decided_at.desc())
    return [*session.scalars(waiting), *session.scalars(answered.limit(ANSWERED_SHOWN))]


def get_join_request(session: Session, actor: Actor, request_id: int) -> JoinRequest:
    """One request to join, or Missing."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    row = session.get(JoinRequest, request_id)
    if row is None:
        raise Missing(_("There is no such request to join. Look in the list."))
    return row


def is_region_seeded(session: Session) -> bool:
    """Whether every organisation that the bank begins with is there."""
    return {founder.slug for founder in seed_organisations()} <= set(session.scalars(select(Organisation.slug)))


def list_municipalities(session: Session) -> Sequence[Organisation]:
    """The municipalities, by name."""
    return list_organisations(session, kind=OrganisationKind.MUNICIPALITY)


def list_chain(session: Session, *, but: int | None = None) -> Sequence[Organisation]:
    """The organisations of the chain that take part, by name; not this one."""
    return [
        organisation
        for organisation in list_organisations(session, kind=OrganisationKind.PARTNER)
        if organisation.sub_kind in CHAIN and organisation.id != but
    ]


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
        raise Missing(
            _("There is no organisation “%(slug)s”. Use a short name such as almelo or regio-twente.", slug=quoted(slug))
        )
    return row


def may_read_alert_email(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may read where a recall is mailed.

    The organisation's own people, and whoever manages organisations.
    """
    return may(actor, Can.MANAGE_ORGANISATIONS) or (actor.is_member and actor.organisation_id == organisation.id)


def list_organisations_by_id(session: Session, ids: Iterable[int]) -> dict[int, Organisation]:
    """These organisations, by their ids."""
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(set(ids))))
    return {organisation.id: organisation for organisation in rows}
