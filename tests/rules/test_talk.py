"""Phone numbers as people type them, what a question may say, and what a notice repeats of a message."""

import pytest

from marketplace.accounts.rules.phones import PhoneShown, check_phone_shown, clean_phone, phone_text
from marketplace.kernel.contacts import has_contact_details
from marketplace.kernel.errors import Invalid, TooMany
from marketplace.messages import rules as messages
from marketplace.questions import rules as questions


@pytest.mark.parametrize(
    ("typed", "stored", "text"),
    [
        ("06-55551234", "+31655551234", "06\u00a055551234"),
        ("06 5555 1234", "+31655551234", "06\u00a055551234"),
        ("+31 (0)6 5555 1234", "+31655551234", "06\u00a055551234"),
        ("0031655551234", "+31655551234", "06\u00a055551234"),
        ("(053) 555 12 34", "+31535551234", "053\u00a05551234"),
        ("074/5551234", "+31745551234", "074\u00a05551234"),
        ("0546 555123", "+31546555123", "0546\u00a0555123"),
        ("+49 2562 555 12", "+49256255512", "+49256255512"),
        ("", "", ""),
        ("   ", "", ""),
    ],
)
def test_a_phone_number_is_taken_as_people_write_it(typed: str, stored: str, text: str) -> None:
    assert (clean_phone(typed), phone_text(stored)) == (stored, text)


@pytest.mark.parametrize(
    "typed",
    ["112", "06-5555123", "06-555512345", "bel Jan", "-", "+1", "+3165555123", "1234567890", "+" + "1" * 16],
)
def test_a_number_that_cannot_be_called_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_phone(typed)
    assert refusal.value.field == "phone"


def test_a_number_of_the_wrong_length_says_how_long_it_is() -> None:
    with pytest.raises(Invalid, match=r"9 cijfers.* 10\b"):
        clean_phone("06 5555123")
    for typed in ("655551234", "0900-KEIEN"):  # without its nought, or with letters, nobody knows how long it should be
        with pytest.raises(Invalid) as refusal:
            clean_phone(typed)
        assert "cijfers heeft" not in str(refusal.value) and "9 cijfers" not in str(refusal.value)


def test_what_is_shown_has_to_be_there() -> None:
    check_phone_shown("", PhoneShown.NEVER)
    check_phone_shown("+31655551234", PhoneShown.MEMBERS)
    for choice in (PhoneShown.TRANSFER, PhoneShown.MEMBERS):
        with pytest.raises(Invalid):
            check_phone_shown("", choice)


def test_a_question_says_something_and_is_no_longer_than_it_may_be() -> None:
    assert questions.clean_question("  Liggen ze op pallets? ") == "Liggen ze op pallets?"
    assert len(questions.clean_question("a" * 500)) == 500
    assert len(questions.clean_answer("a" * 1000)) == 1000
    for typed in ("", " \n ", "a" * 501):
        with pytest.raises(Invalid):
            questions.clean_question(typed)
    with pytest.raises(Invalid):
        questions.clean_answer("a" * 1001)


@pytest.mark.parametrize(
    ("text", "is_contact"),
    [
        ("Bel 06-55551234", True),
        ("Bel 06 5555 1234 graag", True),
        ("+31 53 5551234", True),
        ("Mail jan@borne.nl", True),
        ("06-12-34-56-78", True),
        ("06.12.34.56.78", True),
        ("06-12.34.56.78", True),
        ("06 - 5555 1234", True),
        ("06\u00a05555\u00a01234", True),
        ("０６５５５５１２３４", True),
        ("jan＠borne.nl", True),
        ("Vrij 01-12-26 of 1.12.26?", False),
        ("Vrij 01-12-2026/02-01-2027, 08.00 - 17.00?", False),
        ("Vrij van 01-12-2026 tot 02-01-2027?", False),
        ("Is het 1.200 m² of 1 200 000 kg, maat 8 x 21 x 10?", False),
        ("Is het 0,08 dik?", False),
        ("@ het hek?", False),
    ],
)
def test_a_question_holds_no_phone_number_and_no_mail_address(text: str, is_contact: bool) -> None:
    assert has_contact_details(text) is is_contact
    if is_contact:
        for clean in (questions.clean_question, questions.clean_answer):
            with pytest.raises(Invalid, match="Laat telefoonnummers"):
                clean(text)


def test_a_day_has_twenty_questions_and_a_hundred_messages() -> None:
    questions.check_asked_today(19)
    messages.check_sent_today(99)
    for check, most in ((questions.check_asked_today, 20), (messages.check_sent_today, 100)):
        with pytest.raises(TooMany) as refusal:
            check(most)
        assert refusal.value.retry_after_s == 86_400


def test_a_message_is_words_or_a_photo() -> None:
    assert messages.clean_message(" ", has_photo=True) == ""
    assert len(messages.clean_message("a" * 2000, has_photo=False)) == 2000
    for typed, has_photo in (("", False), ("a" * 2001, True)):
        with pytest.raises(Invalid):
            messages.clean_message(typed, has_photo=has_photo)


def test_a_notice_repeats_the_beginning_of_a_long_message() -> None:
    assert messages.shortened("woord " * 50) == "woord " * 50
    assert messages.shortened("woord " * 51) == "woord " * 49 + "woord …"
    assert messages.shortened("a" * 301) == "a" * 300 + " …"
