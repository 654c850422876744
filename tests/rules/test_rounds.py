"""Rounds of two loads, and why a line of a plan stands there. Figures by hand."""

from dataclasses import replace

import pytest

from marketplace.allocation.rules.allocation import make_plan
from marketplace.allocation.rules.problem import Lot, Need, Pair, Problem, problem_of
from marketplace.plans.rules.lines import Line, Share, Why, lines_of, shares_of
from marketplace.plans.rules.returns import Load, Round, find_rounds
from tests.paired import Lot as Row
from tests.paired import Need as Asked
from tests.paired import supply, wanted
from tests.rules.test_plan import TONNE, tonnes, two_lots_and_two_needs

THERE = Load(1, 1, 2, 0, 0, 300, 11, 17)  # 30 km, in the week of Monday the 12th of January 1970
BACK = Load(2, 2, 1, 1, 1, 200, 11, 17)
LOTS, NEEDS = supply(Row(1), Row(2, lon=6.9)), wanted(Asked(1, lon=6.9), Asked(2))  # each is left where the other lies


def rounds(*loads: Load, hm: int = 13) -> list[tuple[int, int, int]]:
    return [
        (round_trip.there.number, round_trip.back.number, round_trip.together_hm)
        for round_trip in find_rounds(loads, LOTS, NEEDS, hm)
    ]


def test_two_loads_that_go_each_others_way_are_one_round() -> None:
    """30 and 20 km and nothing between: by themselves 100 km, together 50."""
    (round_trip,) = find_rounds([THERE, BACK], LOTS, NEEDS, 13)
    assert (round_trip.apart_hm, round_trip.together_hm, round_trip.saved_hm) == (1_000, 500, 500)
    assert (round_trip.there, round_trip.back) == (THERE, BACK)


def test_the_road_between_them_is_driven_empty() -> None:
    """The first is left at 6.9 and the second lies at 6.7: 14 km of 13 hm is 182; and the other way round the same: 364."""
    lots, needs = supply(Row(1, lon=6.9), Row(2)), wanted(Asked(1, lon=6.9), Asked(2))
    round_trips = find_rounds([THERE, BACK], lots, needs, 13)
    assert [round_trip.together_hm for round_trip in round_trips] == [500 + 182 + 182]
    apart = supply(Row(1, lon=6.8), Row(2))
    assert [round_trip.together_hm for round_trip in find_rounds([THERE, BACK], apart, needs, 13)] == [500 + 7 * 13 + 14 * 13]


@pytest.mark.parametrize(("road_hm", "saves"), [(163, False), (164, False), (165, True)])
def test_a_round_that_saves_nothing_is_none(road_hm: int, saves: bool) -> None:
    """364 hm are driven empty: 200 and 164 save nothing, 200 and 165 save one."""
    lots, needs = supply(Row(1, lon=6.9), Row(2)), wanted(Asked(1, lon=6.9), Asked(2))
    round_trips = find_rounds([replace(THERE, road_hm=road_hm), BACK], lots, needs, 13)
    assert [round_trip.saved_hm for round_trip in round_trips] == ([1] if saves else [])


@pytest.mark.parametrize(
    ("back", "is_round"),
    [
        (BACK, True),
        (replace(BACK, receiver=3), False),
        (replace(BACK, giver=3), False),
        (replace(BACK, giver=1, receiver=2), False),
        (replace(BACK, giver=1, receiver=1), False),
        (replace(BACK, first_day=18, last_day=24), False),
        (replace(BACK, first_day=17, last_day=24), True),
        (replace(BACK, first_day=4, last_day=10), False),
        (replace(BACK, first_day=4, last_day=11), True),
    ],
)
def test_a_round_goes_both_ways_in_a_week_that_both_share(back: Load, is_round: bool) -> None:
    assert bool(rounds(THERE, back)) is is_round
    assert bool(rounds(back, THERE)) is is_round


def test_what_stays_within_one_organisation_is_no_round() -> None:
    assert rounds(replace(THERE, receiver=1), replace(BACK, giver=1)) == []


