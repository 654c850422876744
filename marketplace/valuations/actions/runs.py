"""Valuing all that an organisation owns. Prices are fixed first, then parts in chunks, and the totals make it count.

Nothing is ever written over. A run that is cut off has lines and no totals, and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, literal, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.notices.actions import audit
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.rules.items import ChangeKind, mass_kg
from marketplace.valuations.models import (
    ValuationLine,
    ValuationMass,
    ValuationMedian,
    ValuationRun,
    ValuationSum,
    ValuationTotals,
)
from marketplace.valuations.queries.prices import appraised_of, find_table_of, prices_of
from marketplace.valuations.queries.runs import check_day, find_base, find_run_of_task, get_run, parts_of
from marketplace.valuations.rules.method import (
    ANY_CONDITION,
    Median,
    Method,
    PricedExchange,
    PriceKey,
    TablePrice,
    medians_of,
    priced_unit,
    value_part,
)
from marketplace.valuations.rules.movement import NOTHING, Stand, movement_of

CHUNK = 2_000
_MOVED = ("new", "price", "counted", "known", "released", "lost")
_SUMMED = tuple(f"{name}_cents" for name in ("opening", *_MOVED))
_COSTS = ("taking_out_cents", "cleaning_cents", "transport_cents")


def prepare_run(session: Session, actor: Actor, *, organisation_id: int, as_of: date) -> dict[str, Any]:
    """What a long task needs to value an organisation as of a day. Refused: a day to come, and one before there was anything."""
    require(actor, Can.VALUE_ASSETS, organisation_id)
    check_day(session, organisation_id, as_of)
    return {"organisation": organisation_id, "asOf": as_of.isoformat()}


def start_run(session: Session, actor: Actor, *, organisation_id: int, as_of: date, task_id: int | None) -> ValuationRun:
    """The run that a long task is to do; the same one when it is there. What it may know is fixed here. `task_id` None: it is done at once."""
    require(actor, Can.VALUE_ASSETS, organisation_id)
    there = None if task_id is None else find_run_of_task(session, task_id)
    if there is not None:
        return there
    table, base = find_table_of(session, as_of), find_base(session, organisation_id, as_of)
    run = ValuationRun(
        organisation_id=organisation_id,
        as_of=as_of,
        base_run_id=base.id if base else None,
        price_table_id=table.id if table else None,
        last_change_id=session.scalar(select(func.max(ItemChange.id))) or 0,
        task_id=task_id,
        person_id=actor.person_id,
        started_at=clock.now(),
    )
    session.add(run)
    session.flush()
    audit.record(
        session, actor, action="valuation.start", object_type="valuation", object_id=run.id, organisation=organisation_id
    )
    return get_run(session, actor, run.id)


def fix_prices(session: Session, actor: Actor, *, run_id: int, exchanges: Iterable[PricedExchange]) -> int:
    """Write down what units went for in the region, for this run alone. Returns for how many materials and conditions."""
    run = _open_run(session, actor, run_id)
    medians = medians_of(exchanges)
    if medians:
        session.execute(
            insert(ValuationMedian),
            [
                {
                    "run_id": run.id,
                    "material_id": key.material_id,
                    "condition": key.condition,
                    "unit": key.unit.value,
                    "unit_cents": median.unit_cents,
                    "low_cents": median.low_cents,
                    "high_cents": median.high_cents,
                    "exchanges": median.exchanges,
                    "first_on": median.first_on,
                    "last_on": median.last_on,
                }
                for key, median in medians.items()
            ],
        )
    return len(medians)


def count_parts(session: Session, actor: Actor, *, run_id: int) -> int:
    """How many parts a run looks at."""
    run = _open_run(session, actor, run_id)
    return session.scalar(select(func.count()).select_from(_parts(run).subquery())) or 0


def value_chunk(session: Session, actor: Actor, *, run_id: int, after: int) -> tuple[int | None, int]:
    """Value the next parts behind a number. Returns the last of them, or None when there are no more; and how many they were."""
    run = _open_run(session, actor, run_id)
    ids = list(session.scalars(_parts(run).where(AssetItem.id > after).order_by(AssetItem.id).limit(CHUNK)))
    if not ids:
        return None, 0
    base = None if run.base_run_id is None else session.get(ValuationRun, run.base_run_id)
    changes = _changes(session, run, base, ids)
    before = _stands(session, base, ids)
    appraised = appraised_of(session, ids, run.as_of)
    columns = (AssetItem.id, AssetItem.material_id, AssetItem.unit, AssetItem.condition, AssetItem.kg_per_unit)
    items = session.execute(select(*columns).where(AssetItem.id.in_(ids))).all()
    stands = set(session.scalars(parts_of(run.organisation_id, run.as_of).where(AssetItem.id.in_(ids))))
    prices = _Prices(session, run, {item.material_id for item in items})
    lines = []
    for item in sorted(items, key=lambda item: item.id):
        there, since = changes.get(item.id, (Decimal(0), {}))
        quantity = there if item.id in stands else Decimal(0)
        was = before.get(item.id, NOTHING)
        if quantity <= 0 and not was.quantity:
            continue
        unit, condition = Unit(item.unit), item.condition or ANY_CONDITION
        median, table = prices.of(item.material_id, condition, unit)
        line = value_part(max(quantity, Decimal(0)), unit, median=median, prices=table, appraised=appraised.get(item.id))
        value = line.value_cents if quantity > 0 else None
        moved = movement_of(was, Stand(max(quantity, Decimal(0)), value), since)
        is_there = quantity > 0
        lines.append(
            {
                "run_id": run.id,
                "item_id": item.id,
                "condition": condition,
                "quantity": max(quantity, Decimal(0)),
                "mass_kg": mass_kg(max(quantity, Decimal(0)), item.kg_per_unit),
                "method": line.method.value if is_there else Method.NONE.value,
                "source_id": line.source if is_there else None,
                "unit_cents": line.unit_cents if is_there else None,
                "value_cents": value,
                "low_cents": line.low_cents if is_there else None,
                "high_cents": line.high_cents if is_there else None,
                **{name: getattr(line, name) if is_there else None for name in _COSTS},
                "opening_cents": moved.opening_cents,
                **{f"{name}_cents": getattr(moved, f"{name}_cents") for name in _MOVED},
            }
        )
    if lines:
        session.execute(insert(ValuationLine), lines)
    return ids[-1], len(ids)


def finish_run(session: Session, actor: Actor, *, run_id: int) -> ValuationTotals:
    """Write the sums of a run, from which moment it counts."""
    run = _open_run(session, actor, run_id)
    mine = ValuationLine.run_id == run.id
    is_valued = ValuationLine.value_cents.is_not(None)
    _write_masses(session, run)
    _write_sums(session, run)
    zero = literal(0)
    has_cost = [getattr(ValuationLine, name).is_not(None) for name in _COSTS]
    sums = session.execute(
        select(
            func.count(case((ValuationLine.quantity > 0, 1))).label("parts"),
            func.count(ValuationLine.value_cents).label("valued_parts"),
            func.count(case((and_(is_valued, has_cost[0] | has_cost[1] | has_cost[2]), 1))).label("costed_parts"),
            func.coalesce(func.sum(ValuationLine.value_cents), zero).label("value_cents"),
            *(func.coalesce(func.sum(case((is_valued, getattr(ValuationLine, name)))), zero).label(name) for name in _COSTS),
            *(func.coalesce(func.sum(getattr(ValuationLine, name)), zero).label(name) for name in _SUMMED),
        ).where(mine)
    ).one()
    masses = session.execute(
        select(ValuationMass.mass_kg, ValuationMass.valued_mass_kg).where(ValuationMass.run_id == run.id)
    ).all()
    totals = ValuationTotals(
        run_id=run.id,
        finished_at=clock.now(),
        mass_kg=sum((row.mass_kg for row in masses), Decimal(0)),
        valued_mass_kg=sum((row.valued_mass_kg for row in masses), Decimal(0)),
        **{name: int(value) for name, value in sums._asdict().items()},
    )
    session.add(totals)
    session.flush()
    audit.record(session, actor, action="valuation.finish", object_type="valuation", object_id=run.id, parts=totals.parts)
    return totals


def _write_masses(session: Session, run: ValuationRun) -> None:
    of_mass = ValuationLine.mass_kg.type
    valued = case((ValuationLine.value_cents.is_not(None), ValuationLine.mass_kg), else_=literal(Decimal(0), of_mass))
    rows = (
        select(
            Asset.maintainer_id,
            Asset.kind,
            func.sum(ValuationLine.mass_kg, type_=of_mass),
            func.sum(valued, type_=of_mass),
        )
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ValuationLine.run_id == run.id, ValuationLine.quantity > 0)
        .group_by(Asset.maintainer_id, Asset.kind)
    )
    session.add_all(
        ValuationMass(run_id=run.id, maintainer_id=maintainer_id, kind=kind, mass_kg=mass, valued_mass_kg=valued_mass)
        for maintainer_id, kind, mass, valued_mass in session.execute(rows).all()
    )
    session.flush()


def _write_sums(session: Session, run: ValuationRun) -> None:
    is_there, of_mass = ValuationLine.quantity > 0, ValuationLine.mass_kg.type
    sums = [func.sum(getattr(ValuationLine, name)).label(name) for name in _SUMMED]
    rows = (
        select(
            Asset.kind,
            ValuationLine.method,
            func.count(case((is_there, 1))).label("parts"),
            func.sum(ValuationLine.mass_kg, type_=of_mass).label("mass_kg"),
            func.coalesce(func.sum(ValuationLine.value_cents), literal(0)).label("value_cents"),
            *sums,
        )
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ValuationLine.run_id == run.id)
        .group_by(Asset.kind, ValuationLine.method)
    )
    for row in session.execute(rows).mappings().all():
        whole = {name: int(row[name]) for name in ("value_cents", *_SUMMED)}
        session.add(
            ValuationSum(
                run_id=run.id, kind=row["kind"], method=row["method"], parts=row["parts"], mass_kg=row["mass_kg"], **whole
            )
        )
    session.flush()


def _open_run(session: Session, actor: Actor, run_id: int) -> ValuationRun:
    run = get_run(session, actor, run_id)
    require(actor, Can.VALUE_ASSETS, run, hidden=True)
    if run.totals is not None:
        raise Conflict(_("This valuation is done, and is kept as it is. Start another one."))
    return run


def _parts(run: ValuationRun) -> Select[int]:
    """Every part that the organisation ever had: what left since the run before has a line too."""
    return select(AssetItem.id).join(Asset).where(Asset.organisation_id == run.organisation_id)


def _changes(
    session: Session, run: ValuationRun, base: ValuationRun | None, ids: Sequence[int]
) -> Mapping[int, tuple[Decimal, Mapping[ChangeKind, Decimal]]]:
    """By part: how much there was, and by kind what this run holds and the one before does not."""
    of_quantity = ItemChange.quantity.type
    none = literal(Decimal(0), of_quantity)

    def held(by: ValuationRun) -> ColumnElement[Decimal]:
        is_counted = and_(ItemChange.happened_on <= by.as_of, ItemChange.id <= by.last_change_id)
        return func.sum(case((is_counted, ItemChange.quantity), else_=none), type_=of_quantity)

    earlier = none if base is None else held(base)
    rows = select(ItemChange.item_id, ItemChange.kind, held(run), earlier).where(ItemChange.item_id.in_(ids))
    there: dict[int, Decimal] = defaultdict(Decimal)
    since: dict[int, dict[ChangeKind, Decimal]] = defaultdict(dict)
    for item_id, kind, now, before in session.execute(rows.group_by(ItemChange.item_id, ItemChange.kind)):
        there[item_id] += now
        if now != before:
            since[item_id][ChangeKind(kind)] = now - before
    return {item_id: (amount, since.get(item_id, {})) for item_id, amount in there.items()}


def _stands(session: Session, base: ValuationRun | None, ids: Sequence[int]) -> Mapping[int, Stand]:
    if base is None:
        return {}
    columns = (ValuationLine.item_id, ValuationLine.quantity, ValuationLine.value_cents)
    rows = select(*columns).where(ValuationLine.run_id == base.id, ValuationLine.item_id.in_(ids))
    return {item_id: Stand(quantity, cents) for item_id, quantity, cents in session.execute(rows)}


class _Prices:
    """What a run knows of the price of some materials."""

    def __init__(self, session: Session, run: ValuationRun, material_ids: set[int]) -> None:
        self._table = prices_of(session, run.price_table_id, run.as_of, material_ids)
        rows = select(ValuationMedian).where(ValuationMedian.run_id == run.id, ValuationMedian.material_id.in_(material_ids))
        self._medians = {
            PriceKey(median.material_id, median.condition, Unit(median.unit)): Median(
                median.unit_cents,
                median.low_cents,
                median.high_cents,
                median.exchanges,
                median.first_on,
                median.last_on,
                median.id,
            )
            for median in session.scalars(rows)
        }

    def of(self, material_id: int, condition: str, unit: Unit) -> tuple[Median | None, list[TablePrice]]:
        """The median of exchanges in the same condition, and the rows of the table. That of the condition itself first."""
        per = priced_unit(unit)
        median = self._medians.get(PriceKey(material_id, condition, per)) if condition else None
        keys = [PriceKey(material_id, condition, per) for condition in dict.fromkeys((condition, ANY_CONDITION))]
        return median, [self._table[key] for key in keys if key in self._table]
