"""What depots save and cost in a period, for whoever answers for the region. Out of movements, prices and the ledger."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.queries.costs import list_charges
from marketplace.depots.queries.depots import list_depots
from marketplace.depots.rules.costs import KG_PER_TONNE
from marketplace.depots.rules.lots import MovementKind
from marketplace.depots.rules.quarter import Span, quarter_of
from marketplace.impact.rules.cut import Cut
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.ledger.models import Exchange
from marketplace.stock.rules.figures import NOTHING, RECOUNTS, Bought, DepotFigures, Step, follow, left_in

NOT_FLOWING = (*RECOUNTS, MovementKind.WRITE_OFF)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DepotRow:
    """One depot with its figures."""

    depot: Depot
    figures: DepotFigures


@dataclass(frozen=True, slots=True)
class AllDepots:
    """Every depot in which something lay, by name, and all of them together. What went from one to another counts in both."""

    rows: tuple[DepotRow, ...]
    total: DepotFigures


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of a period.

    `first` and `last` of its movements, and the days that have ended, of which lying there counts."""

    first: date
    last: date
    ended: Span


def get_depot_figures(session: Session, actor: Actor, cut: Cut) -> AllDepots:
    """What every depot took in and gave out in a period, what it cost and saved.

    For reviewer, administrator and broker.
    """
    require(actor, Can.READ_DEPOT_FIGURES)
    days = _days_of(cut)
    depots = {depot.id: depot for depot in list_depots(session, with_closed=True)}
    left = [row for row in follow(_steps(session, depots, days)) if days.first <= row.on <= days.last]
    gone = left_in(left, _bought(session, days))
    lain = _lain(session, days)
    rows = []
    for depot in depots.values():
        if depot.id not in lain:
            continue
        figures = gone.get(depot.id, DepotFigures()) + lain[depot.id]
        cents, unpriced = _cost(session, depot.id, days.ended)
        out = figures.out_kg
        whole = figures + DepotFigures(in_kg=out, cost_cents=cents, unpriced_tonne_days=unpriced)
        rows.append(DepotRow(depot, whole))
    return AllDepots(tuple(rows), sum((row.figures for row in rows), DepotFigures()))


def _days_of(cut: Cut) -> _Days:
    today = clock.today()
    first, last = cut.first_day or date.min, min(cut.last_day or today, today)
    return _Days(first, last, Span(first, max(first, min(last + ONE_DAY, today))))


def _lain(session: Session, days: _Days) -> dict[int, DepotFigures]:
    """What lay in each depot before and after the period, and for how long.

    `in_kg` is less what left: whatever only changed place within the depot is in it twice, once with each sign.
    """
    columns = (Movement.depot_id, Movement.happened_on, Movement.kind, Movement.kg_per_unit)
    rows = (
        select(*columns, func.sum(Movement.quantity))
        .where(Movement.depot_id.is_not(None), Movement.happened_on <= days.last)
        .group_by(*columns)
    )
    figures: dict[int, DepotFigures] = defaultdict(DepotFigures)
    for depot_id, on, kind, kg_per_unit, quantity in session.execute(rows):
        mass_kg, inside = quantity * kg_per_unit, on >= days.first
        counted = max((days.ended.before - max(on, days.ended.first)).days, 0)
        figures[int(depot_id or 0)] += DepotFigures(
            opening_kg=NOTHING if inside else mass_kg,
            in_kg=mass_kg if inside and kind not in NOT_FLOWING else NOTHING,
            counted_kg=mass_kg if inside and kind == MovementKind.COUNT else NOTHING,
            closing_kg=mass_kg,
            tonne_days=mass_kg / KG_PER_TONNE * counted,
        )
    return dict(figures)


def _steps(session: Session, depots: Mapping[int, Depot], days: _Days) -> list[Step]:
    """All movements of every tree of lots of which something left a depot.

    In the period; up to its end."""
    root = func.coalesce(Lot.origin_id, Lot.id)
    trees = select(root).join(Movement, Movement.lot_id == Lot.id).where(*_leaving(days))
    rows = (
        select(Movement)
        .join(Lot, Lot.id == Movement.lot_id)
        .where(root.in_(trees), Movement.happened_on <= days.last)
        .order_by(Movement.id)
    )
    return [_step(row, depots) for row in session.scalars(rows)]


def _leaving(days: _Days) -> tuple[ColumnElement[bool], ...]:
    return (Movement.depot_id.is_not(None), Movement.happened_on.between(days.first, days.last), Movement.quantity < 0)


def _step(row: Movement, depots: Mapping[int, Depot]) -> Step:
    return Step(
        row.id,
        row.lot_id,
        MovementKind(row.kind),
        row.quantity * row.kg_per_unit,
        row.happened_on,
        row.depot_id,
        _point(row if row.depot_id is None else depots[row.depot_id]),
        row.other_lot_id,
        row.reservation_id,
    )


def _point(at: Movement | Depot) -> Point | None:
    return None if at.lat is None or at.lon is None else Point(at.lat, at.lon)


def _bought(session: Session, days: _Days) -> dict[int, Bought]:
    """What receivers said of transfers out of depots, less what came back, by reservation."""
    reservation_ids = select(Movement.reservation_id).where(*_leaving(days), Movement.reservation_id.is_not(None))
    rows = (
        select(Exchange.reservation_id, func.sum(Exchange.purchase_cents), func.sum(Exchange.mass_kg))
        .where(Exchange.reservation_id.in_(reservation_ids), Exchange.purchase_cents.is_not(None))
        .group_by(Exchange.reservation_id)
    )
    return {int(number or 0): Bought(int(cents or 0), mass_kg) for number, cents, mass_kg in session.execute(rows) if mass_kg > 0}


def _cost(session: Session, depot_id: int, span: Span) -> tuple[int, Decimal]:
    """What its lots cost, as in its settlements, and the tonne-days that have no price.

    What begins within a quarter is what that comes to up to its end, less what it came to before: so months add up to their quarter.
    """
    first = quarter_of(span.first).first
    cents, unpriced = _charged(session, depot_id, Span(first, span.before))
    if span.first == first:
        return cents, unpriced
    cents_before, unpriced_before = _charged(session, depot_id, Span(first, span.first))
    return cents - cents_before, unpriced - unpriced_before


def _charged(session: Session, depot_id: int, span: Span) -> tuple[int, Decimal]:
    cents, unpriced_kg_days = 0, NOTHING
    for row in list_charges(session, depot_id, span):
        if row.charge.cents is None:
            unpriced_kg_days += row.charge.kg_days
        else:
            cents += row.charge.cents
    return cents, unpriced_kg_days / KG_PER_TONNE


def find_first_day(session: Session) -> date | None:
    """The first day on which something lay in a depot; None while nothing ever did."""
    return session.scalar(select(func.min(Movement.happened_on)).where(Movement.depot_id.is_not(None)))
