"""Signing in and out: counted attempts, browser sessions, and what was typed as one ended.

A cookie is 256 random bits; only its SHA-256 is stored, so whoever reads the database cannot sign in with it.
"""

import secrets
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.actions.tokens import digest, end_tokens
from marketplace.accounts.models import ApiToken, FailedAttempt, KeptForm, Person, WebSession
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.sessions import Fields
from marketplace.accounts.rules.accounts import FAILURES_WINDOW, KEPT_FOR, retry_after_s
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing, TooMany, Unauthorised
from marketplace.kernel.language import _
from marketplace.notices.actions import audit

AGENT_LENGTH_MAX = 200


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


def forget_attempts(session: Session) -> int:
    """Drop attempts that count no longer; how many."""
    statement = delete(FailedAttempt).where(FailedAttempt.at <= clock.now() - FAILURES_WINDOW)
    return len(session.scalars(statement.returning(FailedAttempt.id)).all())


def forget_sessions(session: Session, *, idle: timedelta, lifetime: timedelta) -> int:
    """Drop sessions that ended by themselves; how many."""
    now = clock.now()
    ended = (WebSession.last_seen_at <= now - idle) | (WebSession.created_at <= now - lifetime)
    return len(session.scalars(delete(WebSession).where(ended).returning(WebSession.id)).all())


def keep_form(session: Session, *, person_id: int, path: str, fields: Fields) -> int:
    """Store a form for the person who has just logged in; returns its id. Called at the door, before there is an actor."""
    stored = KeptForm(person_id=person_id, path=path, fields=fields, kept_at=clock.now())
    session.add(stored)
    session.flush()
    return stored.id


def forget_forms(session: Session) -> int:
    """Drop what is older than 24 hours; how many."""
    outcome = session.execute(delete(KeptForm).where(KeptForm.kept_at < clock.now() - KEPT_FOR))
    return int(getattr(outcome, "rowcount", 0))
