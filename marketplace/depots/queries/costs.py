"""What lying in a depot has cost, out of the movements and the prices of that depot. No cost is ever written down: it follows from both."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.depots.models import DepotRate, Lot, Movement
from marketplace.depots.rules.costs import Change, Charge, Cost, Rate, Rates, Span, Stored, added, charge, sum_of
from marketplace.kernel.units import Unit


@dataclass(frozen=True, slots=True)
class LotCharge:
    """One row of a settlement: its owner then, the lot, and what its stay at one price came to."""

    organisation_id: int
    organisation: str
    lot_id: int
    title: str
    charge: Charge


def costs_of(session: Session, lot_ids: Iterable[int], until: date) -> dict[int, Cost]:
    """What each of these lots has cost so far, in every depot where it lay. The day `until` has not ended and does not count."""
    asked = list(lot_ids)
    costs: dict[int, list[Cost]] = {lot_id: [] for lot_id in asked}
    rows = (
        select(
            Movement.lot_id,
            Movement.depot_id,
            Movement.happened_on,
            Lot.unit,
            Lot.kg_per_unit,
            Movement.quantity,
            Movement.pallets,
        )
        .join(Lot, Lot.id == Movement.lot_id)
        .where(Movement.lot_id.in_(asked), Movement.depot_id.is_not(None), Movement.happened_on < until)
        .order_by(Movement.lot_id, Movement.depot_id)
    )
    found = session.execute(rows).all()
    rates = _rates(session, {row.depot_id for row in found})
    for (lot_id, depot_id), group in groupby(found, key=lambda row: (row.lot_id, row.depot_id)):
        changes = list(group)
        stored = Stored(
            Unit(changes[0].unit),
            changes[0].kg_per_unit,
            [Change(row.happened_on, row.quantity, row.pallets) for row in changes],
        )
        costs[lot_id].append(sum_of(charge(stored, rates[depot_id], Span(date.min, until))))
    return {lot_id: added(stays) for lot_id, stays in costs.items()}


def list_charges(session: Session, depot_id: int, span: Span, *, owner_id: int | None = None) -> Iterator[LotCharge]:
    """What every lot cost in a depot in these days, for each organisation that owned it then.

    By the organisation's name, then by lot and day; on request of one organisation only.
    """
    rates = _rates(session, {depot_id})[depot_id]
    for key, rows in groupby(_changes(session, depot_id, span, owner_id), key=lambda row: (row.name, row.owner_id, row.lot_id)):
        changes = list(rows)
        first = changes[0]
        stored = Stored(Unit(first.unit), first.kg_per_unit, [Change(row.on, row.quantity, row.pallets) for row in changes])
        for item in charge(stored, rates, span):
            yield LotCharge(key[1], key[0], key[2], first.title, item)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a lot of one owner gained or lost on a day.

    What lay there before stands on the first day of the span.
    """

    name: str
    owner_id: int
    lot_id: int
    title: str
    unit: str
    kg_per_unit: Decimal
    on: date
    quantity: Decimal
    pallets: int


def _changes(session: Session, depot_id: int, span: Span, owner_id: int | None) -> Iterator[_Row]:
    on = case((Movement.happened_on < span.first, span.first), else_=Movement.happened_on)
    quantity, pallets = func.sum(Movement.quantity), func.sum(Movement.pallets)
    sums = (
        select(Movement.owner_id, Movement.lot_id, on.label("on"), quantity.label("quantity"), pallets.label("pallets"))
        .where(Movement.depot_id == depot_id, Movement.happened_on < span.before)
        .group_by(Movement.owner_id, Movement.lot_id, on)
        .having(or_(quantity != 0, pallets != 0))
    )
    if owner_id is not None:
        sums = sums.where(Movement.owner_id == owner_id)
    found = sums.subquery()
    rows = (
        select(
            Organisation.name, found.c.owner_id, found.c.lot_id, Lot.title, Lot.unit, Lot.kg_per_unit,
            found.c.on, found.c.quantity, found.c.pallets,
        )
        .join(Lot, Lot.id == found.c.lot_id)
        .join(Organisation, Organisation.id == found.c.owner_id)
        .order_by(Organisation.name, found.c.owner_id, found.c.lot_id, found.c.on)
    )  # fmt: skip
    for row in session.execute(rows):
        yield _Row(*row)


def _rates(session: Session, depot_ids: Iterable[int]) -> dict[int, Rates]:
    """The prices of these depots. One without any has none."""
    asked = list(depot_ids)
    found: dict[int, list[Rate]] = defaultdict(list)
    for row in session.scalars(select(DepotRate).where(DepotRate.depot_id.in_(asked))):
        found[row.depot_id].append(Rate(row.unit, row.euros_per_week, row.from_on))
    return {depot_id: Rates(found[depot_id]) for depot_id in asked}
