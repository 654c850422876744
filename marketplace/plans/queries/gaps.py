"""What a plan left over, and in a sentence each time what would help."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Fixed
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.plans.models import PlanGap, PlanRun, PlanWay
from marketplace.plans.rules.gaps import Side, Step

_WEEK = 7


@dataclass(frozen=True, slots=True)
class GapTotal:
    """How many needs or lots stay, and what that weighs.

    `hopeless`: of how many nothing is but one thing away.
    """

    gaps: int
    mass_kg: Decimal
    hopeless: int


@dataclass(frozen=True, slots=True)
class ExplainedWay:
    """One thing that would help, in a sentence."""

    way: PlanWay
    sentence: Text


@dataclass(frozen=True, slots=True)
class ExplainedGap:
    """A need or a lot that stays. `turns`: what becomes possible when a turn opens, apart from what people can do something about."""

    gap: PlanGap
    ways: tuple[ExplainedWay, ...]
    turns: tuple[ExplainedWay, ...]


def total_gaps(session: Session, run: PlanRun, *, organisation_id: int | None = None) -> dict[Side, GapTotal]:
    """What a plan that was got leaves over, by side."""
    has_way = _has_way()
    rows = (
        select(PlanGap.side, func.count(), type_coerce(func.sum(PlanGap.left_kg), Fixed(3)), func.count().filter(~has_way))
        .where(*_of(run, None, organisation_id))
        .group_by(PlanGap.side)
    )
    totals = {Side(side): GapTotal(count, kg, hopeless) for side, count, kg, hopeless in session.execute(rows)}
    return {side: totals.get(side, GapTotal(0, Decimal(0), 0)) for side in Side}


def list_gaps(
    session: Session, run: PlanRun, side: Side, *, offset: int, limit: int, organisation_id: int | None = None
) -> tuple[list[PlanGap], int]:
    """A page of what a plan that was got leaves over, with their number.

    What can be helped first, then the most mass.
    """
    where = _of(run, side, organisation_id)
    rows = (
        select(PlanGap)
        .where(*where)
        .options(
            joinedload(PlanGap.listing),
            joinedload(PlanGap.demand),
            joinedload(PlanGap.organisation),
            selectinload(PlanGap.ways).joinedload(PlanWay.other),
        )
        .order_by(_has_way().desc(), PlanGap.left_kg.desc(), PlanGap.number)
    )
    count = session.scalar(select(func.count()).select_from(PlanGap).where(*where)) or 0
    return list(session.scalars(rows.offset(offset).limit(limit))), count


def list_gap_owners(session: Session, run: PlanRun, side: Side) -> list[Organisation]:
    """Whose needs or lots stay, by name."""
    whose = select(PlanGap.organisation_id).where(*_of(run, side, None))
    rows = select(Organisation).where(Organisation.id.in_(whose)).order_by(Organisation.sort_key, Organisation.id)
    return list(session.scalars(rows))


def explain_gaps(session: Session, gaps: Sequence[PlanGap]) -> Iterator[ExplainedGap]:
    """These gaps as a reader is told of them."""
    taxonomy = get_taxonomy(session)
    for gap in gaps:
        ways = [ExplainedWay(way, _sentence(gap, way, taxonomy)) for way in gap.ways]
        turns = tuple(way for way in ways if way.way.step == Step.TURN)
        yield ExplainedGap(gap, tuple(way for way in ways if way.way.step != Step.TURN), turns)


def _of(run: PlanRun, side: Side | None, organisation_id: int | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [PlanGap.run_id == run.id]
    if side is not None:
        where.append(PlanGap.side == side.value)
    if organisation_id is not None:
        where.append(PlanGap.organisation_id == organisation_id)
    return where


def _has_way() -> ColumnElement[bool]:
    return exists().where(PlanWay.run_id == PlanGap.run_id, PlanWay.gap == PlanGap.number)


def _sentence(gap: PlanGap, way: PlanWay, taxonomy: Taxonomy) -> Text:
    """So much of or for somebody, if one thing may be otherwise."""
    amount = Amount(way.quantity, Unit(way.unit))
    if way.step == Step.TURN:
        facts = {"day": long_date(way.day), "amount": amount, "other": way.other.name}
        if gap.side == Side.NEED:
            return _("From %(day)s, when its turn opens: %(amount)s of %(other)s.", **facts)
        return _("From %(day)s, when the turn of %(other)s opens: %(amount)s.", **facts)
    otherwise = _OTHERWISE[Step(way.step)](way, taxonomy)
    facts = {"amount": amount, "other": way.other.name, "otherwise": otherwise}
    if gap.side == Side.NEED:
        return _("%(amount)s of %(other)s, %(otherwise)s.", **facts)
    return _("%(amount)s for %(other)s, %(otherwise)s.", **facts)


def _farther(way: PlanWay, taxonomy: Taxonomy) -> Text:
    return _("if it may come from %(km)s km farther (%(whole)s km as the crow flies)", km=way.short, whole=way.distance_km)


def _lower(way: PlanWay, taxonomy: Taxonomy) -> Text:
    return ngettext(
        "if its condition may be one step lower (“%(condition)s”)",
        "if its condition may be %(num)s steps lower (“%(condition)s”)",
        int(way.short),
        condition=CONDITION_LABELS[Condition(way.detail)],
    )


def _later(way: PlanWay, taxonomy: Taxonomy) -> Text:
    return _("if it may be %(time)s later: it is free from %(day)s", time=_time(way.short), day=long_date(way.day))


def _earlier(way: PlanWay, taxonomy: Taxonomy) -> Text:
    return _("if it may be %(time)s earlier: it is there until %(day)s", time=_time(way.short), day=long_date(way.day))


def _time(days: Decimal) -> Text:
    """Whole weeks from two on, else days."""
    count = int(days)
    if count >= 2 * _WEEK and count % _WEEK == 0:
        return ngettext("one week", "%(num)s weeks", count // _WEEK)
    return ngettext("one day", "%(num)s days", count)


def _other_field(way: PlanWay, taxonomy: Taxonomy) -> Text:
    field = taxonomy.fields_by_slug.get(way.detail)
    return _("if “%(field)s” may be otherwise than was asked for", field=way.detail if field is None else field)


def _more(way: PlanWay, taxonomy: Taxonomy) -> Text:
    more = Amount(way.short, Unit(way.unit))
    return _("if %(more)s more is taken than is needed: its owner gives no smaller part", more=more)


_OTHERWISE: dict[Step, Callable[[PlanWay, Taxonomy], Text]] = {
    Step.DISTANCE: _farther,
    Step.CONDITION: _lower,
    Step.LATER: _later,
    Step.EARLIER: _earlier,
    Step.FIELD: _other_field,
    Step.PART: _more,
}