def test_the_first_load_of_a_round_is_the_first_of_the_plan() -> None:
    assert rounds(THERE, BACK) == [(1, 2, 500)]
    assert rounds(BACK, THERE) == [(2, 1, 500)]


def test_each_load_is_in_one_round_and_what_saves_most_comes_first() -> None:
    loads = [
        THERE,
        BACK,
        replace(BACK, number=3, road_hm=250),
        replace(THERE, number=4, road_hm=100),
        replace(THERE, number=5, road_hm=90),
    ]
    assert rounds(*loads) == [(1, 3, 550), (2, 4, 300)]
    assert rounds(*[replace(load, road_hm=100) for load in loads]) == [(1, 2, 200), (3, 4, 200)]
    assert rounds() == []


def test_the_days_of_a_round_are_whole_weeks_that_both_share() -> None:
    """Thursday the 1st of January is day 0: day 11 is Monday the 12th, day 24 a Sunday."""
    early, late = replace(THERE, first_day=2, last_day=20), replace(BACK, first_day=13, last_day=40)
    assert Round(early, late, 0).days == Round(late, early, 0).days == (11, 24)
    assert Round(early, early, 0).days == (-3, 24)


def test_a_load_is_direct_where_it_has_a_day_to_go() -> None:
    assert THERE.is_direct
    assert replace(THERE, first_day=17, last_day=17).is_direct
    assert not replace(THERE, first_day=18, last_day=17).is_direct
    assert (THERE.first_week, THERE.last_week, replace(THERE, first_day=10).first_week) == (2, 2, 1)


def lines_by_pair(problem: Problem) -> dict[tuple[int, int], Line]:
    plan = make_plan(problem)
    rows = list(lines_of(plan))
    return {(int(problem.pair_lots[row.pair]) + 1, int(problem.pair_needs[row.pair]) + 1): row for row in rows}


def test_lines_that_change_together_save_together() -> None:
    """First come drives 100 t × 6 and 100 t × 30 km, the plan 8 and 9: 1 900 tonne-km less, at as many tonnes."""
    lines = lines_by_pair(two_lots_and_two_needs())
    assert set(lines) == {(1, 1), (2, 2)}
    first, second = lines[1, 1], lines[2, 2]
    assert (first.takes, first.gives, first.why, first.instead_of) == (100_000, 100_000, Why.LESS, 1)
    assert (second.why, second.instead_of) == (Why.LESS, 0)
    assert {first.saved_gram_metres, second.saved_gram_metres} == {1_900 * 10**9}
    assert (first.more_micrograms, second.more_micrograms) == (0, 0)
    assert isinstance(first.saved_gram_metres, int)
    assert first.group is not None
    assert first.group == second.group


def test_a_line_that_would_go_there_anyway_is_the_same() -> None:
    lines = lines_by_pair(problem_of([Lot(1, tonnes(10), TONNE)], [Need(1, tonnes(10), 3)], [Pair(1, 1, 80)]))
    assert lines == {(1, 1): Line(0, 10_000, 10_000, Why.SAME, None, 0, 0)}


def test_a_line_that_stays_may_stand_before_those_that_change() -> None:
    lines = lines_by_pair(
        problem_of(
            [Lot(number, tonnes(100), TONNE) for number in (1, 2, 3)],
            [Need(1, tonnes(100), 5), Need(2, tonnes(100), 3), Need(3, tonnes(100), 4)],
            [Pair(1, 1, 10), Pair(2, 2, 80), Pair(2, 3, 300), Pair(3, 2, 60), Pair(3, 3, 90)],
        )
    )
    assert {key: row.why for key, row in lines.items()} == {(1, 1): Why.SAME, (2, 2): Why.LESS, (3, 3): Why.LESS}


