"""Fewer lines for the same flow: a ring of lines is turned until one of them is empty."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from marketplace.plans.rules.problem import Numbers


def straighten(lots: Numbers, needs: Numbers, flows: Numbers) -> Numbers:
    """Lead the same amounts from every lot and to every need by lines that form no ring.

    That is at most one line less than there are lots and needs.
    Of a cheapest flow the cost stays the same too: a ring that could be turned at a gain would have been.
    """
    left = {int(pair): int(flows[pair]) for pair in np.flatnonzero(flows)}
    ends = {pair: (("lot", int(lots[pair])), ("need", int(needs[pair]))) for pair in left}
    tree: defaultdict[tuple[str, int], dict[tuple[str, int], int]] = defaultdict(dict)
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


def _way(
    tree: dict[tuple[str, int], dict[tuple[str, int], int]], first: tuple[str, int], last: tuple[str, int]
) -> list[int] | None:
    """The lines from one end to the other; None where none lead there."""
    came: dict[tuple[str, int], tuple[tuple[str, int], int] | None] = {first: None}
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
    tree: dict[tuple[str, int], dict[tuple[str, int], int]],
    left: dict[int, int],
    ends: dict[int, tuple[tuple[str, int], tuple[str, int]]],
    pair: int,
    way: Sequence[int],
) -> None:
    """Turn a ring: what the odd lines lose, the even ones gain. The way has an odd number of lines, so its ends are of one sort."""
    losing, gaining = [pair, *way[1::2]], list(way[0::2])
    if min((left[one], one) for one in gaining) < min((left[one], one) for one in losing):
        losing, gaining = gaining, losing
    amount = min(left[one] for one in losing)
    for one in gaining:
        left[one] += amount
    for one in losing:
        left[one] -= amount
        if not left[one]:
            del left[one]
            lot, need = ends[one]
            if one != pair:
                del tree[lot][need], tree[need][lot]
