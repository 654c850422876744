"""What buying the rest is thought to cost, beside the European thresholds of the day."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from marketplace.joint.queries.thresholds import list_thresholds
from marketplace.joint.rules.thresholds import Contract, Standing, Threshold, find_threshold, standing_of
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.taxonomy import Material, conversion
from marketplace.valuations.models import PriceRow
from marketplace.valuations.queries.prices import find_table_of, prices_of


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs new, from low to high, as the table of prices in use says."""

    unit: Unit
    low_cents: Decimal
    high_cents: Decimal
    source: str
    priced_on: date


@dataclass(frozen=True, slots=True)
class Estimate:
    """What buying is thought to cost, from low to high. `price` is None where the reader said so themselves."""

    low_cents: int
    high_cents: int
    price: UnitPrice | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A kind of contract with the threshold of the day, and how the estimate stands to it.

    `threshold` is None where none is known, `standing` where one of the two is not known.
    """

    contract: Contract
    threshold: Threshold | None
    standing: Standing | None


def estimate_of(session: Session, material: Material, rest: Decimal, unit: Unit, *, typed_cents: int | None) -> Estimate | None:
    """What the rest is thought to cost: as the reader says, else by the price of new. None: nothing is known, which is not nought."""
    if typed_cents is not None:
        return Estimate(typed_cents, typed_cents)
    price = find_price_of_new(session, material, unit)
    if price is None:
        return None
    exact = Fraction(rest) * (conversion(unit, price.unit, material) if unit is not price.unit else 1)
    low, high = (_cents(exact * Fraction(cents)) for cents in (price.low_cents, price.high_cents))
    return Estimate(low, high, price)


def find_price_of_new(session: Session, material: Material, unit: Unit) -> UnitPrice | None:
    """What a unit costs new by the table in use. In the unit that is asked for where it has that one."""
    today = clock.today()
    table = find_table_of(session, today)
    prices = prices_of(session, None if table is None else table.id, today, {material.id})
    fitting = [
        (key.unit is not unit, key.unit, price)
        for key, price in prices.items()
        if key.condition == Condition.NEW.value and (key.unit is unit or (material.takes(key.unit) and material.takes(unit)))
    ]
    if not fitting:
        return None
    _other, price_unit, price = min(fitting, key=lambda row: row[:2])
    row = session.get_one(PriceRow, price.number)
    return UnitPrice(price_unit, price.low_cents, price.high_cents, row.source, row.priced_on)


def compare(session: Session, estimate: Estimate | None, day: date) -> list[Compared]:
    """Both kinds of contract beside the threshold of a day."""
    known = list_thresholds(session)
    rows = []
    for contract in Contract:
        threshold = find_threshold(known, contract, day)
        standing = None
        if threshold is not None and estimate is not None:
            standing = standing_of(threshold, estimate.low_cents, estimate.high_cents)
        rows.append(Compared(contract, threshold, standing))
    return rows


def _cents(exact: Fraction) -> int:
    return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP))
