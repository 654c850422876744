"""The problem of today: every lot that may serve a need, with what it costs to go there."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from marketplace.allocation.rules.problem import Flags, Numbers, Problem
from marketplace.impact.rules.impact import DETOUR_FACTOR, LORRY
from marketplace.kernel.language import Text, _
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.queries.columns import Columns, read_columns
from marketplace.plans.rules.pairing import STEPS, Found, Way, pair_up

HM_PER_KM = int(DETOUR_FACTOR * 10)  # of road, for a whole kilometre as the crow flies
CARBON_SCALE = 10**7  # costs of carbon are whole ten-millionths of a gram for each gram that moves


class Objective(StrEnum):
    """What is kept low among the ways that serve the most tonnes."""

    KILOMETRES = "kilometres"
    CARBON = "carbon"


OBJECTIVE_LABELS: dict[Objective, Text] = {
    Objective.KILOMETRES: _("the fewest tonne-kilometres"),
    Objective.CARBON: _("the most carbon saved"),
}


@dataclass(frozen=True)
class Today:
    """What is open today and how it pairs."""

    columns: Columns
    found: Found
    materials: Taxonomy

    @cached_property
    def free(self) -> Flags:
        """Which of the pairs that were found nothing stands between."""
        free: Flags = self.found.ways == Way.FREE
        return free

    @property
    def problem(self) -> Problem:
        """What a plan of the fewest tonne-kilometres decides about."""
        return self.problem_of(Objective.KILOMETRES)

    def problem_of(self, objective: Objective) -> Problem:
        """What a plan decides about: the pairs that nothing stands between."""
        supply, wanted = self.columns.supply, self.columns.wanted
        lots, needs = self.found.lots[self.free], self.found.needs[self.free]
        road = self.found.km[self.free] * HM_PER_KM
        up, down = self._rates(lots, needs)
        steps = np.array(STEPS, np.int64)
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
            pair_costs=road if objective is Objective.KILOMETRES else self._carbon(lots, road),
            pair_road_hm=road,
            pair_numerators=up,
            pair_denominators=down,
        )

    def is_unsure(self, pair: int) -> bool:
        """Whether something that is asked of the material is not known of the lot."""
        return bool(self.found.is_unsure[self.free][pair])

    def _carbon(self, lots: Numbers, road_hm: Numbers) -> Numbers:
        """Carbon of the way less what is saved, for each gram. By lorry; what is not known of a material saves nothing here."""
        saved = {}
        for number in np.unique(self.columns.supply.materials).tolist():
            material = self.materials.material_by_id(number)
            avoided = material.carbon.kgco2e_per_kg if material.carbon else 0
            saved[number] = round((avoided - (material.processing_kgco2e_per_kg or 0)) * CARBON_SCALE) if avoided else 0
        of_lots = np.array([saved[number] for number in self.columns.supply.materials.tolist()], np.int64)
        per_hm = round(self.materials.vehicle_factors[LORRY] * CARBON_SCALE / 10_000)  # kg for a tonne-km: a gram for a kg-km
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
    materials = taxonomy(session)
    columns = read_columns(session, materials)
    return Today(columns, pair_up(columns.supply, columns.wanted, columns.terms), materials)
