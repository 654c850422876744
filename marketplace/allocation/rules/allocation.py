"""The plan: the most tonnes served, at the least cost, in the fewest transfers.

The rule, in its order: the largest mass; of the ways to that the least cost (tonne-kilometres, unless something else was chosen); then the fewest transfers;
then the order of the solvers, which are given everything by number and work alone, so that the same input gives the same lines. Components of one unit and
without smallest parts are flows and exact; the others are CP-SAT's where they are small or convert units, and where they are large rounded flows with
their bound.

What is bound by a limit that components share, as the room of a depot is, is decided about together where the limit binds: by CP-SAT, with what each would
be alone as the bound.

No asker gets less of what it asks than first come, first served would give it: a floor in each component, so that nobody is paid in another material.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from marketplace.allocation.rules import flow, rounding
from marketplace.allocation.rules.first_come import first_come
from marketplace.allocation.rules.limits import Floor, Group, cheapest_of, join, limits_of, overdrawn, within
from marketplace.allocation.rules.problem import GRAM, Allocation, Component, Moved, Numbers, Problem, components

SMALL = 150  # pairs of a component, up to which CP-SAT answers well within its limit
LARGE = 2_000  # pairs of components that a limit binds together, of which CP-SAT is asked
FEW = 2_000  # pairs of a problem, up to which the fewest transfers are looked for; above, lines that form no ring have to do


@dataclass(frozen=True)
class Plan:
    """An allocation, what it is held against, and how far it is proven.

    `mass_bound` in micrograms: no allocation serves more. `cost_bound`: none that serves as much costs less; of components of which the mass is not proven
    it says nothing, and is what they cost.
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

    moved: Moved
    is_proven: bool
    mass_bound: int
    cost_bound: int
    has_fewest: bool


def make_plan(problem: Problem, *, has_floors: bool = True) -> Plan:
    """Decide about everything. `has_floors`: whether nobody gets less than first come, first served would give."""
    base = first_come(problem)
    deciding = _Deciding(problem, base)
    free = deciding.settle(has_floors=False)
    held = deciding.settle(has_floors=True) if has_floors else free
    return Plan(
        _together(problem, _moved(held)),
        base,
        _together(problem, (row for decision in held for row in deciding.even(decision))),
        _together(problem, _moved(free)),
        all(decision.part.is_proven for decision in held),
        sum(decision.part.mass_bound for decision in held),
        sum(decision.part.cost_bound for decision in held),
        all(decision.part.has_fewest for decision in held),
    )


def improve(standing: Allocation) -> Allocation:
    """The best allocation without floors.

    That which stands where no better is found.
    """
    return _together(standing.problem, _moved(_Deciding(standing.problem, standing).settle(has_floors=False)))


@dataclass(frozen=True)
class _Decided:
    """A group of components, put together, and what it comes to."""

    group: Group
    component: Component
    part: _Part


def _moved(decisions: Iterable[_Decided]) -> Iterator[tuple[Component, Moved]]:
    return ((decision.component, decision.part.moved) for decision in decisions)


def _together(problem: Problem, rows: Iterable[tuple[Component, Moved]]) -> Allocation:
    takes, gives = np.zeros_like(problem.pair_lots), np.zeros_like(problem.pair_lots)
    for component, moved in rows:
        takes[component.pairs], gives[component.pairs] = moved
    return Allocation(problem, takes, gives)


