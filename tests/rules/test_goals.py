"""The goals' indicators, redone by hand: every kilogram counts once, and nobody who is silent gets a share."""

from decimal import Decimal

import pytest

from marketplace.impact.rules.goals import (
    Origin,
    Target,
    UseRow,
    YearInput,
    check_rows,
    check_tightened,
    check_year,
    effective,
    indicator,
    regional,
    valued,
)
from marketplace.kernel.errors import Invalid

HALF = Target(2, Decimal(50), 2030)


def year(primary: int, biobased: int, reused: int, recycled: int, *, includes_bank: bool = True, bank: int = 0) -> YearInput:
    masses = zip(Origin, (primary, biobased, reused, recycled), strict=True)
    return YearInput({origin: Decimal(mass) for origin, mass in masses}, includes_bank, Decimal(bank))


def test_the_share_is_what_is_biobased_reused_and_recycled_of_all_input() -> None:
    assert indicator(year(600, 100, 200, 100)).share == Decimal("0.4")  # 400 of 1 000


def test_the_banks_mass_is_added_above_and_below_where_the_report_leaves_it_out() -> None:
    one = indicator(year(600, 100, 200, 100, includes_bank=False, bank=200))
    assert (one.renewable_kg, one.total_kg) == (600, 1200)
    assert one.share == Decimal("0.5")


def test_the_banks_mass_is_not_added_again_where_the_report_has_it() -> None:
    assert indicator(year(600, 100, 200, 100, includes_bank=True, bank=200)).share == Decimal("0.4")


def test_who_reported_nothing_has_no_share_whatever_came_through_the_bank() -> None:
    assert indicator(None).share is None
    assert indicator(year(0, 0, 0, 0, includes_bank=False, bank=500)).share is None


def test_only_primary_material_is_a_reported_zero() -> None:
    assert indicator(year(1000, 0, 0, 0)).share == 0


def test_the_region_is_the_sum_of_those_that_reported_and_says_how_many() -> None:
    whole = regional([year(900, 0, 100, 0), None, year(0, 0, 3000, 0), year(0, 0, 0, 0, includes_bank=False, bank=70)])
    assert (whole.renewable_kg, whole.total_kg, whole.reported, whole.asked) == (3100, 4000, 2, 4)
    assert whole.share == Decimal("0.775")  # not the middle of 10 % and 100 %


def test_a_region_in_which_nobody_reported_has_no_share() -> None:
    assert regional([None] * 14).share is None


def test_a_target_is_reached_by_the_exact_mass() -> None:
    assert indicator(year(500, 0, 500, 0)).has_reached(Decimal(50))
    almost = indicator(year(500_000_001, 0, 499_999_999, 0))
    assert almost.share == Decimal("0.500000")
    assert not almost.has_reached(Decimal(50))


def test_the_third_goal_is_unknown_until_there_are_passports() -> None:
    assert valued(None, None).share is None
    assert valued(Decimal(1), Decimal(4)).share == Decimal("0.25")


@pytest.mark.parametrize(
    ("percent", "when"), [("49", 2029), ("60", 2031), ("50", 2030), ("101", 2030), ("0", 2030), ("60", 2025)]
)
def test_a_goal_is_never_made_looser(percent: str, when: int) -> None:
    with pytest.raises(Invalid):
        check_tightened(HALF, percent=Decimal(percent), year=when, this_year=2026)


@pytest.mark.parametrize(("percent", "when"), [("60", 2030), ("50", 2029), ("55.5", 2028)])
def test_a_goal_is_tightened_by_more_or_by_sooner(percent: str, when: int) -> None:
    assert check_tightened(HALF, percent=Decimal(percent), year=when, this_year=2026) == Target(2, Decimal(percent), when)


def test_a_municipalitys_own_goal_counts_while_it_is_as_tight_as_the_regions() -> None:
    own = Target(2, Decimal(60), 2028, is_own=True)
    assert effective(own, HALF) is own
    assert effective(None, HALF) is HALF
    tighter_region = Target(2, Decimal(70), 2030)
    assert effective(own, tighter_region) is tighter_region


@pytest.mark.parametrize("when", [2014, 2027])
def test_a_year_that_nobody_can_have_measured_is_refused(when: int) -> None:
    with pytest.raises(Invalid):
        check_year(when, this_year=2026)


def test_every_faulty_row_is_named() -> None:
    rows = [
        UseRow("bestrating", "primary", Decimal(1)),
        UseRow("maanstof", "primary", Decimal(1)),
        UseRow("bestrating", "stolen", Decimal(1)),
        UseRow("bestrating", "reused", Decimal(-1)),
        UseRow("bestrating", "primary", Decimal(2)),
        UseRow("bestrating", "recycled", Decimal("0.0001")),
    ]
    with pytest.raises(Invalid) as refused:
        check_rows(rows, groups=["bestrating"])
    assert [one.field for one in refused.value.errors] == [
        "rows[1].group", "rows[2].origin", "rows[3].mass_kg", "rows[4].group", "rows[5].mass_kg",
    ]  # fmt: skip


def test_a_row_of_zero_is_not_kept() -> None:
    assert check_rows([UseRow("bestrating", "primary", Decimal(0))], groups=["bestrating"]) == []
