"""What lying in a depot has cost, out of the movements and the prices of that depot.

No cost is written down before its quarter is closed: it follows from both. What a closed quarter came to is kept, and here it is written and read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.depots.models import DepotRate, DepotSettlement, Lot, Movement
from marketplace.depots.rules.costs import Change, Charge, Cost, Rate, Rates, Stored, added, charge, sum_of
from marketplace.depots.rules.quarter import Quarter, Span, first_open_day, quarter_of
from marketplace.kernel import clock
from marketplace.kernel.units import Unit, plain


@dataclass(frozen=True, slots=True)
class LotCharge:
    """One row of a settlement: its owner then, the lot, and what its stay at one price came to."""

    organisation_id: int
    organisation: str
    lot_id: int
    title: str
    charge: Charge


def costs_of(session: Session, lot_ids: Iterable[int], until: date) -> dict[int, Cost]:
    """What each of these lots has cost so far, in every depot and for every owner.

    The same rows as those are settled by. The day `until` has not ended and does not count.
    """
    ids = list(lot_ids)
    costs: dict[int, list[Cost]] = {lot_id: [] for lot_id in ids}
    rows = (
        select(
            Movement.lot_id,
            Movement.depot_id,
            Movement.owner_id,
            Movement.happened_on,
            Lot.unit,
            Movement.kg_per_unit,
            Movement.quantity,
            Movement.pallets,
        )
        .join(Lot, Lot.id == Movement.lot_id)
        .where(Movement.lot_id.in_(ids), Movement.depot_id.is_not(None), Movement.happened_on < until)
        .order_by(Movement.lot_id, Movement.depot_id, Movement.owner_id)
    )
    movements = session.execute(rows).all()
    rates = _rates(session, {row.depot_id for row in movements})
    for (lot_id, depot_id, _owner), group in groupby(movements, key=lambda row: (row.lot_id, row.depot_id, row.owner_id)):
        changes = list(group)
        stored = Stored(
            Unit(changes[0].unit),
            [Change(row.happened_on, row.quantity, row.kg_per_unit, row.pallets) for row in changes],
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
        stored = Stored(Unit(first.unit), [Change(row.on, row.quantity, row.kg_per_unit, row.pallets) for row in changes])
        for item in charge(stored, rates, span):
            yield LotCharge(key[1], key[0], key[2], first.title, item)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a lot of one owner gained or lost on a day, at one weight.

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
    weight = Movement.kg_per_unit
    sums = (
        select(Movement.owner_id, Movement.lot_id, weight, on.label("on"), quantity.label("quantity"), pallets.label("pallets"))
        .where(Movement.depot_id == depot_id, Movement.happened_on < span.before)
        .group_by(Movement.owner_id, Movement.lot_id, weight, on)
        .having(or_(quantity != 0, pallets != 0))
    )
    if owner_id is not None:
        sums = sums.where(Movement.owner_id == owner_id)
    changes = sums.subquery()
    rows = (
        select(
            Organisation.name, changes.c.owner_id, changes.c.lot_id, Lot.title, Lot.unit, changes.c.kg_per_unit,
            changes.c.on, changes.c.quantity, changes.c.pallets,
        )
        .join(Lot, Lot.id == changes.c.lot_id)
        .join(Organisation, Organisation.id == changes.c.owner_id)
        .order_by(Organisation.name, changes.c.owner_id, changes.c.lot_id, changes.c.on)
    )  # fmt: skip
    for row in session.execute(rows):
        yield _Row(*row)


def _rates(session: Session, depot_ids: Iterable[int]) -> dict[int, Rates]:
    """The prices of these depots. One without any has none."""
    ids = list(depot_ids)
    rates: dict[int, list[Rate]] = defaultdict(list)
    for row in session.scalars(select(DepotRate).where(DepotRate.depot_id.in_(ids))):
        rates[row.depot_id].append(Rate(row.unit, row.euros_per_week, row.from_on))
    return {depot_id: Rates(rates[depot_id]) for depot_id in ids}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a quarter came to when it closed."""

    depot_name: str
    rows: tuple[LotCharge, ...]
    closed_at: datetime


def find_settled(session: Session, depot_id: int, quarter: Quarter) -> Settled | None:
    """What was kept of a quarter; None while it is open."""
    settlement = session.get(DepotSettlement, (depot_id, str(quarter)))
    return (
        None
        if settlement is None
        else Settled(settlement.depot_name, tuple(_read(row) for row in settlement.rows), settlement.closed_at)
    )


def list_unsettled_quarters(session: Session, depot_id: int) -> list[Quarter]:
    """The quarters of a depot that are closed and not kept yet, the first one first. None where nothing ever lay."""
    first_on = session.scalar(select(func.min(Movement.happened_on)).where(Movement.depot_id == depot_id))
    if first_on is None:
        return []
    settled = set(session.scalars(select(DepotSettlement.quarter).where(DepotSettlement.depot_id == depot_id)))
    return [quarter for quarter in _closed_since(first_on) if str(quarter) not in settled]


def list_depots_to_settle(session: Session) -> list[int]:
    """The depots with a quarter that is closed and not kept yet."""
    first = select(Movement.depot_id, func.min(Movement.happened_on)).where(Movement.depot_id.is_not(None))
    counted = select(DepotSettlement.depot_id, func.count()).group_by(DepotSettlement.depot_id)
    settled = {row[0]: row[1] for row in session.execute(counted)}
    rows = session.execute(first.group_by(Movement.depot_id).order_by(Movement.depot_id))
    return [int(depot_id or 0) for depot_id, on in rows if len(_closed_since(on)) > settled.get(int(depot_id or 0), 0)]


def _closed_since(first_on: date) -> list[Quarter]:
    """The closed quarters from the one in which this day lies."""
    quarters, quarter, first_open = [], quarter_of(first_on), first_open_day(clock.today())
    while quarter.first < first_open:
        quarters.append(quarter)
        quarter = quarter.following
    return quarters


def written(rows: Iterable[LotCharge]) -> list[list[Any]]:
    """The rows of a settlement as they are kept: numbers as text, days as 2026-09-30."""
    return [
        [
            *(row.organisation_id, row.organisation, row.lot_id, row.title),
            *(row.charge.first_on.isoformat(), row.charge.last_on.isoformat(), row.charge.days, row.charge.unit),
            plain(row.charge.amount_days),
            None if row.charge.euros_per_week is None else plain(row.charge.euros_per_week),
            row.charge.cents,
        ]
        for row in rows
    ]


def _read(row: list[Any]) -> LotCharge:
    organisation_id, organisation, lot_id, title, first_on, last_on, days, unit, amount, price, cents = row
    stay = (date.fromisoformat(first_on), date.fromisoformat(last_on), days, unit)
    charge = Charge(*stay, Decimal(amount), None if price is None else Decimal(price), cents)
    return LotCharge(organisation_id, organisation, lot_id, title, charge)
