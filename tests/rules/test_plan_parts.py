"""What decides about one component: its worth, its bounds, and what CP-SAT is asked. Each by itself and by hand."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from marketplace.allocation.rules import allocation, flow, parts
from marketplace.allocation.rules.allocation import make_plan
from marketplace.allocation.rules.limits import Floor, Limit
from marketplace.allocation.rules.problem import GRAM, Component, Lot, Moved, Need, Pair, Problem, components, problem_of
from tests.rules.test_plan import BORNE, LOSSER, TONNE, lines, tonnes, two_lots_and_two_needs


def numbers(*values: int) -> Any:
    return np.array(values, np.int64)


def whole(problem: Problem) -> Component:
    (component,) = components(problem)
    return component


def square(*extras: int, part: int = 0) -> Component:
    """Lots of 10 and 20 of a gram a thousandth, needs of 15 and 12, all four pairs at 1, 5, 2 and 9; the last goes by a depot."""
    costs, more = (1, 5, 2, 9), extras or (0, 0, 0, 0)
    ends = ((1, 1), (1, 2), (2, 1), (2, 2))
    return whole(
        problem_of(
            [Lot(1, 10, GRAM, part), Lot(2, 20, GRAM)],
            [Need(1, 15, 7), Need(2, 12, 8)],
            [Pair(*end, cost, stops=int(end == (2, 2)), extra=extra) for end, cost, extra in zip(ends, costs, more, strict=True)],
        )
    )


def test_an_allocation_is_ranked_by_mass_then_cost_then_transfers() -> None:
    """10 by 5, 15 by 2 and 2 by 9 are 98; each line is a transfer, and the last is one more. A line of 4 grams costs 4 more."""
    flows = numbers(0, 10, 15, 2)
    assert allocation._mass(square(), flows) == 27 * GRAM
    assert allocation._cost(square(), flows) == 98 * GRAM
    assert allocation._cost(square(100, 4, 4, 4), flows) == 110 * GRAM
    assert allocation._rank(square(), flows) == (27 * GRAM, -98 * GRAM, -4)
    assert allocation._rank(square(), numbers(0, 0, 0, 0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("flows", "is_so"), [((0, 0, 0, 0), True), ((0, 1, 0, 0), True), ((1, 1, 0, 0), False), ((0, 0, 0, 1), False)]
)
def test_a_single_transfer_cannot_be_fewer(flows: tuple[int, ...], is_so: bool) -> None:
    assert allocation._has_few(square(), numbers(*flows)) is is_so


@pytest.mark.parametrize(
    ("flows", "fewest"),
    [
        ((0, 0, 0, 0), 0),
        ((0, 0, 15, 0), 1),  # one lot of 20 and one need of 15 can carry 15
        ((0, 1, 15, 0), 2),  # 16 takes both needs
        ((5, 0, 10, 5), 2),  # 20 the larger lot, and both needs
        ((0, 10, 15, 2), 2),
    ],
)
def test_the_bound_of_a_cost_has_as_few_lines_as_can_carry_it(flows: tuple[int, ...], fewest: int) -> None:
    """Each costs at least the cheapest line, 3 grams."""
    component, moved = square(5, 3, 7, 9), numbers(*flows)
    linear = sum(flow * cost for flow, cost in zip(flows, (1, 5, 2, 9), strict=True))
    assert allocation._cost_bound(component, moved) == (linear + 3 * fewest) * GRAM


def test_a_floor_is_what_each_asker_gets() -> None:
    component, gives = square(), numbers(4, 3, 2, 1)
    assert allocation._floors(component, gives) == {7: 6, 8: 4}
    assert [(row.pairs.tolist(), row.least) for row in allocation._floor_rows(component, {7: 6, 8: 4})] == [
        ([0, 2], 6),
        ([1, 3], 4),
    ]
    for floors, is_kept in (({7: 6, 8: 4}, True), ({7: 5}, True), ({7: 7}, False), ({7: 6, 8: 5}, False)):
        assert allocation._are_kept(component, gives, floors) is is_kept


@pytest.mark.parametrize(
    ("lots", "needs", "has_limits", "size"),
    [
        ([Lot(1, 6_000, 1)], [Need(1, 4_000, 1)], False, 2_000),
        ([Lot(1, 6_000, 1, part=500)], [Need(1, 4_000, 1)], False, 500),
        ([Lot(1, 6_000, 1)], [Need(1, 4_000, 1)], True, 1),
        ([Lot(1, 6_000, 1, step=1000)], [Need(1, 4_000, 1, step=1000)], True, 1_000),
        ([Lot(1, 6_000, 1, step=1000)], [Need(1, 4_000, 1)], False, 1),  # not even: thousandths
        ([Lot(1, 0, 1)], [Need(1, 0, 1)], False, 1),
    ],
)
def test_a_component_is_told_in_the_greatest_step_that_it_can(
    lots: list[Lot], needs: list[Need], has_limits: bool, size: int
) -> None:
    assert parts._size(whole(problem_of(lots, needs, [Pair(1, 1, 1)])), has_limits=has_limits) == size


NOTHING = Moved(numbers(0, 0, 0, 0), numbers(0, 0, 0, 0))
rank = allocation._rank


def test_the_largest_mass_then_the_least_cost_then_the_fewest_transfers() -> None:
    """27 at the least cost: 98, by three lines."""
    answer = parts.solve(square(), NOTHING, [])
    assert answer.takes.tolist() == answer.gives.tolist() == [0, 10, 15, 2]
    assert (answer.is_proven, answer.mass_bound, answer.cost_bound, answer.has_fewest) == (True, 27 * GRAM, 98 * GRAM, True)


def test_no_more_mass_is_looked_for_than_is_known_to_be_possible() -> None:
    """Of 12: all by the two cheapest, 10 by 1 and 2 by 2 are 14."""
    answer = parts.solve(square(), NOTHING, [], mass_most=12 * GRAM)
    assert answer.takes.tolist() == [10, 0, 2, 0]
    assert (answer.mass_bound, answer.cost_bound, answer.is_proven) == (12 * GRAM, 14 * GRAM, True)


def test_floors_and_limits_are_kept() -> None:
    """Only 12 may be served: asker 8 gets its floor of 7 by 5, and the other 5 go by 1 as far as lot 1 has them: 3 by 1 and 2 by 2."""
    component = square()
    floor = Floor(numbers(1, 3), 7)
    answer = parts.solve(component, NOTHING, [floor], mass_most=12 * GRAM)
    assert (answer.takes.tolist(), answer.cost_bound) == ([3, 7, 2, 0], (3 + 35 + 4) * GRAM)
    free = parts.solve(component, NOTHING, [Floor(numbers(1, 3), 0), Floor(numbers(), 9)], mass_most=12 * GRAM)
    assert free.takes.tolist() == [10, 0, 2, 0]
    limited = parts.solve(component, NOTHING, [], [Limit(numbers(0, 2), numbers(2, 4), 20)])
    assert limited.takes.tolist()[1::2] == [0, 12]
    assert 2 * limited.takes[0] + 4 * limited.takes[2] <= 20
    assert (int(limited.takes.sum()), limited.is_proven) == (22, True)
    assert limited.takes.tolist() == [10, 0, 0, 12]


def test_each_line_is_a_part_or_all_that_is_left() -> None:
    """Lot 1 gives 8 or more at once, or its rest: 8 and 2, or all ten."""
    answer = parts.solve(square(part=8), NOTHING, [])
    assert answer.takes.tolist() == [0, 10, 15, 2]
    fewer = parts.solve(square(part=8), NOTHING, [], mass_most=7 * GRAM)
    assert fewer.takes.tolist() == [0, 0, 7, 0]  # of lot 1 no 7 are given
    more = parts.solve(square(part=8), NOTHING, [], mass_most=9 * GRAM)
    assert more.takes.tolist() == [9, 0, 0, 0]


def test_what_is_counted_otherwise_is_taken_in_whole_steps_of_both() -> None:
    """40 pieces are 1 m²: for 0.060 m² one takes 2.4 pieces, so three; of 3 m² whole tonnes of 2 m² are one."""
    pieces = whole(problem_of([Lot(1, 9_000, TONNE, step=1000)], [Need(1, 60, 1)], [Pair(1, 1, 1, rate=Fraction(1, 40))]))
    answer = parts.solve(pieces, Moved(numbers(0), numbers(0)), [])
    assert (answer.takes.tolist(), answer.is_proven) == ([3_000], True)
    assert 50 < answer.gives[0] <= 60  # for 50 two would do
    few = whole(problem_of([Lot(1, 9_500, TONNE, step=1000)], [Need(1, 900, 1)], [Pair(1, 1, 1, rate=Fraction(1, 40))]))
    assert parts.solve(few, Moved(numbers(0), numbers(0)), []).takes.tolist() == [9_000]  # of nine and a half, nine
    wholes = whole(problem_of([Lot(1, 3_000, TONNE)], [Need(1, 5_000, 1, step=1000)], [Pair(1, 1, 1, rate=Fraction(1, 2))]))
    answer = parts.solve(wholes, Moved(numbers(0), numbers(0)), [])
    assert (answer.takes.tolist(), answer.gives.tolist()) == ([2_000], [1_000])


def test_the_same_mass_at_the_same_cost_goes_by_fewer_lines() -> None:
    even = whole(
        problem_of(
            [Lot(1, 5_000, GRAM), Lot(2, 4_000, GRAM)],
            [Need(1, 5_000, 1), Need(2, 4_000, 2)],
            [Pair(lot, need, 10) for lot in (1, 2) for need in (1, 2)],
        )
    )
    flows, is_proven = parts.fewest(even, numbers(2_000, 3_000, 3_000, 1_000), [])
    assert (flows.tolist(), is_proven) == ([5_000, 0, 0, 4_000], True)
    across, is_proven = parts.fewest(even, numbers(4_000, 1_000, 1_000, 3_000), [Floor(numbers(1), 4_000)])
    assert (across.tolist(), is_proven) == ([1_000, 4_000, 4_000, 0], True)


def test_with_parts_and_floors_a_large_component_is_rounded_and_nobody_is_worse_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that asked lies at 40 km, the second at 5: the first keeps its 10 t, also where the flow is rounded."""
    monkeypatch.setattr(allocation, "SMALL", 0)
    problem = problem_of(
        [Lot(1, tonnes(10), TONNE, part=tonnes(2))],
        [Need(1, tonnes(10), BORNE), Need(2, tonnes(10), LOSSER)],
        [Pair(1, 1, 400), Pair(1, 2, 50)],
    )
    plan = make_plan(problem)
    assert lines(plan.allocation) == lines(plan.baseline) == {(1, 1): 10_000}
    assert lines(plan.unbound) == {(1, 2): 10_000}
    assert plan.fairness_gram_metres == 350 * 10**9
    assert lines(make_plan(problem, has_floors=False).allocation) == {(1, 2): 10_000}


