"""What lying in a depot costs: by the day, for what lay there at the end of it.

So the day on which a lot comes counts, and the day on which it leaves does not. The price is that of a unit and week. It is asked by the lot's
own unit; without such a price by the tonne, and without that by the pallet place. Without any of them the cost is unknown, which is not nought.

Cents are rounded once: of each stay at one price within one quarter, as it is settled. Whatever adds cost up adds those.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor

from marketplace.depots.rules.quarter import Span, quarter_of
from marketplace.kernel.units import Unit

DAYS_OF_WEEK = 7
PALLET = "pallet"
KG_PER_TONNE = Decimal(1000)
_NOTHING = (Decimal(0), Decimal(0), 0)  # of quantity, mass and pallet places
EXACT = Context(prec=60)  # more than any quantity times its weight times its days has


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit costs a week, from a day on. The unit is one of quantities, or `pallet`."""

    unit: str
    euros_per_week: Decimal
    from_on: date


@dataclass(frozen=True, slots=True)
class Change:
    """What a lot gained or lost in the depot on a day, at the weight that a unit of it had then."""

    on: date
    quantity: Decimal
    kg_per_unit: Decimal
    pallets: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A lot as its cost is asked: its unit, and its changes in a depot."""

    unit: Unit
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Charge:
    """What lying there at one price came to, within one quarter.

    `last_on` is the last day that counts, `amount_days` the sum over the days of what lay there, in the unit of the price. Without a price that unit
    is the lot's own, and `cents` is None. `kg_days`: the same in kilograms, whatever the price is of.
    """

    first_on: date
    last_on: date
    days: int
    unit: str
    amount_days: Decimal
    euros_per_week: Decimal | None
    cents: int | None
    kg_days: Decimal = field(default=Decimal(0), compare=False)


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of one or more stays.

    `cents`: of the days that have a price, None where no day has one. `is_known`: every day has a price.
    """

    cents: int | None
    days: int
    is_known: bool


class Rates:
    """The prices of one depot."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_unit: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.from_on):
            self._by_unit.setdefault(rate.unit, []).append(rate)
        self.first_days = frozenset(rate.from_on for rates in self._by_unit.values() for rate in rates)

    def at(self, unit: str, day: date) -> Decimal | None:
        """The price of a unit on a day; None while there is none."""
        price = None
        for rate in self._by_unit.get(unit, ()):
            if rate.from_on <= day:
                price = rate.euros_per_week
        return price


def charge(stored: Stored, rates: Rates, span: Span) -> list[Charge]:
    """What a lot costs in these days: a row for each stay, price and quarter, by day."""
    charges: list[Charge] = []
    for stretch in _stretches(stored, rates, span):
        unit, price = _priced(stored, stretch, rates)
        amount, kg_days = _amount(stored, stretch, unit) * stretch.days, EXACT.multiply(stretch.mass_kg, stretch.days)
        last = charges[-1] if charges else None
        if last is not None and (last.unit, last.euros_per_week) == (unit, price) and _is_next(last, stretch.first_on):
            amount, first_on, days = last.amount_days + amount, last.first_on, last.days + stretch.days
            kg_days += last.kg_days
            charges.pop()
        else:
            first_on, days = stretch.first_on, stretch.days
        cents = None if price is None else _cents(amount, price)
        charges.append(Charge(first_on, stretch.last_on, days, unit, amount, price, cents, kg_days))
    return charges


def sum_of(charges: Iterable[Charge]) -> Cost:
    """Cost of all these together."""
    return added(Cost(row.cents, row.days, is_known=row.cents is not None) for row in charges)


def added(costs: Iterable[Cost]) -> Cost:
    """Cost of several lots or stays together. Where nothing lay it is nought, which is known."""
    rows = list(costs)
    known_cents = [row.cents for row in rows if row.cents is not None]
    cents = sum(known_cents) if known_cents or not rows else None
    return Cost(cents, sum(row.days for row in rows), all(row.is_known for row in rows))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days on which the same lay there at the same prices."""

    first_on: date
    days: int
    quantity: Decimal
    mass_kg: Decimal
    pallets: int

    @property
    def last_on(self) -> date:
        return self.first_on + timedelta(days=self.days - 1)


def _stretches(stored: Stored, rates: Rates, span: Span) -> Iterator[_Stretch]:
    """The days on which something lay there, cut where that, a price or the quarter changed."""
    gained: dict[date, tuple[Decimal, Decimal, int]] = {}
    for change in stored.changes:
        quantity, mass_kg, pallets = gained.get(change.on, _NOTHING)
        came_kg = EXACT.multiply(change.quantity, change.kg_per_unit)
        gained[change.on] = (quantity + change.quantity, EXACT.add(mass_kg, came_kg), pallets + change.pallets)
    quarters = _quarters(Span(max(span.first, min(gained)), span.before)) if gained else ()
    cuts = sorted({*gained, *rates.first_days, *quarters, span.first, span.before})
    quantity, mass_kg, pallets = _NOTHING
    for first_on, before in pairwise(cuts):
        more = gained.get(first_on, _NOTHING)
        quantity, mass_kg, pallets = quantity + more[0], EXACT.add(mass_kg, more[1]), pallets + more[2]
        if quantity > 0 and span.first <= first_on and before <= span.before:
            yield _Stretch(first_on, (before - first_on).days, quantity, mass_kg, pallets)


def _priced(stored: Stored, stretch: _Stretch, rates: Rates) -> tuple[str, Decimal | None]:
    """By which unit these days are charged, and at which price. A lot whose pallet places nobody entered has none to charge."""
    for unit in dict.fromkeys((stored.unit.value, Unit.TONNE.value, PALLET)):
        price = rates.at(unit, stretch.first_on)
        if price is not None and (unit != PALLET or stretch.pallets > 0):
            return unit, price
    return stored.unit.value, None


def _amount(stored: Stored, stretch: _Stretch, unit: str) -> Decimal:
    if unit == PALLET:
        return Decimal(stretch.pallets)
    if unit == stored.unit.value:
        return stretch.quantity
    return EXACT.divide(stretch.mass_kg, KG_PER_TONNE)


def _quarters(span: Span) -> Iterator[date]:
    """The first days of the quarters that begin in these days."""
    quarter = quarter_of(span.first).following
    while quarter.first < span.before:
        yield quarter.first
        quarter = quarter.following


def _is_next(row: Charge, day: date) -> bool:
    """Whether a day follows on a row, in the same quarter."""
    return row.last_on + timedelta(days=1) == day and quarter_of(row.last_on) == quarter_of(day)


def _cents(amount_days: Decimal, euros_per_week: Decimal) -> int:
    """Half a cent counts as a whole one."""
    exact = Fraction(amount_days) * Fraction(euros_per_week) * 100 / DAYS_OF_WEEK
    return floor(exact + Fraction(1, 2))
