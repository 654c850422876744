"""What lying in a depot costs, computed by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from marketplace.depots.rules.costs import Change, Charge, Cost, Rate, Rates, Stored, added, charge, sum_of
from marketplace.depots.rules.quarter import Span
from marketplace.kernel.units import Unit

FIRST = date(2026, 10, 1)
AFTER = date(2026, 11, 12)  # 42 days later
SPAN = Span(FIRST, AFTER)


def of(*changes: Change, unit: Unit = Unit.M2, kg: str = "185") -> Stored:
    return Stored(unit, [replace(change, kg_per_unit=Decimal(kg)) for change in changes])


def in_october(day: int, quantity: str, pallets: int = 0) -> Change:
    return Change(date(2026, 10, day), Decimal(quantity), Decimal(185), pallets)


def rate(price: str, unit: str = "m2", from_on: date = date(2026, 1, 1)) -> Rate:
    return Rate(unit, Decimal(price), from_on)


def test_176_m2_for_42_days_at_fifteen_cents_a_week() -> None:
    """176 × 42 = 7 392 m²-days; 176 × 6 weeks × 0.15 = 158.40."""
    (row,) = charge(of(in_october(1, "176")), Rates([rate("0.15")]), SPAN)
    assert row == Charge(FIRST, date(2026, 11, 11), 42, "m2", Decimal(7392), Decimal("0.15"), 15840)


def test_the_day_of_coming_counts_and_the_day_of_leaving_does_not() -> None:
    """10 m² from 5 to 12 October: seven days, one week of 10 × 0.70."""
    (row,) = charge(of(in_october(5, "10"), in_october(12, "-10")), Rates([rate("0.70")]), SPAN)
    assert (row.first_on, row.last_on, row.days, row.cents) == (date(2026, 10, 5), date(2026, 10, 11), 7, 700)


def test_what_comes_and_leaves_on_one_day_costs_nothing() -> None:
    rows = charge(of(in_october(5, "10"), in_october(5, "-10")), Rates([rate("0.70")]), SPAN)
    assert (rows, sum_of(rows)) == ([], Cost(0, 0, is_known=True))


def test_a_price_that_changes_halfway_changes_what_comes_after() -> None:
    """176 × 21 = 3 696 m²-days each: 3 weeks × 176 × 0.15 = 79.20, and × 0.20 = 105.60."""
    rates = Rates([rate("0.20", from_on=date(2026, 10, 22)), rate("0.15")])
    first, second = charge(of(in_october(1, "176")), rates, SPAN)
    assert first == Charge(FIRST, date(2026, 10, 21), 21, "m2", Decimal(3696), Decimal("0.15"), 7920)
    assert second == Charge(date(2026, 10, 22), date(2026, 11, 11), 21, "m2", Decimal(3696), Decimal("0.20"), 10560)
    assert sum_of([first, second]) == Cost(18480, 42, is_known=True)


def test_a_split_on_the_tenth_day_lowers_what_lies_there_from_that_day_on() -> None:
    """276 for 10 days and 176 for 32: 2 760 + 5 632 = 8 392 m²-days; × 0.15 / 7 = 179.828 57. The child: 100 × 32 × 0.15 / 7 = 68.571 42."""
    parent = charge(of(in_october(1, "276"), in_october(11, "-100")), Rates([rate("0.15")]), SPAN)
    child = charge(of(in_october(11, "100")), Rates([rate("0.15")]), SPAN)
    assert [(row.days, row.amount_days, row.cents) for row in parent] == [(42, Decimal(8392), 17983)]
    assert [(row.days, row.amount_days, row.cents) for row in child] == [(32, Decimal(3200), 6857)]


def test_a_lot_that_leaves_and_comes_back_has_two_stays() -> None:
    """70 m² from 1 to 8 October and from 15 to 29 October: 1 week and 2 weeks of 70 × 0.10."""
    stored = of(in_october(1, "70"), in_october(8, "-70"), in_october(15, "70"), in_october(29, "-70"))
    first, second = charge(stored, Rates([rate("0.10")]), SPAN)
    assert (first.first_on, first.last_on, first.days, first.cents) == (FIRST, date(2026, 10, 7), 7, 700)
    assert (second.first_on, second.last_on, second.days, second.cents) == (date(2026, 10, 15), date(2026, 10, 28), 14, 1400)


def test_days_before_and_after_the_span_do_not_count() -> None:
    stored = of(Change(date(2026, 6, 1), Decimal(7), Decimal(185)))
    (row,) = charge(stored, Rates([rate("1")]), Span(date(2026, 10, 1), date(2026, 10, 8)))
    assert (row.first_on, row.last_on, row.days, row.cents) == (date(2026, 10, 1), date(2026, 10, 7), 7, 700)


def test_moving_from_bay_to_bay_changes_nothing() -> None:
    stored = of(in_october(1, "176"), in_october(9, "-176"), in_october(9, "176"))
    assert charge(stored, Rates([rate("0.15")]), SPAN) == charge(of(in_october(1, "176")), Rates([rate("0.15")]), SPAN)


def test_a_stay_over_two_quarters_is_rounded_in_each_of_them() -> None:
    """10 m² on 30 days of September: 300 × 0.10 / 7 = 4.2857, so 4.29; on 31 of October 4.4286, so 4.43. At once it were 8.71."""
    first, second = charge(
        of(Change(date(2026, 9, 1), Decimal(10), Decimal(185))), Rates([rate("0.10")]), Span(date(2026, 9, 1), date(2026, 11, 1))
    )
    assert (first.first_on, first.last_on, first.days, first.cents) == (date(2026, 9, 1), date(2026, 9, 30), 30, 429)
    assert (second.first_on, second.last_on, second.days, second.cents) == (FIRST, date(2026, 10, 31), 31, 443)
    assert sum_of([first, second]) == Cost(872, 61, is_known=True)


def test_without_a_price_of_its_unit_a_lot_is_charged_by_its_mass() -> None:
    """176 m² × 185 kg = 32.56 t; × 42 days = 1 367.52; × 2.10 / 7 = 410.256."""
    (row,) = charge(of(in_october(1, "176", 4)), Rates([rate("2.10", "tonne"), rate("9", "pallet"), rate("1", "m3")]), SPAN)
    assert (row.unit, row.amount_days, row.cents) == ("tonne", Decimal("1367.52"), 41026)


def test_without_that_it_is_charged_by_its_pallet_places() -> None:
    """4 places × 6 weeks × 1.25 = 30.00, and the unit's own price goes first once there is one."""
    (row,) = charge(of(in_october(1, "176", 4)), Rates([rate("1.25", "pallet")]), SPAN)
    assert (row.unit, row.amount_days, row.cents) == ("pallet", Decimal(168), 3000)
    (single,) = charge(of(in_october(1, "176", 1)), Rates([rate("1.25", "pallet")]), SPAN)
    assert (single.unit, single.cents) == ("pallet", 750)
    (fewer,) = charge(of(in_october(1, "176", -1)), Rates([rate("1.25", "pallet")]), SPAN)
    assert (fewer.unit, fewer.cents) == ("m2", None)  # places that nobody wrote down are none
    rates = Rates([rate("1.25", "pallet"), rate("0.15", from_on=date(2026, 10, 8))])
    assert [row.unit for row in charge(of(in_october(1, "176", 4)), rates, SPAN)] == ["pallet", "m2"]


