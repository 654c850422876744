"""Signing in and out: counted attempts, browser sessions, API tokens.

A cookie and a token are 256 random bits; only their SHA-256 is stored, so whoever reads the database cannot sign in with it.
"""

import hashlib
import secrets
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, FailedAttempt, Organisation, Person, WebSession
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.rules.accounts import FAILURES_WINDOW, TOKEN_NAME_LENGTH_MAX, TOKENS_MAX, clean_name, retry_after_s
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing, TooMany, Unauthorised
from marketplace.kernel.language import _
from marketplace.notices.actions import audit

AGENT_LENGTH_MAX = 200
TOKEN_PREFIX = "tmb_"


def digest(secret: str) -> str:
    """Digest a cookie or a token: the only form of it that is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def attempt_keys(*, account: str | None, address: str | None, door: str = "login") -> list[str]:
    """Name the keys under which an attempt counts: its account and its network address. Neither can be read from the key."""
    counted = [("account", account), ("address", network(address))]
    return [f"{door}:{kind}:{digest(value.strip().lower())[:40]}" for kind, value in counted if value]


def network(address: str | None) -> str | None:
    """Reduce an address to its network: of an IPv6 address the first 64 bits.

    An IPv4 address stays whole; the remaining bits of the other are for one household to choose.
    """
    try:
        result = ip_address(address or "")
    except ValueError:
        return address
    return str(ip_network((result, 64), strict=False)) if result.version == 6 else str(result)


def count_attempt(session: Session, keys: list[str]) -> list[int]:
    """Count an attempt under each key before it is judged.

    So a hundred at once are not a hundred guesses.

    Refused when one of the keys has ten within fifteen minutes. Returns the ids for `clear_attempts` when the attempt turns out
    right.
    """
    now = clock.now()
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    waits = [
        retry_after_s(
            list(
                session.scalars(
                    select(FailedAttempt.at).where(FailedAttempt.key == key, FailedAttempt.at > now - FAILURES_WINDOW)
                )
            ),
            now,
        )
        for key in keys
    ]
    if any(waits):
        minutes = -(-max(waits) // 60)
        raise TooMany(
            _("There were too many failed attempts. Try again after %(minutes)s min.", minutes=minutes), retry_after_s=max(waits)
        )
    attempts = [FailedAttempt(key=key, at=now) for key in keys]
    session.add_all(attempts)
    session.flush()
    return [attempt.id for attempt in attempts]


def clear_attempts(session: Session, attempts: list[int]) -> None:
    """The attempt was right after all: it does not count."""
    session.execute(delete(FailedAttempt).where(FailedAttempt.id.in_(attempts)))


def note_refused(session: Session, actor: Actor, *, person_id: int | None, action: str = "session.open") -> None:
    """Leave an audit row of a refused attempt. It names the account that was aimed at, where there is one."""
    audit.record(session, actor, action=action, object_type="person", object_id=person_id, result="refused")


def open_session(
    session: Session,
    actor: Actor,
    *,
    person_id: int,
    seen_hash: str,
    new_hash: str | None,
    agent: str,
    replaces: str | None,
    attempts: list[int],
) -> str:
    """Sign a person in and return the cookie's secret, a new one each time.

    The browser's previous session ends.

    `seen_hash` is the password hash that was compared: if it has changed in the meantime, the log-in is refused. `new_hash`
    replaces one made with older parameters.
    """
    person = session.scalars(select(Person).where(Person.id == person_id, Person.is_active).with_for_update()).one_or_none()
    if person is None or person.password_hash != seen_hash:
        raise Unauthorised(_("Your password was changed in the meantime. Log in again."))
    if new_hash is not None:
        person.password_hash = new_hash
    clear_attempts(session, attempts)
    return start_session(session, actor, person=person, agent=agent, replaces=replaces)


def start_session(session: Session, actor: Actor, *, person: Person, agent: str, replaces: str | None = None) -> str:
    """A new session for somebody who has just proved who they are; gives the cookie's secret."""
    if replaces is not None:
        session.execute(delete(WebSession).where(WebSession.digest == digest(replaces)))
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    row = WebSession(digest=digest(secret), person_id=person.id, created_at=now, last_seen_at=now, agent=agent[:AGENT_LENGTH_MAX])
    session.add(row)
    session.flush()
    doer = Actor(person_id=person.id, organisation_id=person.organisation_id, origin=actor.origin, request_id=actor.request_id)
    audit.record(session, doer, action="session.open", object_type="person", object_id=person.id)
    return secret


