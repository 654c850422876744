"""Loads that go each other's way in the same weeks, and what one round of both saves.

By itself a lorry goes out full and comes back empty: twice the road. Together it is one round: out with the first load, from where that is left to the
other lot, back with the second, and from there to where it began. Figures are for one round; how many there are follows from the lorry.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.allocation.rules.problem import Numbers
from marketplace.kernel.geo import Point
from marketplace.kernel.geo_columns import list_whole_km
from marketplace.plans.rules.pairing import Supply, Wanted, point_of

THURSDAY = 3  # the first of January 1970, counted from Monday


@dataclass(frozen=True, slots=True)
class Load:
    """A line of a plan on the road. Places in the columns, its road in hectometres, days since 1970."""

    number: int
    giver: int
    receiver: int
    lot: int
    need: int
    road_hm: int
    first_day: int
    last_day: int

    @property
    def is_direct(self) -> bool:
        """Whether there is a day on which it can go from the one to the other."""
        return self.first_day <= self.last_day

    @property
    def first_week(self) -> int:
        """The week of its first day, counted from 1970."""
        return week_of(self.first_day)

    @property
    def last_week(self) -> int:
        """The week of its last day."""
        return week_of(self.last_day)


@dataclass(frozen=True, slots=True)
class Round:
    """Two loads as one round, in the weeks that they share."""

    there: Load
    back: Load
    together_hm: int

    @property
    def apart_hm(self) -> int:
        """What both drive by themselves, out and back."""
        return 2 * (self.there.road_hm + self.back.road_hm)

    @property
    def saved_hm(self) -> int:
        """What one round drives less."""
        return self.apart_hm - self.together_hm

    @property
    def days(self) -> tuple[int, int]:
        """From the Monday of the first week that both share to the Sunday of the last."""
        first = max(self.there.first_week, self.back.first_week)
        last = min(self.there.last_week, self.back.last_week)
        return first * 7 - THURSDAY, last * 7 - THURSDAY + 6


def week_of(day: int) -> int:
    """Weeks from Monday to Sunday, counted from 1970."""
    return (day + THURSDAY) // 7


def find_rounds(loads: Sequence[Load], supply: Supply, wanted: Wanted, hm_per_km: int) -> list[Round]:
    """Rounds that save, the most first; each load is in one at most."""
    firsts, seconds = _that_cross(loads)
    roads = np.array([load.road_hm for load in loads], np.int64)
    empty = (_km(loads, supply, wanted, firsts, seconds) + _km(loads, supply, wanted, seconds, firsts)) * hm_per_km
    saved = roads[firsts] + roads[seconds] - empty
    rows = np.flatnonzero(saved > 0)
    taken: set[int] = set()
    chosen = []
    for row in rows[np.lexsort((seconds[rows], firsts[rows], -saved[rows]))].tolist():
        first, second = int(firsts[row]), int(seconds[row])
        if first in taken or second in taken:
            continue
        taken |= {first, second}
        there, back = loads[first], loads[second]
        chosen.append(Round(there, back, there.road_hm + back.road_hm + int(empty[row])))
    return chosen


def _that_cross(loads: Sequence[Load]) -> tuple[Numbers, Numbers]:
    """The places of every two that go each other's way and share a week.

    The first of both before the other.
    """
    between: dict[tuple[int, int], list[int]] = {}
    for place, load in enumerate(loads):
        between.setdefault((load.giver, load.receiver), []).append(place)
    first, last = (np.array([week(load) for load in loads], np.int64) for week in (_first_week, _last_week))
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for (giver, receiver), there in between.items():
        if giver < receiver and (receiver, giver) in between:
            out, back = np.array(there, np.int64), np.array(between[receiver, giver], np.int64)
            shares = (first[out][:, None] <= last[back][None]) & (first[back][None] <= last[out][:, None])
            rows, columns = np.nonzero(shares)
            firsts.append(np.minimum(out[rows], back[columns]))
            seconds.append(np.maximum(out[rows], back[columns]))
    return np.concatenate(firsts), np.concatenate(seconds)


def _first_week(load: Load) -> int:
    return load.first_week


def _last_week(load: Load) -> int:
    return load.last_week


def _km(loads: Sequence[Load], supply: Supply, wanted: Wanted, ones: Numbers, others: Numbers) -> Numbers:
    """Whole kilometres from where each first load is left to where the second lies."""
    needs = np.array([load.need for load in loads], np.int64)[ones]
    lots = np.array([load.lot for load in loads], np.int64)[others]
    steps = wanted.spots[needs] - supply.spots[lots]

    def ends(row: int) -> tuple[Point, Point]:
        return point_of(wanted, int(needs[row])), point_of(supply, int(lots[row]))

    return list_whole_km((steps * steps).sum(axis=1), ends)
