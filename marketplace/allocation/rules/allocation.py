"""The plan: the most tonnes served, at the least cost, in the fewest transfers.

The rule, in its order: the largest mass; of the ways to that the least cost (tonne-kilometres, unless something else was chosen); then the fewest transfers;
then the order of the solvers, which are given everything by number and work alone, so that the same input gives the same lines. Components of one unit and
without smallest parts are flows and exact; the others are CP-SAT's where they are small or convert units, and where they are large rounded flows with
their bound.

No asker gets less of what it asks than first come, first served would give it: a floor in each component, so that nobody is paid in another material.
"""

from dataclasses import dataclass, replace

import numpy as np

from marketplace.allocation.rules import flow, parts, rounding
from marketplace.allocation.rules.first_come import first_come
from marketplace.allocation.rules.problem import Allocation, Component, Numbers, Problem, components

SMALL = 150  # pairs of a component, up to which CP-SAT answers well within its limit
FEW = 2_000  # pairs of a problem, up to which the fewest transfers are looked for; above, lines that form no ring have to do


@dataclass(frozen=True)
class Plan:
    """An allocation, what it is held against, and how far it is proven.

    `mass_bound` in micrograms: no allocation serves more. `cost_bound`: none that serves as much costs less; it says nothing where the mass is not proven.
    `even`: the best that serves no more mass than first come, first served, for a comparison at equal tonnes. `unbound`: without floors.
    """

    allocation: Allocation
    baseline: Allocation
    even: Allocation
    unbound: Allocation
    is_proven: bool
    mass_bound: int
    cost_bound: int
    has_fewest: bool

    @property
    def mass_gap(self) -> float:
        """The share of the bound by which more mass might be served: 0 where it is proven."""
        return 0.0 if not self.mass_bound else (self.mass_bound - self.allocation.micrograms) / self.mass_bound

    @property
    def cost_gap(self) -> float:
        """The share of the bound by which as much might cost less: 0 where it is proven."""
        return 0.0 if not self.cost_bound else (self.allocation.cost - self.cost_bound) / self.cost_bound

    @property
    def saved_gram_metres(self) -> int:
        """What is driven less than first come, first served, at equal tonnes."""
        return self.baseline.gram_metres - self.even.gram_metres

    @property
    def fairness_gram_metres(self) -> int:
        """What the floors cost."""
        return self.allocation.gram_metres - self.unbound.gram_metres


@dataclass(frozen=True)
class _Part:
    """What a component comes to."""

    takes: Numbers
    gives: Numbers
    is_proven: bool
    mass_bound: int
    cost_bound: int
    has_fewest: bool


def make_plan(problem: Problem, *, has_floors: bool = True) -> Plan:
    """Decide about everything. `has_floors`: whether nobody gets less than first come, first served would give."""
    base = first_come(problem)
    count = len(problem.pair_lots)
    best, unbound, even = ((np.zeros(count, np.int64), np.zeros(count, np.int64)) for _three in range(3))
    found: list[_Part] = []
    for component in components(problem):
        pairs = component.pairs
        first = (base.takes[pairs], base.gives[pairs])
        free = _solve(component, first, {})
        floors = _floors(component, first[1]) if has_floors else {}
        held = free if _are_kept(component, free.gives, floors) else _solve(component, first, floors)
        found.append(held)
        equal = held if _mass(component, held.takes) == _mass(component, first[0]) else _even(component, first)
        for (takes, gives), part in ((best, held), (unbound, free), (even, equal)):
            takes[pairs], gives[pairs] = part.takes, part.gives
    return Plan(
        Allocation(problem, *best),
        base,
        Allocation(problem, *even),
        Allocation(problem, *unbound),
        all(part.is_proven for part in found),
        sum(part.mass_bound for part in found),
        sum(part.cost_bound for part in found),
        all(part.has_fewest for part in found),
    )


def _solve(component: Component, first: tuple[Numbers, Numbers], floors: dict[int, int]) -> _Part:
    is_small = len(component.pairs) <= SMALL
    if component.is_even and not component.has_parts:
        return _flow(component, first, floors, is_few=is_small and len(component.problem.pair_lots) <= FEW)
    by_parts = is_small or not component.is_even
    found = _by_parts(component, first, floors) if by_parts else _rounded(component, first, floors)
    is_worse = (_mass(component, found.takes), -_cost(component, found.takes)) < (
        _mass(component, first[0]),
        -_cost(component, first[0]),
    )
    return replace(found, takes=first[0], gives=first[1], is_proven=False, has_fewest=False) if is_worse else found


