"""A plan of more than one region: by squares of the map, with their borders joined.

Where all pairs of a country do not fit in memory, the country is cut into squares and each is planned exactly. Then the cut is moved by half a square to the
east, to the north and to both, so that every border comes to lie inside a square, and each is planned again with what goes across its edge left as it is.
Last comes what is left on both sides, with the needs that reach farther than half a square and the lots that serve them: a lot far away may take
over from one nearby that somebody else needs. No step makes it worse, for what stands is one of its answers. The whole may be better still, so it
is never said to be proven; `bench` tells by how much on a country that is small enough to be planned whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any, TypeVar

import numpy as np

from marketplace.allocation.rules.allocation import improve
from marketplace.allocation.rules.problem import Allocation, Flags, Numbers, Problem
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.queries.columns import Columns
from marketplace.plans.queries.pairs import Objective, Today
from marketplace.plans.rules.pairing import Supply, Wanted, pair_up

Side = TypeVar("Side", Supply, Wanted)
SIDE_KM = 60.0  # of a square: nearly all that a region exchanges lies within half of it
NORTH_KM, EAST_KM = 111.2, 68.0  # of a degree, in the middle of the country: a border need not be exact


@dataclass(frozen=True)
class Moved:
    """What goes where, by its place in the columns. One row for each lot with each need."""

    lots: Numbers
    needs: Numbers
    takes: Numbers
    gives: Numbers
    weights_mg: Numbers
    road_hm: Numbers

    @property
    def tonnes(self) -> float:
        """The mass that serves a need."""
        return float((self.takes * (self.weights_mg / 1e12)).sum())

    @property
    def tonne_km(self) -> float:
        """What is driven for it, by road."""
        return float((self.takes * (self.weights_mg / 1e12) * (self.road_hm / 10)).sum())


def moved_by(allocation: Allocation) -> Moved:
    """What an allocation of the whole moves."""
    lines, problem = allocation.lines, allocation.problem
    lots = problem.pair_lots[lines]
    return Moved(
        lots,
        problem.pair_needs[lines],
        allocation.takes[lines],
        allocation.gives[lines],
        problem.lot_weights_mg[lots],
        problem.pair_road_hm[lines],
    )


def plan_by_regions(columns: Columns, taxonomy: Taxonomy, objective: Objective, *, side_km: float = SIDE_KM) -> Moved:
    """Plan everything by squares of this side, with their borders joined."""
    nothing = np.zeros(0, np.int64)
    moved = Moved(*(nothing for _column in fields(Moved)))
    for east, north in product((0.0, 0.5), repeat=2):
        of_lots, of_needs = (_squares(side, side_km, east, north) for side in (columns.supply, columns.wanted))
        for square in np.intersect1d(of_lots, of_needs).tolist():
            moved = _planned_again(columns, taxonomy, objective, moved, of_lots == square, of_needs == square)
    return _planned_again(columns, taxonomy, objective, moved, *_far(columns, moved, side_km))


def _far(columns: Columns, moved: Moved, side_km: float) -> tuple[Flags, Flags]:
    """What is left, with the needs that reach over an edge and the lots that serve those now."""
    supply, wanted = columns.supply, columns.wanted
    taken = np.bincount(moved.lots, weights=moved.takes, minlength=len(supply.ids))
    given = np.bincount(moved.needs, weights=moved.gives, minlength=len(wanted.ids))
    reaches = wanted.reach_m > side_km * 500
    lots, needs = supply.amounts > taken, (wanted.amounts > given) | reaches
    lots[moved.lots[reaches[moved.needs]]] = True
    return lots, needs


def _squares(side: Supply | Wanted, side_km: float, east: float, north: float) -> Numbers:
    columns = np.floor(side.lons * EAST_KM / side_km + east).astype(np.int64)
    rows = np.floor(side.lats * NORTH_KM / side_km + north).astype(np.int64)
    squares: Numbers = rows * 100_000 + columns
    return squares


def _planned_again(
    columns: Columns,
    taxonomy: Taxonomy,
    objective: Objective,
    moved: Moved,
    lots_in: Flags,
    needs_in: Flags,
) -> Moved:
    """The same with what goes between these lots and these needs decided anew.

    What goes to others stays. A lot that gives no less than a part is decided about as a whole or not at all.
    """
    supply, wanted = columns.supply, columns.wanted
    is_free = lots_in[moved.lots] & needs_in[moved.needs]
    keeps_part = np.zeros(len(supply.ids), np.bool_)
    keeps_part[moved.lots[~is_free & (supply.parts[moved.lots] > 0)]] = True
    is_free &= ~keeps_part[moved.lots]
    taken = np.bincount(moved.lots[~is_free], weights=moved.takes[~is_free], minlength=len(supply.ids)).astype(np.int64)
    given = np.bincount(moved.needs[~is_free], weights=moved.gives[~is_free], minlength=len(wanted.ids)).astype(np.int64)
    there, left = supply.amounts - taken, wanted.amounts - given
    lots = np.flatnonzero(lots_in & (there > 0) & ~keeps_part)
    needs = np.flatnonzero(needs_in & (left > 0))
    part = Columns(
        replace(_chosen(supply, lots), amounts=there[lots]),
        replace(_chosen(wanted, needs), amounts=left[needs]),
        columns.weights_mg[lots],
        replace(columns.terms, rate=lambda lot, material, unit: columns.terms.rate(int(lots[lot]), material, unit)),
    )
    today = Today(part, pair_up(part.supply, part.wanted, part.terms, is_free_only=True), taxonomy)
    problem = today.problem_of(objective)
    better = moved_by(improve(_standing(problem, lots, needs, moved, is_free)))
    better = replace(better, lots=lots[better.lots], needs=needs[better.needs])
    return Moved(*(np.concatenate((column[~is_free], added)) for column, added in _both(moved, better)))


def _both(moved: Moved, better: Moved) -> Iterator[tuple[Numbers, Numbers]]:
    for column in fields(Moved):
        yield getattr(moved, column.name), getattr(better, column.name)


def _standing(problem: Problem, lots: Numbers, needs: Numbers, moved: Moved, is_free: Flags) -> Allocation:
    """What stands now of that which is decided anew, as an allocation of its problem."""
    width = len(problem.need_ids) + 1
    here = np.searchsorted(lots, moved.lots[is_free]) * width + np.searchsorted(needs, moved.needs[is_free])
    places = np.searchsorted(problem.pair_lots * width + problem.pair_needs, here)
    takes, gives = (np.zeros(len(problem.pair_lots), np.int64) for _both in range(2))
    takes[places], gives[places] = moved.takes[is_free], moved.gives[is_free]
    return Allocation(problem, takes, gives)


def _chosen(side: Side, places: Numbers) -> Side:
    """These rows of the columns."""
    picked: dict[str, Any] = {}
    for field in fields(side):
        column = getattr(side, field.name)
        picked[field.name] = [column[place] for place in places.tolist()] if isinstance(column, list) else column[places]
    return replace(side, **picked)
