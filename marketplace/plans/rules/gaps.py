"""What a plan leaves over, and the one thing each time that would help.

Some kilometres, a condition, some days, an answer, a turn, or a smallest part.

Only what is left of both sides after the plan is told, so nothing here takes from anybody. Of every kind the nearest is chosen: nothing says how
many kilometres a condition is worth.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

import numpy as np

from marketplace.allocation.rules.problem import Flags, Numbers
from marketplace.kernel.geo import distance_km
from marketplace.market.rules.listing import Condition
from marketplace.matching.rules.wishes import Verdict
from marketplace.plans.rules.pairing import STEPS, Paired, Supply, Terms, Wanted, Way, point_of

FAR_AHEAD = 400 * 366  # days since 1970: what opens later has no day
CONDITIONS = {condition.rank: condition.value for condition in Condition}


class Side(StrEnum):
    """Whose gap it is: a need that is not served, or a lot that stays."""

    NEED = "need"
    LOT = "lot"


class Step(StrEnum):
    """What would help.

    `later`, `earlier`: than the need asks. `part`: taking more than is needed, for its owner gives no less. `turn`: waiting until it opens.
    """

    DISTANCE = "distance"
    CONDITION = "condition"
    LATER = "later"
    EARLIER = "earlier"
    FIELD = "field"
    PART = "part"
    TURN = "turn"


ORDER = tuple(Step)
PLACE = {step: place for place, step in enumerate(ORDER)}


@dataclass(frozen=True)
class Open:
    """Everything that pairs or nearly does, and what a plan leaves of it in thousandths."""

    supply: Supply
    wanted: Wanted
    terms: Terms
    paired: Paired
    lots: Numbers
    needs: Numbers


@dataclass(frozen=True, slots=True)
class Remedy:
    """A lot that would serve a need if one thing were otherwise, and how much of it.

    `short`: thousandths of what is lacking, in kilometres, steps of condition, days, answers or units of the lot. `day`: from or until which it
    is there, or opens, since 1970. `detail`: the condition it has, or the field that differs.
    """

    lot: int
    need: int
    step: Step
    short: int
    day: int | None
    detail: str
    takes: int
    gives: int
    km: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A need or a lot that is not used up, with what would help: of every kind the nearest."""

    side: Side
    place: int
    left: int
    remedies: tuple[Remedy, ...]


def left_over(amounts: Numbers, places: Numbers, used: Numbers) -> Numbers:
    """What is left of every amount, after so much of the one at each place was used."""
    left = amounts.copy()
    np.subtract.at(left, places, used)
    return left


def find_gaps(opened: Open) -> list[Gap]:
    """Every need that is not met, by its number, then every lot that is not used up."""
    rows, steps, lacks = _candidates(opened)
    lots, needs, km = opened.paired.lots[rows], opened.paired.needs[rows], opened.paired.km[rows]
    gaps = []
    for side, mine, other, left in ((Side.NEED, needs, lots, opened.needs), (Side.LOT, lots, needs, opened.lots)):
        order = np.lexsort((other, km, lacks, steps, mine))
        remedies = _chosen(opened, rows[order], steps[order], lacks[order], mine[order])
        gaps += [Gap(side, place, int(left[place]), tuple(remedies.get(place, ()))) for place in np.flatnonzero(left).tolist()]
    return gaps


def _candidates(opened: Open) -> tuple[Numbers, Numbers, Numbers]:
    """The pairs of which both sides have something left.

    The step of each, and how much is lacking, for their order.
    """
    paired, supply, wanted = opened.paired, opened.supply, opened.wanted
    rows = np.flatnonzero((opened.lots[paired.lots] > 0) & (opened.needs[paired.needs] > 0))
    lots, needs, ways = paired.lots[rows], paired.needs[rows], paired.ways[rows]
    late = supply.first_days[lots] - wanted.last_days[needs]
    opens = _opens_on(supply, wanted, lots, needs, ways == Way.TURN)
    chosen = (
        (Step.DISTANCE, ways == Way.DISTANCE, lambda at: _far_m(supply, wanted, lots[at], needs[at])),
        (Step.CONDITION, ways == Way.CONDITION, lambda at: wanted.ranks[needs[at]] - supply.ranks[lots[at]]),
        (Step.LATER, (ways == Way.PERIOD) & (late > 0), lambda at: late[at]),
        (Step.EARLIER, (ways == Way.PERIOD) & (late <= 0), lambda at: wanted.first_days[needs[at]] - supply.last_days[lots[at]]),
        (Step.FIELD, ways == Way.FIELD, lambda at: np.ones(np.count_nonzero(at), np.int64)),
        (Step.PART, ways == Way.FREE, lambda at: supply.parts[lots[at]]),
        (Step.TURN, (ways == Way.TURN) & (opens < FAR_AHEAD), lambda at: opens[at]),
    )
    steps, lacks = np.full(len(rows), -1, np.int64), np.zeros(len(rows), np.int64)
    for step, at, lack in chosen:
        steps[at], lacks[at] = PLACE[step], lack(at)
    is_candidate = steps >= 0
    return rows[is_candidate], steps[is_candidate], lacks[is_candidate]


