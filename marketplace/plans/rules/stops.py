"""Through a depot: what only the period stands between is brought there, waits, and goes on. Over whole columns.

A lot comes on the last day of its period and leaves on the first day of the need's: the shortest stay there is. Each pair has one depot, that by which it
costs least; of two that cost as much the first by number. Room is counted by whole weeks, from Monday on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketplace.allocation.rules.problem import Flags, Numbers
from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.kernel.geo import Point
from marketplace.kernel.geo_columns import list_whole_km
from marketplace.kernel.units import Unit
from marketplace.plans.rules.pairing import UNITS, Supply, Wanted, point_of

STRAIGHT = -1  # of a pair that is put down nowhere
KIND_UNITS = {Kind.M2: UNITS.index(Unit.M2), Kind.M3: UNITS.index(Unit.M3)}
MONDAY = 3  # 1 January 1970 was a Thursday
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Depots:
    """The depots that take something now, in columns.

    `rooms`: of each kind that a depot counts what is still free, in thousandths (of tonnes in micrograms). `fits`: whether a depot takes a material of an
    organisation, all three by their place or number.
    """

    ids: Numbers
    longest_days: Numbers
    rooms: Sequence[dict[Kind, int]]
    fits: Callable[[int, int, int], bool]
    lats: NDArray[np.float64]
    lons: NDArray[np.float64]
    spots: NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """How each pair goes, by lot and by need. `depots`: the place of one, or straight; days since 1970.

    `km`: whole kilometres as the crow flies, of both legs where there are two. `first_days`: on which its owner hands it over. `days`: how long it lies in the
    depot on the way.
    """

    lots: Numbers
    needs: Numbers
    depots: Numbers
    km: Numbers
    to_km: Numbers
    first_days: Numbers
    days: Numbers

    def row(self, pair: int) -> tuple[int, int, int, int]:
        """The depot, the two legs and the days of one pair."""
        km, to_km = int(self.km[pair]), int(self.to_km[pair])
        return int(self.depots[pair]), to_km, km - to_km, int(self.days[pair])

    def by_depot(self) -> Iterator[tuple[int, Numbers]]:
        """The place of each depot on the way, with the pairs that go by it."""
        for depot in np.unique(self.depots[self.depots != STRAIGHT]).tolist():
            yield depot, np.flatnonzero(self.depots == depot)


@dataclass(frozen=True)
class Limits:
    """What depots have room for, as a problem has it."""

    numbers: Numbers
    pairs: Numbers
    uses: Numbers
    most: Numbers


Costs = Callable[[int, Numbers, Numbers, Numbers, Numbers], tuple[Numbers, Flags]]  # of a depot: lots, km, first days, days


def ways_of(
    supply: Supply,
    wanted: Wanted,
    depots: Depots,
    straight: tuple[Numbers, Numbers, Numbers],
    apart: tuple[Numbers, Numbers],
    costs: Costs,
    today: int,
) -> Ways:
    """Every pair that may be: those that go straight, and those that a depot serves.

    Those are pairs that only the period stands between.

    `straight`: lots, needs and kilometres; `apart`: lots and needs. `costs`: what a pair costs by a depot, and whether that is known.
    """
    lots, needs, km = straight
    first_days = np.maximum(np.maximum(supply.first_days[lots], wanted.first_days[needs]), today)
    nothing = np.zeros(len(lots), np.int64)
    columns = [(lots, needs, nothing + STRAIGHT, km, nothing, first_days, nothing)]
    best = _through(supply, wanted, depots, *apart, costs)
    columns.append(best)
    joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
    order = np.lexsort((joined[1], joined[0]))
    return Ways(*(column[order] for column in joined))


def _through(
    supply: Supply, wanted: Wanted, depots: Depots, lots: Numbers, needs: Numbers, costs: Costs
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Of each pair the depot by which it costs least. Those that no depot serves are left out."""
    waits = supply.last_days[lots] < wanted.first_days[needs]  # what is free only after the need no depot helps
    lots, needs = lots[waits], needs[waits]
    first_days = supply.last_days[lots]
    days = wanted.first_days[needs] - first_days
    chosen, least = np.full(len(lots), STRAIGHT), np.full(len(lots), np.iinfo(np.int64).max)
    both, first = np.zeros(len(lots), np.int64), np.zeros(len(lots), np.int64)
    takes = _takes(supply, wanted, depots, lots, needs)
    for depot in range(len(depots.ids)):
        to_km = _km(supply, depots, depot)[lots]
        km = to_km + _km(wanted, depots, depot)[needs]
        cost, is_known = costs(depot, lots, km, first_days, days)
        better = takes[depot] & is_known & (days <= depots.longest_days[depot]) & (cost < least)
        chosen[better], least[better], both[better], first[better] = depot, cost[better], km[better], to_km[better]
    is_served = chosen != STRAIGHT
    return (
        lots[is_served],
        needs[is_served],
        chosen[is_served],
        both[is_served],
        first[is_served],
        first_days[is_served],
        days[is_served],
    )


