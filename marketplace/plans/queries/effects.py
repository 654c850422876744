"""What following the plans did and would have done, over all plans and for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, false, func, select, true, type_coerce, union
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import OPEN
from marketplace.kernel import clock
from marketplace.kernel.db import Fixed
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.plans.models import PlanAnswer, PlanLine, PlanRun
from marketplace.plans.queries.runs import WITH_RESULT
from marketplace.plans.rules.fates import OPEN_FOR, Fate, fate_of
from marketplace.plans.rules.lines import Answer

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FateTotal:
    """Lines of one fate. `saved_tonne_km`, `more_kg`: what following them saves and serves more against first come, first served."""

    lines: int = 0
    mass_kg: Decimal = ZERO
    tonne_km: Decimal = ZERO
    saved_tonne_km: Decimal = ZERO
    more_kg: Decimal = ZERO

    def __add__(self, other: "FateTotal") -> "FateTotal":
        return FateTotal(
            self.lines + other.lines,
            self.mass_kg + other.mass_kg,
            self.tonne_km + other.tonne_km,
            self.saved_tonne_km + other.saved_tonne_km,
            self.more_kg + other.more_kg,
        )


Fates = dict[Fate, FateTotal]


@dataclass(frozen=True, slots=True)
class FateOf:
    """A fate with its total."""

    fate: Fate
    total: FateTotal


def in_order(fates: Fates) -> list[FateOf]:
    """Every fate with its total, also where there is none."""
    return [FateOf(fate, fates.get(fate, FateTotal())) for fate in Fate]


@dataclass(frozen=True, slots=True)
class Deeds:
    """What came of what was asked for or taken up after an offer.

    `mass_kg`, `tonne_km`: in the ledger, less what came back, and with every kilometre that was driven.
    """

    reservations: int = 0
    under_way: int = 0
    ended: int = 0
    handed_over: int = 0
    mass_kg: Decimal = ZERO
    tonne_km: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PlanEffect:
    """What became of the lines of one plan."""

    run: PlanRun
    fates: Fates = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of the lines of all plans, and a page of the plans, newest first."""

    plans: int
    fates: Fates
    deeds: Deeds
    runs: list[PlanEffect]


def effect_of_plans(session: Session, actor: Actor, *, offset: int = 0, limit: int | None = None) -> Effect:
    """Count what was done with the lines of all plans that were made.

    `limit`: of how many plans what became of them comes along; None: of all.
    """
    require(actor, Can.READ_PLAN)
    runs = list(session.scalars(select(PlanRun).join(PlanRun.result).options(*WITH_RESULT).order_by(PlanRun.id.desc())))
    fates: dict[int, Fates] = {run.id: {} for run in runs}
    over = {run.id for place, run in enumerate(runs) if place or _is_old(run)}
    for run_id, fate, total in _fates(session, over):
        of_run = fates[run_id]
        of_run[fate] = of_run.get(fate, FateTotal()) + total
    whole = {fate: sum((totals.get(fate, FateTotal()) for totals in fates.values()), FateTotal()) for fate in Fate}
    effects = [PlanEffect(run, fates[run.id]) for run in runs[offset:][:limit]]
    return Effect(len(runs), whole, _deeds(session), effects)


def _is_old(run: PlanRun) -> bool:
    return run.result is not None and run.result.finished_at < clock.now() - OPEN_FOR


def _fates(session: Session, over: set[int]) -> Iterator[tuple[int, Fate, FateTotal]]:
    last, answered = _last_runs(), _first_answers()
    flags = (
        exists().where(PlanAnswer.run_id == PlanLine.run_id, PlanAnswer.number == PlanLine.number, _is(Answer.ASKED)),
        func.coalesce(answered.c.refused <= PlanLine.run_id, false()),
        func.coalesce(answered.c.offered <= PlanLine.run_id, false()),
        case(
            (last.c.run_id > PlanLine.run_id, true()),
            (answered.c.asked < PlanLine.run_id, _was_asked_in_an_earlier_plan()),
            else_=false(),
        ),
    )
    marked = select(
        PlanLine.run_id.label("run_id"),
        *(flag.label(name) for flag, name in zip(flags, ("asked", "refused", "offered", "repeated"), strict=True)),
        *(getattr(PlanLine, name) for name in ("mass_kg", "tonne_km", "share_tonne_km", "share_kg")),
    )
    marked = marked.join(PlanRun, PlanRun.id == PlanLine.run_id).join(last, _is_same(last.c))
    columns = marked.outerjoin(answered, _is_same(answered.c)).subquery().c
    sums = (
        type_coerce(func.coalesce(func.sum(columns[name]), 0), Fixed(3))
        for name in ("mass_kg", "tonne_km", "share_tonne_km", "share_kg")
    )
    groups = (columns.run_id, columns.asked, columns.refused, columns.offered, columns.repeated)
    for run_id, is_asked, is_refused, is_offered, is_repeated, count, *figures in session.execute(
        select(*groups, func.count(), *sums).group_by(*groups)
    ):
        fate = fate_of(
            is_asked=is_asked, is_refused=is_refused, is_offered=is_offered, is_repeated=is_repeated, is_over=run_id in over
        )
        yield run_id, fate, FateTotal(count, *figures)


