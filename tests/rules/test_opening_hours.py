"""When a depot is open: what people type, and what cannot be."""

import pytest

from marketplace.depots.rules.opening import Span, Weekday, clean_spans, hours_of, read_spans, stored_hours
from marketplace.kernel.errors import Invalid

MORNING, AFTERNOON = Span(480, 720), Span(780, 1020)  # 8:00-12:00 and 13:00-17:00


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8:00-12:00, 13:00-17:00", (MORNING, AFTERNOON)),
        ("8-12 en 13-17", (MORNING, AFTERNOON)),
        ("13.00 – 17.00; 08.00 – 12.00", (MORNING, AFTERNOON)),
        ("van 8 tot 12 uur", (MORNING,)),
        ("8u30 - 9", (Span(510, 540),)),
        ("0:00-24:00", (Span(0, 1440),)),
        ("8-12, 12-17", (MORNING, Span(720, 1020))),
        ("", ()),
        ("gesloten", ()),
        ("-", ()),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, read: tuple[Span, ...]) -> None:
    assert read_spans(typed, "monday") == read


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("25:00-26:00", "“25:00” is geen tijd"),
        ("8:00-24:01", "“24:01” is geen tijd"),
        ("8:60-9:00", "“8:60” is geen tijd"),
        ("acht-9", "“acht” is geen tijd"),
        ("12-8", "12:00 ligt niet vóór 08:00"),
        ("8-8", "08:00 ligt niet vóór 08:00"),
        ("8-12, 11:59-17", "08:00–12:00 en 11:59–17:00 overlappen"),
        ("8:00", "“8:00” zegt niet van wanneer tot wanneer"),
        ("8-12-17", "zegt niet van wanneer tot wanneer"),
        ("op afspraak", "zegt niet van wanneer tot wanneer"),
        ("1-2, 3-4, 5-6, 7-8, 9-10", "hoogstens 4"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_day(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        read_spans(typed, "monday")
    assert refusal.value.field == "monday"


def test_a_day_has_at_most_four_opening_times() -> None:
    four = tuple(Span(hour * 60, hour * 60 + 30) for hour in (8, 10, 13, 15))
    assert clean_spans(reversed(four)) == four


def test_hours_are_stored_by_the_number_of_the_day_and_read_back() -> None:
    hours = {Weekday.SATURDAY: (MORNING,), Weekday.MONDAY: (MORNING, AFTERNOON), Weekday.SUNDAY: ()}
    stored = stored_hours(hours)
    assert stored == {"1": [["08:00", "12:00"], ["13:00", "17:00"]], "6": [["08:00", "12:00"]]}
    assert hours_of(stored)[Weekday.MONDAY] == (MORNING, AFTERNOON)
    assert hours_of(stored)[Weekday.TUESDAY] == ()


def test_a_refusal_of_the_week_names_the_day() -> None:
    with pytest.raises(Invalid, match="Dinsdag: 08:00–12:00 en 08:30–09:00 overlappen") as refusal:
        stored_hours({Weekday.TUESDAY: (MORNING, Span(510, 540))})
    assert refusal.value.field == "opening"


@pytest.mark.parametrize(("typed", "quote"), [("x" * 61 + "-9", "“" + "x" * 60 + "…”"), ("y" * 61, "“" + "y" * 60 + "…”")])
def test_what_is_no_time_is_quoted_as_far_as_it_fits(typed: str, quote: str) -> None:
    with pytest.raises(Invalid, match=quote):
        read_spans(typed, "monday")


@pytest.mark.parametrize(
    ("opens", "closes", "is_right"),
    [(-1, 60, False), (0, 60, True), (0, 1440, True), (0, 1441, False), (60, 60, False), (60, 59, False)],
)
def test_hours_lie_within_a_day_and_end_after_they_begin(opens: int, closes: int, is_right: bool) -> None:
    if is_right:
        assert clean_spans([Span(opens, closes)]) == (Span(opens, closes),)
    else:
        with pytest.raises(Invalid):
            clean_spans([Span(opens, closes)])
