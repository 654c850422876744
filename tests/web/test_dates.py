"""Days as people type them."""

from datetime import date

import pytest

from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in

TWELFTH = date(2027, 1, 12)


@pytest.mark.parametrize(
    "typed",
    ["12-1-2027", "12-01-2027", " 12/1/2027", "12.1.2027", "12 1 2027", "12 jan 2027", "12 jan. 2027", "12 Januari 2027", "12\u00a0januari\u00a02027",
     "2027-01-12", "12 january 2027", "12-jan-2027"],
)  # fmt: skip
def test_a_dutch_date_is_read_day_first(typed: str) -> None:
    assert parse_date(typed, "nl") == TWELFTH


@pytest.mark.parametrize(
    "typed", ["12 January 2027", "12th January 2027", "January 12, 2027", "Jan 12 2027", "2027-01-12", "12 jan 2027"]
)
def test_an_english_date_has_its_month_in_words(typed: str) -> None:
    assert parse_date(typed, "en") == TWELFTH


@pytest.mark.parametrize(
    ("typed", "month"), [("1 mrt 2027", 3), ("1 maart 2027", 3), ("1 mei 2027", 5), ("1 okt 2027", 10), ("1 dec 2027", 12)]
)
def test_every_dutch_month_has_its_short_name(typed: str, month: int) -> None:
    assert parse_date(typed, "nl") == date(2027, month, 1)


@pytest.mark.parametrize(
    ("typed", "locale", "says"),
    [
        ("morgen", "nl", "“morgen” is geen datum"),
        ("12-1-27", "nl", "vier cijfers"),
        ("31-2-2027", "nl", "staat niet op de kalender"),
        ("12-13-2027", "nl", "staat niet op de kalender"),
        ("12 foo 2027", "nl", "staat niet op de kalender"),
        ("1-1-1066", "nl", "tussen 1900 en 2199"),
        ("1/12/2027", "en", "can be read in two ways"),
        ("12 1", "en", "is not a date"),
        ("9" * 400, "en", "is not a date"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_type(typed: str, locale: str, says: str) -> None:
    with reading_in(locale), pytest.raises(Invalid) as refused:
        parse_date(typed, locale)
    with reading_in(locale):
        assert says in str(refused.value)


def test_figures_that_can_be_read_in_one_way_are_read_in_english_too() -> None:
    assert parse_date("25/12/2027", "en") == date(2027, 12, 25)
    assert parse_date("5/5/2027", "en") == date(2027, 5, 5)