class _Deciding:
    """Each component by itself, and those that a limit binds together."""

    def __init__(self, problem: Problem, base: Allocation) -> None:
        self.problem, self.base = problem, base
        self.limits = limits_of(problem)
        self.components = components(problem)
        self.component_of = np.zeros(len(problem.pair_lots), np.int64)
        for number, component in enumerate(self.components):
            self.component_of[component.pairs] = number
        self.alone: dict[tuple[int, bool], _Part] = {}
        self.bound: dict[tuple[Group, bool], _Part] = {}

    def settle(self, *, has_floors: bool) -> list[_Decided]:
        """Decide; and together about those that use more of a limit than there is, until none do."""
        groups: list[Group] = [(number,) for number in range(len(self.components))]
        crowded: set[Group] = set()
        while True:
            decisions = [self._decide(group, is_bound=group in crowded, has_floors=has_floors) for group in groups]
            over = overdrawn(self.limits, _together(self.problem, _moved(decisions)).takes) if self.limits else []
            if not over:
                return decisions
            groups = join(groups, over, self.component_of)
            met = {int(number) for limit in over for number in self.component_of[limit.pairs]}
            crowded = {group for group in groups if met & set(group) or group in crowded}

    def even(self, decided: _Decided) -> Iterator[tuple[Component, Moved]]:
        """The least cost at the mass that first come, first served moves.

        What was decided where that moves as much, else without anything that is put down on the way.
        """
        component, moved = decided.component, decided.part.moved
        if _mass(component, moved.takes) == _mass(component, self._first(component).takes):
            yield component, moved
            return
        for number in decided.group:
            pairs = self.components[number].pairs
            straight = Component(self.problem, pairs[self.problem.is_direct[pairs]])
            if len(straight.pairs):
                yield straight, _even(straight, self._first(straight))

    def _first(self, component: Component) -> Moved:
        return Moved(self.base.takes[component.pairs], self.base.gives[component.pairs])

    def _decide(self, group: Group, *, is_bound: bool, has_floors: bool) -> _Decided:
        if not is_bound:
            (number,) = group
            return _Decided(group, self.components[number], self._alone(number, has_floors=has_floors))
        component = Component(self.problem, np.sort(np.concatenate([self.components[number].pairs for number in group])))
        if (group, has_floors) not in self.bound:
            self.bound[group, has_floors] = self._bound(group, component, has_floors=has_floors)
        return _Decided(group, component, self.bound[group, has_floors])

    def _alone(self, number: int, *, has_floors: bool) -> _Part:
        if (number, has_floors) not in self.alone:
            component = self.components[number]
            first = self._first(component)
            if has_floors:
                floors = _floors(component, first.gives)
                free = self._alone(number, has_floors=False)
                part = free if _are_kept(component, free.moved.gives, floors) else _solve(component, first, floors)
            else:
                part = _solve(component, first, {})
            self.alone[number, has_floors] = part
        return self.alone[number, has_floors]

    def _bound(self, group: Group, component: Component, *, has_floors: bool) -> _Part:
        """Components that a limit binds.

        By CP-SAT, between what keeps the limit and what they would be without it.
        """
        pairs = component.pairs
        parts_alone = [self._alone(number, has_floors=has_floors) for number in group]
        loose = _together(
            self.problem, ((self.components[number], part.moved) for number, part in zip(group, parts_alone, strict=True))
        )
        mass_most, cost_least = (
            sum(column) for column in zip(*((part.mass_bound, part.cost_bound) for part in parts_alone), strict=True)
        )
        from marketplace.allocation.rules import parts

        start = self._start(group, has_floors=has_floors)
        few_pairs = cheapest_of(self.problem, pairs, np.logical_or(loose.takes[pairs], start.takes[pairs]), LARGE)
        few, floors = Component(self.problem, few_pairs), []
        for number in group if has_floors else ():
            own = self.components[number]
            floors += _floor_rows(own, _floors(own, self._first(own).gives))
        begun = Moved(start.takes[few_pairs], start.gives[few_pairs])
        answer = parts.solve(few, begun, floors, within(self.limits, few_pairs), mass_most=mass_most)
        takes, gives = np.zeros_like(pairs), np.zeros_like(pairs)
        at = np.searchsorted(pairs, few_pairs)
        takes[at], gives[at] = answer.takes, answer.gives
        mass, cost = _mass(component, takes), _cost(component, takes)
        if _worth(component, takes) < _worth(few, begun.takes):
            takes, gives = start.takes[pairs], start.gives[pairs]
            mass, cost = _mass(component, takes), _cost(component, takes)
            answer = replace(answer, is_proven=False, has_fewest=False)
        is_whole = len(few_pairs) == len(pairs)
        is_proven = (answer.is_proven and is_whole) or (mass, cost) == (mass_most, cost_least)
        mass_bound = min(mass_most, answer.mass_bound) if is_whole else mass_most
        bounds = ([answer.cost_bound] if is_whole else []) + ([cost_least] if mass == mass_most else [])
        cost_bound = cost if mass < mass_bound else max(bounds)  # of what serves more nothing is known
        return _Part(Moved(takes, gives), is_proven, mass_bound, cost_bound, answer.has_fewest and is_whole)

    def _start(self, group: Group, *, has_floors: bool) -> Allocation:
        """What keeps the limits: one component after the other.

        As it would be alone where that still fits, else with nothing put down on the way.
        """
        takes, gives = np.zeros_like(self.problem.pair_lots), np.zeros_like(self.problem.pair_lots)
        for number in group:
            own, part = self.components[number], self._alone(number, has_floors=has_floors)
            takes[own.pairs], gives[own.pairs] = part.moved
            if overdrawn(self.limits, takes):
                takes[own.pairs] = gives[own.pairs] = 0
                straight = Component(self.problem, own.pairs[self.problem.is_direct[own.pairs]])
                if len(straight.pairs):
                    first = self._first(straight)
                    part = _solve(straight, first, _floors(straight, first.gives) if has_floors else {})
                    takes[straight.pairs], gives[straight.pairs] = part.moved
        return Allocation(self.problem, takes, gives)


