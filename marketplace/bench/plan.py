"""The regional plan over generated regions: reading, pairing and solving.

Beside first come, first served, and beside networkx where it is installed.
"""

import resource
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

from sqlalchemy import func, update

from marketplace.allocation.rules.allocation import Plan, make_plan
from marketplace.allocation.rules.problem import Problem
from marketplace.bench.bank import Bank, banks
from marketplace.bench.table import Row, at_most_each
from marketplace.market.models import Listing
from marketplace.plans.queries.pairs import Today, read_today

SIZES = ((1_000, 250), (10_000, 3_000))  # lots and as many needs, and the bar in milliseconds
PARTS_BAR_MS = 10_000
SAVED_BAR = 0.20  # of the tonne-km of first come, first served, at equal tonnes, at a thousand
TIMES = 3


def regional(folder: Path, kinds: tuple[str, ...]) -> Iterator[Row]:
    """Each size on banks of its own."""
    for size, bar_ms in SIZES:
        place = folder / f"plan-{size}"
        place.mkdir()
        with banks(place, kinds, size) as full:
            for bank in full:
                yield from _sized(bank, size, bar_ms)


def _sized(bank: Bank, size: int, bar_ms: float) -> Iterator[Row]:
    whole, today, plan = min((_made(bank, has_floors=False) for _time in range(TIMES)), key=lambda made: made[0])
    problem, name = today.problem, f"{size:,} × {size:,}, {bank.name}".replace(",", " ")
    yield at_most_each(f"plan of {name}: {len(problem.pair_lots)} pairs read, paired and solved", whole, bar_ms)
    yield Row(f"… {name}", _said(plan), "proven", plan.is_proven)
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
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row(f"… highest memory of the process so far, {name}", f"{memory_mb:.0f} MB", "", None)


def _made(bank: Bank, *, has_floors: bool) -> tuple[float, Today, Plan]:
    began = time.perf_counter()
    with bank.database.read() as session:
        today = read_today(session)
    plan = make_plan(today.problem, has_floors=has_floors)
    return (time.perf_counter() - began) * 1000, today, plan


def _said(plan: Plan) -> str:
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
