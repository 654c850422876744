"""Which passwords are taken, and how they are kept."""

from datetime import UTC, datetime

import pytest

from marketplace.accounts.rules import links, passwords
from marketplace.accounts.rules.accounts import clean_email
from marketplace.accounts.rules.passwords import check_new, hash_password, is_right, needs_rehash
from marketplace.kernel.errors import Invalid, Missing
from marketplace.notices.rules.kinds import Notice

EMAIL = "jan.jansen@borne.nl"


@pytest.mark.parametrize(
    "password",
    [
        *("een lang genoeg wachtwoord", "kei band tegel stoep", "Straatsteen-uit-Borne", "ééntweedrievier"),
        "84921 73056 214",  # figures alone are no listed word with figures around it
        "abedcbaecdbac",  # five different signs
    ],
)
def test_long_enough_and_not_guessed_first_is_enough(password: str) -> None:
    check_new(password, email=EMAIL)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("kort", "4 tekens"),
        ("elf tekens.", "11 tekens"),
        ("a" * 201, "201 tekens"),
        ("welkom123456", "Veel mensen"),
        ("Wachtwoord2026!", "Veel mensen"),
        ("qwertyuiop123", "Veel mensen"),
        ("abcabcabcabc", "Veel mensen"),
        ("aaaaaaaaaaaaaa", "Veel mensen"),
        ("materialenbank", "Veel mensen"),
        ("abdcbacdbadca", "Veel mensen"),  # four different signs
        ("jan.jansen12345", "e-mailadres"),
        ("van borne.nl af", "e-mailadres"),
    ],
)
def test_a_password_that_is_short_common_or_the_address_is_refused(password: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_new(password, email=EMAIL)
    assert sentence in str(refusal.value)
    assert refusal.value.field == "password"


@pytest.mark.slow
def test_a_hash_is_argon2id_with_64_mib_and_three_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = hash_password("een lang genoeg wachtwoord")
    monkeypatch.setattr(passwords, "_hasher", passwords.make_hasher())  # as it is for people, not as it is for tests
    made = hash_password("een lang genoeg wachtwoord")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert is_right(made, "een lang genoeg wachtwoord")
    assert not is_right(made, "een ander wachtwoord")
    assert not needs_rehash(made)
    assert needs_rehash(quick)


def test_nobodys_hash_is_never_right() -> None:
    assert not is_right(None, "nobody's password")
    assert not is_right("!", "!")


def test_the_same_letters_typed_on_another_device_are_the_same_password() -> None:
    assert is_right(hash_password("cafe\u0301 op de hoek"), "caf\u00e9 op de hoek")


@pytest.mark.parametrize(("typed", "address"), [(" Jan@Borne.NL ", "jan@borne.nl"), ("a+b@sub.borne.nl", "a+b@sub.borne.nl")])
def test_an_address_is_kept_in_lower_case(typed: str, address: str) -> None:
    assert clean_email(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "jan", "jan@borne", "jan@borne.nl,piet@borne.nl", "jan @borne.nl", "jan@borne.nl\nBcc: x@y.nl"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        clean_email(typed)


def test_a_link_of_another_purpose_or_another_key_is_refused() -> None:
    token = links.sign("key", links.INVITATION, 3, "nonce")
    assert links.read("key", links.INVITATION, token) == (3, "nonce")
    for key, purpose, given in (
        ("key", links.RESET, token),
        ("other", links.INVITATION, token),
        ("key", links.INVITATION, token + "x"),
    ):
        with pytest.raises(Missing):
            links.read(key, purpose, given)


def test_an_answer_by_one_click_says_whose_what_and_until_when() -> None:
    link = links.ActionLink(7, "still", 12, datetime(2027, 1, 12, 12, tzinfo=UTC))
    token = links.sign_action("key", link)
    assert links.read_action("key", token) == link
    for given in (token + "x", links.sign("key", links.ANSWER, 3, "nonce")):
        with pytest.raises(Missing):
            links.read_action("key", given)


def test_less_mail_is_of_the_kinds_that_are_still_there() -> None:
    token = links.sign_less_mail("key", 7, [Notice.NEW_MATCH, Notice.DISPUTED, Notice.NEW_MATCH])
    assert links.read_less_mail("key", token) == (7, (Notice.DISPUTED, Notice.NEW_MATCH))
    assert links.read_less_mail("key", links.sign_less_mail("key", 7, [])) == (7, ())
    for given in (token + "x", links.sign_action("key", links.ActionLink(7, "still", 12, datetime(2027, 1, 12, tzinfo=UTC)))):
        with pytest.raises(Missing):
            links.read_less_mail("key", given)


@pytest.mark.parametrize(
    ("password", "is_common"),
    [
        ("welkom", True),  # on the list
        ("WELKOM", True),
        ("1!welkom2026", True),  # a listed word with figures and signs around it
        ("welkom in almelo", False),
        ("abcdabcdabcd", True),  # four different signs
        ("abcdeabcdeabcde", True),  # one piece of five again and again
        ("abcdefabcdefgh", True),  # and a little more
        ("tafelsteenwolk", False),
        ("qwertyuiopasdf", True),  # a run of keys
        ("fdsapoiuytrewq", True),  # and back
        ("#", True),
        ("", True),
    ],
)
def test_what_is_guessed_first(password: str, is_common: bool) -> None:
    assert passwords.is_common(password) is is_common


def test_of_a_very_long_password_only_what_nobody_types_is_left_out() -> None:
    stored = hash_password("x" * 800)
    assert is_right(stored, "x" * 800 + "y")
    assert not is_right(stored, "x" * 799)
