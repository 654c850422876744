"""What is still to go, by hand, at and around every edge."""

from decimal import Decimal

import pytest

from marketplace.impact.rules.goals import Target
from marketplace.impact.rules.material_use import NOTHING_KNOWN, Indicator
from marketplace.impact.rules.path import Comparison, Path, Way, bounds, compare, path_to, say_path, say_points, say_too_few

HALF = Target(2, Decimal(50), 2030)


def share(kg: str, of: str = "100") -> Indicator:
    return Indicator(Decimal(kg), Decimal(of), 1, 1)


@pytest.mark.parametrize(
    ("kg", "year", "way", "points", "years", "a_year"),
    [
        ("23", 2027, Way.UNDERWAY, "27", 3, "9"),
        ("0", 2026, Way.UNDERWAY, "50", 4, "12.5"),
        ("-5", 2026, Way.UNDERWAY, "50", 4, "12.5"),
        ("49", 2029, Way.UNDERWAY, "1", 1, "1"),
        ("49", 2030, Way.TOO_LATE, "1", None, None),
        ("49", 2035, Way.TOO_LATE, "1", None, None),
        ("50", 2027, Way.REACHED, None, None, None),
        ("50", 2035, Way.REACHED, None, None, None),
        ("49.99999", 2027, Way.UNDERWAY, "0.00001", 3, None),
    ],
)
def test_what_is_to_go_and_how_much_of_it_a_year(
    kg: str, year: int, way: Way, points: str | None, years: int | None, a_year: str | None
) -> None:
    path = path_to(HALF, share(kg), year=year)
    assert path == Path(way, None if points is None else Decimal(points), years)
    if a_year is not None:
        assert path.points_a_year == Decimal(a_year)
    if years is None:
        assert path.points_a_year is None


def test_what_nobody_knows_has_no_path() -> None:
    assert path_to(HALF, NOTHING_KNOWN, year=2027) == Path(Way.UNKNOWN)
    few = Indicator(Decimal(75), Decimal(100), 1, 14, 82_000, 638_897)
    assert path_to(HALF, few, year=2027) == Path(Way.TOO_FEW)
    assert path_to(HALF, Indicator(asked_of=14, inhabitants_asked=638_897), year=2027) == Path(Way.UNKNOWN)
    assert path_to(HALF, share("0", of="0"), year=2027) == Path(Way.UNKNOWN)


@pytest.mark.parametrize(
    ("indicator", "year", "sentence"),
    [
        (share("23"), 2027, "Borne: 23% in 2027, 27 procentpunt te gaan in 3 jaar"),
        (share("23"), 2029, "Borne: 23% in 2029, 27 procentpunt te gaan in 1 jaar"),
        (share("41.1765"), 2027, "Borne: 41,2% in 2027, 8,8 procentpunt te gaan in 3 jaar"),
        (share("49.99"), 2027, "Borne: 50% in 2027, < 0,1 procentpunt te gaan in 3 jaar"),
        (share("50"), 2027, "Borne: 50% in 2027, het doel van 50% in 2030 is gehaald"),
        (share("0"), 2027, "Borne: 0% in 2027, 50 procentpunt te gaan in 3 jaar"),
        (share("-5"), 2027, "Borne: 0% in 2027, 50 procentpunt te gaan in 3 jaar"),
        (share("23"), 2031, "Borne: 23% in 2031, 27 procentpunt onder het doel van 2030"),
        (NOTHING_KNOWN, 2027, "Borne: over 2027 is niets bekend"),
    ],
)
def test_the_path_in_a_sentence(indicator: Indicator, year: int, sentence: str) -> None:
    assert str(say_path("Borne", HALF, indicator, year=year)) == sentence


def test_too_few_are_told_by_how_many_and_how_much_of_the_inhabitants() -> None:
    few = Indicator(Decimal(75), Decimal(100), 1, 14, 82_311, 638_897)
    sentence = "Nog geen regionaal cijfer: 1 van de 14 gemeenten, 12,9% van de inwoners"
    assert str(say_too_few(few)) == str(say_path("De regio", HALF, few, year=2027)) == sentence
    assert str(say_too_few(Indicator(asked_of=14))).endswith("0 van de 14 gemeenten, 0% van de inwoners")


@pytest.mark.parametrize(
    ("points", "written"), [("0", "0"), ("0.04", "< 0,1"), ("0.05", "0,1"), ("8.8235", "8,8"), ("27", "27"), ("-3.25", "-3,3")]
)
def test_points_are_written_with_one_decimal_and_never_as_nothing_where_there_is_some(points: str, written: str) -> None:
    assert say_points(Decimal(points)) == written


def test_nobody_knows_what_the_silent_use_so_a_share_has_bounds_only_where_everybody_spoke() -> None:
    assert bounds(share("23")) == (Decimal("0.23"), Decimal("0.23"))
    assert bounds(Indicator(Decimal(75), Decimal(100), 13, 14, 600_000, 638_897)) is None
    assert bounds(NOTHING_KNOWN) is None


PEOPLE = {1: 600, 2: 300, 3: 100}


def compared(before: dict[int, Indicator], after: dict[int, Indicator], minimum: int = 50) -> Comparison | None:
    return compare(before, after, PEOPLE, year_before=2026, minimum_percent=Decimal(minimum))


def test_two_years_are_compared_over_those_in_both() -> None:
    comparison = compared({1: share("25"), 2: share("90")}, {1: share("35"), 3: share("99"), 2: NOTHING_KNOWN})
    assert comparison is not None
    assert (comparison.year_before, comparison.reporters, comparison.points) == (2026, 1, 10)
    assert comparison.after.asked_of == 3


@pytest.mark.parametrize(("minimum", "points"), [(30, 10), (31, None)])
def test_a_change_of_too_few_is_none(minimum: int, points: int | None) -> None:
    comparison = compared({2: share("25")}, {2: share("35")}, minimum)
    assert comparison is not None and comparison.points == points


@pytest.mark.parametrize(("before", "after"), [(share("25"), NOTHING_KNOWN), (NOTHING_KNOWN, share("35"))])
def test_a_year_of_which_nothing_is_known_changed_by_nobody_knows_how_much(before: Indicator, after: Indicator) -> None:
    assert Comparison(2026, before, after).points is None


def test_nobody_in_both_years_is_no_comparison() -> None:
    assert compared({1: share("25")}, {2: share("35")}) is None
    assert compared({9: share("25")}, {9: share("35")}) is None
