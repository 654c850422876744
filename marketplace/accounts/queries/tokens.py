"""Questions about tokens and machine accounts: whose they are, and whether they still work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager

from marketplace.accounts.models import ApiToken, Organisation, Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.sessions import Visit, actor_of
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.tokens import Scope
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


class KnownToken(NamedTuple):
    """A token, with the account that it belongs to and the organisation to which it is kept."""

    token: ApiToken
    account: Person
    organisation: Organisation | None


def find_visit_by_token(session: Session, digest: str) -> Visit | None:
    """Find the visit that belongs to the token with this digest.

    None when it was revoked or has ended, when its owner has left, or when the owner no longer acts for its organisation.
    """
    result = session.execute(_visit_by_token(), {"digest": digest, "today": clock.today()}).one_or_none()
    if result is None:
        return None
    token, person, organisation = result
    return Visit(_actor_by(token, person, organisation), None, token.id, token.last_seen_at)


@cache
def _visit_by_token() -> Select[ApiToken, Person, Organisation]:
    """The question of every request that brings a token. Written once: writing it costs more than asking it."""
    home, place = aliased(Organisation), aliased(Organisation)
    kept_to = ApiToken.organisation_id
    reaches = or_(
        kept_to.is_(None),
        Person.role == Role.REVIEWER,
        and_(Person.role != Role.ADMIN, kept_to == Person.organisation_id),
    )
    return (
        select(ApiToken, Person, place)
        .join(Person, Person.id == ApiToken.person_id)
        .join(home, home.id == Person.organisation_id)
        .join(place, place.id == func.coalesce(kept_to, Person.organisation_id))
        .where(ApiToken.digest == bindparam("digest"), is_working(bindparam("today")), Person.is_active)
        .where(home.is_active, place.is_active, reaches)
    )


def _actor_by(token: ApiToken, person: Person, organisation: Organisation) -> Actor:
    """The owner as far as the token reaches. A reviewer's that is kept to one organisation reads what its people read, no more."""
    actor = replace(
        actor_of(person, organisation),
        scope=Scope(token.scope),
        is_bound=token.organisation_id is not None,
        token_ends_on=token.expires_on,
    )
    if actor.is_bound and actor.role == Role.REVIEWER:
        return replace(actor, role=Role.PROJECT_LEADER, scope=Scope.READ, is_visiting=True)
    return actor


def is_working(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Not revoked, and its last day not over."""
    return and_(ApiToken.revoked_at.is_(None), or_(ApiToken.expires_on.is_(None), ApiToken.expires_on >= today))


def list_tokens(session: Session, actor: Actor) -> list[KnownToken]:
    """The actor's own tokens that still work, newest first."""
    require(actor, Can.OWN_TOKENS)
    return _list_working(session, ApiToken.person_id == actor.person_id)


def list_tokens_to_look_after(session: Session, actor: Actor) -> list[KnownToken]:
    """The actor's own tokens and those of the machine accounts under their care, newest first."""
    require(actor, Can.OWN_TOKENS)
    wanted = ApiToken.person_id == actor.person_id
    if may(actor, Can.MANAGE_ORGANISATIONS):
        wanted = or_(wanted, Person.is_machine)
    elif may(actor, Can.MANAGE_MACHINES):
        wanted = or_(wanted, and_(Person.is_machine, Person.organisation_id == actor.organisation_id))
    return _list_working(session, wanted)


def list_all_tokens(session: Session, actor: Actor) -> list[KnownToken]:
    """Every token that works, newest first, for the operator."""
    require(actor, Can.ISSUE_TOKENS)
    return _list_working(session, true())


def list_tokens_of_machine(session: Session, actor: Actor, machine_id: int) -> list[KnownToken]:
    """The tokens of a machine account that still work, newest first."""
    return _list_working(session, ApiToken.person_id == get_machine(session, actor, machine_id).id)


def _list_working(session: Session, wanted: ColumnElement[bool]) -> list[KnownToken]:
    statement = (
        select(ApiToken, Person, Organisation)
        .join(Person, Person.id == ApiToken.person_id)
        .outerjoin(Organisation, Organisation.id == ApiToken.organisation_id)
        .where(wanted, is_working(clock.today()))
        .order_by(ApiToken.id.desc())
    )
    return [KnownToken(*row) for row in session.execute(statement).all()]


def get_token(session: Session, actor: Actor, token_id: int) -> KnownToken:
    """A token of one's own, or of a machine account that one looks after; else Missing.

    Also one that was revoked or has ended.
    """
    statement = (
        select(ApiToken, Person, Organisation)
        .join(Person, Person.id == ApiToken.person_id)
        .outerjoin(Organisation, Organisation.id == ApiToken.organisation_id)
    )
    row = session.execute(statement.where(ApiToken.id == token_id)).one_or_none()
    if row is not None:
        known_token = KnownToken(*row)
        what = Can.MANAGE_MACHINES if known_token.account.is_machine else Can.REVOKE_TOKENS
        if may(actor, what, known_token.account):
            return known_token
    raise Missing(_("This token does not exist any more. Open the list again."))


def list_machines(session: Session, actor: Actor) -> Sequence[Person]:
    """The machine accounts that the actor looks after, those that have ended last."""
    require(actor, Can.MANAGE_MACHINES)
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation)).where(Person.is_machine)
    if not may(actor, Can.MANAGE_ORGANISATIONS):
        statement = statement.where(Person.organisation_id == actor.organisation_id)
    return session.scalars(statement.order_by(Person.is_active.desc(), Organisation.sort_key, Person.name, Person.id)).all()


def get_machine(session: Session, actor: Actor, machine_id: int) -> Person:
    """A machine account that the actor looks after, with its organisation; else Missing."""
    statement = select(Person).join(Person.organisation).options(contains_eager(Person.organisation))
    machine = session.scalars(statement.where(Person.id == machine_id, Person.is_machine)).one_or_none()
    if machine is None or not may(actor, Can.MANAGE_MACHINES, machine):
        raise Missing(_("There is no such machine account. Look in the list."))
    return machine
