"""What buying the rest is thought to cost, beside the European thresholds of the day."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from marketplace.joint.queries.thresholds import list_thresholds
from marketplace.joint.rules.thresholds import Compared, Contract, Estimate, UnitPrice, find_threshold, standing_of
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.taxonomy import Material, conversion
from marketplace.valuations.models import PriceRow
from marketplace.valuations.queries.prices import find_table_of, prices_of


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
    thresholds = list_thresholds(session)
    rows = []
    for contract in Contract:
        threshold = find_threshold(thresholds, contract, day)
        standing = None
        if threshold is not None and estimate is not None:
            standing = standing_of(threshold, estimate.low_cents, estimate.high_cents)
        rows.append(Compared(contract, threshold, standing))
    return rows


def _cents(exact: Fraction) -> int:
    return int((Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP))