def test_what_goes_on_at_the_same_price_is_one_row_with_the_last_one() -> None:
    """176 m² for a week at 0.15 and for a week at 0.20; then 100 of them for a week, still at 0.20."""
    stored = of(in_october(1, "176"), in_october(15, "-76"), in_october(22, "-100"))
    first, second = charge(stored, Rates([rate("0.15"), rate("0.20", from_on=date(2026, 10, 8))]), SPAN)
    assert (first.days, first.amount_days, first.cents) == (7, Decimal(1232), 2640)
    assert (second.first_on, second.days, second.amount_days, second.cents) == (date(2026, 10, 8), 14, Decimal(1932), 5520)


def test_without_any_price_the_cost_is_unknown_and_not_nought() -> None:
    (row,) = charge(of(in_october(1, "176")), Rates([rate("0.15", "m3"), rate("1.25", "pallet")]), SPAN)
    assert (row.unit, row.amount_days, row.euros_per_week, row.cents) == ("m2", Decimal(7392), None, None)
    assert sum_of([row]) == Cost(None, 42, is_known=False)


def test_days_before_the_first_price_stay_unknown() -> None:
    """The 35 days from 8 October on: 176 × 5 weeks × 0.15 = 132.00; the seven before have no price."""
    rows = charge(of(in_october(1, "176")), Rates([rate("0.15", from_on=date(2026, 10, 8))]), SPAN)
    assert [(row.days, row.cents) for row in rows] == [(7, None), (35, 13200)]
    assert sum_of(rows) == Cost(13200, 42, is_known=False)


def test_a_price_of_nought_is_known() -> None:
    (row,) = charge(of(in_october(1, "176")), Rates([rate("0")]), SPAN)
    assert (row.euros_per_week, row.cents) == (Decimal(0), 0)


def test_half_a_cent_is_a_whole_one() -> None:
    """1 piece × 7 days × 0.005 a week is half a cent; a ten-thousandth less is none."""
    piece = of(in_october(1, "1"), unit=Unit.PIECE)
    week = Span(FIRST, date(2026, 10, 8))
    assert [row.cents for row in charge(piece, Rates([rate("0.005", "piece")]), week)] == [1]
    assert [row.cents for row in charge(piece, Rates([rate("0.0049", "piece")]), week)] == [0]


def test_costs_of_several_lots_are_added_and_one_unknown_makes_the_sum_unknown() -> None:
    assert added([]) == Cost(0, 0, is_known=True)
    assert added([Cost(100, 3, is_known=True), Cost(50, 4, is_known=True)]) == Cost(150, 7, is_known=True)
    assert added([Cost(100, 3, is_known=True), Cost(None, 4, is_known=False)]) == Cost(100, 7, is_known=False)
    assert added([Cost(None, 4, is_known=False)]) == Cost(None, 4, is_known=False)
