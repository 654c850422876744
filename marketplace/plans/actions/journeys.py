"""How each line gets where it goes, as it is written down.

The day, where it waits and how long, and what that costs.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from marketplace.allocation.rules.allocation import Plan
from marketplace.allocation.rules.problem import Allocation
from marketplace.depots.rules.quarter import Span
from marketplace.kernel.units import Unit
from marketplace.plans.models import PlanCost
from marketplace.plans.queries.columns import day_of
from marketplace.plans.queries.pairs import Today
from marketplace.plans.rules.prices import HaulPrices
from marketplace.plans.rules.stops import STRAIGHT, Ways

GRAM_METRES = 10**9  # of a tonne-km


def journeys_of(lines: Sequence[dict[str, Any]], today: Today, ways: Ways, plan: Plan) -> Iterator[dict[str, Any]]:
    """One for each line of a plan, in their order."""
    for line, pair in zip(lines, plan.allocation.lines.tolist(), strict=True):
        depot, to_km, from_km, days = ways.row(pair)
        handed_on = day_of(int(ways.first_days[pair]))
        is_straight = depot == STRAIGHT
        lot = int(ways.lots[pair])
        free_on = day_of(max(int(today.columns.supply.first_days[lot]), today.columns.terms.today))
        waits = (handed_on - free_on).days if is_straight else days
        lies_in = today.stops.lies_in.get(line["listing_id"]) if is_straight else int(today.stops.columns.ids[depot])
        prices = today.prices
        yield {
            "run_id": line["run_id"],
            "number": line["number"],
            "handed_on": handed_on,
            "waits_days": waits,
            "depot_id": lies_in if waits else None,
            "to_depot_km": None if is_straight else to_km,
            "from_depot_km": None if is_straight else from_km,
            "storage_cents": _storage(today, lies_in, line, free_on if is_straight else handed_on, waits),
            "transport_cents": None if prices is None else prices.transport_cents(line["tonne_km"]),
            "handling_cents": None if prices is None else prices.handling_cents(1 if is_straight else 2),
            "certainty": today.columns.supply.certainties[lot],
        }


def _storage(today: Today, depot_id: int | None, line: dict[str, Any], first_on: date, days: int) -> int | None:
    """What waiting costs: at its owner's nothing, in a depot by its prices of those days. None where a day has no price."""
    if depot_id is None or not days:
        return 0
    kg_per_unit = line["mass_kg"] / line["quantity"]
    span = Span(first_on, first_on + timedelta(days=days))
    cost = today.stops.cost_of(depot_id, line["quantity"], Unit(line["unit"]), kg_per_unit, span)
    return cost.cents if cost.is_known else None


def cost_of(run_id: int, prices: HaulPrices, plan: Plan, journeys: Sequence[dict[str, Any]]) -> PlanCost:
    """What a plan costs, and what driving and handling would cost without it."""
    storage = [row["storage_cents"] for row in journeys]
    return PlanCost(
        run_id=run_id,
        euros_per_tonne_km=prices.euros_per_tonne_km,
        euros_per_transfer=prices.euros_per_transfer,
        is_verified=prices.is_verified,
        transport_cents=prices.transport_cents(_tonne_km(plan.allocation)),
        handling_cents=prices.handling_cents(plan.allocation.transfers),
        storage_cents=sum(filter(None, storage)),
        unpriced_lines=sum(cents is None for cents in storage),
        base_transport_cents=prices.transport_cents(_tonne_km(plan.baseline)),
        base_handling_cents=prices.handling_cents(plan.baseline.transfers),
    )


def _tonne_km(of: Allocation) -> Decimal:
    return Decimal(of.gram_metres) / GRAM_METRES
