"""Components with smallest parts or with several units, by OR-Tools' CP-SAT.

It has one worker, so that it always answers alike. Three questions in their order, each with what came before settled: the largest mass, the least cost,
the fewest transfers. A limit is one of work and not of time, so that a busy machine finds the same. What was not proven comes with the bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
from ortools.sat.python import cp_model

from marketplace.allocation.rules.limits import Floor, Limit
from marketplace.allocation.rules.problem import GRAM, Component, Moved, Numbers

WORK_MOST = 4.0  # of CP-SAT's own measure, about a second each
COUNTED_MOST = 2**61  # sums that it counts exactly


@dataclass(frozen=True)
class Answer:
    """What goes by each pair of the component, and how far it is proven.

    `mass_bound` in micrograms, `cost_bound` at that mass.
    """

    takes: Numbers
    gives: Numbers
    is_proven: bool
    mass_bound: int
    cost_bound: int
    has_fewest: bool


@dataclass(frozen=True)
class _Model:
    """The variables of one component and what is asked of them.

    `costs`: of one step that is taken, `extras`: of a line; both in whole `cost_step`s, and rounded down only where the solver cannot count as far
    (`is_rough`).
    """

    model: cp_model.CpModel
    takes: list[cp_model.IntVar]
    gives: list[cp_model.IntVar]
    used: list[cp_model.IntVar]
    transfers: list[int]
    weights: list[int]
    costs: list[int]
    size: int
    unit_mass: int
    extras: list[int]
    cost_step: int
    is_rough: bool

    def mass(self) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.weighted_sum(self.takes, self.weights)

    def cost(self) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.weighted_sum([*self.takes, *self.used], [*self.costs, *self.extras])

    def cost_of(self, takes: list[int]) -> int:
        """What that costs, in the steps of the model."""
        return _total(self.costs, takes) + sum(extra for extra, value in zip(self.extras, takes, strict=True) if value)

    def count(self) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.weighted_sum(self.used, self.transfers)


def solve(
    component: Component,
    first: Moved,
    floors: Sequence[Floor],
    limits: Sequence[Limit] = (),
    *,
    mass_most: int | None = None,
    work: float = WORK_MOST,
) -> Answer:
    """The best allocation of a component.

    `first`: takes and gives of each pair that are allowed, to start from and to fall back on. `mass_most`: a bound that is known, in micrograms.
    """
    variables = _model(component, floors, limits)
    if mass_most is not None:
        variables.model.add(variables.mass() <= mass_most // variables.unit_mass)
    hint = [(side // variables.size).tolist() for side in first]
    takes, gives, mass_bound, is_largest = _ask(variables, variables.mass(), hint, is_high=True, work=work)
    mass = _total(variables.weights, takes)
    variables.model.add(variables.mass() == mass)
    takes, gives, cost_bound, is_cheapest = _ask(variables, variables.cost(), (takes, gives), is_high=False, work=work)
    cost = variables.cost_of(takes)
    variables.model.add(variables.cost() == cost)
    used = variables.count()
    takes, gives, _least, has_fewest = _ask(variables, used, (takes, gives), is_high=False, work=work)
    return Answer(
        np.array(takes, np.int64) * variables.size,
        np.array(gives, np.int64) * variables.size,
        is_largest and is_cheapest and not variables.is_rough,
        mass_bound * variables.unit_mass,
        cost_bound * variables.cost_step,
        has_fewest,
    )


def fewest(component: Component, flows: Numbers, floors: Sequence[Floor], *, work: float = WORK_MOST) -> tuple[Numbers, bool]:
    """The same mass at the same cost in the fewest transfers, and whether that is proven. For an even component."""
    variables = _model(component, floors, ())
    takes = (flows // variables.size).tolist()
    variables.model.add(variables.mass() == _total(variables.weights, takes))
    variables.model.add(variables.cost() == variables.cost_of(takes))
    used = variables.count()
    takes, _gives, _least, is_proven = _ask(variables, used, (takes, takes), is_high=False, work=work)
    return np.array(takes, np.int64) * variables.size, is_proven and not variables.is_rough


def _model(component: Component, floors: Sequence[Floor], limits: Sequence[Limit]) -> _Model:
    problem, pairs = component.problem, component.pairs.tolist()
    size = _size(component, has_limits=bool(limits))
    unit_weight_mg = int(np.gcd.reduce(problem.lot_weights_mg[component.lots]))
    model = cp_model.CpModel()
    takes, gives, used = [], [], []
    of_lot: dict[int, list[int]] = {}
    of_need: dict[int, list[int]] = {}
    for number, pair in enumerate(pairs):
        lot, need = int(problem.pair_lots[pair]), int(problem.pair_needs[pair])
        of_lot.setdefault(lot, []).append(number)
        of_need.setdefault(need, []).append(number)
        most = min(problem.most(pair, int(problem.lot_amounts[lot])), int(problem.need_amounts[need]))
        at_most = min(problem.least(pair, most), int(problem.lot_amounts[lot]))
        gives.append(model.new_int_var(0, most // size, f"gives {number}"))
        takes.append(gives[-1] if problem.is_even[pair] else model.new_int_var(0, at_most // size, f"takes {number}"))
        used.append(model.new_bool_var(f"used {number}"))
        if not problem.is_even[pair]:
            _convert(model, component, pair, gives[-1], takes[-1])
        model.add(takes[-1] >= 1).only_enforce_if(used[-1])
        model.add(takes[-1] == 0).only_enforce_if(~used[-1])
    for lot, numbers in of_lot.items():
        amount = int(problem.lot_amounts[lot]) // size
        model.add(sum(takes[number] for number in numbers) <= amount)
        _keep_parts(model, [(takes[number], used[number]) for number in numbers], amount, -(-int(problem.lot_parts[lot]) // size))
    for need, numbers in of_need.items():
        model.add(sum(gives[number] for number in numbers) <= int(problem.need_amounts[need]) // size)
    places = {pair: number for number, pair in enumerate(pairs)}
    for floor in floors:
        mine = [places[pair] for pair in floor.pairs.tolist() if pair in places]
        if floor.least > 0 and mine:
            model.add(sum(gives[number] for number in mine) >= floor.least // size)
    for limit in limits:
        _keep_limit(model, limit, places, takes, size)
    weights = [int(problem.lot_weights_mg[problem.pair_lots[pair]]) // unit_weight_mg for pair in pairs]
    unit_mass = size * unit_weight_mg
    costs = [
        weight * unit_mass * cost for weight, cost in zip(weights, problem.pair_costs[component.pairs].tolist(), strict=True)
    ]
    extras = [extra * GRAM for extra in problem.extras[component.pairs].tolist()]
    amounts = (problem.lot_amounts[problem.pair_lots[component.pairs]] // size).tolist()
    most = sum(abs(cost) * amount for cost, amount in zip(costs, amounts, strict=True)) + sum(map(abs, extras))
    exact = gcd(*costs, *extras) or 1
    step = max(exact, most // COUNTED_MOST + 1)
    return _Model(
        model,
        takes,
        gives,
        used,
        problem.transfers[component.pairs].tolist(),
        weights,
        [cost // step for cost in costs],
        size,
        unit_mass,
        [extra // step for extra in extras],
        step,
        is_rough=step != exact,
    )


def _keep_limit(model: cp_model.CpModel, limit: Limit, places: dict[int, int], takes: list[cp_model.IntVar], size: int) -> None:
    """What these pairs use together is there."""
    unit = int(np.gcd.reduce(limit.uses))
    rows = zip(limit.pairs.tolist(), (limit.uses // unit).tolist(), strict=True)
    mine = [(takes[places[pair]], use) for pair, use in rows if pair in places]
    if mine:
        used = cp_model.LinearExpr.weighted_sum([take for take, _use in mine], [use for _take, use in mine])
        model.add(used <= limit.most // (unit * size))


def _size(component: Component, *, has_limits: bool) -> int:
    """The greatest step in which an even component can be told; else a thousandth. A limit knows no step but that of the unit."""
    problem = component.problem
    if not component.is_even:
        return 1
    if has_limits:
        return int(problem.lot_steps[component.lots[0]])
    amounts = (problem.lot_amounts[component.lots], problem.need_amounts[component.needs], problem.lot_parts[component.lots])
    return gcd(*(int(np.gcd.reduce(column)) for column in amounts)) or 1


def _convert(model: cp_model.CpModel, component: Component, pair: int, gives: cp_model.IntVar, takes: cp_model.IntVar) -> None:
    """What is taken is the least that gives so much, in whole steps of both units."""
    problem = component.problem
    lot_step = int(problem.lot_steps[problem.pair_lots[pair]])
    need_step = int(problem.need_steps[problem.pair_needs[pair]])
    up, down = int(problem.pair_numerators[pair]), int(problem.pair_denominators[pair])
    if need_step > 1:
        model.add_modulo_equality(0, gives, need_step)
    if lot_step > 1:
        model.add_modulo_equality(0, takes, lot_step)
    model.add(takes * up >= gives * down)
    model.add(takes * up <= gives * down + lot_step * up - 1)


def _keep_parts(model: cp_model.CpModel, lines: list[tuple[cp_model.IntVar, cp_model.IntVar]], amount: int, part: int) -> None:
    """Each line is a part that the owner gives away, or all that the others leave of the lot."""
    if part <= 0:
        return
    rests = []
    for number, (takes, used) in enumerate(lines):
        rest = model.new_bool_var(f"rest {number}")
        rests.append(rest)
        model.add(takes >= min(part, amount)).only_enforce_if(used, ~rest)
    model.add_at_most_one(rests)
    for rest in rests:
        model.add(sum(takes for takes, _used in lines) == amount).only_enforce_if(rest)


def _ask(
    variables: _Model, aim: cp_model.LinearExpr, hint: Sequence[Sequence[int]], *, is_high: bool, work: float
) -> tuple[list[int], list[int], int, bool]:
    """One question: the best takes and gives, the bound, and whether they meet."""
    model = variables.model
    model.clear_hints()  # type: ignore[no-untyped-call]
    for taken, given, takes, gives in zip(variables.takes, variables.gives, *hint, strict=True):
        model.add_hint(taken, takes)
        if given is not taken:
            model.add_hint(given, gives)
    (model.maximize if is_high else model.minimize)(aim)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.symmetry_level = 0  # with it OR-Tools 9.15 aborts the process on some lots with parts
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN}:
        raise RuntimeError(f"no allocation was found: {solver.status_name(status)} {model.validate()}")
    if status == cp_model.UNKNOWN:
        return list(hint[0]), list(hint[1]), round(solver.best_objective_bound), False
    takes = [solver.value(variable) for variable in variables.takes]
    gives = [solver.value(variable) for variable in variables.gives]
    return takes, gives, round(solver.best_objective_bound), status == cp_model.OPTIMAL


def _total(weights: list[int], takes: list[int]) -> int:
    return sum(weight * value for weight, value in zip(weights, takes, strict=True))
