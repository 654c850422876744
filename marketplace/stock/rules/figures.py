"""What a depot saves and costs. Out of plain movements: what left and how, how long it lay, what that is worth.

Whatever cannot be known is None, never nought; beside every figure stands how much it rests on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from marketplace.depots.rules.costs import DAYS_OF_WEEK, KG_PER_TONNE
from marketplace.depots.rules.lots import MovementKind
from marketplace.impact.rules.impact import road_km, tonne_km
from marketplace.kernel.geo import Point, distance_km

NOTHING = Decimal(0)
RECOUNTS = (MovementKind.COUNT, MovementKind.BLOCK, MovementKind.UNBLOCK)


class Leaving(StrEnum):
    """How something left a depot."""

    TRANSFER = "transfer"
    OWN_USE = "own_use"
    MOVED = "moved"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Step:
    """One movement as the figures read it. `mass_kg` has its sign; `point`: where it is or was, None where nobody knows."""

    id: int
    lot_id: int
    kind: MovementKind
    mass_kg: Decimal
    on: date
    depot_id: int | None
    point: Point | None = None
    other_lot_id: int | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Something that left a depot. When, since when it lay there, how it left, and the way that it went.

    `route`: the points from where it lay first, by the depots, to where it went; None where one of them is not known.
    """

    depot_id: int
    on: date
    since: date
    mass_kg: Decimal
    how: Leaving
    reservation_id: int | None = None
    route: tuple[Point, ...] | None = None

    @property
    def days(self) -> int:
        """How long it lay there. The day on which it came counts, the day on which it left does not."""
        return (self.on - self.since).days

    @property
    def extra_tonne_km(self) -> Decimal | None:
        """How much further it was carried than straight from where it lay first. None where a point is not known."""
        if self.route is None:
            return None
        legs = sum((road_km(distance_km(a, b)) for a, b in pairwise(self.route)), NOTHING)
        return tonne_km(self.mass_kg, legs - road_km(distance_km(self.route[0], self.route[-1])))


@dataclass(frozen=True, slots=True)
class _Stay:
    """Where a lot is: in which depot, since when, and by which points it came there."""

    depot_id: int | None
    since: date
    route: tuple[Point | None, ...]


def follow(steps: Sequence[Step]) -> Iterator[Left]:
    """Whatever left a depot, out of all movements of whole trees of lots, oldest first.

    What only changes its bay, its owner or its label does not leave; a part of a lot has lain there as long as the lot.
    """
    coming, stays = _coming(steps), dict[int, _Stay]()
    for step in steps:
        other = coming.get(step.id)
        if other is None and step.mass_kg >= 0:
            if step.lot_id not in stays:
                stays[step.lot_id] = _Stay(step.depot_id, step.on, _beginning(step))
            continue
        if other is None and step.kind in RECOUNTS:
            continue
        stay = stays[step.lot_id]
        leaves = step.depot_id is not None and (other is None or other.depot_id != step.depot_id)
        if leaves and step.mass_kg:
            yield _left(step, stay, other)
        if other is not None:
            stays[other.lot_id] = _moved(step, stay, other)


def _beginning(step: Step) -> tuple[Point | None, ...]:
    """The way of what nobody wrote down before; of what is in a depot it is unknown."""
    return (step.point,) if step.depot_id is None else (None, step.point)


def _coming(steps: Sequence[Step]) -> dict[int, Step]:
    """The row in which what left comes in again, by the number of the row in which it left."""
    coming: dict[int, Step] = {}
    before: dict[int, Step] = {}
    split = {(step.other_lot_id, step.lot_id): step for step in steps if step.other_lot_id and step.mass_kg < 0}
    for step in steps:
        if step.mass_kg >= 0 and step.kind not in RECOUNTS:
            was = split.get((step.lot_id, step.other_lot_id)) if step.other_lot_id else before.get(step.lot_id)
            if was is not None and was.mass_kg == -step.mass_kg:
                coming[was.id] = step
        before[step.lot_id] = step
    return coming


def _left(step: Step, stay: _Stay, other: Step | None) -> Left:
    route = (*stay.route, other.point if other else None)
    points = tuple(point for point in route if point is not None)
    return Left(
        int(step.depot_id or 0),
        step.on,
        stay.since,
        -step.mass_kg,
        _how(step, other),
        step.reservation_id,
        points if len(points) == len(route) else None,
    )


def _how(step: Step, other: Step | None) -> Leaving:
    if step.kind is MovementKind.WRITE_OFF:
        return Leaving.WRITTEN_OFF
    if step.reservation_id is not None and step.kind is not MovementKind.RETURN:
        return Leaving.TRANSFER
    return Leaving.OWN_USE if other is None else Leaving.MOVED


def _moved(step: Step, stay: _Stay, other: Step) -> _Stay:
    """Where it is now. In the same depot the stay goes on; from one depot to the next the way does."""
    if other.depot_id == step.depot_id:
        return stay if step.depot_id is not None else _Stay(None, other.on, (other.point,))
    passes = other.depot_id is not None and step.reservation_id is None
    return _Stay(other.depot_id, other.on, (*stay.route, other.point) if passes else (other.point,))