def test_lines_that_serve_more_say_so() -> None:
    """First come gives lot 1 to need 1 at 1 km, and nothing to need 2. The plan serves both: 10 t more, and 89 × 10 tonne-km more."""
    lines = lines_by_pair(
        problem_of(
            [Lot(1, tonnes(10), TONNE), Lot(2, tonnes(10), TONNE)],
            [Need(1, tonnes(10), 3), Need(2, tonnes(10), 4)],
            [Pair(1, 1, 10), Pair(1, 2, 500), Pair(2, 1, 400)],
        )
    )
    assert {key: (row.why, row.instead_of, row.more_micrograms, row.saved_gram_metres) for key, row in lines.items()} == {
        (1, 2): (Why.MORE, 0, 10 * 10**12, -890 * 10**9),
        (2, 1): (Why.MORE, None, 10 * 10**12, -890 * 10**9),
    }


def test_each_group_has_a_saving_of_its_own() -> None:
    """The example twice, with roads ten times as long in the second: 1 900 and 19 000 tonne-km; and one line that stays."""
    lines = lines_by_pair(
        problem_of(
            [Lot(number, tonnes(100), TONNE) for number in (1, 2, 3, 4, 5)],
            [
                Need(1, tonnes(100), 3),
                Need(2, tonnes(100), 4),
                Need(3, tonnes(100), 3),
                Need(4, tonnes(100), 4),
                Need(5, tonnes(100), 5),
            ],
            [
                *(Pair(1, 1, 80), Pair(1, 2, 300), Pair(2, 1, 60), Pair(2, 2, 90)),
                *(Pair(3, 3, 800), Pair(3, 4, 3000), Pair(4, 3, 600), Pair(4, 4, 900), Pair(5, 5, 10)),
            ],
        )
    )
    assert {key: row.saved_gram_metres // 10**9 for key, row in lines.items()} == {
        (1, 1): 1_900,
        (2, 2): 1_900,
        (3, 3): 19_000,
        (4, 4): 19_000,
        (5, 5): 0,
    }
    assert lines[1, 1].group == lines[2, 2].group != lines[3, 3].group == lines[4, 4].group
    assert lines[5, 5].group is None


def test_a_lot_that_loses_two_needs_names_the_one_of_which_it_loses_most() -> None:
    """First come gives lot 1 to needs 1 (30 t) and 2 (70 t), that asked first; the plan gives them lot 2, which need 3 cannot use."""
    lines = lines_by_pair(
        problem_of(
            [Lot(1, tonnes(100), TONNE), Lot(2, tonnes(100), TONNE)],
            [Need(1, tonnes(30), 3), Need(2, tonnes(70), 3), Need(3, tonnes(100), 4)],
            [Pair(1, 1, 10), Pair(1, 2, 10), Pair(1, 3, 10), Pair(2, 1, 50), Pair(2, 2, 50)],
        )
    )
    assert {key: (row.why, row.instead_of) for key, row in lines.items()} == {
        (1, 3): (Why.MORE, 1),
        (2, 1): (Why.MORE, None),
        (2, 2): (Why.MORE, None),
    }
    assert {row.more_micrograms for row in lines.values()} == {100 * 10**12}


def line(why: Why, group: int | None, saved: int = 0, more: int = 0) -> Line:
    return Line(0, 1, 1, why, None, saved, more, group)


def test_what_a_group_comes_to_is_shared_by_mass() -> None:
    """7 thousandths of a tonne-km over 3 to 1: 5.25 and 1.75, 5 and 1 and the one over to the first. 5 grams over 1 to 1: 3 and 2."""
    lines = [
        line(Why.LESS, 1, 7 * 10**6 + 999_999, 4 * 10**6),
        line(Why.SAME, None),
        line(Why.MORE, 2, 9 * 10**6, 5 * 10**6 + 999_999),
        line(Why.LESS, 1, 7 * 10**6 + 999_999, 4 * 10**6),
        line(Why.MORE, 2, 9 * 10**6, 5 * 10**6 + 999_999),
    ]
    assert shares_of(lines, [3, 8, 1, 1, 1]) == [Share(6, 0), Share(0, 0), Share(0, 3), Share(1, 0), Share(0, 2)]
    assert shares_of(lines[:1], [3]) == [Share(7, 0)]
    assert shares_of([], []) == []