def _solve(component: Component, first: Moved, floors: dict[int, int]) -> _Part:
    """The best of a component.

    Of two that are as good the one that stands already, so that nothing changes for nothing.
    """
    best = _search(component, first, floors)
    better, standing = _rank(component, best.moved.takes), _rank(component, first.takes)
    if better > standing:
        return best
    unchanged = replace(best, moved=first)
    if better == standing:
        return unchanged
    (mass, cost, _few), (mass_standing, cost_standing, _fewer) = better, standing
    is_proven = best.is_proven and (mass, cost) == (mass_standing, cost_standing)
    return replace(unchanged, is_proven=is_proven, has_fewest=False)


def _rank(component: Component, takes: Numbers) -> tuple[int, int, int]:
    """How good an allocation is: the mass, then how little it costs, then how few transfers."""
    stops = component.problem.pair_stops[component.pairs[takes > 0]]
    return *_worth(component, takes), -len(stops) - int(stops.sum())


def _worth(component: Component, takes: Numbers) -> tuple[int, int]:
    return _mass(component, takes), -_cost(component, takes)


def _search(component: Component, first: Moved, floors: dict[int, int]) -> _Part:
    is_small = len(component.pairs) <= SMALL
    is_flow = component.is_even and not component.has_parts
    if is_flow and not (component.has_extras and is_small):
        return _flow(component, first, floors, is_few=is_small and len(component.problem.pair_lots) <= FEW)
    if is_flow:
        begun = _flow(component, first, floors, is_few=False)
        return _by_parts(component, begun.moved, floors, mass_most=begun.mass_bound)
    if is_small or not component.is_even:
        return _by_parts(component, first, floors)
    return _rounded(component, first, floors)


