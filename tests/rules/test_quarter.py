"""Quarters of a settlement."""

from datetime import date, timedelta

import pytest

from marketplace.depots.rules.quarter import Quarter, Span, check_open_quarter, first_open_day, quarter_of, read_quarter
from marketplace.kernel.errors import Invalid, Missing

TODAY = date(2026, 11, 28)


def test_the_days_of_a_quarter() -> None:
    assert Quarter(2026, 3).span(TODAY) == Span(date(2026, 7, 1), date(2026, 10, 1))
    assert Quarter(2025, 4).span(TODAY) == Span(date(2025, 10, 1), date(2026, 1, 1))
    assert Quarter(2026, 4).span(TODAY) == Span(date(2026, 10, 1), TODAY)
    assert [Quarter(2026, 3).is_over(day) for day in (date(2026, 9, 30), date(2026, 10, 1), date(2027, 2, 1))] == [
        False,
        True,
        True,
    ]


def test_one_follows_the_other() -> None:
    assert (Quarter(2026, 1).previous, Quarter(2026, 2).previous) == (Quarter(2025, 4), Quarter(2026, 1))
    assert (Quarter(2026, 4).previous, Quarter(2026, 1).following) == (Quarter(2026, 3), Quarter(2026, 2))
    assert (Quarter(2025, 4).following, Quarter(2026, 3).following) == (Quarter(2026, 1), Quarter(2026, 4))
    ends = [quarter_of(date(2026, month, 1)).number for month in range(1, 13)]
    assert ends == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize("text", ["2026-K4", "2026-Q4", "2026-k4"])
def test_a_quarter_is_read_from_its_name(text: str) -> None:
    assert (read_quarter(text, TODAY), str(read_quarter(text, TODAY))) == (Quarter(2026, 4), "2026-K4")


@pytest.mark.parametrize("text", ["2026-K5", "2026-K0", "2026", "2026-K44", "1999-K1", "2027-K1", ""])
def test_what_has_not_begun_or_is_no_quarter_is_missing(text: str) -> None:
    with pytest.raises(Missing):
        read_quarter(text, TODAY)


def test_a_quarter_begins_on_its_first_day() -> None:
    assert read_quarter("2026-K4", date(2026, 10, 1)) == Quarter(2026, 4)
    with pytest.raises(Missing):
        read_quarter("2026-K4", date(2026, 9, 30))


def test_a_quarter_stays_open_for_sixty_days() -> None:
    """30 September and sixty days is 29 November."""
    third = Quarter(2026, 3)
    assert third.open_until == date(2026, 11, 29)
    assert [third.is_closed(day) for day in (date(2026, 11, 29), date(2026, 11, 30))] == [False, True]
    assert first_open_day(date(2026, 11, 29)) == date(2026, 7, 1)
    assert first_open_day(date(2026, 11, 30)) == date(2026, 10, 1)


@pytest.mark.parametrize("days", range(0, 800, 7))
def test_sixty_days_back_is_always_open(days: int) -> None:
    today = TODAY + timedelta(days=days)
    check_open_quarter(today - timedelta(days=60), today)


def test_a_day_of_a_closed_quarter_is_refused_with_the_first_that_is_open() -> None:
    check_open_quarter(date(2026, 7, 1), TODAY)
    with pytest.raises(Invalid) as refused:
        check_open_quarter(date(2026, 6, 30), TODAY)
    assert refused.value.field == "moved_on"
    assert "2026-K2" in str(refused.value.message) and "1 juli 2026" in str(refused.value.message)
