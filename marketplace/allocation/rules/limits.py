"""What binds pairs of different components: the room of a depot, above all.

A limit is looked at after each component was decided about by itself. Where it does not bind, that was the best there is. Where it does, the components
that meet in it are decided about together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from marketplace.allocation.rules.problem import Flags, Numbers, Problem

Group = tuple[int, ...]  # the numbers of components that are decided about together


@dataclass(frozen=True)
class Floor:
    """The least that is met of the needs of these pairs together. Pairs by their numbers in the problem."""

    pairs: Numbers
    least: int


@dataclass(frozen=True)
class Limit:
    """What pairs may use together. `uses`: by a thousandth that is taken."""

    pairs: Numbers
    uses: Numbers
    most: int

    def used(self, takes: Numbers) -> int:
        """What of it these takes use."""
        at = np.flatnonzero(takes[self.pairs])
        return sum(take * use for take, use in zip(takes[self.pairs[at]].tolist(), self.uses[at].tolist(), strict=True))


def limits_of(problem: Problem) -> list[Limit]:
    """Every limit, by its number."""
    ends = np.searchsorted(problem.limit_numbers, np.arange(len(problem.limit_most) + 1))
    rows = zip(problem.limit_most.tolist(), ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [Limit(problem.limit_pairs[first:last], problem.limit_uses[first:last], most) for most, first, last in rows]


def overdrawn(limits: Sequence[Limit], takes: Numbers) -> list[Limit]:
    """The limits of which more is used than there is."""
    return [limit for limit in limits if limit.used(takes) > limit.most]


def within(limits: Sequence[Limit], pairs: Numbers) -> list[Limit]:
    """The limits as far as these pairs are in them. `pairs`: in their order."""
    restricted = []
    for limit in limits:
        is_within = np.isin(limit.pairs, pairs)
        if is_within.any():
            restricted.append(Limit(limit.pairs[is_within], limit.uses[is_within], limit.most))
    return restricted


def join(groups: Sequence[Group], limits: Iterable[Limit], component_of: Numbers) -> list[Group]:
    """Put the groups together that meet in these limits. `component_of`: of each pair the number of its component."""
    merged = [set(group) for group in groups]
    for limit in limits:
        meeting = set(component_of[limit.pairs].tolist())
        joined = reduce(set.union, (group for group in merged if group & meeting), set[int]())
        merged = [*(group for group in merged if not group & meeting), joined]
    return sorted(tuple(sorted(group)) for group in merged)


def cheapest_of(problem: Problem, pairs: Numbers, in_use: Flags, most: int) -> Numbers:
    """About so many of these pairs: those in use, and the cheapest of each lot and each need."""
    if len(pairs) <= most:
        return pairs
    for count in (8, 4, 2, 1, 0):
        is_chosen = in_use.copy()
        for side in (problem.pair_lots[pairs], problem.pair_needs[pairs]):
            order = np.lexsort((problem.pair_costs[pairs], side))
            first = np.concatenate(([0], np.flatnonzero(np.diff(side[order])) + 1))
            place = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
            is_chosen[order[place < count]] = True
        if np.count_nonzero(is_chosen) <= most:
            break
    chosen: Numbers = pairs[is_chosen]
    return chosen
