"""The pieces that a plan is made of, each by itself and by hand: problems, flows, rounding and limits."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from marketplace.allocation.rules import flow, rounding
from marketplace.allocation.rules.allocation import make_plan
from marketplace.allocation.rules.first_come import first_come
from marketplace.allocation.rules.flow import Network, amounts_by_class, cheapest, network_of, straighten, with_floors
from marketplace.allocation.rules.limits import Limit, cheapest_of, join, limits_of, overdrawn, within
from marketplace.allocation.rules.problem import (
    Allocation,
    Bound,
    Lot,
    Need,
    Pair,
    Problem,
    components,
    joined_by,
    problem_of,
)
from marketplace.allocation.rules.rounding import round_to_parts, too_small
from tests.rules.test_plan import TONNE, lines, tonnes


def numbers(*values: int) -> Any:
    return np.array(values, np.int64)


def small() -> Problem:
    """Two lots of 10 t and 20 t, two needs; a pair counts pieces by another step, one converts, one goes by a depot."""
    return problem_of(
        [Lot(1, 10_000, TONNE), Lot(2, 20_000, TONNE, part=5_000)],
        [Need(1, 8_000, 7), Need(2, 9_000, 8, step=1000)],
        [
            Pair(1, 1, 30, extra=5),
            Pair(1, 2, 40),
            Pair(2, 1, 50, rate=Fraction(1, 2), stops=1),
            Pair(2, 2, 60, cost=9),
        ],
        [Bound(7, {(2, 1): 3, (1, 1): 2}), Bound(5, {(1, 1): 1})],
    )


def test_a_pair_is_even_where_both_sides_count_the_same_by_the_same_steps() -> None:
    assert small().is_even.tolist() == [True, False, False, False]
    converted = problem_of([Lot(1, 10, 1)], [Need(1, 10, 1)], [Pair(1, 1, 1, rate=Fraction(2))])
    assert converted.is_even.tolist() == [False]


def test_what_a_pair_costs_and_counts_for_beside_its_road() -> None:
    problem = small()
    assert problem.is_direct.tolist() == [True, True, False, True]
    assert problem.transfers.tolist() == [1, 1, 2, 1]
    assert problem.extras.tolist() == [5, 0, 0, 0]
    assert (problem.pair_costs.tolist(), problem.pair_road_hm.tolist()) == ([30, 40, 50, 9], [30, 40, 50, 60])
    bare = replace(problem, pair_stops=numbers(), pair_extras=numbers())
    assert (bare.is_direct.tolist(), bare.transfers.tolist(), bare.extras.tolist()) == ([True] * 4, [1] * 4, [0] * 4)


def test_what_covers_and_is_taken_is_whole_steps() -> None:
    """By a half: 5 thousandths cover 2, and for 3 one takes 6. Of whole ones: 1 999 cover 1 000."""
    problem = small()
    assert (problem.most(2, 5), problem.least(2, 3)) == (2, 6)
    assert (problem.most(1, 1_999), problem.most(1, 999)) == (1_000, 0)
    pieces = problem_of([Lot(1, 9_000, 1, step=1000)], [Need(1, 9_000, 1)], [Pair(1, 1, 1, rate=Fraction(2, 3))])
    assert [pieces.least(0, gives) for gives in (1, 666, 667)] == [1_000, 1_000, 2_000]


def test_a_problem_stands_in_its_order() -> None:
    problem = small()
    for change in (
        {"lot_ids": numbers(1, 1)},
        {"need_ids": numbers(2, 1)},
        {"pair_needs": numbers(0, 0, 0, 1)},
        {"limit_numbers": numbers(1, 0, 0)},
    ):
        with pytest.raises(ValueError, match="stand"):
            replace(problem, **change)  # type: ignore[arg-type]


def test_an_allocation_comes_to_sums_by_hand() -> None:
    """2 t by 3 km and 4 t by 5 km, which give 2 t: 6 t, 26 tonne-km; three transfers; and 5 grams for the first line."""
    problem = small()
    some = Allocation(problem, numbers(2_000, 0, 4_000, 0), numbers(2_000, 0, 2_000, 0))
    assert (some.lines.tolist(), some.micrograms, some.gram_metres) == ([0, 2], 6 * 10**12, 26 * 10**9)
    assert (some.transfers, some.tonnes, some.tonne_km) == (3, 6.0, 26.0)
    assert some.cost == 2 * 10**12 * 30 + 4 * 10**12 * 50 + 5 * 10**6


def test_components_are_what_no_pair_joins() -> None:
    problem = problem_of(
        [Lot(number, 10, 1, part=5 if number == 3 else 0) for number in (1, 2, 3)],
        [Need(number, 10, 1) for number in (1, 2, 3)],
        [Pair(1, 1, 1), Pair(2, 1, 1, extra=1), Pair(3, 3, 1)],
    )
    first, second = components(problem)
    assert (first.pairs.tolist(), first.lots.tolist(), first.needs.tolist()) == ([0, 1], [0, 1], [0])
    assert (second.pairs.tolist(), second.lots.tolist(), second.needs.tolist()) == ([2], [2], [2])
    assert [(component.is_even, component.has_extras, component.has_parts) for component in (first, second)] == [
        (True, True, False),
        (True, False, True),
    ]
    assert components(problem_of([Lot(1, 1, 1)], [Need(1, 1, 1)], [])) == []
    mixed = problem_of([Lot(1, 10, 1), Lot(2, 9_000, 1, step=1000)], [Need(1, 10, 1)], [Pair(1, 1, 1), Pair(2, 1, 1)])
    assert not components(mixed)[0].is_even
    turned = problem_of([Lot(1, 9_000, 1, step=1000), Lot(2, 10, 1)], [Need(1, 10, 1)], [Pair(1, 1, 1), Pair(2, 1, 1)])
    assert not components(turned)[0].is_even


def test_costs_below_nought_are_told_from_nought_on() -> None:
    assert flow._from_zero(numbers(-3, 5, 0)).tolist() == [0, 8, 3]
    assert flow._from_zero(numbers(3, 5)).tolist() == [3, 5]


def test_pairs_are_joined_over_a_chain() -> None:
    """Lots 0 to 3 meet in turn by needs 0 to 2; lot 4 stands apart."""
    lots, needs = numbers(3, 2, 2, 1, 1, 0, 4), numbers(2, 2, 1, 1, 0, 0, 3)
    assert joined_by(lots, needs, 5, 4).tolist() == [0] * 6 + [4]


def test_first_come_passes_over_what_gives_nothing_or_too_little() -> None:
    """Need 1 wants whole ones and the nearest lot holds less than one; need 2 wants less than lot 2 gives away at once."""
    problem = problem_of(
        [Lot(1, 999, TONNE), Lot(2, 20_000, TONNE, part=5_000), Lot(3, 4_000, TONNE, part=9_000)],
        [Need(1, 2_000, 7, step=1000), Need(2, 4_999, 8), Need(3, 4_000, 8), Need(4, 4_000, 8)],
        [Pair(1, 1, 1), Pair(2, 1, 2), Pair(2, 2, 1), Pair(3, 3, 1), Pair(3, 4, 1)],
    )
    assert lines(first_come(problem)) == {(3, 3): 4_000}
    assert lines(first_come(replace(problem, need_amounts=numbers(5_000, 5_000, 3_999, 4_000)))) == {
        (2, 1): 5_000,
        (2, 2): 5_000,
        (3, 4): 4_000,
    }


def network(**changes: Any) -> Network:
    """Two lots of 10 and 20, needs of 15 and 12 of two askers, every pair at its cost."""
    plain: dict[str, Any] = {
        "lot_amounts": numbers(10, 20),
        "need_amounts": numbers(15, 12),
        "askers": numbers(0, 1),
        "pair_lots": numbers(0, 0, 1, 1),
        "pair_needs": numbers(0, 1, 0, 1),
        "pair_costs": numbers(1, 5, 2, 9),
        "classes": numbers(0, 0),
        "class_weights_mg": numbers(100),
    }
    return Network(**{**plain, **changes})


def test_the_largest_flow_at_the_least_cost() -> None:
    """27 of 30: need 2 gets its 12 for 5 and 9, need 1 its 15 for 1 and 2. All ten of lot 1 to need 2: 50 + 18 + 30 is 98; none: 10 + 10 + 108."""
    flows = cheapest(network())
    assert flows is not None
    assert flows.tolist() == [0, 10, 15, 2]


def test_what_is_fixed_by_weight_and_by_asker_is_kept() -> None:
    """Of two weights the heavier gives all 20, the lighter the 7 that are left."""
    two = network(classes=numbers(1, 0), class_weights_mg=numbers(200, 100))
    flows = cheapest(two)
    assert flows is not None
    assert amounts_by_class(two, flows) == (20, 7)
    fewer = cheapest(replace(two, fixed=(5, 3)))
    assert fewer is not None
    assert (amounts_by_class(two, fewer), int(fewer.sum())) == ((5, 3), 8)
    assert cheapest(replace(two, fixed=(5, 3), floors=(0, 9))) is None
    floored = cheapest(replace(network(need_amounts=numbers(30, 30)), floors=(0, 25)))
    assert floored is not None
    assert int(floored[[1, 3]].sum()) >= 25
    assert with_floors(network(), numbers(1, 2, 3, 4)).floors == (4, 6)
    assert network().caps.tolist() == [10, 10, 15, 12]


def test_a_component_is_counted_in_its_greatest_common_size_the_heaviest_first() -> None:
    problem = problem_of(
        [Lot(1, 6_000, 100), Lot(2, 4_000, 300), Lot(3, 2_000, 100)],
        [Need(5, 8_000, 70), Need(6, 2_000, 60)],
        [Pair(1, 5, 4), Pair(2, 6, 5), Pair(2, 5, 6), Pair(3, 5, 7)],
    )
    flow_network = network_of(components(problem)[0])
    assert (flow_network.size, flow_network.lot_amounts.tolist(), flow_network.need_amounts.tolist()) == (
        2_000,
        [3, 2, 1],
        [4, 1],
    )
    assert (flow_network.classes.tolist(), flow_network.class_weights_mg.tolist()) == ([1, 0, 1], [300, 100])
    assert (flow_network.askers.tolist(), flow_network.pair_costs.tolist()) == ([1, 0], [4, 6, 5, 7])
    three = problem_of(
        [Lot(number, 10, weight) for number, weight in enumerate((100, 300, 200, 300), 1)],
        [Need(1, 40, 1)],
        [Pair(number, 1, 1) for number in (1, 2, 3, 4)],
    )
    classes = network_of(components(three)[0])
    assert (classes.classes.tolist(), classes.class_weights_mg.tolist()) == ([2, 0, 1, 0], [300, 200, 100])


@pytest.mark.parametrize(
    ("flows", "straight"),
    [
        ((5, 5, 5, 5), None),
        ((5, 0, 0, 5), (5, 0, 0, 5)),
        ((3, 5, 7, 9), None),
        ((0, 0, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_a_ring_is_turned_until_a_line_is_gone(flows: tuple[int, ...], straight: tuple[int, ...] | None) -> None:
    """Every lot gives and every need gets what it did, by three lines at most."""
    lots, needs, given = numbers(0, 0, 1, 1), numbers(0, 1, 0, 1), numbers(*flows)
    straightened = straighten(lots, needs, given)
    assert np.bincount(lots, straightened).tolist() == np.bincount(lots, given).tolist()
    assert np.bincount(needs, straightened).tolist() == np.bincount(needs, given).tolist()
    assert np.count_nonzero(straightened) <= 3
    assert (straightened >= 0).all()
    if straight is not None:
        assert straightened.tolist() == list(straight)


def test_a_long_ring_loses_its_least_line_and_the_others_shift_by_it() -> None:
    """Three lots and three needs in a ring of 6, 5, 4, 7, 8 and 9: the 4 goes, and the two beside the next ones lose 4 too."""
    lots, needs = numbers(0, 0, 1, 1, 2, 2), numbers(0, 1, 1, 2, 2, 0)
    straightened = straighten(lots, needs, numbers(6, 5, 4, 7, 8, 9))
    assert np.bincount(lots, straightened).tolist() == [11, 11, 17]
    assert np.bincount(needs, straightened).tolist() == [15, 9, 15]
    assert straightened.tolist() in ([2, 9, 0, 11, 4, 13], [10, 1, 8, 3, 12, 5])
    assert np.count_nonzero(straightened) == 5


def test_lines_that_are_too_small_are_those_below_the_part_but_for_one_rest() -> None:
    """Parts of 6 of 10 and of 20: 4 is the rest of lot 1 after 6; of lot 2 the 5 is none, for 3 are left."""
    of = network()
    parts = numbers(6, 6)
    assert too_small(of, parts, numbers(6, 4, 12, 5)).tolist() == [3]
    assert too_small(of, parts, numbers(5, 5, 14, 6)).tolist() == [0, 1]
    assert too_small(of, parts, numbers(6, 0, 15, 5)).tolist() == []
    assert too_small(of, numbers(99, 0), numbers(10, 0, 1, 1)).tolist() == []
    assert too_small(of, numbers(99, 0), numbers(9, 0, 1, 1)).tolist() == [0]


def test_only_the_cheapest_of_each_lot_and_need_are_looked_at_and_those_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    of = network(
        lot_amounts=numbers(1, 1, 1),
        need_amounts=numbers(1, 1, 1),
        askers=numbers(0, 0, 0),
        pair_lots=numbers(0, 0, 0, 1, 1, 1, 2, 2, 2),
        pair_needs=numbers(0, 1, 2, 0, 1, 2, 0, 1, 2),
        pair_costs=numbers(1, 2, 3, 4, 5, 6, 7, 8, 9),
        classes=numbers(0, 0, 0),
    )
    monkeypatch.setattr(rounding, "CHEAPEST_KEPT", 1)
    root = numbers(0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert rounding._candidates(of, root).tolist() == [0, 1, 2, 3, 6, 8]
    monkeypatch.setattr(rounding, "CHEAPEST_KEPT", 2)
    assert rounding._candidates(of, root).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_a_line_becomes_the_part_or_goes_whichever_is_nearer() -> None:
    """One lot of 20 that goes by 10 and more. Of 20 the needs of 13 and 7 get 13 and, as the rest, 7: nothing is too small."""
    one_lot = network(
        lot_amounts=numbers(20),
        need_amounts=numbers(13, 7),
        askers=numbers(0, 0),
        pair_lots=numbers(0, 0),
        pair_needs=numbers(0, 1),
        pair_costs=numbers(1, 1),
        classes=numbers(0),
    )
    assert round_to_parts(one_lot, numbers(10), numbers(13, 7)) is not None
    whole = round_to_parts(replace(one_lot, lot_amounts=numbers(21)), numbers(10), numbers(13, 7))
    assert whole is not None
    assert whole.tolist() == [13, 0]  # with 21 there the 7 is no rest, and to 10 it cannot grow
    more = replace(one_lot, lot_amounts=numbers(30), need_amounts=numbers(13, 10))
    grown = round_to_parts(more, numbers(10), numbers(13, 7))
    assert grown is not None
    assert grown.tolist() == [13, 10]


@pytest.mark.parametrize(
    ("flow", "lot", "need", "least"),
    [(7, 30, 10, 10), (6, 30, 10, 10), (5, 30, 10, 10), (4, 30, 10, None), (7, 10, 10, 10), (7, 9, 10, None), (7, 30, 9, None)],
)
def test_a_line_that_is_too_small_becomes_ten_where_half_of_it_flows_and_it_fits(
    flow: int, lot: int, need: int, least: int | None
) -> None:
    one_lot = network(
        lot_amounts=numbers(lot),
        need_amounts=numbers(need),
        askers=numbers(0),
        pair_lots=numbers(0),
        pair_needs=numbers(0),
        pair_costs=numbers(1),
        classes=numbers(0),
    )
    open_to_all = rounding._Choices(numbers(0), np.ones(1, np.bool_))
    chosen = rounding._rounded(one_lot, numbers(10), open_to_all, numbers(flow), numbers(0))
    assert (chosen.least.tolist(), chosen.is_open.tolist()) == ([least or 0], [least is not None])
    turned = rounding._turned(chosen, 0, numbers(10))
    assert (turned.least.tolist(), turned.is_open.tolist()) == ([0 if least else 10], [least is None])


def test_what_is_settled_is_taken_off_for_the_next() -> None:
    """Of a lot of 15 the larger of two small lines becomes 10; for the other no 10 are left."""
    two = network(
        lot_amounts=numbers(15), pair_lots=numbers(0, 0), pair_needs=numbers(0, 1), pair_costs=numbers(1, 1), classes=numbers(0)
    )
    open_to_all = rounding._Choices(numbers(0, 0), np.ones(2, np.bool_))
    chosen = rounding._rounded(two, numbers(10, 10), open_to_all, numbers(7, 8), numbers(0, 1))
    assert (chosen.least.tolist(), chosen.is_open.tolist()) == ([0, 10], [False, True])
    assert list(rounding._chosen(chosen)) == [1, 0]
    lots, needs = rounding._left(two, chosen.least)
    assert (lots.tolist(), needs.tolist()) == ([5], [15, 2])


def test_more_mass_is_better_and_of_as_much_the_cheaper() -> None:
    of = network()
    assert rounding._value(of, numbers(1, 2, 0, 0)) == (300, 100 * 1 + 200 * 5)
    better = [numbers(3, 0, 0, 0), numbers(2, 0, 1, 0), numbers(0, 0, 3, 0), numbers(2, 0, 0, 0), numbers(0, 0, 0, 2)]
    for place, amounts in enumerate(better):
        for other in better[place + 1 :]:
            assert rounding._is_better(of, amounts, other)
            assert not rounding._is_better(of, other, amounts)
        assert not rounding._is_better(of, amounts, amounts)


def test_a_limit_is_overdrawn_by_what_its_pairs_use() -> None:
    first, second = limits_of(small())
    assert [(limit.pairs.tolist(), limit.uses.tolist(), limit.most) for limit in (first, second)] == [
        ([0], [1], 5),
        ([0, 2], [2, 3], 7),
    ]
    takes = numbers(2, 9, 1, 0)
    assert (first.used(takes), second.used(takes)) == (2, 7)
    assert overdrawn([first, second], takes) == []
    assert overdrawn([first, second], numbers(2, 0, 2, 0)) == [second]
    assert overdrawn([first, second], numbers(6, 0, 0, 0)) == [first, second]
    limits = within([first, second], numbers(2, 3))
    assert [(limit.pairs.tolist(), limit.uses.tolist(), limit.most) for limit in limits] == [([2], [3], 7)]


def test_groups_that_meet_in_a_limit_are_put_together() -> None:
    component_of = numbers(0, 1, 2, 3, 4)
    meets = [Limit(numbers(0, 2), numbers(1, 1), 1), Limit(numbers(2, 4), numbers(1, 1), 1)]
    groups = [(0,), (1,), (2,), (3,), (4,)]
    assert join(groups, meets, component_of) == [(0, 2, 4), (1,), (3,)]
    assert join([(0, 1), (2,), (3,), (4,)], meets[1:], component_of) == [(0, 1), (2, 4), (3,)]


@pytest.mark.parametrize(("most", "pairs_kept"), [(100, 9), (9, 9), (8, 8), (6, 5), (5, 5), (4, 1), (1, 1)])
def test_of_many_pairs_the_cheapest_of_each_side_stay_and_those_in_use(most: int, pairs_kept: int) -> None:
    """Of three lots and three needs the two cheapest of each are eight pairs, the one cheapest of each five, and none is that in use."""
    ends = [(lot, need) for lot in (1, 2, 3) for need in (1, 2, 3)]
    problem = problem_of(
        [Lot(number, 10, 1) for number in (1, 2, 3)],
        [Need(number, 10, 1) for number in (1, 2, 3)],
        [Pair(*pair, cost) for pair, cost in zip(ends, (1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)],
    )
    in_use = np.zeros(9, np.bool_)
    in_use[0] = True
    chosen = cheapest_of(problem, np.arange(9), in_use, most)
    assert len(chosen) == pairs_kept
    assert 0 in chosen.tolist()
    if pairs_kept == 5:
        assert chosen.tolist() == [0, 1, 2, 3, 6]


def test_how_far_a_plan_may_be_from_the_best_is_a_share_of_the_bound() -> None:
    """10 t by 8 km of a bound of 20 t; it costs 800 000 of 640 000, a quarter more."""
    plan = make_plan(problem_of([Lot(1, tonnes(10), TONNE)], [Need(1, tonnes(10), 3)], [Pair(1, 1, 80)]))
    assert (plan.mass_gap, plan.cost_gap, plan.fairness_gram_metres) == (0.0, 0.0, 0)
    loose = replace(plan, mass_bound=plan.allocation.micrograms * 2, cost_bound=plan.allocation.cost * 4 // 5)
    assert (loose.mass_gap, loose.cost_gap) == (0.5, 0.25)
    none = replace(plan, mass_bound=0, cost_bound=0)
    assert (none.mass_gap, none.cost_gap) == (0.0, 0.0)
    dearer = replace(plan, unbound=Allocation(plan.allocation.problem, numbers(4_000), numbers(4_000)))
    assert dearer.fairness_gram_metres == 48 * 10**9
