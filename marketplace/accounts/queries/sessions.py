"""Questions about browser sessions: whose they are, and what had been typed when one ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import KeptForm, Organisation, Person, WebSession
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.rules.accounts import KEPT_FOR
from marketplace.kernel import clock

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who was recognised, and by what: a browser's session or an API token. `seen_at`: when that was last noted."""

    actor: Actor
    session_id: int | None
    token_id: int | None
    seen_at: datetime | None
    ends_at: datetime | None = None


def find_visit_by_session(session: Session, digest: str, *, idle: timedelta, lifetime: timedelta) -> Visit | None:
    """Find the visit that belongs to the cookie with this digest. None when it ended, idled too long, or is too old."""
    now = clock.now()
    statement = (
        select(WebSession, Person, Organisation)
        .join(Person, Person.id == WebSession.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(WebSession.digest == digest, Person.is_active, Organisation.is_active)
        .where(WebSession.last_seen_at > now - idle, WebSession.created_at > now - lifetime)
    )
    result = session.execute(statement).one_or_none()
    if result is None:
        return None
    row, person, organisation = result
    return Visit(actor_of(person, organisation), row.id, None, row.last_seen_at, min(now + idle, row.created_at + lifetime))


def actor_of(person: Person, organisation: Organisation) -> Actor:
    """A person or a machine account as the one who acts for this organisation."""
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        role=person.role,
        locale=person.locale,
        is_machine=person.is_machine,
    )


def get_actor(session: Session, person_id: int, *, origin: str = "web") -> Actor:
    """A person as the one who acts, for commands, jobs and tests."""
    statement = (
        select(Person, Organisation).join(Organisation, Organisation.id == Person.organisation_id).where(Person.id == person_id)
    )
    person, organisation = session.execute(statement).one()
    return replace(actor_of(person, organisation), origin=origin)


def find_actor(session: Session, person_id: int, *, origin: str) -> Actor | None:
    """Find the actor for a person who was identified in another way than by logging in.

    None when they or their organisation have left.
    """
    statement = select(Person, Organisation).join(Organisation, Organisation.id == Person.organisation_id)
    result = session.execute(statement.where(Person.id == person_id, Person.is_active, Organisation.is_active)).one_or_none()
    return None if result is None else replace(actor_of(result[0], result[1]), origin=origin)


def list_sessions(session: Session, actor: Actor, *, idle: timedelta, lifetime: timedelta) -> Sequence[WebSession]:
    """The browsers in which the actor is signed in now, last used first."""
    require(actor, Can.OWN_ACCOUNT)
    now = clock.now()
    statement = select(WebSession).where(
        WebSession.person_id == actor.person_id, WebSession.last_seen_at > now - idle, WebSession.created_at > now - lifetime
    )
    return session.scalars(statement.order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())).all()


def find_form(session: Session, actor: Actor, *, form_id: int, path: str) -> Fields | None:
    """Find what this person had typed on this page. None where it is somebody else's, belongs to another page, or is too old."""
    stored = session.get(KeptForm, form_id)
    if stored is None or (stored.person_id, stored.path) != (actor.person_id, path) or stored.kept_at < clock.now() - KEPT_FOR:
        return None
    return stored.fields
