"""The filters of the figures as one value: which years and months a period is made of."""

from datetime import date

import pytest

from marketplace.impact.rules.cut import EVERYTHING, Cut


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        ("", "", ("2024-12", "2025", "2026-01", "2026-02")),
        ("2025-01", "2025-12", ("2025",)),
        ("2025-02", "2025-04", ("2025-02", "2025-03", "2025-04")),
        ("2025-12", "", ("2025-12", "2026-01", "2026-02")),
        ("", "2025-11", ("2024-12", *(f"2025-{month:02d}" for month in range(1, 12)))),
        ("2026-02", "2026-02", ("2026-02",)),
        ("2027-01", "2027-12", ()),
        ("2025-03", "2025-02", ()),
    ],
)
def test_a_period_is_the_fewest_years_and_months_of_the_book(first: str, last: str, spans: tuple[str, ...]) -> None:
    assert Cut(first, last).spans("2024-12", "2026-02") == spans


def test_a_year_of_which_the_book_has_all_months_is_one_span() -> None:
    assert EVERYTHING.spans("2025-01", "2026-12") == ("2025", "2026")


def test_only_a_cut_without_filters_leaves_nothing_out() -> None:
    assert Cut().is_all and not Cut(without_bulk=True).is_all


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2025-02", "2025-02", (date(2025, 2, 1), date(2025, 2, 28))),
        ("2024-02", "2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2025-11", "2025-12", (date(2025, 11, 1), date(2025, 12, 31))),
        ("", "", (None, None)),
    ],
)
def test_a_period_begins_and_ends_on_days(first: str, last: str, days: tuple[date | None, date | None]) -> None:
    cut = Cut(first, last)
    assert (cut.first_day, cut.last_day) == days
