"""The regional plan over generated regions: reading, pairing and solving.

Beside first come, first served, and beside networkx where it is installed.
"""

import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random

from sqlalchemy import func, update

from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.allocation.rules.problem import Problem
from marketplace.bench.bank import Bank, banks
from marketplace.bench.generated import generate
from marketplace.bench.table import Row, at_most_each
from marketplace.bench.towns import Town, towns
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.market.actions.demands import NO_LIMIT_CHORD2_M2
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.queries.columns import read_columns
from marketplace.plans.queries.pairs import Objective, Today, read_today
from marketplace.plans.queries.regions import plan_by_regions

SIZES = ((1_000, 250), (10_000, 3_000))  # lots and as many needs, and the bar in milliseconds
PARTS_BAR_MS = 10_000
SAVED_BAR = 0.20  # of the tonne-km of first come, first served, at equal tonnes, at a thousand
TIMES = 3
OPEN, OPEN_BAR_MS = 11_500, 3_000  # lots and as many needs that ask nothing: 1.3 million pairs
COUNTRY = (10_000, 100_000)  # the first is planned whole as well
COUNTRY_BAR_MS = 600_000
REGIONS = 12  # of a country: so many times Twente, side by side
NORTH_DEG, EAST_DEG, IN_A_ROW = 0.45, 0.8, 4  # from one to the next: some 50 km


def regional(folder: Path, kinds: tuple[str, ...]) -> Iterator[Row]:
    """Each size on banks of its own."""
    for size, bar_ms in SIZES:
        place = folder / f"plan-{size}"
        place.mkdir()
        with banks(place, kinds, size) as full:
            for bank in full:
                yield from _sized(bank, size, bar_ms)
    place = folder / "plan-open"
    place.mkdir()
    with banks(place, kinds, OPEN) as full:
        for bank in full:
            yield _open(bank)
    for size in COUNTRY:
        place = folder / f"country-{size}"
        place.mkdir()
        with banks(place, kinds[:1], 0) as full:
            yield from _country(full[0], size)


def _open(bank: Bank) -> Row:
    """Needs that ask for nothing but the material."""
    today = clock.today()
    with bank.database.transaction() as session:
        free = {"min_condition": Condition.POOR.value, "accepts_unknown_hazards": True, "fields": {}, "max_distance_km": None}
        reach = {"reach_chord2_m2": NO_LIMIT_CHORD2_M2, "needed_from": today, "needed_until": today + timedelta(days=700)}
        session.execute(update(Demand).values(**free, **reach))
    whole, made, plan = min((_made(bank, has_floors=False) for _time in range(TIMES)), key=lambda run: run[0])
    proof = "proven" if plan.is_proven else "not proven"
    name = f"{OPEN:,} × {OPEN:,}, {bank.name}, {len(made.problem.pair_lots):,} pairs, {proof}".replace(",", " ")
    return at_most_each(f"plan of {name}", whole, OPEN_BAR_MS)


def _country(bank: Bank, size: int) -> Iterator[Row]:
    """A country by squares with their borders joined; the smaller one beside the whole."""
    with bank.database.transaction() as session:
        generate(session, _twelve_regions(), listings=size, demands=size, seed=7)
    name = f"country of {size:,} × {size:,}, {bank.name}".replace(",", " ")
    began = time.perf_counter()
    with bank.database.read() as session:
        taxonomy = get_taxonomy(session)
        columns = read_columns(session, taxonomy)
    moved = plan_by_regions(columns, taxonomy, Objective.KILOMETRES)
    yield at_most_each(f"{name}, by regions with their borders joined", (time.perf_counter() - began) * 1000, COUNTRY_BAR_MS)
    figures = f"{moved.tonnes:.0f} t, {moved.tonne_km / moved.tonnes:.1f} km a tonne, {len(moved.lots)} lines, {_memory_mb()} MB"
    yield Row(f"… {name}", figures, "", None)
    if size == COUNTRY[0]:
        _time, _today, plan = _made(bank, has_floors=False)
        whole = plan.allocation
        lost = f"{1 - moved.tonnes / whole.tonnes:.2%} of the tonnes, {moved.tonne_km / moved.tonnes:.1f} against"
        lost = f"{lost} {whole.tonne_km / whole.tonnes:.1f} km a tonne"
        yield Row(f"… what that loses against the whole, {name}", lost, "", None)


