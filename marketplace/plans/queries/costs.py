"""What each pair costs in money, for each gram: the road, and lying in a depot on the way or before it goes.

The prices of depots are asked day by day of their own rule; a test holds the columns against what would be settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.allocation.rules.problem import Flags, Numbers
from marketplace.depots.rules.costs import DAYS_OF_WEEK, Rates
from marketplace.kernel.units import Unit
from marketplace.materials.models import ReferenceRow
from marketplace.materials.queries import taxonomy
from marketplace.plans.queries.columns import day_of
from marketplace.plans.queries.stops import Stops
from marketplace.plans.rules.pairing import UNITS, Supply
from marketplace.plans.rules.prices import HaulPrice, HaulPrices, PriceOf, prices_on
from marketplace.plans.rules.stops import STRAIGHT, Ways

EURO = 10**11  # costs are whole parts of a euro, so small that a price of four decimals for a tonne and kilometre is one
PRICE_STEPS = 10**4  # a price of a depot has four decimals
GRAMS_PER_TONNE = 10**6
GRAM_HECTOMETRES = 10**7  # of a tonne-km


def find_haul_prices(session: Session, day: date) -> HaulPrices | None:
    """The prices of a day, as the version in use of the reference data says them. None: nothing has a cost."""
    rows = select(ReferenceRow).where(ReferenceRow.version_id == taxonomy(session).version, ReferenceRow.kind == "haul_price")
    return prices_on((_price(row) for row in session.scalars(rows.order_by(ReferenceRow.position))), day)


def _price(row: ReferenceRow) -> HaulPrice:
    facts = row.facts
    first_on = date.fromisoformat(facts["first_on"])
    return HaulPrice(PriceOf(facts["of"]), Decimal(facts["amount_eur"]), first_on, facts["is_verified"])


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
        self.kept: dict[tuple[Rates, Unit, int], _Sums] = {}

    def cost_of(self, depot_id: int, lots: Numbers, first_days: Numbers, days: Numbers) -> tuple[Numbers, Flags]:
        """Of each of these, in a depot from a day on for so many days, the cost by the gram; and whether each day has a price."""
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
        if (rates, unit, days) not in self.kept:
            self.kept[rates, unit, days] = _sums(rates, unit, self.first_day, days)
        return self.kept[rates, unit, days]


def _sums(rates: Rates, unit: Unit, first_day: int, days: int) -> _Sums:
    by_unit, by_tonne, unpriced = (np.zeros(days + 1, np.int64) for _column in range(3))
    for place in range(days):
        day = day_of(first_day + place)
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
    for depot in np.unique(ways.depots[ways.depots != STRAIGHT]).tolist():
        rows = np.flatnonzero(ways.depots == depot)
        costs[rows] = lying.cost_of(ids[depot], ways.lots[rows], ways.first_days[rows], ways.days[rows])[0]
    return costs
