"""The regional plan's arithmetic, held against oracles that share nothing with it: networkx for flows, and trying everything for the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.allocation.rules import allocation
from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.allocation.rules.first_come import first_come
from marketplace.allocation.rules.problem import Allocation, Lot, Need, Pair, Problem, problem_of

TONNE = 1_000_000_000  # milligrams
ALMELO, HENGELO, BORNE, LOSSER = 1, 2, 3, 4


def tonnes(amount: float) -> int:
    """In thousandths."""
    return round(amount * 1000)


def lines(of: Allocation) -> dict[tuple[int, int], int]:
    """What is taken, by the numbers of lot and need, in thousandths."""
    problem = of.problem
    return {
        (int(problem.lot_ids[problem.pair_lots[line]]), int(problem.need_ids[problem.pair_needs[line]])): int(of.takes[line])
        for line in of.lines
    }


def two_lots_and_two_needs() -> Problem:
    """The first example of the issue: Almelo's and Hengelo's lots of 100 t, two needs of 100 t; roads of 8 and 30, and of 6 and 9 km."""
    return problem_of(
        [Lot(ALMELO, tonnes(100), TONNE), Lot(HENGELO, tonnes(100), TONNE)],
        [Need(1, tonnes(100), BORNE), Need(2, tonnes(100), LOSSER)],
        [Pair(ALMELO, 1, 80), Pair(ALMELO, 2, 300), Pair(HENGELO, 1, 60), Pair(HENGELO, 2, 90)],
    )


def test_the_nearest_for_the_first_leaves_the_second_the_farthest() -> None:
    """First come: 100 t × 6 km + 100 t × 30 km = 3 600 tonne-km. The plan: 100 × 8 + 100 × 9 = 1 700."""
    plan = make_plan(two_lots_and_two_needs())
    assert lines(plan.baseline) == {(HENGELO, 1): 100_000, (ALMELO, 2): 100_000}
    assert lines(plan.allocation) == {(ALMELO, 1): 100_000, (HENGELO, 2): 100_000}
    assert (plan.baseline.gram_metres, plan.allocation.gram_metres) == (3_600 * 10**9, 1_700 * 10**9)
    assert plan.baseline.micrograms == plan.allocation.micrograms == 200 * 10**12
    assert (plan.saved_gram_metres, plan.is_proven, plan.has_fewest) == (1_900 * 10**9, True, True)


def test_no_line_is_below_the_part_that_the_owner_gives_away() -> None:
    """The second example: 120 t of which 100 or more, and 70 t, for needs of 70 and 100 t: 170 t are served.

    Lot 1 and need 1 are no pair: matching refuses 70 t of a lot of which the owner gives away 100 or more.
    """
    plan = make_plan(
        problem_of(
            [Lot(1, tonnes(120), TONNE, part=tonnes(100)), Lot(2, tonnes(70), TONNE)],
            [Need(1, tonnes(70), BORNE), Need(2, tonnes(100), LOSSER)],
            [Pair(1, 2, 80), Pair(2, 1, 60), Pair(2, 2, 90)],
        )
    )
    assert lines(plan.allocation) == {(1, 2): 100_000, (2, 1): 70_000}
    assert (plan.allocation.micrograms, plan.is_proven) == (170 * 10**12, True)


def test_all_that_is_left_may_be_less_than_the_part() -> None:
    """120 t of which 100 or more: 100 t to one, and the 20 t that are left to the other."""
    plan = make_plan(
        problem_of(
            [Lot(1, tonnes(120), TONNE, part=tonnes(100))],
            [Need(1, tonnes(100), BORNE), Need(2, tonnes(120), LOSSER)],
            [Pair(1, 1, 10), Pair(1, 2, 20)],
        )
    )
    assert lines(plan.allocation) == {(1, 1): 100_000, (1, 2): 20_000}


def test_tonnes_come_before_kilometres() -> None:
    """Lot 1 could drive 1 km to need 1; then need 2, 50 km away, gets nothing. Both are served."""
    plan = make_plan(
        problem_of(
            [Lot(1, tonnes(10), TONNE), Lot(2, tonnes(10), TONNE)],
            [Need(1, tonnes(10), BORNE), Need(2, tonnes(10), LOSSER)],
            [Pair(1, 1, 10), Pair(1, 2, 500), Pair(2, 1, 400)],
        )
    )
    assert lines(plan.allocation) == {(1, 2): 10_000, (2, 1): 10_000}
    assert plan.baseline.micrograms == 10 * 10**12  # the second of them finds nothing
    assert plan.saved_gram_metres == 0  # at equal tonnes nothing is to be gained


def test_of_lots_of_another_weight_the_heavier_one_serves_more() -> None:
    """Setts of 200 and of 150 kg/m2 for a need of 10 m2: 2 t, though the lighter lot lies nearer."""
    plan = make_plan(
        problem_of(
            [Lot(1, 10_000, 150_000_000), Lot(2, 10_000, 200_000_000)], [Need(1, 10_000, BORNE)], [Pair(1, 1, 10), Pair(2, 1, 90)]
        )
    )
    assert (lines(plan.allocation), plan.allocation.micrograms) == ({(2, 1): 10_000}, 2 * 10**12)


def test_nobody_gets_less_than_without_a_plan() -> None:
    """Two needs for one lot of 10 t. The first that asked lies at 40 km, the second at 5: the least driven is the second, and the first was first."""
    problem = problem_of(
        [Lot(1, tonnes(10), TONNE)], [Need(1, tonnes(10), BORNE), Need(2, tonnes(10), LOSSER)], [Pair(1, 1, 400), Pair(1, 2, 50)]
    )
    assert lines(make_plan(problem).allocation) == {(1, 1): 10_000}
    assert lines(make_plan(problem, has_floors=False).allocation) == {(1, 2): 10_000}
    assert make_plan(problem).fairness_gram_metres == (400 - 50) * 10**9


def test_whole_pieces_serve_square_metres() -> None:
    """Slabs of 0.25 m2, four to a square metre, 12 kg each: of 30 pieces 26 cover 6.5 m2, and 7 of them are never cut."""
    plan = make_plan(
        problem_of(
            [Lot(1, 30_000, 12_000_000, step=1000)],
            [Need(1, 6_600, BORNE)],
            [Pair(1, 1, 100, rate=Fraction(1, 4))],
        )
    )
    assert lines(plan.allocation) == {(1, 1): 27_000}  # 6.6 m2 asks for 26.4 pieces: 27
    assert int(plan.allocation.gives[0]) == 6_600


def test_a_problem_says_its_digest_and_stands_in_order() -> None:
    problem = two_lots_and_two_needs()
    assert problem.digest == two_lots_and_two_needs().digest
    assert problem.digest != replace(problem, pair_road_hm=problem.pair_road_hm + 1).digest
    with pytest.raises(ValueError, match="in their order"):
        replace(problem, lot_ids=problem.lot_ids[::-1])


# What is drawn: few and small numbers, so that much is equal and much is scarce.

AMOUNTS = st.integers(1, 4)
ROADS = st.integers(1, 5)


@st.composite
def problems(draw: st.DrawFn, *, most: int, parts: bool, weights: Sequence[int] = (1000,), full: bool = False) -> Problem:
    lots = [
        Lot(number, draw(AMOUNTS), draw(st.sampled_from(weights)), draw(st.integers(0, 4)) if parts else 0)
        for number in range(1, draw(st.integers(1, most)) + 1)
    ]
    needs = [Need(number, draw(AMOUNTS), draw(st.integers(1, 2))) for number in range(1, draw(st.integers(1, most)) + 1)]
    pairs = [
        Pair(lot.number, need.number, draw(ROADS))
        for lot in lots
        for need in needs
        if (full or draw(st.booleans())) and is_part(min(lot.amount, need.amount), lot)
    ]
    return problem_of(lots, needs, pairs)


def is_part(amount: int, lot: Lot) -> bool:
    return amount >= lot.part or amount == lot.amount


def every_way(problem: Problem) -> Iterator[dict[int, int]]:
    """Every allocation in whole numbers that takes no more than there is and gives no more than is needed."""

    def walk(pair: int, lots: list[int], needs: list[int], taken: dict[int, int]) -> Iterator[dict[int, int]]:
        if pair == len(problem.pair_lots):
            yield dict(taken)
            return
        lot, need = int(problem.pair_lots[pair]), int(problem.pair_needs[pair])
        for amount in range(min(lots[lot], needs[need]) + 1):
            lots[lot] -= amount
            needs[need] -= amount
            yield from walk(pair + 1, lots, needs, {**taken, pair: amount} if amount else taken)
            lots[lot] += amount
            needs[need] += amount

    yield from walk(0, problem.lot_amounts.tolist(), problem.need_amounts.tolist(), {})


def keeps_parts(problem: Problem, taken: dict[int, int]) -> bool:
    """Each line is a part that its owner gives away; of a lot that is all given one line may be what the others leave."""
    for lot, (amount, part) in enumerate(zip(problem.lot_amounts.tolist(), problem.lot_parts.tolist(), strict=True)):
        mine = [amount_ for pair, amount_ in taken.items() if problem.pair_lots[pair] == lot]
        small = [size for size in mine if size < min(part, amount)]
        if small and not (len(small) == 1 and sum(mine) == amount):
            return False
    return True


def value(problem: Problem, taken: dict[int, int]) -> tuple[int, int, int]:
    """Mass, then cost below zero, then transfers below zero: the largest is the best."""
    grams = [int(problem.lot_weights_mg[problem.pair_lots[pair]]) for pair in taken]
    mass = sum(weight * amount for weight, amount in zip(grams, taken.values(), strict=True))
    cost = sum(
        weight * amount * int(problem.pair_costs[pair]) for weight, (pair, amount) in zip(grams, taken.items(), strict=True)
    )
    return mass, -cost, -len(taken)


def of_plan(of: Allocation) -> tuple[int, int, int]:
    return of.micrograms, -of.cost, -len(of.lines)


@settings(max_examples=60, deadline=None)
@given(problems(most=3, parts=True).filter(lambda problem: len(problem.pair_lots) <= 5))
def test_with_parts_it_is_the_best_of_every_way(problem: Problem) -> None:
    best = max(value(problem, taken) for taken in every_way(problem) if keeps_parts(problem, taken))
    plan = make_plan(problem, has_floors=False)
    assert (of_plan(plan.allocation), plan.is_proven, plan.has_fewest) == (best, True, True)


@settings(max_examples=60, deadline=None)
@given(problems(most=3, parts=False, weights=(1000, 1500, 2300)).filter(lambda problem: len(problem.pair_lots) <= 5))
def test_with_lots_of_three_weights_it_is_the_best_of_every_way(problem: Problem) -> None:
    best = max(value(problem, taken) for taken in every_way(problem))
    plan = make_plan(problem, has_floors=False)
    assert (of_plan(plan.allocation), plan.is_proven, plan.has_fewest) == (best, True, True)


@settings(max_examples=40, deadline=None)
@given(problems(most=3, parts=True, weights=(1000, 1500)).filter(lambda problem: len(problem.pair_lots) <= 5))
def test_with_floors_it_is_the_best_of_the_ways_that_keep_them(problem: Problem) -> None:
    floor = met(problem, lines_of(first_come(problem)))
    ways = (taken for taken in every_way(problem) if keeps_parts(problem, taken))
    best = max(value(problem, taken) for taken in ways if not floor - met(problem, taken))
    assert of_plan(make_plan(problem).allocation) == best


def met(problem: Problem, taken: dict[int, int]) -> Counter[int]:
    """What each asker gets."""
    amounts: Counter[int] = Counter()
    for pair, amount in taken.items():
        amounts[int(problem.need_askers[problem.pair_needs[pair]])] += amount
    return amounts


def lines_of(of: Allocation) -> dict[int, int]:
    return {int(line): int(of.takes[line]) for line in of.lines}


def by_networkx(problem: Problem) -> tuple[int, int]:
    """The largest flow and its least cost."""
    graph = nx.DiGraph()
    for lot, amount in enumerate(problem.lot_amounts.tolist()):
        graph.add_edge("source", f"lot {lot}", capacity=amount, weight=0)
    for need, amount in enumerate(problem.need_amounts.tolist()):
        graph.add_edge(f"need {need}", "sink", capacity=amount, weight=0)
    for lot, need, cost in zip(problem.pair_lots, problem.pair_needs, problem.pair_costs, strict=True):
        graph.add_edge(f"lot {lot}", f"need {need}", capacity=10**9, weight=int(cost))
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    return sum(flow["source"].values()), nx.cost_of_flow(graph, flow)


@settings(max_examples=40, deadline=None)
@given(problems(most=9, parts=False))
def test_without_parts_it_is_the_flow_of_networkx(problem: Problem) -> None:
    amount, cost = by_networkx(problem)
    plan = make_plan(problem, has_floors=False)
    assert (plan.allocation.micrograms, plan.allocation.cost, plan.is_proven) == (amount * 1000, cost * 1000, True)


@settings(max_examples=40, deadline=None)
@given(problems(most=7, parts=True, weights=(1000, 1500)), st.booleans())
def test_never_more_than_there_is_or_is_needed_and_nobody_worse_off(problem: Problem, is_large: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if is_large:  # as components are that CP-SAT is not asked
            patch.setattr(allocation, "SMALL", 0)
        plan = make_plan(problem)
    for which in (plan.allocation, plan.baseline, plan.even, plan.unbound):
        taken = lines_of(which)
        for side, of_pairs, amounts in (
            ("lots", problem.pair_lots, problem.lot_amounts),
            ("needs", problem.pair_needs, problem.need_amounts),
        ):
            spent: Counter[int] = Counter()
            for pair, amount in taken.items():
                spent[int(of_pairs[pair])] += amount
            assert all(spent[place] <= amount for place, amount in enumerate(amounts.tolist())), side
        assert keeps_parts(problem, taken)
    assert not met(problem, lines_of(plan.baseline)) - met(problem, lines_of(plan.allocation))
    assert plan.even.micrograms == plan.baseline.micrograms and plan.even.cost <= plan.baseline.cost
    assert plan.baseline.micrograms <= plan.allocation.micrograms <= plan.mass_bound
    assert plan.allocation.micrograms < plan.mass_bound or plan.allocation.cost >= plan.cost_bound


def test_a_rounded_plan_is_never_worse_than_first_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots of 3, one in parts of 2 at 2 km, one in parts of 3 at 1 km, for a need of 4: either 3 is all; the nearer one is driven less."""
    monkeypatch.setattr(allocation, "SMALL", 0)
    lots, pairs = [Lot(1, 3, 1000, part=2), Lot(2, 3, 1000, part=3)], [Pair(1, 1, 2), Pair(2, 1, 1)]
    plan = make_plan(problem_of(lots, [Need(1, 4, BORNE)], pairs))
    assert lines(plan.allocation) == lines(plan.baseline) == {(2, 1): 3}


