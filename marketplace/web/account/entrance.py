"""Signing in and out: what happens around a password.

Before and after the request's own transaction.

An Argon2 hash takes a tenth of a second, so it is made while no transaction is open.
"""

from dataclasses import replace

from flask import current_app, g, request

from marketplace.accounts.actions import people, sessions
from marketplace.accounts.models import Person
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.accounts.queries import people as people_queries
from marketplace.accounts.queries.people import Seat
from marketplace.accounts.rules import links, passwords
from marketplace.http.identity import cookie_name, renew
from marketplace.http.request import current_actor, current_session, database
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _, current_locale
from marketplace.web.account.ended import keep_and_return_path, remember_writer


def check_credentials(*, email: str, password: str) -> tuple[int, str, list[int]]:
    """Check a password; returns the id, password hash and attempts of the person.

    Before any transaction of the request is open.

    Refused with one and the same sentence for an unknown address, a wrong password and a deactivated account; too many failures
    from one address or on one account are refused for a while.
    """
    bank, actor = database(), _visitor()
    email = email.strip().lower()
    keys = sessions.attempt_keys(account=email, address=request.remote_addr)
    attempts = bank.run(lambda aside: sessions.count_attempt(aside, keys))
    with bank.read() as reading:
        row = people_queries.find_password(reading, email)
    if not passwords.is_right(row and row[1], password) or row is None:
        bank.run(lambda aside: sessions.note_refused(aside, actor, person_id=row and row[0]))
        raise Invalid(_("The email address or the password is not right. Check both, or set a new password."))
    return row[0], row[1], attempts


def log_in(*, email: str, password: str, word: str) -> str | None:
    """Sign this browser in, with a new session and a new form secret.

    Returns where what was typed before can be read again, if anything was.
    """
    person_id, seen_hash, attempts = check_credentials(email=email, password=password)
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(seen_hash) else None
    secret = sessions.open_session(
        current_session(),
        _visitor(),
        person_id=person_id,
        seen_hash=seen_hash,
        new_hash=new_hash,
        agent=_agent(),
        replaces=request.cookies.get(cookie_name()),
        attempts=attempts,
    )
    renew(secret)
    remember_writer(person_id)
    return keep_and_return_path(word, person_id) if word else None


def sign_in(person: Person) -> None:
    """Sign this browser in as somebody who was identified in another way. By an invitation or a new password."""
    renew(
        sessions.start_session(
            current_session(), _visitor(), person=person, agent=_agent(), replaces=request.cookies.get(cookie_name())
        )
    )
    remember_writer(person.id)


def change_password(*, old: str, new: str) -> None:
    """Change the actor's own password after the old one was right. Only this browser stays signed in, with a new session."""
    with database().read() as reading:
        email = people_queries.get_own(reading, current_actor()).email or ""
    passwords.check_new(new, email=email)
    try:
        _person_id, seen_hash, attempts = check_credentials(email=email, password=old)
    except Invalid:
        raise Invalid(_("This is not your present password. Type it again."), "old_password") from None
    password_hash = passwords.hash_password(new)
    sessions.clear_attempts(current_session(), attempts)
    person = people.change_password(current_session(), current_actor(), seen_hash=seen_hash, password_hash=password_hash)
    sign_in(person)


def request_reset(*, email: str) -> None:
    """Ask for a link that sets a new password.

    Only so many times from one network address, and without revealing which addresses are known.
    """
    keys = sessions.attempt_keys(account=None, address=request.remote_addr, door="reset")
    database().run(lambda aside: sessions.count_attempt(aside, keys))
    people.request_reset(current_session(), current_actor(), email=email)


def reset_password(token: str, *, password: str) -> None:
    """Set a new password by a mailed link. Every session ends, and the person logs in with the new one."""
    reset_id, nonce = links.read(_secret_key(), links.RESET, token)
    with database().read() as reading:
        _reset, person = people_queries.get_reset(reading, reset_id, nonce)
        email = person.email or ""
    passwords.check_new(password, email=email)
    password_hash = passwords.hash_password(password)
    people.reset_password(current_session(), current_actor(), reset_id=reset_id, nonce=nonce, password_hash=password_hash)
    renew("")


def check_reset(token: str) -> None:
    """Refuse a link that cannot set a password any more."""
    people_queries.get_reset(current_session(), *links.read(_secret_key(), links.RESET, token))


def find_seat(token: str) -> Seat:
    """What the invitation behind a mailed link offers; refused when it was used or is too old."""
    with database().read() as reading:
        return people_queries.get_seat(reading, *links.read(_secret_key(), links.INVITATION, token))


def accept(token: str, *, name: str, password: str) -> None:
    """Take the reserved seat, and sign this browser in."""
    seat = find_seat(token)
    passwords.check_new(password, email=seat.email)
    password_hash = passwords.hash_password(password)
    person = people.accept(
        current_session(),
        current_actor(),
        invitation_id=seat.invitation_id,
        nonce=seat.nonce,
        name=name,
        password_hash=password_hash,
        locale=current_locale(),
    )
    sign_in(person)


def log_out(*, everywhere: bool = False) -> None:
    """End this browser's session, or all of the person's."""
    if everywhere:
        sessions.close_all_sessions(current_session(), current_actor())
    else:
        sessions.close_session(current_session(), current_actor(), secret=request.cookies.get(cookie_name(), ""))
    renew("")


def _visitor() -> Actor:
    """Make the actor for a request without a person: door and request id, for the audit."""
    return replace(ANONYMOUS, origin="web", request_id=g.get("request_id"))


def _agent() -> str:
    return request.user_agent.string or ""


def _secret_key() -> str:
    return str(current_app.config["SECRET_KEY"])
