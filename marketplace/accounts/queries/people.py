"""Questions about people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from marketplace.accounts.models import Invitation, Organisation, PasswordReset, Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.rules.accounts import TRADERS, Role
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


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


def get_person(session: Session, actor: Actor, person_id: int) -> Person:
    """A colleague whom the actor may see, with the organisation; else Missing."""
    statement = (
        select(Person).join(Person.organisation).options(contains_eager(Person.organisation)).where(Person.id == person_id)
    )
    row = session.scalars(statement.where(~Person.is_machine)).one_or_none()
    if row is None:
        raise Missing(_("This person does not exist, or you may not see them. Go back to the list of people."))
    require(actor, Can.READ_PEOPLE, row, hidden=True)
    return row


def has_people(session: Session) -> bool:
    """Whether any account exists; without one the installation is empty."""
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
    statement = select(Person).where(Person.organisation_id == organisation_id, ~Person.is_machine)
    return session.scalars(statement.order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)).all()


def list_all_people(session: Session, actor: Actor) -> Sequence[Person]:
    """Everybody with their organisation, by organisation and address."""
    require(actor, Can.MANAGE_ORGANISATIONS)
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    return session.scalars(statement.where(~Person.is_machine).order_by(Organisation.sort_key, Person.email)).all()


def list_invitations(session: Session, actor: Actor, organisation_id: int) -> Sequence[Invitation]:
    """Invitations of one organisation that still wait for an answer."""
    require(actor, Can.READ_PEOPLE, organisation_id, hidden=True)
    statement = select(Invitation).where(
        Invitation.organisation_id == organisation_id, Invitation.used_at.is_(None), Invitation.expires_at > clock.now()
    )
    return session.scalars(statement.order_by(Invitation.created_at, Invitation.id)).all()


def get_waiting_invitation(session: Session, actor: Actor, invitation_id: int) -> Invitation:
    """Get an invitation that waits for an answer, with its organisation; else Missing.

    For those who may see the people of that organisation.
    """
    statement = select(Invitation).join(Invitation.organisation).options(contains_eager(Invitation.organisation))
    waiting = statement.where(Invitation.used_at.is_(None), Invitation.expires_at > clock.now())
    row = session.scalars(waiting.where(Invitation.id == invitation_id)).one_or_none()
    if row is None:
        raise Missing(_("No such invitation waits for an answer. Look at those that do."))
    require(actor, Can.READ_PEOPLE, row, hidden=True)
    return row


def get_invitation(session: Session, invitation_id: int, nonce: str) -> Invitation:
    """Get the invitation behind a signed link, with its organisation. Missing when it was used, replaced or is too old."""
    statement = select(Invitation).join(Invitation.organisation).options(contains_eager(Invitation.organisation))
    row = session.scalars(statement.where(Invitation.id == invitation_id, Invitation.nonce == nonce)).one_or_none()
    if row is None:
        raise Missing(_("This invitation does not exist any more. Ask a coordinator of your organisation for a new one."))
    if row.used_at is not None:
        raise Missing(_("This invitation has been used. Log in, or ask a coordinator of your organisation for a new one."))
    if row.expires_at <= clock.now():
        raise Missing(
            _(
                "This invitation was valid until %(day)s. Ask a coordinator of your organisation for a new one.",
                day=clock.local(row.expires_at).date(),
            )
        )
    return row


def get_seat(session: Session, invitation_id: int, nonce: str) -> Seat:
    """Get the seat that the invitation behind a signed link offers. Missing when it was used, replaced or is too old."""
    row = get_invitation(session, invitation_id, nonce)
    return Seat(row.id, row.nonce, row.email, row.organisation.name, Role(row.role))


def get_reset(session: Session, reset_id: int, nonce: str) -> tuple[PasswordReset, Person]:
    """Get the password reset behind a signed link, with its person. Missing when it was used or is too old."""
    statement = select(PasswordReset, Person).join(Person, Person.id == PasswordReset.person_id)
    result = session.execute(
        statement.where(PasswordReset.id == reset_id, PasswordReset.nonce == nonce, Person.is_active)
    ).one_or_none()
    if result is None or result[0].used_at is not None or result[0].expires_at <= clock.now():
        raise Missing(_("This link has been used or is older than an hour. Ask for a new one at “Forgotten your password?”."))
    return result[0], result[1]


def find_nonce(session: Session, purpose: str, row_id: int) -> str | None:
    """What the link of an invitation or a reset is signed over, while it still works."""
    table: type[Invitation] | type[PasswordReset] = Invitation if purpose == "invitation" else PasswordReset
    return session.scalar(select(table.nonce).where(table.id == row_id, table.used_at.is_(None), table.expires_at > clock.now()))


def find_password(session: Session, email: str) -> tuple[int, str] | None:
    """The id and the password hash of an active person with this address."""
    statement = select(Person.id, Person.password_hash).join(Person.organisation)
    result = session.execute(statement.where(Person.email == email, Person.is_active, Organisation.is_active)).one_or_none()
    return None if result is None else (result[0], result[1])


def find_recipient(session: Session, person_id: int) -> Recipient | None:
    """Where mail for a person goes now; None when they have left, and for a machine account."""
    statement = select(Person).join(Person.organisation).where(Person.id == person_id, Person.is_active, Organisation.is_active)
    person = session.scalars(statement.where(~Person.is_machine)).one_or_none()
    return None if person is None else _recipient(person)


def _recipient(person: Person) -> Recipient:
    return Recipient(person.email or "", person.name, person.locale, person.id)


def find_contact(session: Session, person_id: int | None) -> Person | None:
    """Whom to call about what this account does; None when they have left.

    The person, and for a machine account a coordinator of the organisation.
    """
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.is_machine:
        return person if person is not None and person.is_active else None
    coordinators = select(Person).where(
        Person.organisation_id == person.organisation_id, Person.role == Role.COORDINATOR, Person.is_active
    )
    return session.scalars(coordinators.order_by(Person.id).limit(1)).one_or_none()


def list_coordinated(session: Session) -> set[int]:
    """Ids of the organisations that have a coordinator who reads mail."""
    rows = select(Person.organisation_id).where(Person.role == Role.COORDINATOR, Person.is_active, ~Person.is_machine)
    return set(session.scalars(rows.distinct()))


def list_administrators(session: Session) -> list[int]:
    """Ids of the people who look after the bank itself."""
    return _list_of_role(session, Role.ADMIN)


def list_reviewers(session: Session) -> list[int]:
    """Ids of the people of the AO CE."""
    return _list_of_role(session, Role.REVIEWER)


def _list_of_role(session: Session, role: Role) -> list[int]:
    rows = select(Person.id).join(Organisation, Organisation.id == Person.organisation_id)
    return list(session.scalars(rows.where(Person.role == role, Person.is_active, Organisation.is_active).order_by(Person.id)))


def list_recipients(session: Session, *, person_id: int | None, organisation_id: int | None) -> list[Recipient]:
    """List the readers of a notice.

    The person while active, else the coordinators of the organisation it was also for, else its traders.
    """
    reader = find_recipient(session, person_id) if person_id is not None else None
    if reader is not None:
        return [reader]
    if organisation_id is None:
        return []
    statement = (
        select(Person)
        .join(Person.organisation)
        .where(Person.organisation_id == organisation_id, Person.is_active, Organisation.is_active, Person.role.in_(TRADERS))
        .where(~Person.is_machine)
    )
    traders = session.scalars(statement.order_by(Person.id)).all()
    coordinators = [person for person in traders if person.role == Role.COORDINATOR]
    return [_recipient(person) for person in coordinators or traders]
