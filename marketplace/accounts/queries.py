"""What is asked about organisations and people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.accounts.models import ApiToken, Invitation, Organisation, PasswordReset, Person, WebSession
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.region import founders
from marketplace.accounts.rules import REGION_SLUG, TRADERS, OrganisationKind, Role
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who was recognised, and by what: a browser's session or an API token. `seen_at`: when that was last noted."""

    actor: Actor
    session_id: int | None
    token_id: int | None
    seen_at: datetime | None
    ends_at: datetime | None = None


class Seat(NamedTuple):
    """What an invitation offers, to show to whoever follows its link."""

    invitation_id: int
    nonce: str
    email: str
    organisation: str
    role: Role


class Recipient(NamedTuple):
    """Where a notice goes: an address and the language that is read there."""

    email: str
    name: str
    locale: str
    person_id: int | None = None


def list_organisations(session: Session, *, kind: OrganisationKind | None = None) -> Sequence[Organisation]:
    """All that take part, by name; of one kind when asked."""
    statement = select(Organisation).where(Organisation.is_active).order_by(Organisation.sort_key)
    return session.scalars(statement if kind is None else statement.where(Organisation.kind == kind)).all()


def is_region_founded(session: Session) -> bool:
    """Whether every organisation that the bank begins with is there."""
    return {founder.slug for founder in founders()} <= set(session.scalars(select(Organisation.slug)))


def list_municipalities(session: Session) -> Sequence[Organisation]:
    """The municipalities, by name."""
    return list_organisations(session, kind=OrganisationKind.MUNICIPALITY)


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """The organisation with this id, or Missing."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise Missing(_("This organisation does not exist. Choose one from the list."))
    return found


def find_organisation(session: Session, slug: str) -> Organisation | None:
    """The organisation with this short name, such as `almelo`."""
    return session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()


def get_organisation_by_slug(session: Session, slug: str) -> Organisation:
    """The organisation with this short name, or Missing."""
    found = find_organisation(session, slug)
    if found is None:
        raise Missing(_("There is no organisation “%(slug)s”. Use a short name such as almelo or regio-twente.", slug=slug))
    return found


def get_region(session: Session) -> Organisation:
    """The region itself."""
    return get_organisation_by_slug(session, REGION_SLUG)


def get_person(session: Session, actor: Actor, person_id: int) -> Person:
    """A colleague whom the actor may see, with the organisation; else Missing."""
    statement = (
        select(Person).join(Person.organisation).options(contains_eager(Person.organisation)).where(Person.id == person_id)
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise Missing(_("This person does not exist, or you may not see them. Go back to the list of people."))
    require(actor, Can.READ_PEOPLE, found, hidden=True)
    return found


def has_people(session: Session) -> bool:
    """Whether anybody has an account yet: without one the installation is empty."""
    return session.scalar(select(Person.id).limit(1)) is not None


def find_person(session: Session, email: str) -> Person | None:
    """The person with this address, with the organisation."""
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    return session.scalars(statement.where(Person.email == email.strip().lower())).one_or_none()


def get_own(session: Session, actor: Actor) -> Person:
    """The actor as a person, with the organisation."""
    require(actor, Can.OWN_ACCOUNT)
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    return session.scalars(statement.where(Person.id == actor.person_id)).one()


def list_people(session: Session, actor: Actor, organisation_id: int) -> Sequence[Person]:
    """The people of one organisation, those who left last."""
    require(actor, Can.READ_PEOPLE, organisation_id, hidden=True)
    statement = select(Person).where(Person.organisation_id == organisation_id)
    return session.scalars(statement.order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)).all()


def list_all_people(session: Session, actor: Actor) -> Sequence[Person]:
    """Everybody with their organisation, by organisation and address."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    return session.scalars(statement.order_by(Organisation.sort_key, Person.email)).all()


def list_invitations(session: Session, actor: Actor, organisation_id: int) -> Sequence[Invitation]:
    """Invitations of one organisation that still wait for an answer."""
    require(actor, Can.READ_PEOPLE, organisation_id, hidden=True)
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.used_at.is_(None), Invitation.expires_at > clock.now()
    )
    return session.scalars(statement.order_by(Invitation.created_at, Invitation.id)).all()


def get_invitation(session: Session, invitation_id: int, nonce: str) -> Invitation:
    """The invitation behind a signed link, with its organisation; Missing when it was used, replaced or is too old."""
    statement = select(Invitation).join(Invitation.organisation).options(contains_eager(Invitation.organisation))
    found = session.scalars(statement.where(Invitation.id == invitation_id, Invitation.nonce == nonce)).one_or_none()
    if found is None:
        raise Missing(_("This invitation does not exist any more. Ask a coordinator of your organisation for a new one."))
    if found.used_at is not None:
        raise Missing(_("This invitation has been used. Log in, or ask a coordinator of your organisation for a new one."))
    if found.expires_at <= clock.now():
        raise Missing(
            _(
                "This invitation was valid until %(day)s. Ask a coordinator of your organisation for a new one.",
                day=clock.local(found.expires_at).date(),
            )
        )
    return found


def get_seat(session: Session, invitation_id: int, nonce: str) -> Seat:
    """What the invitation behind a signed link offers; Missing when it was used, replaced or is too old."""
    found = get_invitation(session, invitation_id, nonce)
    return Seat(found.id, found.nonce, found.email, found.organisation.name, Role(found.role))


