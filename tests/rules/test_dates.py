"""Days as people type them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest

from marketplace.kernel import clock
from marketplace.kernel.dates import at_the_clock, find_day_faults, is_dated, parse_date, read_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in

TWELFTH = date(2027, 1, 12)
WEDNESDAY = date(2026, 12, 2)


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[None]:
    """A Wednesday."""
    with clock.frozen(datetime(2026, 12, 2, 12, tzinfo=clock.AMSTERDAM)):
        yield


@pytest.mark.parametrize(
    "typed",
    ["12-1-2027", "12-01-2027", " 12/1/2027", "12.1.2027", "12 1 2027", "12 jan 2027", "12 jan. 2027", "12 Januari 2027", "12\u00a0januari\u00a02027",
     "2027-01-12", "12 january 2027", "12-jan-2027", "12/1/27", "12-1-27", "12 jan 27", "12 januari", "12 jan", "12/1", "12-1", "12.1"],
)  # fmt: skip
def test_a_dutch_date_is_read_day_first(typed: str) -> None:
    assert parse_date(typed, "nl") == TWELFTH


@pytest.mark.parametrize(
    "typed",
    [
        "12 January 2027",
        "12th January 2027",
        "January 12, 2027",
        "Jan 12 2027",
        "2027-01-12",
        "12 jan 2027",
        "12 January",
        "January 12",
        "12 jan 27",
    ],
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
        ("gauw", "nl", "“gauw” is geen datum"),
        ("31-2-2027", "nl", "staat niet op de kalender"),
        ("12-13-2027", "nl", "staat niet op de kalender"),
        ("12 foo 2027", "nl", "staat niet op de kalender"),
        ("1-1-1066", "nl", "van 1990 tot en met 2056"),
        ("30 februari", "nl", "staat niet op de kalender"),
        ("1 november", "nl", "1 november 2026 of 1 november 2027"),
        ("1/12/2027", "en", "can be read in two ways"),
        ("12 1", "en", "can be read in two ways"),
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


@pytest.mark.parametrize(("typed", "day"), [("1-1-1990", date(1990, 1, 1)), ("31-12-2056", date(2056, 12, 31))])
def test_the_first_and_the_last_day_that_are_taken(typed: str, day: date) -> None:
    assert parse_date(typed, "nl") == day
    assert find_day_faults("day", day, WEDNESDAY) == find_day_faults("day", None, WEDNESDAY) == []


@pytest.mark.parametrize(
    ("typed", "day"), [("31-12-1989", date(1989, 12, 31)), ("1-1-2057", date(2057, 1, 1)), ("1-1-1900", date(1900, 1, 1))]
)
def test_a_day_before_1990_or_more_than_thirty_years_ahead_is_refused(typed: str, day: date) -> None:
    with pytest.raises(Invalid, match="Typ een dag van 1990 tot en met 2056") as refused:
        parse_date(typed, "nl", "needed_by")
    assert refused.value.field == "needed_by"
    assert [fault.field for fault in find_day_faults("needed_by", day, WEDNESDAY)] == ["needed_by"]
    assert read_date(typed, "nl") == day  # what was stored is read


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("vandaag", WEDNESDAY), ("Today", WEDNESDAY), ("nu", WEDNESDAY),
        ("morgen", date(2026, 12, 3)), ("tomorrow", date(2026, 12, 3)),
        ("overmorgen", date(2026, 12, 4)), ("the day after tomorrow", date(2026, 12, 4)),
        ("gisteren", date(2026, 12, 1)), ("yesterday", date(2026, 12, 1)), ("eergisteren", date(2026, 11, 30)),
        ("volgende week maandag", date(2026, 12, 7)), ("next week on Monday", date(2026, 12, 7)), ("zondag volgende week", date(2026, 12, 13)),
        ("komende woensdag", date(2026, 12, 9)), ("coming thursday", date(2026, 12, 3)), ("aanstaande dinsdag", date(2026, 12, 8)),
        ("afgelopen woensdag", date(2026, 11, 25)), ("last Tuesday", date(2026, 12, 1)), ("vorige donderdag", date(2026, 11, 26)),
        ("over 3 weken", date(2026, 12, 23)), ("in 10 days", date(2026, 12, 12)), ("over een week", date(2026, 12, 9)), ("in a week", date(2026, 12, 9)),
    ],
)  # fmt: skip
def test_words_are_counted_from_today(typed: str, day: date) -> None:
    assert parse_date(typed, "nl") == parse_date(typed, "en") == day


@pytest.mark.parametrize(
    ("typed", "following", "last"),
    [
        ("2 december", WEDNESDAY, WEDNESDAY),
        ("3 december", date(2026, 12, 3), date(2025, 12, 3)),
        ("2 oktober", date(2027, 10, 2), date(2026, 10, 2)),  # 61 days ago
        ("29 februari", date(2028, 2, 29), date(2024, 2, 29)),
    ],
)
def test_without_a_year_it_is_the_next_such_day_or_the_last_one(typed: str, following: date, last: date) -> None:
    assert parse_date(typed, "nl") == following
    assert parse_date(typed, "nl", is_past=True) == last


def test_a_day_of_the_last_sixty_needs_its_year_unless_it_has_been() -> None:
    with pytest.raises(Invalid, match="Typ ook het jaar"):
        parse_date("3 oktober", "nl")
    assert parse_date("3 oktober", "nl", is_past=True) == date(2026, 10, 3)


def test_a_text_with_its_year_means_the_same_day_tomorrow() -> None:
    assert [is_dated(typed) for typed in ("12-1-2027", "12 jan 2027", "12-1-27", "morgen", "12 januari")] == [
        True,
        True,
        False,
        False,
        False,
    ]


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
    ("day", "at", "sentence"),
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
def test_a_time_that_the_clock_skips_or_shows_twice_is_refused(day: date, at: time, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        at_the_clock(day, at)
    with reading_in("nl"):
        assert sentence in str(refused.value.message).replace("\u00a0", " ")


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


@pytest.mark.parametrize(
    ("today", "following", "last"),
    [  # 2100 has no 29 February
        (date(2096, 3, 1), date(2104, 2, 29), date(2096, 2, 29)),
        (date(2104, 2, 28), date(2104, 2, 29), date(2096, 2, 29)),
    ],
)
def test_a_29_february_may_be_eight_years_away(today: date, following: date, last: date) -> None:
    with clock.frozen(datetime.combine(today, time(12), UTC)):
        assert parse_date("29 feb", "nl", is_past=True) == last
        if (today - last).days > 60:
            assert parse_date("29 feb", "nl") == following