def _flow(component: Component, first: Moved, floors: dict[int, int], *, is_few: bool) -> _Part:
    network = flow.network_of(component)
    if floors:
        network = flow.with_floors(network, first.gives // network.size)
    flows = flow.cheapest(network)
    if flows is None:
        raise RuntimeError("what first come, first served gives can be given")
    flows = flow.straighten(network.pair_lots, network.pair_needs, flows) * network.size
    mass, bound = _mass(component, flows), _cost_bound(component, flows)
    has_fewest = _has_few(component, flows)
    if is_few and not has_fewest:
        from marketplace.allocation.rules import parts

        flows, has_fewest = parts.fewest(component, flows, _floor_rows(component, floors))
    return _Part(Moved(flows, flows), _cost(component, flows) == bound, mass, bound, has_fewest)


def _by_parts(component: Component, first: Moved, floors: dict[int, int], *, mass_most: int | None = None) -> _Part:
    from marketplace.allocation.rules import parts  # CP-SAT takes as long to import as all the rest of a process

    answer = parts.solve(component, first, _floor_rows(component, floors), mass_most=mass_most)
    return _Part(Moved(answer.takes, answer.gives), answer.is_proven, answer.mass_bound, answer.cost_bound, answer.has_fewest)


def _rounded(component: Component, first: Moved, floors: dict[int, int]) -> _Part:
    network = flow.network_of(component)
    if floors:
        network = flow.with_floors(network, first.gives // network.size)
    root = flow.cheapest(network)
    if root is None:
        raise RuntimeError("what first come, first served gives can be given")
    root = flow.straighten(network.pair_lots, network.pair_needs, root)
    flows = rounding.round_to_parts(network, _smallest(component, network), root)
    best = first.takes if flows is None else flows * network.size
    bounds = _mass(component, root * network.size), _cost_bound(component, root * network.size)
    is_proven = (_mass(component, best), _cost(component, best)) == bounds
    return _Part(Moved(best, best), is_proven, *bounds, _has_few(component, best))


def _even(component: Component, first: Moved) -> Moved:
    """The least cost at the mass that first come, first served moves.

    That itself where no better is found.
    """
    if not component.is_even:
        return first
    network = flow.network_of(component)
    network = replace(network, fixed=flow.amounts_by_class(network, first.takes // network.size))
    flows = flow.cheapest(network)
    if flows is not None and component.has_parts:
        flows = rounding.round_to_parts(network, _smallest(component, network), flows)
    if flows is None or _cost(component, flows * network.size) >= _cost(component, first.takes):
        return first
    return Moved(flows * network.size, flows * network.size)


def _smallest(component: Component, network: flow.Network) -> Numbers:
    """The part of each lot in steps of the network, rounded up."""
    parts: Numbers = -(-component.problem.lot_parts[component.lots] // network.size)
    return parts


def _floors(component: Component, gives: Numbers) -> dict[int, int]:
    """By asker, what first come, first served meets of its needs."""
    askers = component.problem.need_askers[component.problem.pair_needs[component.pairs]]
    return {int(asker): int(gives[askers == asker].sum()) for asker in np.unique(askers)}


def _floor_rows(component: Component, floors: dict[int, int]) -> list[Floor]:
    askers = component.problem.need_askers[component.problem.pair_needs[component.pairs]]
    return [Floor(component.pairs[askers == asker], least) for asker, least in floors.items()]


def _are_kept(component: Component, gives: Numbers, floors: dict[int, int]) -> bool:
    met = _floors(component, gives)
    return all(met[asker] >= floor for asker, floor in floors.items())


def _has_few(component: Component, takes: Numbers) -> bool:
    """Whether nothing can be fewer: a single transfer, or none."""
    return int(component.problem.transfers[component.pairs[takes > 0]].sum()) <= 1


def _mass(component: Component, takes: Numbers) -> int:
    at = np.flatnonzero(takes)
    weights = component.problem.lot_weights_mg[component.problem.pair_lots[component.pairs[at]]]
    return sum(amount * weight for amount, weight in zip(takes[at].tolist(), weights.tolist(), strict=True))


def _cost(component: Component, takes: Numbers) -> int:
    at = np.flatnonzero(takes)
    pairs = component.pairs[at]
    weights = component.problem.lot_weights_mg[component.problem.pair_lots[pairs]]
    rows = zip(takes[at].tolist(), weights.tolist(), component.problem.pair_costs[pairs].tolist(), strict=True)
    extras: int = sum(component.problem.extras[pairs].tolist())
    by_weight: int = sum(amount * weight * cost for amount, weight, cost in rows)
    return by_weight + extras * GRAM


def _cost_bound(component: Component, flows: Numbers) -> int:
    """What a cheapest flow says of the cost of every way to serve as much.

    Its own by the gram; and of lines as few as can carry it, what the cheapest of them costs. So much takes at least as many lots as the largest of them
    that make it up, and as many needs.
    """
    problem, pairs = component.problem, component.pairs
    extras, used = problem.extras[pairs], flows > 0
    linear = _cost(component, flows) - int(extras[used].sum()) * GRAM
    moved, sides = int(flows.sum()), (problem.lot_amounts[component.lots], problem.need_amounts[component.needs])
    fewest = max(int(np.searchsorted(np.cumsum(np.sort(side)[::-1]), moved)) + 1 for side in sides) if moved else 0
    least: int = linear + fewest * int(extras.min()) * GRAM
    return least
