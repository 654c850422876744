"""What a plan leaves over, as rows to be kept with it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from marketplace.allocation.rules.allocation import Plan
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.queries.pairs import Today
from marketplace.plans.rules.gaps import Gap, Open, Remedy, Side, find_gaps, left_over
from marketplace.plans.rules.pairing import UNITS, pair_up

EPOCH = date(1970, 1, 1)


def gaps_of(today: Today, plan: Plan) -> list[Gap]:
    """What a plan leaves of what is open, with what would help.

    Where owners give no small parts everything is paired once more as if they did: that is one of the things which may stand between.
    """
    problem, columns = plan.allocation.problem, today.columns
    lots = left_over(columns.supply.amounts, problem.pair_lots, plan.allocation.takes)
    needs = left_over(columns.wanted.amounts, problem.pair_needs, plan.allocation.gives)
    paired = today.paired
    if columns.supply.parts.any():
        whole = replace(columns.supply, parts=np.zeros_like(columns.supply.parts))
        paired = pair_up(whole, columns.wanted, columns.terms)
    return find_gaps(Open(columns.supply, columns.wanted, columns.terms, paired, lots, needs))


def rows_of_gaps(
    run_id: int, today: Today, gaps: list[Gap], taxonomy: Taxonomy
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The gaps and the ways of each, numbered."""
    rows, ways = [], []
    for number, gap in enumerate(gaps, start=1):
        rows.append({"run_id": run_id, "number": number, **_gap(today, gap, taxonomy)})
        ways += [{"run_id": run_id, "gap": number, **row} for row in _ways(today, gap)]
    return rows, ways


def _gap(today: Today, gap: Gap, taxonomy: Taxonomy) -> dict[str, Any]:
    supply, wanted, place = today.columns.supply, today.columns.wanted, gap.place
    is_need = gap.side is Side.NEED
    columns = wanted if is_need else supply
    unit, material = UNITS[int(columns.units[place])], int(columns.materials[place])
    left = Decimal(gap.left) / 1000
    weight = taxonomy.material_by_id(material).kg_per_unit(unit) if is_need else _weight(today, place)
    return {
        "side": gap.side.value,
        "demand_id": int(wanted.ids[place]) if is_need else None,
        "listing_id": None if is_need else int(supply.ids[place]),
        "organisation_id": int((wanted.askers if is_need else supply.owners)[place]),
        "material_id": material,
        "quantity": Decimal(int(columns.amounts[place])) / 1000,
        "left": left,
        "unit": unit.value,
        "left_kg": (left * weight).quantize(Decimal("0.001")),
    }


def _weight(today: Today, lot: int) -> Decimal:
    return Decimal(int(today.columns.weights_mg[lot])) / 1_000_000


def _ways(today: Today, gap: Gap) -> Iterator[dict[str, Any]]:
    for number, remedy in enumerate(gap.remedies, start=1):
        yield {"number": number, **_way(today, gap.side, remedy)}


def _way(today: Today, side: Side, remedy: Remedy) -> dict[str, Any]:
    supply, wanted = today.columns.supply, today.columns.wanted
    return {
        "step": remedy.step.value,
        "short": Decimal(remedy.short) / 1000,
        "day": None if remedy.day is None else EPOCH + timedelta(days=remedy.day),
        "detail": remedy.detail,
        "listing_id": int(supply.ids[remedy.lot]),
        "demand_id": int(wanted.ids[remedy.need]),
        "other_id": int(supply.owners[remedy.lot] if side is Side.NEED else wanted.askers[remedy.need]),
        "quantity": Decimal(remedy.takes) / 1000,
        "unit": UNITS[int(supply.units[remedy.lot])].value,
        "covers": Decimal(remedy.gives) / 1000,
        "covers_unit": UNITS[int(wanted.units[remedy.need])].value,
        "distance_km": remedy.km,
    }
