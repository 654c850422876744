"""Sessions, tokens and attempts: what is kept, what is counted, and when it ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions import sessions, tokens
from marketplace.accounts.actions.tokens import digest
from marketplace.accounts.models import ApiToken, FailedAttempt, Person, WebSession
from marketplace.accounts.policy import ANONYMOUS
from marketplace.accounts.queries import people
from marketplace.accounts.queries import sessions as sessions_queries
from marketplace.accounts.queries.sessions import Visit
from marketplace.accounts.queries.tokens import find_visit_by_token
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Missing, TooMany, Unauthorised
from tests.factories import make_actor, make_token
from tests.visitors import hashed, settle_in

IDLE, LIFETIME = timedelta(minutes=30), timedelta(hours=8)


def visit(session: Session, secret: str) -> Visit | None:
    return sessions_queries.find_visit_by_session(session, digest(secret), idle=IDLE, lifetime=LIFETIME)


def opened(session: Session, person: Person, replaces: str | None = None, seen_hash: str | None = None) -> str:
    return sessions.open_session(
        session,
        ANONYMOUS,
        person_id=person.id,
        seen_hash=seen_hash or person.password_hash,
        new_hash=None,
        agent="test",
        replaces=replaces,
        attempts=[],
    )


def test_the_database_keeps_a_digest_of_256_random_bits(session: Session) -> None:
    person = settle_in(session)
    secret = opened(session, person)
    assert len(secret) == 43  # 32 bytes in base64
    assert session.scalars(select(WebSession.digest)).one() == digest(secret) != secret


def test_a_log_in_gives_a_new_session_and_ends_the_one_before(session: Session) -> None:
    person = settle_in(session)
    first = opened(session, person)
    second = opened(session, person, replaces=first)
    assert first != second
    assert visit(session, first) is None
    assert visit(session, second) is not None


def test_a_session_ends_after_half_an_hour_of_rest(session: Session) -> None:
    secret = opened(session, settle_in(session))
    with clock.frozen(clock.now() + timedelta(minutes=29, seconds=58)):
        assert visit(session, secret) is not None
    with clock.frozen(clock.now() + timedelta(minutes=30, seconds=2)):
        assert visit(session, secret) is None


def test_a_session_in_use_ends_after_eight_hours(session: Session) -> None:
    secret = opened(session, settle_in(session))
    begun = clock.now()
    with clock.frozen(begun + timedelta(hours=7, minutes=59)):
        sessions.note_seen(session, session_id=1, token_id=None)
        assert visit(session, secret) is not None
    with clock.frozen(begun + timedelta(hours=8, seconds=1)):
        assert visit(session, secret) is None


def test_a_password_that_changed_between_looking_and_opening_opens_nothing(session: Session) -> None:
    with pytest.raises(Unauthorised):
        opened(session, settle_in(session), seen_hash="another hash")


def test_an_older_hash_is_replaced_at_log_in(session: Session) -> None:
    person = settle_in(session)
    sessions.open_session(
        session, ANONYMOUS, person_id=person.id, seen_hash=hashed(), new_hash="newer", agent="", replaces=None, attempts=[]
    )
    assert person.password_hash == "newer"


def test_ten_failures_close_an_account_until_the_oldest_is_fifteen_minutes_old(session: Session) -> None:
    start = clock.now()
    for minute in range(10):
        with clock.frozen(start + timedelta(minutes=minute)):
            sessions.count_attempt(session, ["account"])
    with clock.frozen(start + timedelta(minutes=10)), pytest.raises(TooMany) as refusal:
        sessions.count_attempt(session, ["account"])
    assert refusal.value.retry_after_s == 5 * 60
    with clock.frozen(start + timedelta(minutes=15)):
        sessions.count_attempt(session, ["account"])


def test_a_refused_attempt_does_not_count_and_a_right_one_is_forgiven(session: Session) -> None:
    for _time in range(9):
        sessions.count_attempt(session, ["account"])
    sessions.clear_attempts(session, sessions.count_attempt(session, ["account"]))
    sessions.count_attempt(session, ["account"])
    with pytest.raises(TooMany):
        sessions.count_attempt(session, ["account"])
    assert len(session.scalars(select(FailedAttempt)).all()) == 10


def test_accounts_and_addresses_are_counted_apart_and_not_readable(session: Session) -> None:
    keys = sessions.attempt_keys(account="Jan@Borne.nl", address="192.0.2.1")
    assert len(set(keys)) == 2
    assert keys == sessions.attempt_keys(account="jan@borne.nl ", address="192.0.2.1")
    assert "borne" not in str(keys) and "192" not in str(keys)


def test_an_ipv6_address_counts_with_its_neighbours_of_one_household() -> None:
    same = [sessions.attempt_keys(account=None, address=address) for address in ("2001:db8::1", "2001:db8::ffff:2")]
    assert same[0] == same[1] != sessions.attempt_keys(account=None, address="2001:db8:0:1::1")


def test_old_attempts_and_ended_sessions_are_forgotten(session: Session) -> None:
    sessions.count_attempt(session, ["account", "address"])
    opened(session, settle_in(session))
    assert sessions.forget_attempts(session) == 0
    assert sessions.forget_sessions(session, idle=IDLE, lifetime=LIFETIME) == 0
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert sessions.forget_attempts(session) == 2
        assert sessions.forget_sessions(session, idle=IDLE, lifetime=LIFETIME) == 1


def test_a_token_speaks_for_its_person_until_it_is_revoked(session: Session) -> None:
    actor = make_actor(session, "borne")
    secret = make_token(session, actor, name="voorraadlijst")
    visit = find_visit_by_token(session, digest(secret))
    assert visit is not None and visit.actor.person_id == actor.person_id
    tokens.revoke_token(session, actor, token_id=visit.token_id or 0)
    tokens.revoke_token(session, actor, token_id=visit.token_id or 0)
    assert find_visit_by_token(session, digest(secret)) is None


def test_nobody_revokes_a_colleagues_token_or_session(session: Session) -> None:
    colleague, other = make_actor(session, "borne"), make_actor(session, "borne")
    make_token(session, colleague, name="van mij")
    sessions.start_session(session, ANONYMOUS, person=people.get_own(session, colleague), agent="")
    with pytest.raises(Missing):
        tokens.revoke_token(session, other, token_id=session.scalars(select(ApiToken.id)).one())
    with pytest.raises(Missing):
        sessions.revoke_session(session, other, session_id=session.scalars(select(WebSession.id)).one())


def test_twenty_tokens_are_enough(session: Session) -> None:
    actor = make_actor(session, "borne")
    for number in range(20):
        make_token(session, actor, name=f"nummer {number}")
    with pytest.raises(Conflict, match="20"):
        make_token(session, actor, name="nog een")


def test_of_thirty_attempts_at_once_ten_are_judged(database: Database) -> None:
    def attempt(_number: int) -> bool:
        try:
            database.run(lambda session: sessions.count_attempt(session, ["account", "address"]))
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(attempt, range(30))) == 10
