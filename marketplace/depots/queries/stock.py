"""How much lies in a depot, of all that lies there together."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, case, func, literal_column, select, type_coerce
from sqlalchemy.orm import Session

from marketplace.depots.models import Lot
from marketplace.kernel.units import Unit

IS_THERE: ColumnElement[bool] = Lot.quantity > literal_column("0")  # as the index of stock says it, which no bound value is
AREAS = (Unit.M2, Unit.M3)
STEP, MASS_PLACES = 1000, 9  # a quantity has three decimals and a weight six
WEIGHT_PARTS = 5  # of three digits each


@dataclass(frozen=True, slots=True)
class Sums:
    """What lies in one depot.

    How many lots, how much in square and cubic metres, its mass, and the pallet places that it takes.
    """

    lots: int = 0
    by_unit: dict[Unit, Decimal] = field(default_factory=dict)
    mass_kg: Decimal = Decimal(0)
    pallets: int = 0


def sum_stock(session: Session, depot_ids: Iterable[int]) -> dict[int, Sums]:
    """The sums of what lies in each of these depots, by the depot's id.

    One walk along the index of stock, without sorting.
    """
    ids = list(depot_ids)
    by_unit = [func.sum(case((Lot.unit == unit, Lot.quantity), else_=0)) for unit in AREAS]
    rows = (
        select(Lot.depot_id, func.count(), func.sum(Lot.pallets), *by_unit, *_mass_parts())
        .where(Lot.depot_id.in_(ids), IS_THERE)
        .group_by(Lot.depot_id)
    )
    sums = {depot_id: Sums() for depot_id in ids}
    for depot_id, lots, pallets, *figures in session.execute(rows):
        amounts, parts = figures[: len(AREAS)], figures[len(AREAS) :]
        mass = sum((int(part) * STEP**power for power, part in enumerate(parts)), start=0)
        sums[depot_id] = Sums(lots, dict(zip(AREAS, amounts, strict=True)), Decimal(mass).scaleb(-MASS_PLACES), int(pallets))
    return sums


def _mass_parts() -> list[ColumnElement[int]]:
    """The sum of quantity times weight, in parts of three digits of the weight.

    Whole, the product of two exact columns is longer than what a database counts in whole numbers.
    """
    quantity, weight = type_coerce(Lot.quantity, BigInteger), type_coerce(Lot.kg_per_unit, BigInteger)
    return [func.sum(quantity * ((weight // STEP**power) % STEP)) for power in range(WEIGHT_PARTS)]
