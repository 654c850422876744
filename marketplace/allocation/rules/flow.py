"""The cheapest flow through lots and needs of one unit: exact, by OR-Tools.

Mass comes first. Where all lots weigh the same it is the largest flow. Where they do not, lots of one weight are a class, and the classes fill up in the
order of their weight: what the heaviest can give altogether is given, then what the next can add, and so on. That is the greedy rule of a matroid, so it
is the largest mass, and it holds with floors under what each asker gets as well, for both ends of a flow can be chosen apart (Mendelsohn and Dulmage,
Some generalizations of the problem of distinct representatives, 1958). With the amount of each class settled, what is left is a flow of the least cost.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from marketplace.allocation.rules.problem import Component, Numbers

End = tuple[str, int]  # a lot or a need
Tree = dict[End, dict[End, int]]


@dataclass(frozen=True)
class Network:
    """One component with its own numbering: lots from 0, needs from 0. Amounts in steps of a greatest common size.

    `classes`: of each lot, 0 the heaviest; `class_weights_mg`: what one unit of each class weighs. `floors`: by asker, the least that it gets.
    `fixed`: what each class gives, where that is settled.
    """

    lot_amounts: Numbers
    need_amounts: Numbers
    askers: Numbers
    pair_lots: Numbers
    pair_needs: Numbers
    pair_costs: Numbers
    classes: Numbers
    class_weights_mg: Numbers
    size: int = 1
    floors: tuple[int, ...] = ()
    fixed: tuple[int, ...] | None = None

    @property
    def caps(self) -> Numbers:
        """What can go by each pair at the most."""
        caps: Numbers = np.minimum(self.lot_amounts[self.pair_lots], self.need_amounts[self.pair_needs])
        return caps


def network_of(component: Component) -> Network:
    """The component as a network, without floors."""
    problem, pairs = component.problem, component.pairs
    amounts, wanted = problem.lot_amounts[component.lots], problem.need_amounts[component.needs]
    size = gcd(int(np.gcd.reduce(amounts)), int(np.gcd.reduce(wanted)))
    weights = problem.lot_weights_mg[component.lots]
    class_weights_mg = np.unique(weights)[::-1]
    _names, askers = np.unique(problem.need_askers[component.needs], return_inverse=True)
    return Network(
        lot_amounts=amounts // size,
        need_amounts=wanted // size,
        askers=askers.astype(np.int64),
        pair_lots=np.searchsorted(component.lots, problem.pair_lots[pairs]).astype(np.int64),
        pair_needs=np.searchsorted(component.needs, problem.pair_needs[pairs]).astype(np.int64),
        pair_costs=problem.pair_costs[pairs],
        classes=(len(class_weights_mg) - 1 - np.searchsorted(class_weights_mg[::-1], weights)).astype(np.int64),
        class_weights_mg=class_weights_mg,
        size=size,
    )


def with_floors(network: Network, given: Numbers) -> Network:
    """The same, where each asker gets at least what these flows give it."""
    served = np.bincount(network.askers[network.pair_needs], weights=given, minlength=int(network.askers.max(initial=-1)) + 1)
    return replace(network, floors=tuple(int(amount) for amount in served))


def amounts_by_class(network: Network, given: Numbers) -> tuple[int, ...]:
    """What these flows take of each class."""
    taken = np.bincount(network.classes[network.pair_lots], weights=given, minlength=len(network.class_weights_mg))
    return tuple(int(amount) for amount in taken)


def cheapest(network: Network) -> Numbers | None:
    """What goes by each pair: the largest mass, and of the ways to that the least cost. None where what is fixed cannot be."""
    is_plain = len(network.class_weights_mg) == 1 and not any(network.floors) and network.fixed is None
    return _plain(network) if is_plain else _settled(network, _by_class(network) if network.fixed is None else network.fixed)


def _plain(network: Network) -> Numbers:
    """One weight and no floors: the largest flow at the least cost, in one go."""
    lots, needs = len(network.lot_amounts), len(network.need_amounts)
    source, sink = lots + needs, lots + needs + 1
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        network.pair_lots, lots + network.pair_needs, network.caps, _from_zero(network.pair_costs)
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        np.full(lots, source), np.arange(lots), network.lot_amounts, np.zeros(lots, np.int64)
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        lots + np.arange(needs), np.full(needs, sink), network.need_amounts, np.zeros(needs, np.int64)
    )
    total = int(min(network.lot_amounts.sum(), network.need_amounts.sum()))
    solver.set_node_supply(source, total)
    solver.set_node_supply(sink, -total)
    _check(solver.solve_max_flow_with_min_cost())
    return np.asarray(solver.flows(arcs), np.int64)


def _by_class(network: Network) -> tuple[int, ...]:
    """How much each class gives, the heaviest first.

    What all up to it can give together, less what those before it give.
    """
    amounts, before = [], 0
    for number in range(len(network.class_weights_mg)):
        reached = _largest(network, network.classes <= number)
        amounts.append(reached - before)
        before = reached
    return tuple(amounts)


def _largest(network: Network, is_included: np.ndarray) -> int:
    lots, needs = len(network.lot_amounts), len(network.need_amounts)
    source, sink = lots + needs, lots + needs + 1
    solver = max_flow.SimpleMaxFlow()
    by_pair = is_included[network.pair_lots]
    solver.add_arcs_with_capacity(network.pair_lots[by_pair], lots + network.pair_needs[by_pair], network.caps[by_pair])
    chosen = np.flatnonzero(is_included)
    solver.add_arcs_with_capacity(np.full(len(chosen), source), chosen, network.lot_amounts[chosen])
    solver.add_arcs_with_capacity(lots + np.arange(needs), np.full(needs, sink), network.need_amounts)
    if solver.solve(source, sink) != solver.OPTIMAL:
        raise RuntimeError("no largest flow was found")
    return int(solver.optimal_flow())


def _settled(network: Network, amounts: tuple[int, ...]) -> Numbers | None:
    """The cheapest flow in which each class gives just so much and each asker gets its floor. None where there is none."""
    lots, needs, classes = len(network.lot_amounts), len(network.need_amounts), len(amounts)
    askers = int(network.askers.max(initial=-1)) + 1
    floors = network.floors or (0,) * askers
    first_class = lots + needs
    first_asker, sink = first_class + classes, first_class + classes + askers
    total = sum(amounts)
    if sum(floors) > total:
        return None
    weights = network.class_weights_mg // int(np.gcd.reduce(network.class_weights_mg))
    solver = min_cost_flow.SimpleMinCostFlow()
    costs = _from_zero(network.pair_costs) * weights[network.classes[network.pair_lots]]
    arcs = solver.add_arcs_with_capacity_and_unit_cost(network.pair_lots, lots + network.pair_needs, network.caps, costs)
    for start, end, caps in (
        (first_class + network.classes, np.arange(lots), network.lot_amounts),
        (lots + np.arange(needs), first_asker + network.askers, network.need_amounts),
        (first_asker + np.arange(askers), np.full(askers, sink), np.full(askers, total)),
    ):
        solver.add_arcs_with_capacity_and_unit_cost(start, end, caps, np.zeros(len(caps), np.int64))
    for number, amount in enumerate(amounts):
        solver.set_node_supply(first_class + number, amount)
    for number, floor in enumerate(floors):
        solver.set_node_supply(first_asker + number, -floor)
    solver.set_node_supply(sink, sum(floors) - total)
    status = solver.solve()
    if status == solver.INFEASIBLE:
        return None
    _check(status)
    return np.asarray(solver.flows(arcs), np.int64)


def _from_zero(costs: Numbers) -> Numbers:
    """Lower all costs until the least is nothing.

    The mass is settled, so a step for all changes no choice.
    """
    lowered: Numbers = costs - costs.min(initial=0)
    return lowered


def _check(status: object) -> None:
    if status != min_cost_flow.SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"no cheapest flow was found: {status}")


def straighten(lots: Numbers, needs: Numbers, flows: Numbers) -> Numbers:
    """Lead the same amounts from every lot and to every need by lines that form no ring.

    That is at most one line less than there are lots and needs.
    Of a cheapest flow the cost stays the same too: a ring that could be turned at a gain would have been.
    """
    left = {int(pair): int(flows[pair]) for pair in np.flatnonzero(flows)}
    ends = {pair: (("lot", int(lots[pair])), ("need", int(needs[pair]))) for pair in left}
    tree: defaultdict[End, dict[End, int]] = defaultdict(dict)
    for pair in sorted(left):
        lot, need = ends[pair]
        while pair in left:
            way = _way(tree, lot, need)
            if way is None:
                tree[lot][need] = tree[need][lot] = pair
                break
            _turn(tree, left, ends, pair, way)
    straight = np.zeros_like(flows)
    for pair, amount in left.items():
        straight[pair] = amount
    return straight


def _way(tree: Tree, first: End, last: End) -> list[int] | None:
    """The lines from one end to the other; None where none lead there."""
    came: dict[End, tuple[End, int] | None] = {first: None}
    waiting = [first]
    while waiting:
        at = waiting.pop()
        if at == last:
            way = []
            while (step := came[at]) is not None:
                at, pair = step
                way.append(pair)
            return way
        for other, pair in tree.get(at, {}).items():
            if other not in came:
                came[other] = (at, pair)
                waiting.append(other)
    return None


def _turn(
    tree: Tree,
    left: dict[int, int],
    ends: dict[int, tuple[End, End]],
    pair: int,
    way: Sequence[int],
) -> None:
    """Turn a ring: what the odd lines lose, the even ones gain. The way has an odd number of lines, so its ends are of one sort."""
    losing, gaining = [pair, *way[1::2]], list(way[0::2])
    if min((left[line], line) for line in gaining) < min((left[line], line) for line in losing):
        losing, gaining = gaining, losing
    amount = min(left[line] for line in losing)
    for line in gaining:
        left[line] += amount
    for line in losing:
        left[line] -= amount
        if not left[line]:
            del left[line]
            lot, need = ends[line]
            if line != pair:
                del tree[lot][need], tree[need][lot]
