"""Which lot may serve which need: the rule of matching over whole columns.

It answers as `matching.rules.pair.objections` does for each two, and a test holds the one against the other; by public points, for a plan is read by
both sides before anything is agreed. What fails in one thing only is kept apart, for that is what people can talk about.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from marketplace.allocation.rules.problem import Flags, Numbers
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.geo_columns import list_whole_km
from marketplace.kernel.units import Unit
from marketplace.matching.rules.wishes import Verdict

Places = NDArray[np.float64]
UNITS = tuple(Unit)  # a unit is told by its place here
STEPS = tuple(10 ** (3 - unit.places) for unit in UNITS)  # thousandths by which an amount grows
EDGE_M = 10.0  # so near to the farthest distance the geodesic decides
ASKS_NOTHING = "{}"
FOR_OWNER, FOR_OTHERS = 1, 2  # for whom a lot is refused


class Way(IntEnum):
    """What stands between a lot and a need: nothing, or the one thing that does."""

    FREE = 0
    TURN = 1
    DISTANCE = 2
    CONDITION = 3
    PERIOD = 4
    FIELD = 5


@dataclass(frozen=True)
class Supply:
    """What is on offer, in columns. Amounts in thousandths, days since 1970, hazards as bits of a number, `spots` in metres.

    `refused`: bits for whom the rules of materials let nobody reserve it, whatever is said of the place: its own organisation (1), others (2).
    """

    ids: Numbers
    materials: Numbers
    owners: Numbers
    ranks: Numbers
    amounts: Numbers
    units: Numbers
    parts: Numbers
    first_days: Numbers
    last_days: Numbers
    hazards: Numbers
    is_unknown: Flags
    region_from: Numbers
    partners_from: Numbers
    circle_from: Numbers
    circles: list[str]
    answers: list[str]
    parents: list[int | None]
    certainties: list[str | None]
    refused: Numbers
    lats: Places
    lons: Places
    spots: Places


@dataclass(frozen=True)
class Wanted:
    """What is needed, in columns: the amounts that are neither there nor under way. `reach_m`: infinite where nothing was said."""

    ids: Numbers
    materials: Numbers
    askers: Numbers
    ranks: Numbers
    amounts: Numbers
    units: Numbers
    first_days: Numbers
    last_days: Numbers
    reach_m: Places
    accepted: Numbers
    takes_unknown: Flags
    is_partner: Flags
    slugs: list[str]
    wishes: list[str]
    lats: Places
    lons: Places
    spots: Places


@dataclass(frozen=True)
class Terms:
    """What the columns do not tell. `serving`: by the material that is offered, those whose needs it may serve.

    `rate`: how much of a need's unit one unit of a lot is, None where they do not convert. `judged`: wishes against answers, both as they are stored.
    `returned`: by parent lot, the needs that gave it back.
    """

    serving: Mapping[int, tuple[int, ...]]
    rate: Callable[[int, int, int], Fraction | None]
    judged: Callable[[str, str], Verdict]
    returned: Mapping[int, set[int]]
    today: int


@dataclass(frozen=True)
class Paired:
    """Lots and needs that pair, by lot and by need.

    Their places in the columns, the way, whole kilometres, and whether a wish is in doubt.
    """

    lots: Numbers
    needs: Numbers
    ways: NDArray[np.int8]
    km: Numbers
    is_unsure: Flags


def pair_up(supply: Supply, wanted: Wanted, terms: Terms, *, is_free_only: bool = False) -> Paired:
    """Every pair that may be, and every one that but one thing stands between.

    `is_free_only`: the former alone.
    """
    blocks = list(_blocks(supply, wanted, terms, Way.FREE if is_free_only else max(Way)))
    if not blocks:
        nothing = np.zeros(0, np.int64)
        return Paired(nothing, nothing, nothing.astype(np.int8), nothing, nothing.astype(np.bool_))
    lots, needs, ways, unsure = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = np.lexsort((needs, lots))
    lots, needs = lots[order], needs[order]
    steps = supply.spots[lots] - wanted.spots[needs]

    def between(row: int) -> tuple[Point, Point]:
        return point_of(supply, int(lots[row])), point_of(wanted, int(needs[row]))

    return Paired(lots, needs, ways[order], list_whole_km((steps * steps).sum(axis=1), between), unsure[order])


def _blocks(
    supply: Supply, wanted: Wanted, terms: Terms, most: Way
) -> Iterator[tuple[Numbers, Numbers, NDArray[np.int8], Flags]]:
    needs_by = {int(material): np.flatnonzero(wanted.materials == material) for material in np.unique(wanted.materials)}
    for material in np.unique(supply.materials).tolist():
        there = [needs_by[served] for served in terms.serving[material] if served in needs_by]
        if not there:
            continue
        lots, needs = np.flatnonzero(supply.materials == material), np.concatenate(there)
        ways, unsure = _block(supply, wanted, terms, lots, needs)
        rows, columns = np.nonzero((ways >= 0) & (ways <= most))
        yield lots[rows], needs[columns], ways[rows, columns], unsure[rows, columns]


def _block(supply: Supply, wanted: Wanted, terms: Terms, lots: Numbers, needs: Numbers) -> tuple[NDArray[np.int8], Flags]:
    """The way of each pair of these.

    It is -1 where more than one thing is in the way, or one that nobody can change.
    """
    possible = _is_clean(supply, wanted, lots, needs) & _gives(supply, wanted, terms, lots, needs)
    possible &= _passes(supply, wanted, lots, needs)
    fails, unsure = _judged(supply, wanted, terms, lots, needs)
    does_fail = fails > 0
    obstacles = (
        (Way.TURN, ~_has_turn(supply, wanted, terms.today, lots, needs)),
        (Way.DISTANCE, ~_is_near(supply, wanted, lots, needs)),
        (Way.CONDITION, supply.ranks[lots][:, None] < wanted.ranks[needs][None]),
        (Way.PERIOD, ~_do_overlap(supply, wanted, lots, needs)),
        (Way.FIELD, does_fail),
    )
    count = fails - does_fail
    ways = np.zeros(possible.shape, np.int8)
    for way, stands in obstacles:
        count = count + stands
        ways[stands] = way
    ways[~possible | (count > 1)] = -1
    for row, lot in enumerate(lots.tolist()):
        back = terms.returned.get(supply.parents[lot] or 0)
        if back:
            ways[row, np.isin(wanted.ids[needs], list(back))] = -1
    return ways, unsure


def _is_clean(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers) -> Flags:
    refused = supply.hazards[lots][:, None] & ~wanted.accepted[needs][None]
    clean: Flags = (refused == 0) & ~(supply.is_unknown[lots][:, None] & ~wanted.takes_unknown[needs][None])
    return clean


def _passes(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers) -> Flags:
    """Whether the rules of materials let the asker reserve it."""
    is_own = supply.owners[lots][:, None] == wanted.askers[needs][None]
    passes: Flags = (supply.refused[lots][:, None] & np.where(is_own, FOR_OWNER, FOR_OTHERS)) == 0
    return passes


def _do_overlap(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers) -> Flags:
    begins = supply.first_days[lots][:, None] <= wanted.last_days[needs][None]
    together: Flags = begins & (supply.last_days[lots][:, None] >= wanted.first_days[needs][None])
    return together


def _is_near(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers) -> Flags:
    away2 = np.zeros((len(lots), len(needs)))
    for axis in range(3):
        away2 += (supply.spots[lots, axis][:, None] - wanted.spots[needs, axis][None]) ** 2
    away_m, reach_m = np.sqrt(away2), wanted.reach_m[needs][None]
    near: Flags = away_m <= reach_m
    for row, column in zip(*np.nonzero(np.abs(away_m - reach_m) < EDGE_M), strict=True):
        lot, need = int(lots[row]), int(needs[column])
        near[row, column] = distance_km(point_of(supply, lot), point_of(wanted, need)) * 1000 <= round(wanted.reach_m[need])
    return near


def _has_turn(supply: Supply, wanted: Wanted, today: int, lots: Numbers, needs: Numbers) -> Flags:
    is_partner = wanted.is_partner[needs][None]
    opens = np.where(is_partner, supply.partners_from[lots][:, None], supply.region_from[lots][:, None])
    turn: Flags = (supply.owners[lots][:, None] == wanted.askers[needs][None]) | (opens <= today)
    slugs = np.array([wanted.slugs[need] for need in needs.tolist()], np.str_)
    for row in np.flatnonzero(supply.circle_from[lots] <= today).tolist():
        chosen = [slug for slug in supply.circles[int(lots[row])].split("|") if slug]
        turn[row] |= np.isin(slugs, chosen) & ~is_partner[0]
    return turn


def _judged(supply: Supply, wanted: Wanted, terms: Terms, lots: Numbers, needs: Numbers) -> tuple[NDArray[np.int8], Flags]:
    """How many wishes a lot fails (at most two are told apart), and whether one is in doubt."""
    fails = np.zeros((len(lots), len(needs)), np.int8)
    unsure = np.zeros(fails.shape, np.bool_)
    asking = [column for column, need in enumerate(needs.tolist()) if wanted.wishes[need] != ASKS_NOTHING]
    if not asking:
        return fails, unsure
    rows_by_answers: dict[str, list[int]] = {}
    for row, lot in enumerate(lots.tolist()):
        rows_by_answers.setdefault(supply.answers[lot], []).append(row)
    for column in asking:
        wishes = wanted.wishes[int(needs[column])]
        for answers, rows in rows_by_answers.items():
            verdict = terms.judged(wishes, answers)
            if verdict is Verdict.FAILS:
                fails[rows, column] = count_failing(terms, wishes, answers)
            unsure[rows, column] = verdict is Verdict.IN_DOUBT
    return fails, unsure


def count_failing(terms: Terms, wishes: str, answers: str) -> int:
    """One where but one wish fails, two where more do."""
    wishes_by_field = json.loads(wishes)
    failing = sum(terms.judged(json.dumps({slug: wish}), answers) is Verdict.FAILS for slug, wish in wishes_by_field.items())
    return min(failing, 2)


def _gives(supply: Supply, wanted: Wanted, terms: Terms, lots: Numbers, needs: Numbers) -> Flags:
    """Whether anything is given that the need can use, in a part that its owner gives away."""
    there, left = supply.amounts[lots][:, None], wanted.amounts[needs][None]
    takes = np.minimum(there, left)
    parts = supply.parts[lots][:, None]
    gives: Flags = (takes > 0) & (takes >= np.minimum(parts, there))
    differs = supply.units[lots][:, None] != wanted.units[needs][None]
    for row, column in zip(*np.nonzero(differs & (takes > 0)), strict=True):
        gives[row, column] = _gives_converted(supply, wanted, terms, int(lots[row]), int(needs[column]))
    return gives


def _gives_converted(supply: Supply, wanted: Wanted, terms: Terms, lot: int, need: int) -> bool:
    rate = terms.rate(lot, int(wanted.materials[need]), int(wanted.units[need]))
    if rate is None:
        return False
    there, part = int(supply.amounts[lot]), int(supply.parts[lot])
    step = STEPS[int(wanted.units[need])]
    covers: int = min(there * rate.numerator // rate.denominator // step * step, int(wanted.amounts[need]))
    lot_step = STEPS[int(supply.units[lot])]
    takes: int = min(-(-covers * rate.denominator // rate.numerator // lot_step) * lot_step, there)
    return covers > 0 and takes >= min(part, there)


def point_of(of: Supply | Wanted, place: int) -> Point:
    """The public point of a lot or a need."""
    return Point(float(of.lats[place]), float(of.lons[place]))