def _flow(component: Component, first: tuple[Numbers, Numbers], floors: dict[int, int], *, is_few: bool) -> _Part:
    network = flow.network_of(component)
    if floors:
        network = flow.with_floors(network, first[1] // network.size)
    flows = flow.cheapest(network)
    if flows is None:
        raise RuntimeError("what first come, first served gives can be given")
    flows = flow.straighten(network.pair_lots, network.pair_needs, flows) * network.size
    mass, cost = _mass(component, flows), _cost(component, flows)
    has_fewest = bool(np.count_nonzero(flows) <= 1)
    if is_few and not has_fewest:
        flows, has_fewest = parts.fewest(component, flows, floors)
    return _Part(flows, flows, True, mass, cost, has_fewest)


def _by_parts(component: Component, first: tuple[Numbers, Numbers], floors: dict[int, int]) -> _Part:
    answer = parts.solve(component, first, floors)
    return _Part(answer.takes, answer.gives, answer.is_proven, answer.mass_bound, answer.cost_bound, answer.has_fewest)


def _rounded(component: Component, first: tuple[Numbers, Numbers], floors: dict[int, int]) -> _Part:
    network = flow.network_of(component)
    if floors:
        network = flow.with_floors(network, first[1] // network.size)
    smallest = -(-component.problem.lot_parts[component.lots] // network.size)
    root = flow.cheapest(network)
    if root is None:
        raise RuntimeError("what first come, first served gives can be given")
    root = flow.straighten(network.pair_lots, network.pair_needs, root)
    flows = rounding.round_to_parts(network, smallest, root)
    best = first[0] if flows is None else flows * network.size
    bounds = _mass(component, root * network.size), _cost(component, root * network.size)
    is_proven = (_mass(component, best), _cost(component, best)) == bounds
    return _Part(best, best, is_proven, *bounds, bool(np.count_nonzero(best) <= 1))


def _even(component: Component, first: tuple[Numbers, Numbers]) -> _Part:
    """The least cost at the mass that first come, first served moves.

    That itself where no better is found.
    """
    same = _Part(*first, False, 0, 0, False)
    if not component.is_even:
        return same
    network = flow.network_of(component)
    network = replace(network, fixed=flow.amounts_by_class(network, first[0] // network.size))
    flows = flow.cheapest(network)
    if flows is not None and component.has_parts:
        smallest = -(-component.problem.lot_parts[component.lots] // network.size)
        flows = rounding.round_to_parts(network, smallest, flows)
    if flows is None or _cost(component, flows * network.size) >= _cost(component, first[0]):
        return same
    return _Part(flows * network.size, flows * network.size, False, 0, 0, False)


def _floors(component: Component, gives: Numbers) -> dict[int, int]:
    """By asker, what first come, first served meets of its needs."""
    askers = component.problem.need_askers[component.problem.pair_needs[component.pairs]]
    return {int(asker): int(gives[askers == asker].sum()) for asker in np.unique(askers)}


def _are_kept(component: Component, gives: Numbers, floors: dict[int, int]) -> bool:
    met = _floors(component, gives)
    return all(met[asker] >= floor for asker, floor in floors.items())


def _mass(component: Component, takes: Numbers) -> int:
    at = np.flatnonzero(takes)
    weights = component.problem.lot_weights_mg[component.problem.pair_lots[component.pairs[at]]]
    return sum(amount * weight for amount, weight in zip(takes[at].tolist(), weights.tolist(), strict=True))


def _cost(component: Component, takes: Numbers) -> int:
    at = np.flatnonzero(takes)
    pairs = component.pairs[at]
    weights = component.problem.lot_weights_mg[component.problem.pair_lots[pairs]]
    rows = zip(takes[at].tolist(), weights.tolist(), component.problem.pair_costs[pairs].tolist(), strict=True)
    return sum(amount * weight * cost for amount, weight, cost in rows)
