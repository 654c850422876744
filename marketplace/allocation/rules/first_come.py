"""First come, first served: what happens without a plan, and what a plan is held against.

The needs in the order in which they were placed; each takes of the nearest lot all that it can use, then of the next, until it has enough.
A part that its owner does not give away is passed over, and nothing is put down on the way.
It is what the region does today, done perfectly: everybody finds everything at once.
"""

import numpy as np

from marketplace.allocation.rules.problem import Allocation, Problem


def first_come(problem: Problem) -> Allocation:
    """Serve the needs one after another."""
    takes, gives = np.zeros_like(problem.pair_lots), np.zeros_like(problem.pair_lots)
    left, wanted = problem.lot_amounts.tolist(), problem.need_amounts.tolist()
    parts, is_even = problem.lot_parts.tolist(), problem.is_even.tolist()
    order = np.lexsort((problem.pair_lots, problem.pair_road_hm, problem.pair_needs))
    order = order[problem.is_direct[order]]
    lots, needs = problem.pair_lots[order].tolist(), problem.pair_needs[order].tolist()
    for pair, lot, need in zip(order.tolist(), lots, needs, strict=True):
        if not wanted[need] or not left[lot]:
            continue
        if is_even[pair]:
            taken = given = min(left[lot], wanted[need])
        else:
            given = min(problem.most(pair, left[lot]), wanted[need])
            taken = min(problem.least(pair, given), left[lot])
        if given <= 0 or (taken < parts[lot] and taken != left[lot]):
            continue
        takes[pair], gives[pair] = taken, given
        left[lot] -= taken
        wanted[need] -= given
    return Allocation(problem, takes, gives)