@dataclass(frozen=True, slots=True)
class Bought:
    """What the receiver of a transfer said that buying new would have cost, for so much."""

    cents: int
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class DepotFigures:
    """A depot in a period. Masses in kg; a tonne that lies here one day is a tonne-day.

    `cost_cents`: of the tonne-days that have a price, `unpriced_tonne_days` have none. `left_tonne_days`: how long what left had lain
    here. `routed_kg`: of the transfers of which the whole way is known. `bought_kg`: of the transfers of which the receiver said what
    buying would have cost, and `bought_tonne_days` how long those had lain here.
    """

    opening_kg: Decimal = NOTHING
    in_kg: Decimal = NOTHING
    transferred_kg: Decimal = NOTHING
    own_use_kg: Decimal = NOTHING
    moved_kg: Decimal = NOTHING
    written_off_kg: Decimal = NOTHING
    counted_kg: Decimal = NOTHING
    closing_kg: Decimal = NOTHING
    tonne_days: Decimal = NOTHING
    left_tonne_days: Decimal = NOTHING
    cost_cents: int = 0
    unpriced_tonne_days: Decimal = NOTHING
    routed_kg: Decimal = NOTHING
    routed_extra_tonne_km: Decimal = NOTHING
    bought_transfers: int = 0
    bought_cents: int = 0
    bought_kg: Decimal = NOTHING
    bought_tonne_days: Decimal = NOTHING

    def __add__(self, other: "DepotFigures") -> "DepotFigures":
        return DepotFigures(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def out_kg(self) -> Decimal:
        """What left, and was not written off."""
        return self.transferred_kg + self.own_use_kg + self.moved_kg

    @property
    def used_share(self) -> Decimal | None:
        """Which share found a use, from 0 to 1. Handed over or used by its owner, of that and what was written off."""
        used = self.transferred_kg + self.own_use_kg
        return _over(used, used + self.written_off_kg)

    @property
    def stay_days(self) -> Decimal | None:
        """How many days the average tonne of what left had lain here."""
        return _over(self.left_tonne_days, _tonnes(self.out_kg + self.written_off_kg))

    @property
    def priced_share(self) -> Decimal | None:
        """Of which share of the tonne-days the price is known; None where nothing lay here."""
        return _over(self.tonne_days - self.unpriced_tonne_days, self.tonne_days)

    @property
    def known_cost_cents(self) -> int | None:
        """What lying here cost, of the days that have a price; None where none has."""
        return self.cost_cents if not self.tonne_days or self.unpriced_tonne_days < self.tonne_days else None

    @property
    def cost_per_tonne_cents(self) -> Decimal | None:
        """Cost of the period over what lay here in it. None where some of it has no price: that would be too low."""
        if self.unpriced_tonne_days:
            return None
        return _over(Decimal(self.cost_cents), _tonnes(self.opening_kg + self.in_kg))

    @property
    def cost_per_tonne_week_cents(self) -> Decimal | None:
        """What lying here one week costs for one tonne, of the days that have a price."""
        return _over(Decimal(self.cost_cents), (self.tonne_days - self.unpriced_tonne_days) / DAYS_OF_WEEK)

    @property
    def extra_tonne_km(self) -> Decimal | None:
        """How much more was carried than straight to the receiver. None where of no transfer the way is known."""
        return self.routed_extra_tonne_km if self.routed_kg else None

    @property
    def bought_per_tonne_cents(self) -> Decimal | None:
        """What buying a tonne new would have cost, as receivers said."""
        return _over(Decimal(self.bought_cents), _tonnes(self.bought_kg))

    @property
    def break_even_price_cents(self) -> Decimal | None:
        """Up to which price for a tonne and week storing was cheaper than buying new. For as long as it lay here."""
        return _over(Decimal(self.bought_cents), self.bought_tonne_days / DAYS_OF_WEEK)

    @property
    def break_even_weeks(self) -> Decimal | None:
        """How many weeks a tonne may lie here before buying new is cheaper. At the price of this period."""
        price, bought = self.cost_per_tonne_week_cents, self.bought_per_tonne_cents
        return None if price is None or bought is None else _over(bought, price)


def left_in(rows: Iterable[Left], bought: Mapping[int, Bought]) -> dict[int, DepotFigures]:
    """What left each depot, as its figures; `bought` by reservation."""
    figures: dict[int, DepotFigures] = defaultdict(DepotFigures)
    counted: set[int] = set()
    for row in rows:
        tonne_days, extra = _tonnes(row.mass_kg) * row.days, row.extra_tonne_km if row.how is Leaving.TRANSFER else None
        masses = {how: row.mass_kg if row.how is how else NOTHING for how in Leaving}
        figures[row.depot_id] += DepotFigures(
            transferred_kg=masses[Leaving.TRANSFER],
            own_use_kg=masses[Leaving.OWN_USE],
            moved_kg=masses[Leaving.MOVED],
            written_off_kg=masses[Leaving.WRITTEN_OFF],
            left_tonne_days=tonne_days,
            routed_kg=NOTHING if extra is None else row.mass_kg,
            routed_extra_tonne_km=extra or NOTHING,
        )
        if row.reservation_id is None or row.reservation_id in counted:
            continue
        purchase = bought.get(row.reservation_id)
        if purchase is not None:
            counted.add(row.reservation_id)
            figures[row.depot_id] += DepotFigures(
                bought_transfers=1,
                bought_cents=purchase.cents,
                bought_kg=purchase.mass_kg,
                bought_tonne_days=_tonnes(purchase.mass_kg) * row.days,
            )
    return dict(figures)


def _tonnes(mass_kg: Decimal) -> Decimal:
    return mass_kg / KG_PER_TONNE


def _over(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None