def _twelve_regions() -> list[Town]:
    inside = [town for town in towns() if town.municipality]
    moves = [(-NORTH_DEG * (number // IN_A_ROW), -EAST_DEG * (number % IN_A_ROW)) for number in range(REGIONS)]
    return [replace(town, point=Point(town.point.lat + north, town.point.lon + east)) for north, east in moves for town in inside]


def _memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _sized(bank: Bank, size: int, bar_ms: float) -> Iterator[Row]:
    whole, today, plan = min((_made(bank, has_floors=False) for _time in range(TIMES)), key=lambda made: made[0])
    problem, name = today.problem, f"{size:,} × {size:,}, {bank.name}".replace(",", " ")
    yield at_most_each(f"plan of {name}: {len(problem.pair_lots)} pairs read, paired and solved", whole, bar_ms)
    yield Row(f"… {name}", _describe(plan), "proven", plan.is_proven)
    share = plan.saved_gram_metres / plan.baseline.gram_metres
    bar = f"≥ {SAVED_BAR:.0%}" if size == SIZES[0][0] else ""
    yield Row(
        f"… against first come, at equal tonnes, {name}",
        f"{share:.1%} fewer tonne-km, {_more(plan):+.1%} tonnes",
        bar,
        share >= SAVED_BAR if bar else None,
    )
    fair, _today, bound = _made(bank, has_floors=True)
    price = bound.fairness_gram_metres / bound.unbound.gram_metres
    yield Row(f"… nobody worse off, {name}", f"{fair:.0f} ms, {price:+.1%} tonne-km", "", None)
    yield from _rival(problem, name) if size == SIZES[0][0] else ()
    _ask_parts(bank)
    with_parts, _today, parted = _made(bank, has_floors=False)
    yield at_most_each(f"… 10 % with a smallest part, {name}", with_parts, PARTS_BAR_MS)
    proof = "proven" if parted.is_proven else f"gap {parted.mass_gap:.3%} of the tonnes, {parted.cost_gap:.3%} of the tonne-km"
    yield Row(f"… {name}, with parts", proof, "proven or the gap", True)
    yield Row(f"… highest memory of the process so far, {name}", f"{_memory_mb()} MB", "", None)


def _made(bank: Bank, *, has_floors: bool) -> tuple[float, Today, Plan]:
    began = time.perf_counter()
    with bank.database.read() as session:
        today = read_today(session)
    plan = make_plan(today.problem, has_floors=has_floors)
    return (time.perf_counter() - began) * 1000, today, plan


def _describe(plan: Plan) -> str:
    proof = "proven" if plan.is_proven else f"gap {plan.mass_gap:.3%}, {plan.cost_gap:.3%}"
    return f"{plan.allocation.tonnes:.0f} t, {plan.allocation.tonne_km:.0f} tonne-km, {len(plan.allocation.lines)} lines, {proof}"


def _more(plan: Plan) -> float:
    return plan.allocation.micrograms / plan.baseline.micrograms - 1


def _ask_parts(bank: Bank) -> None:
    """One lot in ten is given away in halves or more."""
    with bank.database.transaction() as session:
        chosen = Random(4).sample(range(1, bank.listings + 1), bank.listings // 10)
        for start in range(0, len(chosen), 500):
            ids = chosen[start : start + 500]
            session.execute(update(Listing).where(Listing.id.in_(ids)).values(minimum_part=func.round(Listing.quantity / 2)))


def _rival(problem: Problem, name: str) -> Iterator[Row]:
    """The same flows by networkx, each material by itself, reading and pairing not counted."""
    if find_spec("networkx") is None:
        yield Row(f"… networkx, {name}", "not installed", "", None)
        return
    import networkx as nx

    from marketplace.allocation.rules.flow import network_of
    from marketplace.allocation.rules.problem import components

    began = time.perf_counter()
    for component in components(problem):
        if not component.is_even:
            continue
        network, graph = network_of(component), nx.DiGraph()
        for side, amounts in (("lot", network.lot_amounts), ("need", network.need_amounts)):
            for place, amount in enumerate(amounts.tolist()):
                ends = ("source", (side, place)) if side == "lot" else ((side, place), "sink")
                graph.add_edge(*ends, capacity=amount, weight=0)
        rows = zip(network.pair_lots.tolist(), network.pair_needs.tolist(), network.pair_costs.tolist(), strict=True)
        graph.add_edges_from((("lot", lot), ("need", need), {"weight": cost}) for lot, need, cost in rows)
        nx.max_flow_min_cost(graph, "source", "sink")
    yield Row(f"… networkx, {name}", f"{(time.perf_counter() - began) * 1000:.0f} ms for the flows alone", "", None)
