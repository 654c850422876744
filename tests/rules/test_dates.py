"""Days as people type them."""

from datetime import UTC, date, time

import pytest

from marketplace.kernel.dates import at_the_clock, parse_date
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


@pytest.mark.parametrize(("typed", "day"), [("1-1-1900", date(1900, 1, 1)), ("31-12-2199", date(2199, 12, 31))])
def test_the_first_and_the_last_day_that_are_taken(typed: str, day: date) -> None:
    assert parse_date(typed, "nl") == day


@pytest.mark.parametrize("typed", ["31-12-1899", "1-1-2200"])
def test_a_day_before_the_first_or_after_the_last_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="tussen 1900 en 2199") as refused:
        parse_date(typed, "nl", "needed_by")
    assert refused.value.field == "needed_by"


@pytest.mark.parametrize("typed", ["12/11/2027", "11/12/2027", "1/2/2027", "12/1/2027"])
def test_two_figures_that_can_both_be_a_month_are_refused_in_english(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_date(typed, "en")
    assert parse_date(typed, "nl").year == 2027


@pytest.mark.parametrize(
    ("typed", "day"),
    [("13/12/2027", date(2027, 12, 13)), ("12/12/2027", date(2027, 12, 12))],
)
def test_what_can_be_read_in_one_way_needs_no_word(typed: str, day: date) -> None:
    assert parse_date(typed, "en") == day


def test_a_day_in_the_thirteenth_month_is_on_no_calendar() -> None:
    for typed in ("1/13/2027", "13/13/2027", "0/13/2027"):
        with reading_in("en"), pytest.raises(Invalid, match="not a day on the calendar"):
            parse_date(typed, "en")


@pytest.mark.parametrize(
    ("names", "month"),
    [
        ("januari january jan", 1), ("februari february feb", 2), ("maart march mrt mar", 3), ("april apr", 4), ("mei may", 5),
        ("juni june jun", 6), ("juli july jul", 7), ("augustus august aug", 8), ("september sept sep", 9), ("oktober october okt oct", 10),
        ("november nov", 11), ("december dec", 12),
    ],
)  # fmt: skip
def test_every_month_is_known_by_its_dutch_and_english_names(names: str, month: int) -> None:
    for name in names.split():
        assert parse_date(f"4 {name} 2027", "nl") == date(2027, month, 4)


def test_what_is_quoted_of_a_long_text_is_forty_characters() -> None:
    with pytest.raises(Invalid) as refused:
        parse_date("x" * 41, "nl")
    assert f"“{'x' * 40}”" in str(refused.value)


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        (date(2026, 3, 29), time(2), "In de nacht van 29 maart 2026 gaat de klok van 02:00 naar 03:00; 02:00 is er niet."),
        (date(2026, 3, 29), time(2, 59), "02:59 is er niet."),
        (
            date(2026, 10, 25),
            time(2),
            "In de nacht van 25 oktober 2026 gaat de klok van 03:00 terug naar 02:00; 02:00 is er twee keer.",
        ),
        (date(2026, 10, 25), time(2, 59), "02:59 is er twee keer."),
    ],
)
def test_a_time_that_the_clock_skips_or_shows_twice_is_refused(day: date, at: time, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        at_the_clock(day, at)
    with reading_in("nl"):
        assert said in str(refused.value.message).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 29), time(1, 59), "00:59"),
        (date(2026, 3, 29), time(3), "01:00"),
        (date(2026, 10, 25), time(1, 59), "23:59"),
        (date(2026, 10, 25), time(3), "02:00"),
    ],
)
def test_every_other_time_of_such_a_night_is_one_moment(day: date, at: time, utc: str) -> None:
    assert f"{at_the_clock(day, at).astimezone(UTC):%H:%M}" == utc