def _is(answer: Answer) -> ColumnElement[bool]:
    return PlanAnswer.answer == answer.value


def _is_same(other: Any) -> ColumnElement[bool]:
    return and_(other.listing_id == PlanLine.listing_id, other.demand_id == PlanLine.demand_id)


def _last_runs() -> Subquery:
    """Of each lot for each need, the last plan in which that stands.

    Looked up once: what nobody answers stands in a plan every week, so that line by line each would be held against all of those weeks.
    """
    lines = aliased(PlanLine)
    pair = (lines.listing_id, lines.demand_id)
    return select(*pair, func.max(lines.run_id).label("run_id")).group_by(*pair).subquery()


def _first_answers() -> Subquery:
    """Of each lot for each need, the first plan in which it was refused, offered and asked for. Where nobody answered there is no row."""
    lines = aliased(PlanLine)
    pair = (lines.listing_id, lines.demand_id)
    firsts = (func.min(lines.run_id).filter(_is(answer)).label(answer.value) for answer in Answer)
    answers = select(*pair, *firsts).join(lines, and_(PlanAnswer.run_id == lines.run_id, PlanAnswer.number == lines.number))
    return answers.group_by(*pair).subquery()


def _was_asked_in_an_earlier_plan() -> ColumnElement[bool]:
    """Whether it was asked for by an earlier plan when this one was there already."""
    earlier = aliased(PlanLine)
    return exists().where(
        _is_same(earlier),
        earlier.run_id < PlanLine.run_id,
        PlanAnswer.run_id == earlier.run_id,
        PlanAnswer.number == earlier.number,
        _is(Answer.ASKED),
        PlanAnswer.answered_at >= PlanRun.made_at,
    )


def _deeds(session: Session) -> Deeds:
    came = _came_of_it()
    statuses = dict(
        session.execute(
            select(Reservation.status, func.count()).where(Reservation.id.in_(select(came.c.id))).group_by(Reservation.status)
        ).all()
    )
    booked = select(
        func.count(Exchange.reservation_id.distinct()).filter(Exchange.kind == RowKind.TRANSFER.value),
        type_coerce(func.coalesce(func.sum(Exchange.mass_kg), 0), Fixed(3)),
        type_coerce(func.coalesce(func.sum(Exchange.tonne_km), 0), Fixed(3)),
    ).where(Exchange.reservation_id.in_(select(came.c.id)))
    handed_over, mass_kg, tonne_km = session.execute(booked).one()
    whole = sum(statuses.values())
    under_way = sum(count for status, count in statuses.items() if status in OPEN)
    return Deeds(whole, under_way, whole - under_way - handed_over, handed_over, mass_kg, tonne_km)


def _came_of_it() -> Subquery:
    """The reservations that came of lines.

    Of asking for one, or by which one that was offered was taken up afterwards.
    """
    requested = select(PlanAnswer.reservation_id.label("id")).where(PlanAnswer.reservation_id.is_not(None))
    taken_up = (
        select(Reservation.id)
        .join(PlanLine, and_(PlanLine.listing_id == Reservation.listing_id, PlanLine.demand_id == Reservation.demand_id))
        .join(PlanAnswer, and_(PlanAnswer.run_id == PlanLine.run_id, PlanAnswer.number == PlanLine.number))
        .where(_is(Answer.OFFERED), Reservation.requested_at >= PlanAnswer.answered_at)
    )
    return union(requested, taken_up).subquery()
