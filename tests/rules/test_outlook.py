"""What comes free and what is needed, summed by hand."""

from datetime import date
from decimal import Decimal

from marketplace.depots.rules.quarter import Quarter
from marketplace.market.rules.listing import Certainty
from marketplace.outlook.rules import Mass, Source, quarters_ahead, sum_up, totals_of

TODAY = date(2026, 11, 28)


def mass(
    source: Source, on: date, kg: int, group: str = "bestrating", town: str = "hengelo", sure: Certainty | None = None
) -> Mass:
    return Mass(source, on, group, town, Decimal(kg), sure)


def test_four_years_are_sixteen_quarters_this_one_first() -> None:
    quarters = quarters_ahead(TODAY)
    assert (len(quarters), str(quarters[0]), str(quarters[1]), str(quarters[-1])) == (16, "2026-K4", "2027-K1", "2030-K3")


def test_what_lacks_is_what_is_needed_less_what_comes() -> None:
    """In the third quarter of 2027 come 148 t planned and 60 t expected, and 300 t are needed: 92 t lack."""
    rows = sum_up(
        [
            mass(Source.PLANNED, date(2027, 9, 30), 148_000, sure=Certainty.TENDERED),
            mass(Source.EXPECTED, date(2027, 7, 1), 60_000, sure=Certainty.IDEA),
            mass(Source.NEEDED, date(2027, 8, 1), 300_000),
            mass(Source.NEEDED, date(2027, 8, 1), 5_000, group="hout"),
        ],
        TODAY,
    )
    assert [(str(row.quarter), row.group, row.gap_kg) for row in rows] == [
        ("2027-K3", "bestrating", Decimal(-92_000)),
        ("2027-K3", "hout", Decimal(-5_000)),
    ]
    assert rows[0].by_certainty == {Certainty.TENDERED: Decimal(148_000), Certainty.IDEA: Decimal(60_000)}
    assert [(period.supply_kg, period.needed_kg) for period in totals_of(rows, TODAY)[:5]] == [(0, 0)] * 3 + [
        (208_000, 305_000),
        (0, 0),
    ]
    total = totals_of(rows, TODAY)[3]
    assert (total.quarter, total.supply_kg, total.needed_kg, total.gap_kg) == (Quarter(2027, 3), 208_000, 305_000, -97_000)


def test_how_sure_it_is_counts_of_what_comes_and_not_of_what_is_needed() -> None:
    (row,) = sum_up(
        [
            mass(Source.NEEDED, date(2027, 9, 30), 300, sure=Certainty.TENDERED),
            mass(Source.PRESENT, date(2027, 9, 30), 40),
            mass(Source.PLANNED, date(2027, 9, 30), 148, sure=Certainty.TENDERED),
        ],
        TODAY,
    )
    assert (row.by_certainty, row.supply_kg, row.needed_kg) == ({Certainty.TENDERED: Decimal(148)}, 188, 300)


def test_what_should_have_come_counts_now_and_what_is_too_far_ahead_does_not() -> None:
    rows = sum_up(
        [
            mass(Source.EXPECTED, date(2031, 1, 1), 11, sure=Certainty.IDEA),
            mass(Source.PRESENT, date(2025, 3, 1), 1_000),
            mass(Source.NEEDED, date(2026, 1, 1), 400),
            mass(Source.EXPECTED, date(2030, 9, 30), 7, sure=Certainty.IDEA),
            mass(Source.EXPECTED, date(2030, 10, 1), 9, sure=Certainty.IDEA),
        ],
        TODAY,
    )
    assert [(str(row.quarter), row.present_kg, row.needed_kg, row.expected_kg) for row in rows] == [
        ("2026-K4", 1_000, 400, 0),
        ("2030-K3", 0, 0, 7),
    ]
