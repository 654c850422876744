"""What is kept beside the lines of a plan: days, shares of a saving, loads that go back."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from marketplace.allocation.rules.allocation import Plan
from marketplace.plans.queries.pairs import HM_PER_KM, Today
from marketplace.plans.rules.lines import Line, lines_of, shares_of
from marketplace.plans.rules.returns import Load, Round, find_rounds

EPOCH = date(1970, 1, 1)


def rows_beside(today: Today, plan: Plan, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """Of each line its days, and its share of what its group saves or serves more."""
    problem = plan.allocation.problem
    masses = [line.takes * int(problem.lot_weights_mg[problem.pair_lots[line.pair]]) for line in lines]
    for load, share in zip(loads_of(today, plan, lines), shares_of(lines, masses), strict=True):
        yield {
            "first_day": _day(load.first_day) if load.is_direct else None,
            "last_day": _day(load.last_day) if load.is_direct else None,
            "share_tonne_km": Decimal(share.tonne_metres) / 1000,
            "share_kg": Decimal(share.grams) / 1000,
        }


def rounds_of(today: Today, plan: Plan) -> list[Round]:
    """Lines that go each other's way in the same weeks, as rounds."""
    loads = [load for load in loads_of(today, plan, list(lines_of(plan))) if load.is_direct]
    return find_rounds(loads, today.columns.supply, today.columns.wanted, HM_PER_KM)


def rows_of_rounds(run_id: int, rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Two lines that make one round, by the numbers of the lines."""
    return [
        {
            "run_id": run_id,
            "there": round_trip.there.number,
            "back": round_trip.back.number,
            "first_day": _day(round_trip.days[0]),
            "last_day": _day(round_trip.days[1]),
            "apart_km": Decimal(round_trip.apart_hm) / 10,
            "together_km": Decimal(round_trip.together_hm) / 10,
        }
        for round_trip in rounds
    ]


def loads_of(today: Today, plan: Plan, lines: Sequence[Line]) -> Iterator[Load]:
    """The lines on the road, numbered: from when both are there until one of them is over. Of what waits in between that is no day."""
    problem, supply, wanted = plan.allocation.problem, today.columns.supply, today.columns.wanted
    for number, line in enumerate(lines, start=1):
        lot, need = int(problem.pair_lots[line.pair]), int(problem.pair_needs[line.pair])
        yield Load(
            number,
            int(supply.owners[lot]),
            int(wanted.askers[need]),
            lot,
            need,
            int(problem.pair_road_hm[line.pair]),
            max(int(supply.first_days[lot]), int(wanted.first_days[need]), today.columns.terms.today),
            min(int(supply.last_days[lot]), int(wanted.last_days[need])),
        )


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)
