"""What limits bind together, as the room of a depot: held against trying everything, and against a sum by hand."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.allocation.rules import allocation, parts
from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.allocation.rules.first_come import first_come
from marketplace.allocation.rules.limits import join, limits_of, overdrawn
from marketplace.allocation.rules.problem import Allocation, Bound, Lot, Need, Pair, Problem, problem_of
from tests.rules.test_plan import TONNE, every_way, keeps_parts, lines, lines_of, met, tonnes

AMOUNTS, ROADS, WEIGHTS = st.integers(1, 4), st.integers(1, 9), st.sampled_from((1000, 1500))


@st.composite
def bound_problems(draw: st.DrawFn, *, parts: bool = False, most: int = 3) -> Problem:
    """Some lots and needs, of which some pairs go through a depot that has room for a part of it."""
    lots = [
        Lot(number, draw(AMOUNTS), draw(WEIGHTS), draw(st.integers(0, 3)) if parts else 0)
        for number in range(1, draw(st.integers(1, most)) + 1)
    ]
    needs = [Need(number, draw(AMOUNTS), draw(st.integers(1, 2))) for number in range(1, draw(st.integers(1, most)) + 1)]
    ends = [(lot.number, need.number) for lot in lots for need in needs]
    chosen = draw(st.lists(st.sampled_from(ends), unique=True, min_size=1, max_size=5))
    stored = [pair for pair in chosen if draw(st.booleans())]
    pairs = [Pair(*pair, draw(ROADS), stops=int(pair in stored)) for pair in chosen]
    bounds = []
    for _number in range(draw(st.integers(0, 2)) if stored else 0):
        within = draw(st.lists(st.sampled_from(stored), unique=True, min_size=1))
        bounds.append(Bound(draw(st.integers(0, 6)), {pair: draw(st.integers(1, 2)) for pair in within}))
    return problem_of(lots, needs, pairs, bounds)


def value(problem: Problem, taken: dict[int, int]) -> tuple[int, int, int]:
    """Mass, then cost and transfers below zero: the largest is the best."""
    grams = {pair: int(problem.lot_weights_mg[problem.pair_lots[pair]]) * amount for pair, amount in taken.items()}
    cost = sum(mass * int(problem.pair_costs[pair]) for pair, mass in grams.items())
    return sum(grams.values()), -cost, -sum(int(problem.transfers[pair]) for pair in taken)


def keeps_limits(problem: Problem, taken: dict[int, int]) -> bool:
    used = [0] * len(problem.limit_most)
    for number, pair, use in zip(problem.limit_numbers, problem.limit_pairs, problem.limit_uses, strict=True):
        used[number] += int(use) * taken.get(int(pair), 0)
    return all(amount <= most for amount, most in zip(used, problem.limit_most.tolist(), strict=True))


def of_plan(of: Allocation) -> tuple[int, int, int]:
    return of.micrograms, -of.cost, -of.transfers


@settings(max_examples=80, deadline=None)
@given(bound_problems(parts=True))
def test_within_limits_it_is_the_best_of_every_way(problem: Problem) -> None:
    ways = (taken for taken in every_way(problem) if keeps_parts(problem, taken) and keeps_limits(problem, taken))
    plan = make_plan(problem, has_floors=False)
    assert (of_plan(plan.allocation), plan.is_proven) == (max(value(problem, taken) for taken in ways), True)


@settings(max_examples=60, deadline=None)
@given(bound_problems(parts=True), st.sampled_from((0, 2_000)))
def test_limits_are_kept_and_nobody_is_worse_off(problem: Problem, large: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allocation, "LARGE", large)  # nought: as groups are that are too large for all their pairs
        plan = make_plan(problem)
    for which in (plan.allocation, plan.baseline, plan.even, plan.unbound):
        assert keeps_limits(problem, lines_of(which)) and keeps_parts(problem, lines_of(which))
        for of_pairs, amounts in ((problem.pair_lots, problem.lot_amounts), (problem.pair_needs, problem.need_amounts)):
            spent = [0] * len(amounts)
            for pair, amount in lines_of(which).items():
                spent[int(of_pairs[pair])] += amount
            assert all(there >= gone for there, gone in zip(amounts.tolist(), spent, strict=True))
    assert not met(problem, lines_of(plan.baseline)) - met(problem, lines_of(plan.allocation))
    assert all(problem.is_direct[pair] for pair in lines_of(plan.baseline))
    assert plan.even.micrograms == plan.baseline.micrograms <= plan.allocation.micrograms <= plan.mass_bound
    assert plan.allocation.micrograms < plan.mass_bound or plan.allocation.cost >= plan.cost_bound


@settings(max_examples=40, deadline=None)
@given(bound_problems(parts=True), st.randoms())
def test_the_order_of_the_input_changes_no_line(problem: Problem, random: st.DrawFn) -> None:
    lots, needs, pairs, bounds = rows_of(problem)
    for rows in (lots, needs, pairs, bounds):
        random.shuffle(rows)
    again = problem_of(lots, needs, pairs, bounds)
    assert again.digest == problem.digest
    assert lines(make_plan(again).allocation) == lines(make_plan(problem).allocation)


@settings(max_examples=40, deadline=None)
@given(bound_problems(), AMOUNTS, ROADS)
def test_one_more_lot_never_lowers_the_tonnes(problem: Problem, amount: int, road_hm: int) -> None:
    lots, needs, pairs, bounds = rows_of(problem)
    more = [*pairs, *(Pair(99, need.number, road_hm) for need in needs)]
    plan = make_plan(problem_of([*lots, Lot(99, amount, 1000)], needs, more, bounds), has_floors=False)
    assert plan.allocation.micrograms >= make_plan(problem, has_floors=False).allocation.micrograms


def rows_of(problem: Problem) -> tuple[list[Lot], list[Need], list[Pair], list[Bound]]:
    columns = (problem.lot_ids, problem.lot_amounts, problem.lot_weights_mg, problem.lot_parts)
    lots = [Lot(*(int(value) for value in row)) for row in zip(*columns, strict=True)]
    needs = [
        Need(*(int(value) for value in row))
        for row in zip(problem.need_ids, problem.need_amounts, problem.need_askers, strict=True)
    ]
    ends = [(lots[lot].number, needs[need].number) for lot, need in zip(problem.pair_lots, problem.pair_needs, strict=True)]
    roads, stops = problem.pair_road_hm.tolist(), problem.pair_stops.tolist()
    extras = problem.extras.tolist()
    pairs = [Pair(*ends[place], roads[place], stops=stops[place], extra=extras[place]) for place in range(len(ends))]
    bounds = []
    for limit in limits_of(problem):
        uses = {ends[pair]: use for pair, use in zip(limit.pairs.tolist(), limit.uses.tolist(), strict=True)}
        bounds.append(Bound(limit.most, uses))
    return lots, needs, pairs, bounds


def through_a_depot(room_t: float) -> Plan:
    """Kerbs and setts of two municipalities that are free in spring, needs in autumn: 60 t and 50 t through one depot, 20 and 30 km."""
    lots = [Lot(1, tonnes(60), TONNE), Lot(2, tonnes(50), TONNE)]
    needs = [Need(1, tonnes(60), 1), Need(2, tonnes(50), 2)]
    pairs = [Pair(1, 1, 200, stops=1), Pair(2, 2, 300, stops=1)]
    return make_plan(problem_of(lots, needs, pairs, [Bound(tonnes(room_t), {(1, 1): 1, (2, 2): 1})]))


def test_two_materials_share_the_room_of_a_depot() -> None:
    """Room for 80 t: all 60 of the nearer one and 20 of the other, 60 x 20 + 20 x 30 = 1 800 tonne-km; with room for 110 t all of it, 2 700."""
    small, large = through_a_depot(80), through_a_depot(110)
    assert lines(small.allocation) == {(1, 1): tonnes(60), (2, 2): tonnes(20)}
    assert (small.allocation.tonnes, small.allocation.tonne_km, small.is_proven) == (80, 1800, True)
    assert small.mass_bound == small.allocation.micrograms  # what is proven, and not what it would be without the limit
    assert (large.allocation.tonnes, large.allocation.tonne_km, large.is_proven) == (110, 2700, True)
    assert (small.allocation.transfers, large.baseline.tonnes) == (4, 0)


def test_what_goes_straight_is_preferred_at_the_same_cost_and_the_same_mass() -> None:
    """A line through a depot is two transfers: of two needs at the same distance the lot goes to the one that can have it now."""
    pairs = [Pair(1, 1, 100, stops=1), Pair(1, 2, 100)]
    plan = make_plan(problem_of([Lot(1, 1000, TONNE)], [Need(1, 1000, 1), Need(2, 1000, 2)], pairs))
    assert (lines(plan.allocation), plan.has_fewest) == ({(1, 2): 1000}, True)


def test_first_come_puts_nothing_down_on_the_way() -> None:
    pairs = [Pair(1, 1, 10, stops=1), Pair(2, 1, 90)]
    problem = problem_of([Lot(1, 1000, TONNE), Lot(2, 1000, TONNE)], [Need(1, 1000, 1)], pairs)
    assert lines(first_come(problem)) == {(2, 1): 1000}
    assert lines(make_plan(problem).allocation) == {(1, 1): 1000}


def test_components_are_put_together_only_where_a_limit_that_binds_joins_them() -> None:
    """Four materials; the second and the fourth meet in a limit that is too small, the first two in one that is not."""
    lots, needs = [Lot(number, 10, 1000) for number in range(1, 5)], [Need(number, 10, 1) for number in range(1, 5)]
    pairs = [Pair(number, number, 10, stops=1) for number in range(1, 5)]
    bounds = [Bound(15, {(2, 2): 1, (4, 4): 1}), Bound(20, {(1, 1): 1, (2, 2): 1})]
    problem = problem_of(lots, needs, pairs, bounds)
    takes = problem.lot_amounts
    tight = overdrawn(limits_of(problem), takes)
    assert [limit.most for limit in tight] == [15]
    groups: Sequence[tuple[int, ...]] = join([(0,), (1,), (2,), (3,)], tight, problem.pair_lots)
    assert groups == [(0,), (1, 3), (2,)]
    assert make_plan(problem).allocation.micrograms == 35_000


def test_of_three_alike_the_same_two_have_the_room_whoever_is_read_first() -> None:
    solutions = set()
    for order in permutations(range(3)):
        lots, needs = [Lot(number, 5, 1000) for number in order], [Need(number, 5, 1) for number in order]
        pairs = [Pair(number, number, 10, stops=1) for number in order]
        plan = make_plan(problem_of(lots, needs, pairs, [Bound(10, {(number, number): 1 for number in order})]))
        assert (plan.allocation.micrograms, plan.is_proven, plan.has_fewest) == (10_000, True, True)
        solutions.add(tuple(lines(plan.allocation).items()))
    assert len(solutions) == 1


def test_a_sum_that_the_solver_cannot_count_is_told_as_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """As costs may be where lots are weighed to the milligram: in coarser steps, and not called the least."""
    monkeypatch.setattr(parts, "COUNTED_MOST", 100)
    lots, needs = [Lot(1, 60, 1000), Lot(2, 50, 1000)], [Need(1, 60, 1), Need(2, 50, 2)]
    pairs = [Pair(1, 1, 200, stops=1), Pair(2, 2, 300, stops=1)]
    plan = make_plan(problem_of(lots, needs, pairs, [Bound(80, {(1, 1): 1, (2, 2): 1})]))
    assert (plan.allocation.micrograms, plan.is_proven) == (80_000, False)
    assert plan.cost_bound <= plan.allocation.cost


# What a line costs however much goes by it.


@st.composite
def priced_problems(draw: st.DrawFn) -> Problem:
    """As above, and each line costs as much as so many grams."""
    lots, needs, pairs, bounds = rows_of(draw(bound_problems(parts=draw(st.booleans()))))
    extra = draw(st.integers(1, 40))
    heavy = [replace(lot, weight_mg=lot.weight_mg * 1_000_000) for lot in lots]  # thousandths of a kilogram and a half are grams
    return problem_of(heavy, needs, [replace(pair, extra=extra * (1 + pair.stops)) for pair in pairs], bounds)


def priced(problem: Problem, taken: dict[int, int]) -> tuple[int, int, int]:
    mass, cost, transfers = value(problem, taken)
    return mass, cost - sum(int(problem.pair_extras[pair]) * 1_000_000 for pair in taken), transfers


@settings(max_examples=60, deadline=None)
@given(priced_problems())
def test_with_a_price_for_each_line_it_is_the_cheapest_of_every_way(problem: Problem) -> None:
    ways = (taken for taken in every_way(problem) if keeps_parts(problem, taken) and keeps_limits(problem, taken))
    plan = make_plan(problem, has_floors=False)
    assert (of_plan(plan.allocation), plan.is_proven) == (max(priced(problem, taken) for taken in ways), True)


@settings(max_examples=40, deadline=None)
@given(priced_problems())
def test_of_what_is_too_large_to_be_proven_the_bound_holds(problem: Problem) -> None:
    """As where components have many pairs: the price of a line is not in the flow, and the plan does not say that it is proven."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allocation, "SMALL", 0)
        plan = make_plan(problem, has_floors=False)
    ways = (taken for taken in every_way(problem) if keeps_parts(problem, taken) and keeps_limits(problem, taken))
    mass, cost, _transfers = max(priced(problem, taken) for taken in ways)
    assert plan.allocation.micrograms <= mass <= plan.mass_bound
    if plan.allocation.micrograms == plan.mass_bound:
        assert plan.cost_bound <= -cost <= plan.allocation.cost
    if plan.is_proven:
        assert (plan.allocation.micrograms, plan.allocation.cost) == (mass, -cost)


def test_one_line_more_is_made_only_where_it_saves_what_it_costs() -> None:
    """100 t: from the lot of 100 t at 20 km, or 50 t at 10 km and 50 t of it: 2 000 or 1 500 tonne-km. A line that costs 400 is made, one of 600 is not."""
    lots = [Lot(1, tonnes(100), TONNE), Lot(2, tonnes(50), TONNE)]
    for extra, expected in ((400, {(1, 1): tonnes(50), (2, 1): tonnes(50)}), (600, {(1, 1): tonnes(100)})):
        grams = extra * 1_000_000 * 10  # of tonne-km: so many grams over a hectometre
        pairs = [Pair(1, 1, 200, extra=grams), Pair(2, 1, 100, extra=grams)]
        plan = make_plan(problem_of(lots, [Need(1, tonnes(100), 1)], pairs))
        assert (lines(plan.allocation), plan.is_proven) == (expected, True)