def _takes(supply: Supply, wanted: Wanted, depots: Depots, lots: Numbers, needs: Numbers) -> list[Flags]:
    """By depot, which pairs it takes: the material, of whoever asks, where any room is left."""
    sorts = np.stack((supply.materials[lots], wanted.askers[needs], supply.units[lots]), axis=1)
    kinds, of_pairs = np.unique(sorts, axis=0, return_inverse=True) if len(lots) else (sorts, np.zeros(0, np.int64))
    flags = []
    for depot, rooms in enumerate(depots.rooms):
        taken = [
            depots.fits(depot, asker, material) and all(rooms[kind] > 0 for kind in rooms if _counts(kind, unit))
            for material, asker, unit in kinds.tolist()
        ]
        flags.append(np.array(taken, np.bool_)[of_pairs.reshape(-1)])
    return flags


def _counts(kind: Kind, unit: int) -> bool:
    """Whether what is counted by this unit takes room of that kind. On how many pallets something will stand nobody knows yet."""
    return kind is Kind.TONNE or KIND_UNITS.get(kind) == unit


def _km(of: Supply | Wanted, depots: Depots, depot: int) -> Numbers:
    """Whole kilometres between each of these and a depot."""
    steps = of.spots - depots.spots[depot]
    there = Point(float(depots.lats[depot]), float(depots.lons[depot]))
    return list_whole_km((steps * steps).sum(axis=1), lambda row: (point_of(of, row), there))


def limits_of(ways: Ways, supply: Supply, depots: Depots, weights_mg: Numbers) -> Limits:
    """The room of each depot in each week, of each kind. What all pairs together cannot fill is no limit."""
    rooms = list(_rooms(ways, supply, depots, weights_mg))
    nothing = [np.zeros(0, np.int64)]
    return Limits(
        numbers=np.repeat(np.arange(len(rooms)), np.array([len(entries) for _room, entries, _used in rooms], np.int64)),
        pairs=np.concatenate(nothing + [entries for _room, entries, _used in rooms]),
        uses=np.concatenate(nothing + [used for _room, _entries, used in rooms]),
        most=np.array([room for room, _entries, _used in rooms], np.int64),
    )


def _rooms(ways: Ways, supply: Supply, depots: Depots, weights_mg: Numbers) -> Iterator[tuple[int, Numbers, Numbers]]:
    for depot, mine in ways.by_depot():
        for kind, room in sorted(depots.rooms[depot].items()):
            units = supply.units[ways.lots[mine]]
            counted = mine if kind is Kind.TONNE else mine[units == KIND_UNITS.get(kind, -1)]
            uses = weights_mg[ways.lots[counted]] if kind is Kind.TONNE else np.ones(len(counted), np.int64)
            for entries in _weeks(ways, counted):
                used = uses[np.searchsorted(counted, entries)]
                if _filled(ways, supply, entries, used) > room:
                    yield room, entries, used


def _weeks(ways: Ways, pairs: Numbers) -> Iterator[Numbers]:
    """The pairs that lie there in each week, each set of them once."""
    if not len(pairs):
        return
    first = (ways.first_days[pairs] + MONDAY) // DAYS_OF_WEEK
    last = (ways.first_days[pairs] + ways.days[pairs] - 1 + MONDAY) // DAYS_OF_WEEK
    before: bytes = b""
    for week in np.unique(first).tolist():  # nothing is fuller than a week in which something comes
        there: Numbers = pairs[(first <= week) & (last >= week)]
        if there.tobytes() != before:
            yield there
        before = there.tobytes()


def _filled(ways: Ways, supply: Supply, pairs: Numbers, uses: Numbers) -> int:
    """What all of this could fill: no lot more than it is."""
    lots, places = np.unique(ways.lots[pairs], return_inverse=True)
    of_lots = np.zeros(len(lots), np.int64)
    of_lots[places] = uses
    return sum(amount * use for amount, use in zip(supply.amounts[lots].tolist(), of_lots.tolist(), strict=True))
