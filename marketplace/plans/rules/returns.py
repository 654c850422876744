"""Loads that go each other's way in the same weeks, and what one round of both saves.

By itself a lorry goes out full and comes back empty: twice the road. Together it is one round: out with the first load, from where that is left to the
other lot, back with the second, and from there to where it began. Figures are for one round; how many there are follows from the lorry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.allocation.rules.problem import Numbers
from marketplace.kernel.geo import Point
from marketplace.kernel.geo_columns import list_whole_km
from marketplace.plans.rules.pairing import Supply, Wanted

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
    taken: set[int] = set()
    chosen = []
    order = sorted(
        _possible(loads, supply, wanted, hm_per_km), key=lambda one: (-one.saved_hm, one.there.number, one.back.number)
    )
    for one in order:
        if not taken & {one.there.number, one.back.number}:
            taken |= {one.there.number, one.back.number}
            chosen.append(one)
    return chosen


def _possible(loads: Sequence[Load], supply: Supply, wanted: Wanted, hm_per_km: int) -> Iterator[Round]:
    between: dict[tuple[int, int], list[Load]] = {}
    for load in loads:
        between.setdefault((load.giver, load.receiver), []).append(load)
    for (giver, receiver), out in between.items():
        back = between.get((receiver, giver), []) if giver < receiver else []
        pairs = [(one, other) for one in out for other in back if _share_a_week(one, other)]
        if not pairs:
            continue
        over = _km(supply, wanted, pairs) + _km(supply, wanted, [(other, one) for one, other in pairs])
        for (one, other), empty in zip(pairs, over.tolist(), strict=True):
            found = Round(*_in_order(one, other), one.road_hm + other.road_hm + empty * hm_per_km)
            if found.saved_hm > 0:
                yield found


def _in_order(one: Load, other: Load) -> tuple[Load, Load]:
    return (one, other) if one.number < other.number else (other, one)


def _share_a_week(one: Load, other: Load) -> bool:
    return one.first_week <= other.last_week and other.first_week <= one.last_week


def _km(supply: Supply, wanted: Wanted, pairs: Sequence[tuple[Load, Load]]) -> Numbers:
    """Whole kilometres from where each first load is left to where the second lies."""
    needs = np.array([one.need for one, _other in pairs], np.int64)
    lots = np.array([other.lot for _one, other in pairs], np.int64)
    steps = wanted.spots[needs] - supply.spots[lots]

    def ends(row: int) -> tuple[Point, Point]:
        need, lot = int(needs[row]), int(lots[row])
        return Point(float(wanted.lats[need]), float(wanted.lons[need])), Point(float(supply.lats[lot]), float(supply.lons[lot]))

    return list_whole_km((steps * steps).sum(axis=1), ends)
