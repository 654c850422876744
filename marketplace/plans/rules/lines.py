"""Why a line of a plan stands there, held against what happens without one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from marketplace.allocation.rules.allocation import Plan
from marketplace.allocation.rules.problem import joined_by
from marketplace.kernel.language import Text, _


class Why(StrEnum):
    """Why a line stands there.

    `same`: without a plan it would go there as well. `less`: together with the lines around it less is driven. `more`: more is served.
    """

    SAME = "same"
    LESS = "less"
    MORE = "more"


class Answer(StrEnum):
    """What somebody did with a line."""

    ASKED = "asked"
    OFFERED = "offered"
    REFUSED = "refused"


class LineState(StrEnum):
    """How a line stands now. `changed`: less is left of the lot or of the need, or one of the two is over."""

    OPEN = "open"
    ASKED = "asked"
    OFFERED = "offered"
    REFUSED = "refused"
    CHANGED = "changed"


STATE_LABELS: dict[LineState, Text] = {
    LineState.OPEN: _("open"),
    LineState.ASKED: _("asked for"),
    LineState.OFFERED: _("offered"),
    LineState.REFUSED: _("refused"),
    LineState.CHANGED: _("changed since"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan, by its place among the pairs.

    `instead_of`: the place of the need to which most of this lot would go without a plan, and now does not. `saved_gram_metres` and
    `more_micrograms`: what this line and those that change with it save together, and serve more. `group`: those, by a number.
    """

    pair: int
    takes: int
    gives: int
    why: Why
    instead_of: int | None
    saved_gram_metres: int
    more_micrograms: int
    group: int | None = None


def lines_of(plan: Plan) -> Iterator[Line]:
    """Every line with its reason, by lot and by need."""
    problem, now, before = plan.allocation.problem, plan.allocation.takes, plan.baseline.takes
    changed = np.flatnonzero(now != before)
    groups = joined_by(problem.pair_lots[changed], problem.pair_needs[changed], len(problem.lot_ids), len(problem.need_ids))
    weights, road = problem.lot_weights_mg, problem.pair_road_hm
    mass, distance = defaultdict[int, int](int), defaultdict[int, int](int)
    losses = defaultdict[int, list[tuple[int, int]]](list)
    group_of = dict(zip(changed.tolist(), groups.tolist(), strict=True))
    for pair, group in group_of.items():
        lot = int(problem.pair_lots[pair])
        more = (int(now[pair]) - int(before[pair])) * int(weights[lot])
        mass[group] += more
        distance[group] += more * int(road[pair])
        if more < 0:
            losses[lot].append((more, int(problem.pair_needs[pair])))
    for pair in plan.allocation.lines.tolist():
        taken, given = int(now[pair]), int(plan.allocation.gives[pair])
        if pair not in group_of:
            yield Line(pair, taken, given, Why.SAME, None, 0, 0)
            continue
        group = group_of[pair]
        lost = losses.get(int(problem.pair_lots[pair]))
        yield Line(
            pair,
            taken,
            given,
            Why.MORE if mass[group] > 0 else Why.LESS,
            None if lost is None else min(lost)[1],
            -distance[group] // 10_000,
            mass[group],
            group,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """Thousandths of a tonne-kilometre that a line saves, and grams that it serves more."""

    tonne_metres: int
    grams: int


def shares_of(lines: Sequence[Line], masses: Sequence[int]) -> list[Share]:
    """What each line has of what its group comes to, by mass and adding up exactly.

    A group that serves as much saves kilometres, and one that serves more serves more: what it drives for that is no saving and no loss.
    """
    groups: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        if line.group is not None:
            groups.setdefault(line.group, []).append(place)
    shares = [Share(0, 0)] * len(lines)
    for places in groups.values():
        first = lines[places[0]]
        saves = first.why is Why.LESS
        whole = first.saved_gram_metres // 10**6 if saves else first.more_micrograms // 10**6
        for place, part in zip(places, split(whole, [masses[place] for place in places]), strict=True):
            shares[place] = Share(part, 0) if saves else Share(0, part)
    return shares


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole number divided by weight.

    Each part is rounded down, and what is over goes one by one to the first.
    """
    total = sum(weights)
    parts = [whole * weight // total for weight in weights]
    over = whole - sum(parts)
    return [part + (place < over) for place, part in enumerate(parts)]