@pytest.mark.parametrize(
    ("part", "given", "is_proven"),
    [(4, {(1, 1): 4_000, (1, 2): 9_000}, True), (6, {(1, 2): 9_000}, False)],
)
def test_a_rounded_flow_is_proven_where_it_comes_to_its_bound(
    monkeypatch: pytest.MonkeyPatch, part: int, given: dict[tuple[int, int], int], is_proven: bool
) -> None:
    """Of 20 t the needs of 4 and 9 t take 13. Where the owner gives 6 or more at once, the 4 t get nothing, and 4 of 13 are missing."""
    monkeypatch.setattr(allocation, "SMALL", 0)
    plan = make_plan(
        problem_of(
            [Lot(1, tonnes(20), TONNE, part=tonnes(part))],
            [Need(1, tonnes(4), BORNE), Need(2, tonnes(9), LOSSER)],
            [Pair(1, 1, 100), Pair(1, 2, 200)],
        ),
        has_floors=False,
    )
    assert (lines(plan.allocation), plan.is_proven) == (given, is_proven)
    assert plan.mass_bound == 13 * 10**12
    assert plan.cost_bound == (4 * 100 + 9 * 200) * 10**12
    assert plan.mass_gap == (0 if is_proven else 4 / 13)


def test_a_part_is_told_in_whole_steps_of_its_network_rounded_up() -> None:
    """Of 8 and 12 for a need of 4 a step is 4: parts of 4, 5 and 8 are 1, 2 and 2 of them, and none is none."""
    for part, steps in ((0, 0), (4, 1), (5, 2), (8, 2)):
        component = whole(problem_of([Lot(1, 8, 1, part), Lot(2, 12, 1)], [Need(1, 4, 1)], [Pair(1, 1, 1), Pair(2, 1, 1)]))
        assert allocation._smallest(component, flow.network_of(component)).tolist() == [steps, 0]


