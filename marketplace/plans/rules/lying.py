"""What each pair costs in money: the road, and lying in a depot on the way or before.

The prices of depots are asked day by day of their own rule; a test holds the columns against what would be settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from marketplace.allocation.rules.problem import Flags, Numbers
from marketplace.depots.rules.costs import DAYS_OF_WEEK, Change, Cost, Rates, Stored, charge, sum_of
from marketplace.depots.rules.quarter import Span
from marketplace.kernel.units import Unit
from marketplace.plans.rules.pairing import UNITS, Supply
from marketplace.plans.rules.prices import HaulPrices
from marketplace.plans.rules.stops import STRAIGHT, Depots, Ways

EPOCH = date(1970, 1, 1).toordinal()
EURO = 10**11  # costs are whole parts of a euro, so small that a price of four decimals for a tonne and kilometre is one
PRICE_STEPS = 10**4  # a price of a depot has four decimals
GRAMS_PER_TONNE = 10**6
GRAM_HECTOMETRES = 10**7  # of a tonne-km


@dataclass(frozen=True)
class Stops:
    """The depots that are open now: plain values, that outlive the session that read them.

    `rates`: the prices of each, by its number. `lies_in`: the depot where a listing's lot lies already, by their numbers.
    """

    columns: Depots
    rates: dict[int, Rates]
    lies_in: dict[int, int]

    def cost_of(self, depot_id: int, quantity: Decimal, unit: Unit, kg_per_unit: Decimal, span: Span) -> Cost:
        """What so much costs there in these days, as it would be settled."""
        there = Stored(unit, [Change(span.first, quantity, kg_per_unit)])
        return sum_of(charge(there, self.rates[depot_id], span)) if depot_id in self.rates else Cost(None, 0, is_known=False)


_NOTHING, _NOWHERE = np.zeros(0, np.int64), np.zeros(0, np.float64)
NO_STOPS = Stops(Depots(_NOTHING, _NOTHING, [], lambda *_of: False, _NOWHERE, _NOWHERE, np.zeros((0, 3))), {}, {})


@dataclass(frozen=True)
class _Sums:
    """What lying in a depot costs from the first day to each day, summed.

    By the lot's own unit, and by the tonne where that has no price; in ten-thousandths of a euro and week. `unpriced`: days without either.
    """

    by_unit: Numbers
    by_tonne: Numbers
    unpriced: Numbers


class Lying:
    """What lying in depots costs, over columns."""

    def __init__(self, stops: Stops, supply: Supply, weights_mg: Numbers, first_day: int) -> None:
        self.stops, self.supply, self.weights_mg, self.first_day = stops, supply, weights_mg, first_day
        self.sums: dict[tuple[Rates, Unit, int], _Sums] = {}

    def cost_of(self, depot_id: int, lots: Numbers, first_days: Numbers, days: Numbers) -> tuple[Numbers, Flags]:
        """The cost by the gram of each of these in a depot, and whether each day has a price."""
        costs, is_known = np.zeros(len(lots), np.int64), np.zeros(len(lots), np.bool_)
        rates, units = self.stops.rates.get(depot_id), self.supply.units[lots]
        last = int((first_days + days).max(initial=self.first_day))
        if rates is None:
            return costs, is_known
        for unit in np.unique(units).tolist():
            rows = np.flatnonzero(units == unit)
            sums = self._sums(rates, UNITS[unit], last - self.first_day)
            first = first_days[rows] - self.first_day
            after = first + days[rows]
            grams = self.weights_mg[lots[rows]] / 1000
            per_gram = (sums.by_unit[after] - sums.by_unit[first]) / grams
            per_gram = per_gram + (sums.by_tonne[after] - sums.by_tonne[first]) / GRAMS_PER_TONNE
            costs[rows] = np.rint(per_gram * (EURO / PRICE_STEPS) / DAYS_OF_WEEK).astype(np.int64)
            is_known[rows] = sums.unpriced[after] == sums.unpriced[first]
        return costs, is_known

    def before(self, ways: Ways) -> Numbers:
        """What waiting where a lot lies already costs, until it goes straight to a need. What is not known is not counted."""
        costs = np.zeros(len(ways.lots), np.int64)
        lies_in = np.array([self.stops.lies_in.get(number, 0) for number in self.supply.ids.tolist()], np.int64)[ways.lots]
        free = np.maximum(self.supply.first_days[ways.lots], self.first_day)
        waits = ways.first_days - free
        for depot_id in np.unique(lies_in).tolist():
            rows = np.flatnonzero((lies_in == depot_id) & (ways.depots == STRAIGHT) & (waits > 0)) if depot_id else ()
            if len(rows):
                costs[rows] = self.cost_of(depot_id, ways.lots[rows], free[rows], waits[rows])[0]
        return costs

    def _sums(self, rates: Rates, unit: Unit, days: int) -> _Sums:
        if (rates, unit, days) not in self.sums:
            self.sums[rates, unit, days] = _sums(rates, unit, self.first_day, days)
        return self.sums[rates, unit, days]


def _sums(rates: Rates, unit: Unit, first_day: int, days: int) -> _Sums:
    by_unit, by_tonne, unpriced = (np.zeros(days + 1, np.int64) for _column in range(3))
    for place in range(days):
        day = date.fromordinal(EPOCH + first_day + place)
        own, tonne = rates.at(unit.value, day), rates.at(Unit.TONNE.value, day)
        by_unit[place + 1] = 0 if own is None else int(own * PRICE_STEPS)
        by_tonne[place + 1] = 0 if own is not None or tonne is None else int(tonne * PRICE_STEPS)
        unpriced[place + 1] = own is None and tonne is None
    return _Sums(*(np.cumsum(column) for column in (by_unit, by_tonne, unpriced)))


def road_cost(km_hm: Numbers, prices: HaulPrices) -> Numbers:
    """What the road costs by the gram. `km_hm`: hectometres."""
    cost: Numbers = km_hm * int(prices.euros_per_tonne_km * EURO / GRAM_HECTOMETRES)
    return cost


def handling_cost(transfers: Numbers, prices: HaulPrices) -> Numbers:
    """What each line costs however much goes by it, as so many grams of cost 1."""
    extras: Numbers = transfers * int(prices.euros_per_transfer * EURO)
    return extras


def storage_of(ways: Ways, lying: Lying, ids: Sequence[int]) -> Numbers:
    """What each pair costs by the gram for lying in a depot, on the way or before it goes."""
    costs = lying.before(ways)
    for depot, rows in ways.by_depot():
        costs[rows] = lying.cost_of(ids[depot], ways.lots[rows], ways.first_days[rows], ways.days[rows])[0]
    return costs
