"""The problem of today: every lot that may serve a need, with what it costs to go there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.allocation.rules.problem import Flags, Numbers, Problem
from marketplace.impact.rules.impact import LORRY
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import Text, _
from marketplace.materials.models import ReferenceRow
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR, Taxonomy
from marketplace.plans.queries.columns import Columns, read_columns, read_stops
from marketplace.plans.rules.lying import NO_STOPS, Lying, Stops, handling_cost, road_cost, storage_of
from marketplace.plans.rules.pairing import STEPS, Paired, Way, pair_up
from marketplace.plans.rules.prices import HaulPrice, HaulPrices, PriceOf, prices_on
from marketplace.plans.rules.stops import STRAIGHT, Ways, limits_of, ways_of

HM_PER_KM = int(DETOUR_FACTOR * 10)  # of road, for a whole kilometre as the crow flies
CARBON_SCALE = 10**7  # costs of carbon are whole ten-millionths of a gram for each gram that moves


class Objective(StrEnum):
    """What is kept low among the ways that serve the most tonnes."""

    KILOMETRES = "kilometres"
    CARBON = "carbon"
    COST = "cost"


OBJECTIVE_LABELS: dict[Objective, Text] = {
    Objective.KILOMETRES: _("the fewest tonne-kilometres"),
    Objective.CARBON: _("the most carbon saved"),
    Objective.COST: _("the lowest cost of transport, handling and storage"),
}


NO_PRICES = _(
    "There is no price of hauling yet, so nothing has a cost. Load haul_prices.csv with `materials sync`, or choose another."
)


@dataclass(frozen=True)
class Today:
    """What is open today and how it pairs."""

    columns: Columns
    paired: Paired
    taxonomy: Taxonomy
    stops: Stops = NO_STOPS
    prices: HaulPrices | None = None

    @cached_property
    def free(self) -> Flags:
        """Which of the pairs that were found nothing stands between."""
        free: Flags = self.paired.ways == Way.FREE
        return free

    @property
    def problem(self) -> Problem:
        """What a plan of the fewest tonne-kilometres decides about."""
        return self.problem_of(Objective.KILOMETRES)

    def problem_of(self, objective: Objective) -> Problem:
        """What a plan decides about: what nothing stands between, and what a depot serves."""
        supply, wanted, ways = self.columns.supply, self.columns.wanted, self.ways_of(objective)
        lots, needs, road = ways.lots, ways.needs, ways.km * HM_PER_KM
        up, down = self._rates(lots, needs)
        steps = np.array(STEPS, np.int64)
        stops = (ways.depots != STRAIGHT).astype(np.int64)
        limits = limits_of(ways, supply, self.stops.columns, self.columns.weights_mg)
        extras = np.zeros(0, np.int64)
        if objective is Objective.COST:
            extras = handling_cost(stops + 1, self._prices())
        return Problem(
            lot_ids=supply.ids,
            lot_amounts=supply.amounts,
            lot_parts=supply.parts,
            lot_weights_mg=self.columns.weights_mg,
            lot_steps=steps[supply.units],
            need_ids=wanted.ids,
            need_amounts=wanted.amounts,
            need_askers=wanted.askers,
            need_steps=steps[wanted.units],
            pair_lots=lots,
            pair_needs=needs,
            pair_costs=self._costs(objective, ways, road),
            pair_road_hm=road,
            pair_numerators=up,
            pair_denominators=down,
            pair_stops=stops,
            pair_extras=extras,
            limit_numbers=limits.numbers,
            limit_pairs=limits.pairs,
            limit_uses=limits.uses,
            limit_most=limits.most,
        )

    def ways_of(self, objective: Objective) -> Ways:
        """How each pair of the problem goes: straight, or through which depot."""
        paired, apart = self.paired, self.paired.ways == Way.PERIOD
        straight = paired.lots[self.free], paired.needs[self.free], paired.km[self.free]

        def costs(depot: int, lots: Numbers, km: Numbers, first_days: Numbers, days: Numbers) -> tuple[Numbers, Flags]:
            if objective is not Objective.COST:
                return km, np.ones(len(km), np.bool_)
            lying, is_known = self.lying.cost_of(int(self.stops.columns.ids[depot]), lots, first_days, days)
            return road_cost(km * HM_PER_KM, self._prices()) + lying, is_known

        columns = self.columns
        return ways_of(
            columns.supply,
            columns.wanted,
            self.stops.columns,
            straight,
            (paired.lots[apart], paired.needs[apart]),
            costs,
            columns.terms.today,
        )

    @cached_property
    def unsure(self) -> frozenset[tuple[int, int]]:
        """The lots and needs, by their places, of which something that is asked is not known."""
        rows = np.flatnonzero(self.paired.is_unsure)
        return frozenset(zip(self.paired.lots[rows].tolist(), self.paired.needs[rows].tolist(), strict=True))

    @cached_property
    def lying(self) -> Lying:
        """What lying in a depot costs."""
        return Lying(self.stops, self.columns.supply, self.columns.weights_mg, self.columns.terms.today)

    def _prices(self) -> HaulPrices:
        if self.prices is None:
            raise Conflict(NO_PRICES, "objective")
        return self.prices

    def _costs(self, objective: Objective, ways: Ways, road_hm: Numbers) -> Numbers:
        """What each pair costs by the gram, in what the objective counts."""
        if objective is Objective.KILOMETRES:
            return road_hm
        if objective is Objective.CARBON:
            return self._carbon(ways.lots, road_hm)
        costs: Numbers = road_cost(road_hm, self._prices()) + storage_of(ways, self.lying, self.stops.columns.ids.tolist())
        return costs

    def _carbon(self, lots: Numbers, road_hm: Numbers) -> Numbers:
        """Carbon of the way less what is saved, for each gram. By lorry; what is not known of a material saves nothing here."""
        saved = {}
        for number in np.unique(self.columns.supply.materials).tolist():
            material = self.taxonomy.material_by_id(number)
            avoided = material.carbon.kgco2e_per_kg if material.carbon else 0
            saved[number] = round((avoided - (material.processing_kgco2e_per_kg or 0)) * CARBON_SCALE) if avoided else 0
        of_lots = np.array([saved[number] for number in self.columns.supply.materials.tolist()], np.int64)
        per_hm = round(self.taxonomy.vehicle_factors[LORRY] * CARBON_SCALE / 10_000)  # kg for a tonne-km: a gram for a kg-km
        costs: Numbers = road_hm * per_hm - of_lots[lots]
        return costs

    def _rates(self, lots: Numbers, needs: Numbers) -> tuple[Numbers, Numbers]:
        supply, wanted = self.columns.supply, self.columns.wanted
        up, down = np.ones(len(lots), np.int64), np.ones(len(lots), np.int64)
        for row in np.flatnonzero(supply.units[lots] != wanted.units[needs]).tolist():
            need = int(needs[row])
            rate = self.columns.terms.rate(int(lots[row]), int(wanted.materials[need]), int(wanted.units[need]))
            if rate is None:
                raise RuntimeError("what does not convert is no pair")
            up[row], down[row] = rate.numerator, rate.denominator
        return up, down


def read_today(session: Session) -> Today:
    """Read everything that is open and pair it."""
    taxonomy = get_taxonomy(session)
    columns = read_columns(session, taxonomy)
    paired = pair_up(columns.supply, columns.wanted, columns.terms)
    return Today(columns, paired, taxonomy, read_stops(session, taxonomy), find_haul_prices(session, clock.today()))


def find_haul_prices(session: Session, day: date) -> HaulPrices | None:
    """The prices of a day, as the version in use of the reference data says them. None: nothing has a cost."""
    rows = select(ReferenceRow).where(ReferenceRow.version_id == get_taxonomy(session).version, ReferenceRow.kind == "haul_price")
    return prices_on((_price(row) for row in session.scalars(rows.order_by(ReferenceRow.position))), day)


def _price(row: ReferenceRow) -> HaulPrice:
    facts = row.facts
    first_on = date.fromisoformat(facts["first_on"])
    return HaulPrice(PriceOf(facts["of"]), Decimal(facts["amount_eur"]), first_on, facts["is_verified"])