def test_a_whole_unit_is_not_divided_to_drive_less() -> None:
    """Two tonnes are a piece. Of 5 t only 3 may go: one piece to the near need of pieces, and the third tonne to the far one."""
    pieces = whole(
        problem_of(
            [Lot(1, 5_000, TONNE)],
            [Need(1, 5_000, 1, step=1000), Need(2, 5_000, 2)],
            [Pair(1, 1, 1, rate=Fraction(1, 2)), Pair(1, 2, 100)],
        )
    )
    answer = parts.solve(pieces, Moved(numbers(0, 0), numbers(0, 0)), [], mass_most=3_000 * TONNE)
    assert (answer.takes.tolist(), answer.gives.tolist()) == ([2_000, 1_000], [1_000, 1_000])


@pytest.mark.parametrize(
    ("flows", "is_proven"),
    [
        ((0, 10, 15, 2), True),  # as much at the same cost: only that no fewer lines are possible is not known
        ((0, 10, 10, 0), False),  # less mass
        ((5, 5, 10, 7), False),  # as much at 113, and not at 98
    ],
)
def test_what_stands_is_kept_where_nothing_better_is_found(
    monkeypatch: pytest.MonkeyPatch, flows: tuple[int, ...], is_proven: bool
) -> None:
    best = Moved(numbers(0, 10, 15, 2), numbers(0, 10, 15, 2))
    worse = allocation._Part(Moved(numbers(*flows), numbers(*flows)), True, 27 * GRAM, 98 * GRAM, True)
    monkeypatch.setattr(allocation, "_search", lambda *_arguments: worse)
    monkeypatch.setattr(allocation, "_rank", lambda of, takes: (*rank(of, takes)[:2], int(takes is best.takes)))
    part = allocation._solve(square(), best, {})
    assert part.moved is best
    assert (part.is_proven, part.has_fewest) == (is_proven, False)


def test_at_equal_tonnes_the_least_is_driven_that_could_be() -> None:
    """First come: 10 t over 1 km, and the second gets nothing. The plan serves 20 t. Of 10 t the least driven is half a kilometre: 5 tonne-km less."""
    plan = make_plan(
        problem_of(
            [Lot(1, tonnes(10), TONNE), Lot(2, tonnes(10), TONNE)],
            [Need(1, tonnes(10), BORNE), Need(2, tonnes(10), LOSSER)],
            [Pair(1, 1, 10), Pair(2, 1, 40), Pair(1, 2, 5)],
        )
    )
    assert (lines(plan.baseline), lines(plan.even)) == ({(1, 1): 10_000}, {(1, 2): 10_000})
    assert lines(plan.allocation) == {(2, 1): 10_000, (1, 2): 10_000}
    assert plan.saved_gram_metres == 5 * 10**9


def test_what_is_decided_again_stands_where_nothing_is_better() -> None:
    plan = make_plan(two_lots_and_two_needs())
    again = allocation.improve(plan.baseline)
    assert lines(again) == lines(plan.allocation)
    assert allocation.improve(again).takes.tolist() == again.takes.tolist()
