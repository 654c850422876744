"""Large components with smallest parts: a flow, rounded to what owners give away.

The flow itself is the bound.

A flow that knows no parts is solved; each line that is too small is either made as large as the part or left out, whichever is nearer; then the rest is
solved again, until nothing is too small. After that some of the choices are turned round, and kept where that is better. Of the pairs only the cheapest of
each lot and each need are looked at, and those by which the flow goes: the bound is that of all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from marketplace.allocation.rules.flow import Network, cheapest
from marketplace.allocation.rules.problem import Numbers

TURNS_MOST = 3  # choices that are turned round
CHEAPEST_KEPT = 8  # pairs of each lot and of each need


@dataclass(frozen=True)
class _Choices:
    """Of each pair the least that goes by it, and whether anything may."""

    least: Numbers
    is_open: np.ndarray


def round_to_parts(network: Network, parts: Numbers, root: Numbers) -> Numbers | None:
    """What goes by each pair, with no line below the part of its lot. `root`: the flow without parts. None where no way was found."""
    if not len(too_small(network, parts, root)):
        return root
    candidates = _candidates(network, root)
    few = replace(
        network,
        pair_lots=network.pair_lots[candidates],
        pair_needs=network.pair_needs[candidates],
        pair_costs=network.pair_costs[candidates],
    )
    few_flows = _round(few, parts, root[candidates])
    if few_flows is None:
        return None
    flows = np.zeros_like(root)
    flows[candidates] = few_flows
    return flows


def _candidates(network: Network, root: Numbers) -> Numbers:
    """Find the pairs that are looked at: those in use, and the cheapest of each lot and need."""
    is_candidate = root > 0
    for side in (network.pair_lots, network.pair_needs):
        order = np.lexsort((network.pair_costs, side))
        first = np.concatenate(([0], np.flatnonzero(np.diff(side[order])) + 1))
        place = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
        is_candidate[order[place < CHEAPEST_KEPT]] = True
    at: Numbers = np.flatnonzero(is_candidate)
    return at


def _round(network: Network, parts: Numbers, root: Numbers) -> Numbers | None:
    pairs = len(network.pair_lots)
    least_lines = np.minimum(parts, network.lot_amounts)[network.pair_lots]
    choices = _Choices(np.zeros(pairs, np.int64), np.ones(pairs, np.bool_))
    best, choices = _settle(network, parts, least_lines, choices, root)
    for pair in _chosen(choices):
        other = _turned(choices, pair, least_lines)
        flows = _solve(network, other)
        if flows is None or (best is not None and not _is_better(network, flows, best)):
            continue
        rounded, settled = _settle(network, parts, least_lines, other, flows)
        if rounded is not None and (best is None or _is_better(network, rounded, best)):
            best, choices = rounded, settled
    return best


def too_small(network: Network, parts: Numbers, flows: Numbers) -> Numbers:
    """The lines below the part of their lot, but for one in a lot of which nothing is left."""
    small = (flows > 0) & (flows < np.minimum(parts, network.lot_amounts)[network.pair_lots])
    taken = np.bincount(network.pair_lots, weights=flows, minlength=len(network.lot_amounts)).astype(np.int64)
    count = np.bincount(network.pair_lots[small], minlength=len(network.lot_amounts))
    is_rest = (taken == network.lot_amounts) & (count == 1)
    lines: Numbers = np.flatnonzero(small & ~is_rest[network.pair_lots])
    return lines


def _settle(
    network: Network, parts: Numbers, least_lines: Numbers, choices: _Choices, flows: Numbers
) -> tuple[Numbers | None, _Choices]:
    """Round until no line is too small. Each round settles at least one pair, so it ends."""
    rounded: Numbers | None = flows
    while rounded is not None and len(small := too_small(network, parts, rounded)):
        choices = _rounded(network, least_lines, choices, rounded, small)
        rounded = _solve(network, choices)
    return rounded, choices


def _rounded(network: Network, least_lines: Numbers, choices: _Choices, flows: Numbers, small: Numbers) -> _Choices:
    least, is_open = choices.least.copy(), choices.is_open.copy()
    lots, needs = _left(network, least)
    for pair in small[np.argsort(-flows[small], kind="stable")].tolist():
        wanted, lot, need = int(least_lines[pair]), network.pair_lots[pair], network.pair_needs[pair]
        fits = wanted <= lots[lot] and wanted <= needs[need]
        if fits and 2 * flows[pair] >= wanted:
            least[pair] = wanted
            lots[lot] -= wanted
            needs[need] -= wanted
        else:
            is_open[pair] = False
    return _Choices(least, is_open)


def _left(network: Network, least: Numbers) -> tuple[Numbers, Numbers]:
    """What is left of each lot and each need besides these flows."""
    lots = network.lot_amounts - np.bincount(network.pair_lots, least, len(network.lot_amounts)).astype(np.int64)
    needs = network.need_amounts - np.bincount(network.pair_needs, least, len(network.need_amounts)).astype(np.int64)
    return lots, needs


def _solve(network: Network, choices: _Choices) -> Numbers | None:
    """The cheapest flow that keeps the choices: what must go is set apart, and the rest flows."""
    least, is_open = choices.least, choices.is_open
    floors = network.floors
    if floors:
        met = np.bincount(network.askers[network.pair_needs], least, len(floors)).astype(np.int64)
        floors = tuple(max(floor - int(amount), 0) for floor, amount in zip(floors, met, strict=True))
    fixed = network.fixed
    if fixed is not None:
        given = np.bincount(network.classes[network.pair_lots], least, len(fixed)).astype(np.int64)
        fixed = tuple(amount - int(there) for amount, there in zip(fixed, given, strict=True))
    lots, needs = _left(network, least)
    if min(lots.min(), needs.min(), *(fixed or ())) < 0:
        return None
    rest = replace(
        network,
        lot_amounts=lots,
        need_amounts=needs,
        pair_lots=network.pair_lots[is_open],
        pair_needs=network.pair_needs[is_open],
        pair_costs=network.pair_costs[is_open],
        floors=floors,
        fixed=fixed,
    )
    flows = cheapest(rest)
    if flows is None:
        return None
    all_flows = least.copy()
    all_flows[is_open] += flows
    return all_flows


def _chosen(choices: _Choices) -> Iterator[int]:
    """The pairs that were settled, first those that were made larger."""
    yield from np.concatenate((np.flatnonzero(choices.least > 0), np.flatnonzero(~choices.is_open)))[:TURNS_MOST].tolist()


def _turned(choices: _Choices, pair: int, least_lines: Numbers) -> _Choices:
    least, is_open = choices.least.copy(), choices.is_open.copy()
    was_made_larger = bool(least[pair])
    least[pair] = 0 if was_made_larger else least_lines[pair]
    is_open[pair] = not was_made_larger
    return _Choices(least, is_open)


def _is_better(network: Network, flows: Numbers, than: Numbers) -> bool:
    mass, cost = _value(network, flows)
    other_mass, other_cost = _value(network, than)
    return (mass, -cost) > (other_mass, -other_cost)


def _value(network: Network, flows: Numbers) -> tuple[int, int]:
    at = np.flatnonzero(flows)
    weights = network.class_weights_mg[network.classes[network.pair_lots[at]]].tolist()
    masses = [amount * weight for amount, weight in zip(flows[at].tolist(), weights, strict=True)]
    return sum(masses), sum(mass * cost for mass, cost in zip(masses, network.pair_costs[at].tolist(), strict=True))
