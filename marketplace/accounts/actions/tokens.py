"""The verbs of API tokens, and of the machine accounts that have nothing else.

A token is 256 random bits; only its SHA-256 is stored, so whoever reads the database cannot use it.
"""

import hashlib
import secrets

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, Organisation, Person
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.accounts.queries.tokens import get_machine, get_token, is_working
from marketplace.accounts.rules.accounts import Role, clean_name
from marketplace.accounts.rules.tokens import (
    TOKEN_NAME_LENGTH_MAX,
    TOKENS_MAX,
    TokenDraft,
    check_expiry,
    check_machines,
    check_organisation,
    check_room,
)
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.language import _
from marketplace.notices.actions import audit

TOKEN_PREFIX = "tmb_"


def digest(secret: str) -> str:
    """Digest a cookie or a token: the only form of it that is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(session: Session, actor: Actor, *, draft: TokenDraft, person_id: int | None = None) -> tuple[ApiToken, str]:
    """A new token with its secret, which is shown this once. For oneself, for a machine account, or by the operator for anyone."""
    owner = _owner(session, actor.person_id if person_id is None else person_id)
    if owner.is_machine:
        require(actor, Can.MANAGE_MACHINES, owner)
    else:
        require(actor, Can.OWN_TOKENS if owner.id == actor.person_id else Can.ISSUE_TOKENS)
    check_organisation(draft.organisation_id, own=owner.organisation_id, role=owner.role, scope=draft.scope)
    if draft.organisation_id is not None and not get_organisation(session, draft.organisation_id).is_active:
        raise Conflict(_("This organisation is closed. Choose another one."), "organisation")
    check_expiry(draft.expires_on, today=clock.today(), own=actor.token_ends_on)
    working = select(func.count()).where(ApiToken.person_id == owner.id, is_working(clock.today()))
    check_room(session.scalar(working) or 0, TOKENS_MAX)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        digest=digest(secret),
        person_id=owner.id,
        name=clean_name(draft.name, longest=TOKEN_NAME_LENGTH_MAX),
        scope=draft.scope.value,
        organisation_id=owner.organisation_id if draft.organisation_id is None and actor.is_bound else draft.organisation_id,
        expires_on=draft.expires_on,
        created_at=clock.now(),
    )
    session.add(token)
    session.flush()
    audit.record(
        session,
        actor,
        action="token.create",
        object_type="api_token",
        object_id=token.id,
        owner_id=owner.id,
        scope=token.scope,
        for_organisation_id=token.organisation_id,
        expires_on=draft.expires_on.isoformat() if draft.expires_on else None,
    )
    return token, secret


def _owner(session: Session, person_id: int | None) -> Person:
    active = select(Person).join(Organisation).where(Person.id == person_id, Person.is_active, Organisation.is_active)
    owner = session.scalars(active).one_or_none()
    if owner is None:
        raise Missing(_("There is no active person with this address. Look at the list of people."))
    return owner


def revoke_token(session: Session, actor: Actor, *, token_id: int) -> ApiToken:
    """Revoke a token of one's own, or of a machine account; a second time changes nothing."""
    known_token = get_token(session, actor, token_id)
    require(actor, Can.MANAGE_MACHINES if known_token.account.is_machine else Can.REVOKE_TOKENS, known_token.account)
    token = known_token.token
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(session, actor, action="token.revoke", object_type="api_token", object_id=token_id)
    return token


def end_tokens(session: Session, *, person_id: int) -> int:
    """Revoke every token of an account; how many."""
    statement = (
        update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
    return len(session.scalars(statement.returning(ApiToken.id)).all())


def end_tokens_kept_to(session: Session, *, organisation_id: int) -> None:
    """Revoke the tokens that act for this organisation alone.

    A reviewer of another one may have such.
    """
    statement = update(ApiToken).where(ApiToken.organisation_id == organisation_id, ApiToken.revoked_at.is_(None))
    session.execute(statement.values(revoked_at=clock.now()))


def create_machine(session: Session, actor: Actor, *, organisation_id: int, name: str) -> Person:
    """Make an account for a program, which belongs to the organisation.

    It signs under its own name, and works by tokens only.
    """
    require(actor, Can.MANAGE_MACHINES, organisation_id)
    organisation = get_organisation(session, organisation_id)
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed. Choose another one."), "organisation")
    check_machines(
        session.scalar(select(func.count()).where(Person.organisation_id == organisation.id, Person.is_machine, Person.is_active))
        or 0
    )
    now = clock.now()
    machine = Person(
        name=clean_name(name),
        organisation_id=organisation.id,
        role=Role.PROJECT_LEADER.value,
        is_machine=True,
        password_hash="",
        created_at=now,
        password_changed_at=now,
    )
    session.add(machine)
    session.flush()
    audit.record(
        session,
        actor,
        action="machine.create",
        object_type="person",
        object_id=machine.id,
        for_organisation_id=organisation.id,
    )
    return machine


def end_machine(session: Session, actor: Actor, *, machine_id: int) -> Person:
    """End a machine account with its tokens; what it worked on stays the organisation's. A second time changes nothing."""
    machine = get_machine(session, actor, machine_id)
    if machine.is_active:
        machine.is_active = False
        ended = end_tokens(session, person_id=machine.id)
        audit.record(session, actor, action="machine.end", object_type="person", object_id=machine.id, ended_tokens=ended)
    return machine