def note_seen(session: Session, *, session_id: int | None, token_id: int | None) -> None:
    """Note that a session or a token was used just now."""
    now = clock.now()
    if session_id is not None:
        session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=now))
    if token_id is not None:
        session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_seen_at=now))


def close_session(session: Session, actor: Actor, *, secret: str) -> None:
    """Log out in this browser."""
    require(actor, Can.OWN_ACCOUNT)
    session.execute(delete(WebSession).where(WebSession.digest == digest(secret), WebSession.person_id == actor.person_id))
    audit.record(session, actor, action="session.close", object_type="person", object_id=actor.person_id)


def revoke_session(session: Session, actor: Actor, *, session_id: int) -> None:
    """End another browser session of the actor."""
    require(actor, Can.OWN_ACCOUNT)
    gone = session.scalar(
        delete(WebSession).where(WebSession.id == session_id, WebSession.person_id == actor.person_id).returning(WebSession.id)
    )
    if gone is None:
        raise Missing(_("This session has ended already. Open the list again."))
    audit.record(session, actor, action="session.revoke", object_type="web_session", object_id=session_id)


def close_all_sessions(session: Session, actor: Actor) -> None:
    """Log out everywhere: every browser, and every program with a token."""
    require(actor, Can.OWN_ACCOUNT)
    person_id = int(actor.person_id or 0)
    ended, revoked = end_sessions(session, person_id=person_id), end_tokens(session, person_id=person_id)
    audit.record(
        session,
        actor,
        action="session.close_all",
        object_type="person",
        object_id=actor.person_id,
        ended=ended,
        revoked=revoked,
    )


def end_sessions(session: Session, *, person_id: int) -> int:
    """End every session of a person; how many. For verbs that change what the person may do."""
    return len(session.scalars(delete(WebSession).where(WebSession.person_id == person_id).returning(WebSession.id)).all())


def end_tokens(session: Session, *, person_id: int) -> int:
    """Revoke every token of a person; how many."""
    statement = (
        update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
    return len(session.scalars(statement.returning(ApiToken.id)).all())


def create_token(session: Session, actor: Actor, *, name: str, person_id: int | None = None) -> str:
    """A new API token for oneself, or by the operator for anyone; shown this once."""
    require(actor, Can.OWN_ACCOUNT if person_id in (None, actor.person_id) else Can.MANAGE_ORGANISATIONS)
    owner_id = actor.person_id if person_id is None else person_id
    active = select(Person.id).join(Organisation).where(Person.id == owner_id, Person.is_active, Organisation.is_active)
    if owner_id is None or session.scalar(active) is None:
        raise Missing(_("There is no active person with this address. Look at the list of people."))
    count = session.scalar(select(func.count()).where(ApiToken.person_id == owner_id, ApiToken.revoked_at.is_(None))) or 0
    if count >= TOKENS_MAX:
        raise Conflict(_("There are %(count)s tokens already. Revoke one that is not used any more first.", count=count))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        digest=digest(secret), person_id=owner_id, name=clean_name(name, longest=TOKEN_NAME_LENGTH_MAX), created_at=clock.now()
    )
    session.add(token)
    session.flush()
    audit.record(session, actor, action="token.create", object_type="api_token", object_id=token.id, owner_id=owner_id)
    return secret


def revoke_token(session: Session, actor: Actor, *, token_id: int) -> None:
    """Revoke one of the actor's tokens; a second time changes nothing."""
    require(actor, Can.OWN_ACCOUNT)
    token = session.scalars(select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == actor.person_id)).one_or_none()
    if token is None:
        raise Missing(_("This token does not exist any more. Open the list again."))
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(session, actor, action="token.revoke", object_type="api_token", object_id=token_id)


def forget_attempts(session: Session) -> int:
    """Drop attempts that count no longer; how many."""
    statement = delete(FailedAttempt).where(FailedAttempt.at <= clock.now() - FAILURES_WINDOW)
    return len(session.scalars(statement.returning(FailedAttempt.id)).all())


def forget_sessions(session: Session, *, idle: timedelta, lifetime: timedelta) -> int:
    """Drop sessions that ended by themselves; how many."""
    now = clock.now()
    ended = (WebSession.last_seen_at <= now - idle) | (WebSession.created_at <= now - lifetime)
    return len(session.scalars(delete(WebSession).where(ended).returning(WebSession.id)).all())