@settings(max_examples=20, deadline=None)
@given(problems(most=4, parts=True), st.randoms())
def test_the_order_of_the_input_changes_no_line(problem: Problem, random: st.DrawFn) -> None:
    lots = [
        Lot(int(number), int(amount), int(grams), int(part))
        for number, amount, grams, part in zip(
            problem.lot_ids, problem.lot_amounts, problem.lot_weights_mg, problem.lot_parts, strict=True
        )
    ]
    needs = [
        Need(int(number), int(amount), int(asker))
        for number, amount, asker in zip(problem.need_ids, problem.need_amounts, problem.need_askers, strict=True)
    ]
    pairs = [
        Pair(lots[lot].number, needs[need].number, int(road))
        for lot, need, road in zip(problem.pair_lots, problem.pair_needs, problem.pair_road_hm, strict=True)
    ]
    for rows in (lots, needs, pairs):
        random.shuffle(rows)
    again = problem_of(lots, needs, pairs)
    assert again.digest == problem.digest
    assert lines(make_plan(again).allocation) == lines(make_plan(problem).allocation)


@settings(max_examples=40, deadline=None)
@given(problems(most=5, parts=False, full=True), AMOUNTS, ROADS)
def test_one_more_lot_never_lowers_the_tonnes(problem: Problem, amount: int, road_hm: int) -> None:
    lots = [Lot(int(number), int(of), 1000) for number, of in zip(problem.lot_ids, problem.lot_amounts, strict=True)]
    needs = [Need(int(number), int(of), 1) for number, of in zip(problem.need_ids, problem.need_amounts, strict=True)]
    pairs = [
        Pair(int(problem.lot_ids[lot]), int(problem.need_ids[need]), int(road))
        for lot, need, road in zip(problem.pair_lots, problem.pair_needs, problem.pair_road_hm, strict=True)
    ]
    more = problem_of([*lots, Lot(99, amount, 1000)], needs, [*pairs, *(Pair(99, need.number, road_hm) for need in needs)])
    assert make_plan(more).allocation.micrograms >= make_plan(problem).allocation.micrograms


def test_every_order_of_three_equal_needs_serves_the_same() -> None:
    """Of needs that are alike in everything the first by number is served: the same lines whoever is read first."""
    solutions: set[tuple[tuple[tuple[int, int], int], ...]] = set()
    for order in permutations([1, 2, 3]):
        needs = [Need(number, 1000, BORNE) for number in order]
        plan: Plan = make_plan(problem_of([Lot(1, 2000, TONNE)], needs, [Pair(1, number, 10) for number in order]))
        solutions.add(tuple(lines(plan.allocation).items()))
    assert len(solutions) == 1
