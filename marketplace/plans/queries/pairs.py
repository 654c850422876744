"""The problem of today: every lot that may serve a need, with what it costs to go there."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from marketplace.impact.rules.impact import DETOUR_FACTOR
from marketplace.materials.queries import taxonomy
from marketplace.plans.queries.columns import Columns, read_columns
from marketplace.plans.rules.pairing import STEPS, Found, Way, pair_up
from marketplace.plans.rules.problem import Numbers, Problem

HM_PER_KM = int(DETOUR_FACTOR * 10)  # of road, for a whole kilometre as the crow flies


class Objective(StrEnum):
    """What is kept low among the ways that serve the most tonnes."""

    KILOMETRES = "kilometres"


@dataclass(frozen=True)
class Today:
    """What is open today and how it pairs."""

    columns: Columns
    found: Found

    @cached_property
    def problem(self) -> Problem:
        """What the plan decides about: the pairs that nothing stands between."""
        supply, wanted = self.columns.supply, self.columns.wanted
        free = self.found.ways == Way.FREE
        lots, needs, road = self.found.lots[free], self.found.needs[free], self.found.km[free] * HM_PER_KM
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
            pair_costs=road,
            pair_road_hm=road,
            pair_numerators=up,
            pair_denominators=down,
            pair_depots=np.full(len(lots), -1, np.int64),
        )

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
    columns = read_columns(session, taxonomy(session))
    return Today(columns, pair_up(columns.supply, columns.wanted, columns.terms))
