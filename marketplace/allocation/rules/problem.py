"""What a plan decides about, in columns of whole numbers, and what an allocation comes to.

Quantities are thousandths of a unit; of pieces only whole thousands are given and taken. Lots and needs stand by their number, so that the same input
is the same problem in whatever order it was read. Every sum is exact: no figure here is a float.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

GRAM = 1_000_000  # micrograms
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def _none() -> Numbers:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Problem:
    """Lots, needs and the pairs that may be.

    `lot_parts`: the smallest part that the owner gives away, 0 for none. `lot_weights_mg`: of one unit. `pair_costs`: what is to be kept low, for each gram
    that goes there. `numerators` and `denominators`: how much of the need's unit one unit of the lot is. `need_askers`: the number of the
    organisation that asks. `pair_stops`: how often it is put down on the way; empty: nothing is. `pair_extras`: what a line costs however much goes by it, as
    so many grams of cost 1 would; empty: nothing.

    Limits bind pairs together: of the pairs `limit_pairs` with the same `limit_numbers`, what is taken (in thousandths) times `limit_uses` adds up to
    `limit_most` of that number or less.
    """

    lot_ids: Numbers
    lot_amounts: Numbers
    lot_parts: Numbers
    lot_weights_mg: Numbers
    lot_steps: Numbers
    need_ids: Numbers
    need_amounts: Numbers
    need_askers: Numbers
    need_steps: Numbers
    pair_lots: Numbers
    pair_needs: Numbers
    pair_costs: Numbers
    pair_road_hm: Numbers
    pair_numerators: Numbers
    pair_denominators: Numbers
    pair_stops: Numbers = field(default_factory=_none)
    pair_extras: Numbers = field(default_factory=_none)
    limit_numbers: Numbers = field(default_factory=_none)
    limit_pairs: Numbers = field(default_factory=_none)
    limit_uses: Numbers = field(default_factory=_none)
    limit_most: Numbers = field(default_factory=_none)

    def __post_init__(self) -> None:
        places = self.pair_lots * (len(self.need_ids) + 1) + self.pair_needs
        for column in (self.lot_ids, self.need_ids, places):
            if (np.diff(column) <= 0).any():
                raise ValueError("lots, needs and pairs stand in their order, each once")
        if (np.diff(self.limit_numbers) < 0).any():
            raise ValueError("what is in a limit stands together")

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all columns: the same digest, the same plan."""
        digest = hashlib.sha256()
        for attribute in fields(self):
            column = np.ascontiguousarray(getattr(self, attribute.name), "<i8")
            digest.update(f"{attribute.name} {len(column)}\n".encode())
            digest.update(column.tobytes())
        return digest.hexdigest()

    @cached_property
    def is_even(self) -> Flags:
        """Which pairs count the same units on both sides, so that nothing is converted."""
        steps = self.lot_steps[self.pair_lots] == self.need_steps[self.pair_needs]
        even: Flags = (self.pair_numerators == self.pair_denominators) & steps
        return even

    @cached_property
    def is_direct(self) -> Flags:
        """Which pairs go straight from the lot to the need."""
        direct: Flags = np.ones(len(self.pair_lots), np.bool_) if not len(self.pair_stops) else self.pair_stops == 0
        return direct

    @cached_property
    def extras(self) -> Numbers:
        """What a line by each pair costs however much goes by it, as so many grams of cost 1."""
        extras: Numbers = self.pair_extras if len(self.pair_extras) else np.zeros(len(self.pair_lots), np.int64)
        return extras

    @cached_property
    def transfers(self) -> Numbers:
        """What a line by each pair counts for: one, and one more each time that it is put down."""
        counted: Numbers = (self.pair_stops if len(self.pair_stops) else np.zeros(len(self.pair_lots), np.int64)) + 1
        return counted

    def least(self, pair: int, gives: int) -> int:
        """The least that is taken of the lot for so much of the need."""
        exact = -(-gives * int(self.pair_denominators[pair]) // int(self.pair_numerators[pair]))
        step = int(self.lot_steps[self.pair_lots[pair]])
        return -(-exact // step) * step

    def most(self, pair: int, takes: int) -> int:
        """How much of the need so much of the lot covers."""
        exact = takes * int(self.pair_numerators[pair]) // int(self.pair_denominators[pair])
        step = int(self.need_steps[self.pair_needs[pair]])
        return exact // step * step


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as one row. Amounts in thousandths; `step`: 1000 where only whole ones are given."""

    number: int
    amount: int
    weight_mg: int
    part: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """A need as one row. `asker`: the number of its organisation."""

    number: int
    amount: int
    asker: int
    step: int = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """A lot that may serve a need. `cost`: for each gram; by default the road."""

    lot: int
    need: int
    road_hm: int
    cost: int | None = None
    rate: Fraction = Fraction(1)
    stops: int = 0
    extra: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as one row.

    How much there is, and which pairs use it: by their lot and need, what a thousandth that is taken uses.
    """

    most: int
    uses: Mapping[tuple[int, int], int]


def problem_of(lots: Iterable[Lot], needs: Iterable[Need], pairs: Iterable[Pair], bounds: Iterable[Bound] = ()) -> Problem:
    """The problem of these rows, in whatever order they come. A pair of what is not among them raises KeyError."""
    lots, needs = sorted(lots, key=lambda lot: lot.number), sorted(needs, key=lambda need: need.number)
    lot_places = {lot.number: place for place, lot in enumerate(lots)}
    need_places = {need.number: place for place, need in enumerate(needs)}
    placed = sorted(((lot_places[pair.lot], need_places[pair.need], pair) for pair in pairs), key=lambda row: row[:2])
    pair_places = {(pair.lot, pair.need): place for place, (_lot, _need, pair) in enumerate(placed)}
    rows = sorted((sorted((pair_places[ends], use) for ends, use in bound.uses.items()), bound.most) for bound in bounds)

    def column(values: Iterable[int]) -> Numbers:
        return np.array(list(values), np.int64)

    return Problem(
        lot_ids=column(lot.number for lot in lots),
        lot_amounts=column(lot.amount for lot in lots),
        lot_parts=column(lot.part for lot in lots),
        lot_weights_mg=column(lot.weight_mg for lot in lots),
        lot_steps=column(lot.step for lot in lots),
        need_ids=column(need.number for need in needs),
        need_amounts=column(need.amount for need in needs),
        need_askers=column(need.asker for need in needs),
        need_steps=column(need.step for need in needs),
        pair_lots=column(lot for lot, _need, _pair in placed),
        pair_needs=column(need for _lot, need, _pair in placed),
        pair_costs=column(pair.road_hm if pair.cost is None else pair.cost for *_at, pair in placed),
        pair_road_hm=column(pair.road_hm for *_at, pair in placed),
        pair_numerators=column(pair.rate.numerator for *_at, pair in placed),
        pair_denominators=column(pair.rate.denominator for *_at, pair in placed),
        pair_stops=column(pair.stops for *_at, pair in placed),
        pair_extras=column(pair.extra for *_at, pair in placed),
        limit_numbers=column(number for number, (uses, _most) in enumerate(rows) for _use in uses),
        limit_pairs=column(place for uses, _most in rows for place, _use in uses),
        limit_uses=column(use for uses, _most in rows for _place, use in uses),
        limit_most=column(most for _uses, most in rows),
    )


class Moved(NamedTuple):
    """What is taken of the lots, and what that gives of the needs, by some pairs in their order."""

    takes: Numbers
    gives: Numbers


@dataclass(frozen=True)
class Allocation:
    """What goes from which lot to which need.

    Of each pair what is taken of the lot and what that gives of the need; of most of them nothing.
    """

    problem: Problem
    takes: Numbers
    gives: Numbers

    @cached_property
    def lines(self) -> Numbers:
        """The pairs by which something goes, by lot and by need."""
        lines: Numbers = np.flatnonzero(self.takes > 0)
        return lines

    @property
    def micrograms(self) -> int:
        """The mass that serves a need."""
        return sum(mass for _line, mass in self._masses())

    @property
    def gram_metres(self) -> int:
        """Tonne-kilometres, in thousand millionths: a gram that is driven a metre."""
        road = self.problem.pair_road_hm
        return sum(mass * int(road[line]) for line, mass in self._masses()) // 10_000

    @property
    def transfers(self) -> int:
        """How many transfers it takes."""
        return int(self.problem.transfers[self.lines].sum())

    @property
    def cost(self) -> int:
        """What is to be kept low: for each gram that goes, and for each line."""
        costs, extras = self.problem.pair_costs, self.problem.extras
        return sum(mass * int(costs[line]) + int(extras[line]) * GRAM for line, mass in self._masses())

    @property
    def tonnes(self) -> float:
        """The mass in tonnes, to look at; `micrograms` is exact."""
        return self.micrograms / 1e12

    @property
    def tonne_km(self) -> float:
        """Tonne-kilometres, to look at; `gram_metres` is exact."""
        return self.gram_metres / 1e9

    def _masses(self) -> Iterator[tuple[int, int]]:
        weights, lots = self.problem.lot_weights_mg, self.problem.pair_lots
        for line in self.lines.tolist():
            yield line, int(self.takes[line]) * int(weights[lots[line]])


@dataclass(frozen=True)
class Component:
    """Lots and needs that no pair joins with any other: they are decided about by themselves."""

    problem: Problem
    pairs: Numbers

    @cached_property
    def lots(self) -> Numbers:
        """Where its lots stand."""
        return np.unique(self.problem.pair_lots[self.pairs])

    @cached_property
    def needs(self) -> Numbers:
        """Where its needs stand."""
        return np.unique(self.problem.pair_needs[self.pairs])

    @property
    def is_even(self) -> bool:
        """Whether everything in it counts the same unit."""
        steps = self.problem.lot_steps[self.lots]
        return bool(self.problem.is_even[self.pairs].all() and (steps == steps[0]).all())

    @property
    def has_extras(self) -> bool:
        """Whether a line in it costs something however much goes by it."""
        return bool((self.problem.extras[self.pairs] > 0).any())

    @property
    def has_parts(self) -> bool:
        """Whether an owner in it gives away no less than so much."""
        return bool((self.problem.lot_parts[self.lots] > 0).any())


def components(problem: Problem) -> list[Component]:
    """The problem in its independent parts, by their first lot."""
    if not len(problem.pair_lots):
        return []
    labels = joined_by(problem.pair_lots, problem.pair_needs, len(problem.lot_ids), len(problem.need_ids))
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order])) + 1
    return [Component(problem, pairs) for pairs in np.split(order, starts)]


def joined_by(lots: Numbers, needs: Numbers, lot_count: int, need_count: int) -> Numbers:
    """Of each pair the first lot that it is joined with, directly or by others."""
    of_lots = np.arange(lot_count)
    while True:
        of_needs = np.full(need_count, lot_count)
        np.minimum.at(of_needs, needs, of_lots[lots])
        joined = of_lots.copy()
        np.minimum.at(joined, lots, of_needs[needs])
        joined = joined[joined]
        if (joined == of_lots).all():
            labels: Numbers = of_lots[lots]
            return labels
        of_lots = joined
