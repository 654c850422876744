"""What the bank covers of needs, by the rule of the regional plan: no lot counts twice."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.allocation.rules.problem import Flags
from marketplace.joint.rules.gathering import Group, Want
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.queries.columns import EPOCH, Columns
from marketplace.plans.queries.pairs import Today
from marketplace.plans.rules.pairing import UNITS, Paired, Wanted, Way, pair_up


@dataclass(frozen=True, slots=True)
class Part:
    """What goes from one lot to one need. Amounts in the units of each; kilometres as the crow flies, whole."""

    listing_id: int
    demand_id: int
    takes: Decimal
    gives: Decimal
    mass_kg: Decimal
    distance_km: int
    road_km: Decimal
    is_unsure: bool

    @property
    def tonne_km(self) -> Decimal:
        """Tonnes times kilometres of road."""
        return self.mass_kg / 1000 * self.road_km


@dataclass(frozen=True)
class Market:
    """What is on offer and needed today, with every pair that may be or nearly may."""

    columns: Columns
    paired: Paired
    taxonomy: Taxonomy

    def of(self, group: Group) -> Flags:
        """Which of the pairs are of needs of this group."""
        chosen = [want.demand_id for want in group.wants]
        mine: Flags = np.isin(self.columns.wanted.ids[self.paired.needs], chosen)
        return mine

    def parts(self, group: Group, within_km: int) -> list[Part]:
        """What goes to the needs of a group from lots within a distance, as if nobody else asked. By lot and by need."""
        pairs = only(self.paired, self.of(group) & (self.paired.km <= within_km) & (self.paired.ways == Way.FREE))
        plan = make_plan(Today(self.columns, pairs, self.taxonomy).problem, has_floors=False)  # who buys together has no queue
        problem = plan.allocation.problem
        return [
            Part(
                listing_id=int(problem.lot_ids[problem.pair_lots[line]]),
                demand_id=int(problem.need_ids[problem.pair_needs[line]]),
                takes=Decimal(int(plan.allocation.takes[line])) / 1000,
                gives=Decimal(int(plan.allocation.gives[line])) / 1000,
                mass_kg=_kilograms(plan, line),
                distance_km=int(pairs.km[line]),
                road_km=Decimal(int(problem.pair_road_hm[line])) / 10,
                is_unsure=bool(pairs.is_unsure[line]),
            )
            for line in plan.allocation.lines.tolist()
        ]


def _kilograms(plan: Plan, line: int) -> Decimal:
    problem = plan.allocation.problem
    micrograms = int(plan.allocation.takes[line]) * int(problem.lot_weights_mg[problem.pair_lots[line]])
    return (Decimal(micrograms) / 10**9).quantize(Decimal("0.001"))


def wants_of(wanted: Wanted) -> list[Want]:
    """The needs of municipalities and the region of which anything is still to be found."""
    return [_want(wanted, place) for place in np.flatnonzero(~wanted.is_partner & (wanted.amounts > 0)).tolist()]


def _want(wanted: Wanted, place: int) -> Want:
    first, last = (date.fromordinal(int(days[place]) + EPOCH) for days in (wanted.first_days, wanted.last_days))
    return Want(
        int(wanted.ids[place]),
        int(wanted.askers[place]),
        int(wanted.materials[place]),
        Decimal(int(wanted.amounts[place])) / 1000,
        UNITS[int(wanted.units[place])],
        first,
        last,
    )


def market_of(columns: Columns, taxonomy: Taxonomy, demand_ids: Collection[int] | None = None) -> Market:
    """Pair what was read. `demand_ids`: these needs alone, for whoever looks at a few of many."""
    if demand_ids is not None:
        columns = replace(columns, wanted=_some(columns.wanted, np.isin(columns.wanted.ids, list(demand_ids))))
    return Market(columns, pair_up(columns.supply, columns.wanted, columns.terms), taxonomy)


def _some(wanted: Wanted, which: Flags) -> Wanted:
    """These of the needs."""
    places = np.flatnonzero(which).tolist()
    some: dict[str, Any] = {}
    for field in fields(wanted):
        column = getattr(wanted, field.name)
        some[field.name] = [column[place] for place in places] if isinstance(column, list) else column[which]
    return replace(wanted, **some)


def only(pairs: Paired, which: Flags) -> Paired:
    """These of the pairs."""
    return replace(
        pairs,
        lots=pairs.lots[which],
        needs=pairs.needs[which],
        ways=pairs.ways[which],
        km=pairs.km[which],
        is_unsure=pairs.is_unsure[which],
    )