def get_reset(session: Session, reset_id: int, nonce: str) -> tuple[PasswordReset, Person]:
    """The forgotten password behind a signed link, and whose it is; Missing when it was used or is too old."""
    statement = select(PasswordReset, Person).join(Person, Person.id == PasswordReset.person_id)
    found = session.execute(
        statement.where(PasswordReset.id == reset_id, PasswordReset.nonce == nonce, Person.is_active)
    ).one_or_none()
    if found is None or found[0].used_at is not None or found[0].expires_at <= clock.now():
        raise Missing(_("This link has been used or is older than an hour. Ask for a new one at “Forgotten your password?”."))
    return found[0], found[1]


def find_nonce(session: Session, purpose: str, row_id: int) -> str | None:
    """What the link of an invitation or a reset is signed over, while it still works."""
    table: type[Invitation] | type[PasswordReset] = Invitation if purpose == "invitation" else PasswordReset
    return session.scalar(select(table.nonce).where(table.id == row_id, table.used_at.is_(None), table.expires_at > clock.now()))


def find_password(session: Session, email: str) -> tuple[int, str] | None:
    """The id and the password hash of an active person with this address."""
    statement = select(Person.id, Person.password_hash).join(Person.organisation)
    found = session.execute(statement.where(Person.email == email, Person.is_active, Organisation.is_active)).one_or_none()
    return None if found is None else (found[0], found[1])


def find_visit_by_session(session: Session, digest: str, *, idle: timedelta, lifetime: timedelta) -> Visit | None:
    """Who belongs to the cookie with this digest; None when it ended, idled too long, or is too old."""
    now = clock.now()
    statement = (
        select(WebSession, Person, Organisation)
        .join(Person, Person.id == WebSession.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(WebSession.digest == digest, Person.is_active, Organisation.is_active)
        .where(WebSession.last_seen_at > now - idle, WebSession.created_at > now - lifetime)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    row, person, organisation = found
    return Visit(_actor(person, organisation), row.id, None, row.last_seen_at, min(now + idle, row.created_at + lifetime))


def find_visit_by_token(session: Session, digest: str) -> Visit | None:
    """Who belongs to the API token with this digest; None when it was revoked or its person left."""
    statement = (
        select(ApiToken, Person, Organisation)
        .join(Person, Person.id == ApiToken.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(ApiToken.digest == digest, ApiToken.revoked_at.is_(None), Person.is_active, Organisation.is_active)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else Visit(_actor(found[1], found[2]), None, found[0].id, found[0].last_seen_at)


def _actor(person: Person, organisation: Organisation) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        role=person.role,
        locale=person.locale,
    )


def get_actor(session: Session, person_id: int, *, origin: str = "web") -> Actor:
    """A person as the one who acts, for commands, jobs and tests."""
    statement = (
        select(Person, Organisation).join(Organisation, Organisation.id == Person.organisation_id).where(Person.id == person_id)
    )
    person, organisation = session.execute(statement).one()
    return replace(_actor(person, organisation), origin=origin)


def find_actor(session: Session, person_id: int, *, origin: str) -> Actor | None:
    """A person who proved who they are in another way than by logging in; None when they or their organisation have left."""
    statement = select(Person, Organisation).join(Organisation, Organisation.id == Person.organisation_id)
    found = session.execute(statement.where(Person.id == person_id, Person.is_active, Organisation.is_active)).one_or_none()
    return None if found is None else replace(_actor(found[0], found[1]), origin=origin)


def list_sessions(session: Session, actor: Actor, *, idle: timedelta, lifetime: timedelta) -> Sequence[WebSession]:
    """The browsers in which the actor is signed in now, last used first."""
    require(actor, Can.OWN_ACCOUNT)
    now = clock.now()
    statement = select(WebSession).where(
        WebSession.person_id == actor.person_id, WebSession.last_seen_at > now - idle, WebSession.created_at > now - lifetime
    )
    return session.scalars(statement.order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())).all()


def list_tokens(session: Session, actor: Actor) -> Sequence[ApiToken]:
    """The actor's API tokens that still work, newest first."""
    require(actor, Can.OWN_ACCOUNT)
    statement = select(ApiToken).where(ApiToken.person_id == actor.person_id, ApiToken.revoked_at.is_(None))
    return session.scalars(statement.order_by(ApiToken.id.desc())).all()


def find_recipient(session: Session, person_id: int) -> Recipient | None:
    """Where mail for a person goes now; None when they have left."""
    person = session.get(Person, person_id)
    return _recipient(person) if person is not None and person.is_active else None


def _recipient(person: Person) -> Recipient:
    return Recipient(person.email, person.name, person.locale, person.id)


def list_recipients(session: Session, *, person_id: int | None, organisation_id: int | None) -> list[Recipient]:
    """Who reads a notice: the person while active, else the coordinators of the organisation it was also for, else its traders."""
    reader = find_recipient(session, person_id) if person_id is not None else None
    if reader is not None:
        return [reader]
    if organisation_id is None:
        return []
    statement = select(Person).where(Person.organisation_id == organisation_id, Person.is_active, Person.role.in_(TRADERS))
    traders = session.scalars(statement.order_by(Person.id)).all()
    coordinators = [person for person in traders if person.role == Role.COORDINATOR]
    return [_recipient(person) for person in coordinators or traders]
