"""Making a plan and keeping it: what is asked for first, what came of it last."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.impact.rules.impact import impact
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.notices.actions import audit
from marketplace.plans.actions.beside import rounds_of, rows_beside, rows_of_rounds
from marketplace.plans.actions.gaps import gaps_of, rows_of_gaps
from marketplace.plans.actions.journeys import cost_of, journeys_of
from marketplace.plans.models import PlanGap, PlanJourney, PlanLine, PlanResult, PlanReturn, PlanRun, PlanWay
from marketplace.plans.queries.pairs import HM_PER_KM, NO_PRICES, Objective, Today, find_haul_prices, read_today
from marketplace.plans.queries.runs import find_run_of_task
from marketplace.plans.rules.gaps import Gap
from marketplace.plans.rules.lines import Line, lines_of
from marketplace.plans.rules.pairing import UNITS
from marketplace.plans.rules.returns import Round
from marketplace.plans.rules.stops import Ways

BATCH = 500
PPM = 1_000_000
GAP_MOST_PPM = 10**9  # a thousand times the bound


@dataclass(frozen=True)
class Made:
    """A plan and what it was made of."""

    today: Today
    ways: Ways
    plan: Plan
    gaps: list[Gap]
    rounds: list[Round]


def start_plan(
    session: Session, actor: Actor, *, objective: Objective, has_floors: bool = True, task_id: int | None = None
) -> PlanRun:
    """A plan that is to be made. The same one where a long task makes it already."""
    require(actor, Can.MAKE_PLAN)
    there = None if task_id is None else find_run_of_task(session, task_id)
    if there is not None:
        return there
    if objective is Objective.COST and find_haul_prices(session, clock.today()) is None:
        raise Conflict(NO_PRICES, "objective")
    run = PlanRun(
        made_at=clock.now(),
        as_of=clock.today(),
        objective=objective.value,
        has_floors=has_floors,
        task_id=task_id,
        person_id=actor.person_id,
    )
    session.add(run)
    session.flush()
    audit.record(session, actor, action="plan.start", object_type="plan", object_id=run.id)
    session.refresh(run, ["result", "cost"])
    return run


def solve(session: Session, actor: Actor, *, objective: Objective, has_floors: bool) -> Made:
    """Read all that is open now, and plan it. Nothing is written, so it may take its time."""
    require(actor, Can.MAKE_PLAN)
    today = read_today(session)
    plan = make_plan(today.problem_of(objective), has_floors=has_floors)
    return Made(today, today.ways_of(objective), plan, gaps_of(today, plan), rounds_of(today, plan))


def keep_plan(session: Session, actor: Actor, *, run_id: int, made: Made) -> PlanResult:
    """Write down what a plan came to, its lines first. One that has its result is left as it is."""
    require(actor, Can.MAKE_PLAN)
    existing = session.scalars(select(PlanResult).where(PlanResult.run_id == run_id)).one_or_none()
    if existing is not None:
        return existing
    taxonomy = get_taxonomy(session)
    rows = list(_rows(run_id, made, taxonomy))
    gaps, ways = rows_of_gaps(run_id, made.today, made.gaps, taxonomy)
    rounds = rows_of_rounds(run_id, made.rounds)
    journeys = list(journeys_of(rows, made.today, made.ways, made.plan))
    for table, table_rows in ((PlanLine, rows), (PlanJourney, journeys), (PlanGap, gaps), (PlanWay, ways), (PlanReturn, rounds)):
        for start in range(0, len(table_rows), BATCH):
            session.execute(insert(table), table_rows[start : start + BATCH])
    if made.today.prices is not None:
        session.add(cost_of(run_id, made.today.prices, made.plan, journeys))
    result = _result(run_id, made)
    session.add(result)
    session.flush()
    audit.record(session, actor, action="plan.finish", object_type="plan", object_id=run_id, lines=len(rows))
    return result


def make_at_once(session: Session, actor: Actor, *, objective: Objective, has_floors: bool = True) -> PlanRun:
    """A plan in one transaction, without a task, as the demonstration has it."""
    made = solve(session, actor, objective=objective, has_floors=has_floors)
    run = start_plan(session, actor, objective=objective, has_floors=has_floors)
    keep_plan(session, actor, run_id=run.id, made=made)
    return run


def _result(run_id: int, made: Made) -> PlanResult:
    plan = made.plan
    problem = plan.allocation.problem
    return PlanResult(
        run_id=run_id,
        finished_at=clock.now(),
        digest=problem.digest,
        solver=f"OR-Tools {version('ortools')}",
        lots=int(np.count_nonzero(problem.lot_amounts)),
        needs=int(np.count_nonzero(problem.need_amounts)),
        pairs=len(problem.pair_lots),
        lines=len(plan.allocation.lines),
        mass_kg=_kg(plan.allocation.micrograms),
        tonne_km=_tonne_km(plan.allocation.gram_metres),
        base_lines=len(plan.baseline.lines),
        base_mass_kg=_kg(plan.baseline.micrograms),
        base_tonne_km=_tonne_km(plan.baseline.gram_metres),
        even_tonne_km=_tonne_km(plan.even.gram_metres),
        unbound_tonne_km=_tonne_km(plan.unbound.gram_metres),
        is_proven=plan.is_proven,
        mass_bound_kg=_kg(plan.mass_bound),
        cost_gap_ppm=min(round(max(plan.cost_gap, 0.0) * PPM), GAP_MOST_PPM),
        has_fewest=plan.has_fewest,
    )


def _rows(run_id: int, made: Made, taxonomy: Taxonomy) -> Iterator[dict[str, Any]]:
    lines = list(lines_of(made.plan))
    extras = rows_beside(made.today, made.plan, lines)
    for number, (line, extra) in enumerate(zip(lines, extras, strict=True), start=1):
        yield {"run_id": run_id, "number": number, **_row(line, made, taxonomy), **extra}


def _row(line: Line, made: Made, taxonomy: Taxonomy) -> dict[str, Any]:
    problem, supply, wanted = made.plan.allocation.problem, made.today.columns.supply, made.today.columns.wanted
    lot, need = int(problem.pair_lots[line.pair]), int(problem.pair_needs[line.pair])
    mass_kg = _kg(line.takes * int(problem.lot_weights_mg[lot]))
    distance_km = int(problem.pair_road_hm[line.pair]) // HM_PER_KM
    material = taxonomy.material_by_id(int(supply.materials[lot]))
    figures = impact(
        mass_in_kg=mass_kg,
        distance_in_km=Decimal(distance_km),
        vehicle_factors=taxonomy.vehicle_factors,
        carbon_factor=material.carbon.kgco2e_per_kg if material.carbon else None,
        processing_factor=material.processing_kgco2e_per_kg,
    )
    return {
        "listing_id": int(supply.ids[lot]),
        "demand_id": int(wanted.ids[need]),
        "owner_id": int(supply.owners[lot]),
        "asker_id": int(wanted.askers[need]),
        "material_id": material.id,
        "quantity": Decimal(line.takes) / 1000,
        "unit": UNITS[int(supply.units[lot])].value,
        "covers": Decimal(line.gives) / 1000,
        "covers_unit": UNITS[int(wanted.units[need])].value,
        "mass_kg": mass_kg,
        "distance_km": distance_km,
        "road_km": figures.road_km,
        "tonne_km": figures.tonne_km,
        "net_kgco2e": figures.net_kgco2e,
        "is_unsure": (lot, need) in made.today.unsure,
        "why": line.why.value,
        "instead_of_id": None if line.instead_of is None else int(wanted.ids[line.instead_of]),
        "saved_tonne_km": _tonne_km(line.saved_gram_metres),
        "more_kg": _kg(line.more_micrograms),
    }


def _kg(micrograms: int) -> Decimal:
    return (Decimal(micrograms) / 10**9).quantize(Decimal("0.001"))


def _tonne_km(gram_metres: int) -> Decimal:
    return (Decimal(gram_metres) / 10**9).quantize(Decimal("0.001"))
