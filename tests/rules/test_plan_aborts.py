"""Lots with smallest parts on which the solver once ended the whole process instead of answering."""

from marketplace.allocation.rules.allocation import make_plan
from marketplace.allocation.rules.problem import Lot, Need, Pair, problem_of

HEAVY_MG, LIGHT_MG = 185_000, 1000
LOTS = ((7, HEAVY_MG, 5), (12, LIGHT_MG, 8), (5, LIGHT_MG, 8), (6, LIGHT_MG, 8))
NEEDS = ((1, 1), (1, 2), (10, 1), (6, 3))
ROADS = (  # lot by lot: to which need, and how far
    ((1, 13), (2, 13), (3, 390), (4, 39)),
    ((2, 234), (4, 169)),
    ((2, 169), (3, 260), (4, 0)),
    ((1, 104), (4, 312)),
)


def test_the_solver_answers_where_it_ended_the_process() -> None:
    """The 7 heavy pieces go whole: 7 x 185 = 1 295 g. Of the light lots none can serve two needs, and the second none at all.

    6 of the fourth to the fourth need are the most beside them: 1 301 g. Then the heavy ones go 6 to the third need and 1, the rest, to the
    first or second: 185 x (6 x 390 + 13) + 6 x 312 = 437 177.
    """
    lots = [Lot(number, amount * 1000, weight, part * 1000, 1000) for number, (amount, weight, part) in enumerate(LOTS, 1)]
    needs = [Need(number, amount * 1000, asker, 1000) for number, (amount, asker) in enumerate(NEEDS, 1)]
    pairs = [Pair(lot, need, road) for lot, roads in enumerate(ROADS, 1) for need, road in roads]
    problem = problem_of(lots, needs, pairs)
    plan = make_plan(problem, has_floors=False)
    assert (plan.allocation.micrograms, plan.allocation.cost) == (1_301_000_000, 437_177_000_000)
    assert plan.is_proven and len(plan.allocation.lines) == 3
