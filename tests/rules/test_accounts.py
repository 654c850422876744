"""Names, addresses, and how long somebody waits after too many failures."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.rules.accounts import (
    FAILURES_WINDOW,
    IDEMPOTENCY_LIFETIME,
    INVITATION_LIFETIME,
    RESET_LIFETIME,
    RESETS_PER_HOUR,
    SEEN_EVERY,
    check_leaving,
    check_password,
    check_role_change,
    clean_email,
    clean_name,
    retry_after_s,
)
from marketplace.accounts.rules.actors import Actor
from marketplace.accounts.rules.tokens import TOKENS_MAX, Scope
from marketplace.kernel.errors import Conflict, Invalid

NOON = datetime(2027, 1, 12, 12, tzinfo=UTC)


def test_how_long_things_last() -> None:
    """An invitation a week, a new password an hour, three of those an hour."""
    assert (timedelta(days=7), timedelta(hours=1), 3) == (INVITATION_LIFETIME, RESET_LIFETIME, RESETS_PER_HOUR)
    assert (timedelta(hours=24), timedelta(minutes=1), 20) == (IDEMPOTENCY_LIFETIME, SEEN_EVERY, TOKENS_MAX)
    assert timedelta(minutes=15) == FAILURES_WINDOW


def failures(*minutes_ago: float) -> list[datetime]:
    return [NOON - timedelta(minutes=minutes) for minutes in minutes_ago]


def test_nine_failures_let_somebody_try_again_at_once() -> None:
    assert retry_after_s(failures(*range(1, 10)), NOON) == 0


def test_after_ten_failures_one_waits_until_the_oldest_is_fifteen_minutes_old() -> None:
    assert retry_after_s(failures(*range(1, 11)), NOON) == 300  # the tenth was 10 minutes ago: 5 minutes are left


def test_of_more_failures_the_last_ten_count_in_whatever_order_they_come() -> None:
    assert retry_after_s(failures(14, *range(2, 12), 13), NOON) == 240  # of the last ten the oldest was 11 minutes ago


@pytest.mark.parametrize(("seconds_left", "seconds"), [(-60, 1), (0, 1), (0.2, 1), (1, 1), (1.2, 2), (2, 2)])
def test_a_part_of_a_second_is_a_second_and_nobody_waits_less_than_one(seconds_left: float, seconds: int) -> None:
    oldest = NOON - timedelta(minutes=15) + timedelta(seconds=seconds_left)
    assert retry_after_s([oldest, *failures(*[0] * 9)], NOON) == seconds


def test_a_name_is_one_to_a_hundred_and_twenty_characters() -> None:
    assert clean_name("  Jan \u200bJansen ") == "Jan Jansen"
    assert clean_name("x" * 120) == "x" * 120
    for typed in ("", " \u200b", "x" * 121):
        with pytest.raises(Invalid) as refusal:
            clean_name(typed, field="organisation")
        assert refusal.value.field == "organisation"


def test_an_address_is_kept_in_lower_case_and_refused_in_another_shape() -> None:
    assert clean_email(" Jan.Jansen@Borne.NL ") == "jan.jansen@borne.nl"
    longest = f"{'x' * 64}@{'y' * 63}.{'y' * 63}.{'z' * 57}.nl"
    assert clean_email(longest) == longest
    for typed in (
        "jan",
        "jan@borne",
        "@borne.nl",
        "jan jansen@borne.nl",
        f"{'x' * 65}@borne.nl",
        "a@-b.nl",
        "a@b-.nl",
        ".jan@borne.nl",
        "jan.@borne.nl",
        "jan..jansen@borne.nl",
        f"{'y' * 60}.{longest}",
    ):
        with pytest.raises(Invalid) as refusal:
            clean_email(typed)
        assert refusal.value.field == "email"


def check(password: str, email: str = "jan.jansen@borne.nl") -> None:
    check_password(password, email=email, is_common=lambda typed: typed == "welkom in twente")


def test_a_password_has_twelve_to_two_hundred_characters() -> None:
    check("k" * 12)
    check("k" * 200)
    for length in (11, 201):
        with pytest.raises(Invalid, match=f"{length} tekens"):
            check("k" * length)


@pytest.mark.parametrize(
    ("password", "email"),
    [
        ("de Jan van hier", "jan@borne.nl"),  # three letters stand in too many words
        ("wij zijn van Borne", "jan@borne.nl"),
        ("een heel gewoon woord", "roel"),
    ],
)
def test_a_password_may_look_like_the_address(password: str, email: str) -> None:
    check(password, email)


@pytest.mark.parametrize(
    ("password", "email", "sentence"),
    [
        ("de Roel van hier", "roel@borne.nl", "e-mailadres"),  # four letters of the address
        ("wij zijn Borne.NL", "jan@borne.nl", "e-mailadres"),
        ("een heel gewone roel", "roel", "e-mailadres"),
        ("Welkom in Twente", "jan@borne.nl", "Veel mensen"),
    ],
)
def test_a_password_is_not_the_address_and_not_one_that_many_use(password: str, email: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        check(password, email)
    assert refusal.value.field == "password"


def test_nobody_changes_the_own_role_or_leaves_alone() -> None:
    for check_own in (check_role_change, check_leaving):
        check_own(is_self=False)
        with pytest.raises(Conflict):
            check_own(is_self=True)


def test_whoever_logs_in_is_a_person_who_may_write_for_whatever_is_theirs() -> None:
    """What a token takes away is said by the token, never by default."""
    plain = Actor()
    assert (plain.is_machine, plain.is_bound, plain.is_visiting) == (False, False, False)
    assert (plain.scope, plain.token_ends_on) == (Scope.WRITE, None)