def _far_m(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers) -> Numbers:
    away = np.sqrt(((supply.spots[lots] - wanted.spots[needs]) ** 2).sum(axis=1))
    metres: Numbers = np.round(away - wanted.reach_m[needs]).astype(np.int64)
    return metres


def _opens_on(supply: Supply, wanted: Wanted, lots: Numbers, needs: Numbers, is_turn: Flags) -> Numbers:
    """The day from which whoever needs it may reserve, where that is asked."""
    is_partner = wanted.is_partner[needs]
    opens: Numbers = np.where(is_partner, supply.partners_from[lots], supply.region_from[lots])
    for row in np.flatnonzero(is_turn & ~is_partner & (supply.circle_from[lots] < opens)).tolist():
        if wanted.slugs[int(needs[row])] in supply.circles[int(lots[row])].split("|"):
            opens[row] = supply.circle_from[int(lots[row])]
    return opens


def _chosen(opened: Open, rows: Numbers, steps: Numbers, lacks: Numbers, mine: Numbers) -> dict[int, list[Remedy]]:
    """Of each kind the first that gives something, by the place of whoever it helps. The rows stand in their order."""
    remedies: dict[int, list[Remedy]] = {}
    taken = None
    for row, step, lack, place in zip(rows.tolist(), steps.tolist(), lacks.tolist(), mine.tolist(), strict=True):
        if (place, step) == taken:
            continue
        remedy = _remedy(opened, row, ORDER[step], lack)
        if remedy is not None:
            remedies.setdefault(place, []).append(remedy)
            taken = (place, step)
    return remedies


def _remedy(opened: Open, row: int, step: Step, lack: int) -> Remedy | None:
    """What one pair would give; None where its owner gives no such part, or nothing is lacking."""
    lot, need = int(opened.paired.lots[row]), int(opened.paired.needs[row])
    takes, gives = _amounts(opened, lot, need)
    part = min(int(opened.supply.parts[lot]), int(opened.lots[lot]))
    if not gives or (takes < part) != (step is Step.PART):
        return None
    remedy = Remedy(lot, need, step, lack * 1000, None, "", takes, gives, int(opened.paired.km[row]))
    return _DETAILED[step](opened, remedy)


def _amounts(opened: Open, lot: int, need: int) -> tuple[int, int]:
    """How much of what is left of a lot what is left of a need takes, and what that gives."""
    there, wanted = int(opened.lots[lot]), int(opened.needs[need])
    units = int(opened.supply.units[lot]), int(opened.wanted.units[need])
    if units[0] == units[1]:
        return min(there, wanted), min(there, wanted)
    rate = opened.terms.rate(lot, int(opened.wanted.materials[need]), units[1])
    if rate is None:
        return 0, 0
    lot_step, step = STEPS[units[0]], STEPS[units[1]]
    gives = min(there * rate.numerator // rate.denominator // step * step, wanted)
    return min(-(-gives * rate.denominator // rate.numerator // lot_step) * lot_step, there), gives


def _of_distance(opened: Open, remedy: Remedy) -> Remedy:
    """In whole kilometres, rounded up: so much farther it is reached."""
    wanted, supply = opened.wanted, opened.supply
    between = distance_km(point_of(supply, remedy.lot), point_of(wanted, remedy.need))
    more = between - Decimal(round(float(wanted.reach_m[remedy.need]))) / 1000
    return replace(remedy, short=max(int(more.to_integral_value(ROUND_CEILING)), 1) * 1000)


def _of_condition(opened: Open, remedy: Remedy) -> Remedy:
    return replace(remedy, detail=CONDITIONS[int(opened.supply.ranks[remedy.lot])])


def _of_days(opened: Open, remedy: Remedy) -> Remedy:
    days = opened.supply.first_days if remedy.step is Step.LATER else opened.supply.last_days
    return replace(remedy, day=int(days[remedy.lot]))


def _of_field(opened: Open, remedy: Remedy) -> Remedy:
    answers = opened.supply.answers[remedy.lot]
    wishes = json.loads(opened.wanted.wishes[remedy.need])
    failing = (slug for slug, wish in wishes.items() if opened.terms.judged(json.dumps({slug: wish}), answers) is Verdict.FAILS)
    return replace(remedy, detail=next(failing, ""))


def _of_part(opened: Open, remedy: Remedy) -> Remedy:
    part = min(int(opened.supply.parts[remedy.lot]), int(opened.lots[remedy.lot]))
    return replace(remedy, short=part - remedy.takes, takes=part)


def _of_turn(_opened: Open, remedy: Remedy) -> Remedy:
    return replace(remedy, short=0, day=remedy.short // 1000)


_DETAILED: dict[Step, Callable[[Open, Remedy], Remedy]] = {
    Step.DISTANCE: _of_distance,
    Step.CONDITION: _of_condition,
    Step.LATER: _of_days,
    Step.EARLIER: _of_days,
    Step.FIELD: _of_field,
    Step.PART: _of_part,
    Step.TURN: _of_turn,
}
