"""Lines beside each other: lots for one need, loads that go back, two plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel.language import Text, _
from marketplace.plans.models import PlanLine, PlanReturn, PlanRun
from marketplace.plans.queries.runs import WHOLE_LINE


@dataclass(frozen=True, slots=True)
class Combined:
    """A need that several lots serve together, and what they come to."""

    lines: tuple[PlanLine, ...]
    covers: Decimal
    mass_kg: Decimal
    tonne_km: Decimal

    @property
    def first(self) -> PlanLine:
        """One of its lines: all have the same need."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Two lines as one round."""

    plan_return: PlanReturn
    there: PlanLine
    back: PlanLine

    @property
    def saved_km(self) -> Decimal:
        """What one round drives less than two times out and back."""
        return self.plan_return.apart_km - self.plan_return.together_km


def list_combined(session: Session, run: PlanRun, *, offset: int, limit: int) -> tuple[list[Combined], int]:
    """The needs that several lines of a plan serve, the heaviest first, with their number."""
    needs = (
        select(PlanLine.demand_id)
        .where(PlanLine.run_id == run.id)
        .group_by(PlanLine.demand_id)
        .having(func.count() > 1)
        .order_by(func.sum(PlanLine.mass_kg).desc(), PlanLine.demand_id)
    )
    count = session.scalar(select(func.count()).select_from(needs.subquery())) or 0
    chosen = list(session.scalars(needs.offset(offset).limit(limit)))
    of_need: dict[int, list[PlanLine]] = {demand_id: [] for demand_id in chosen}
    rows = select(PlanLine).where(PlanLine.run_id == run.id, PlanLine.demand_id.in_(chosen))
    for line in session.scalars(rows.options(*WHOLE_LINE).order_by(PlanLine.number)) if chosen else ():
        of_need[line.demand_id].append(line)
    return [_combined(lines) for lines in of_need.values()], count


def _combined(lines: list[PlanLine]) -> Combined:
    covers, mass, driven = (
        sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("covers", "mass_kg", "tonne_km")
    )
    return Combined(tuple(lines), covers, mass, driven)


def list_rounds(session: Session, run: PlanRun, *, offset: int, limit: int) -> tuple[list[RoundTrip], int]:
    """The rounds of a plan that was got, what saves the most first, with their number."""
    saved = PlanReturn.apart_km - PlanReturn.together_km
    rows = select(PlanReturn).where(PlanReturn.run_id == run.id).order_by(saved.desc(), PlanReturn.there)
    count = session.scalar(select(func.count()).select_from(PlanReturn).where(PlanReturn.run_id == run.id)) or 0
    plan_returns = list(session.scalars(rows.offset(offset).limit(limit)))
    lines = _lines(session, run, (number for plan_return in plan_returns for number in (plan_return.there, plan_return.back)))
    return [RoundTrip(plan_return, lines[plan_return.there], lines[plan_return.back]) for plan_return in plan_returns], count


class Change(StrEnum):
    """What happened to a line between two plans."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"


CHANGE_LABELS: dict[Change, Text] = {
    Change.CAME: _("new"),
    Change.WENT: _("gone"),
    Change.CHANGED: _("another amount"),
}


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A lot for a need in the one plan and in the other. One of the two may be without."""

    change: Change
    before: PlanLine | None
    now: PlanLine | None

    @property
    def line(self) -> PlanLine:
        """As it stands last."""
        line = self.now or self.before
        assert line is not None
        return line


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many lines stayed and how many of each change there are, and a page of those."""

    unchanged: int
    counts: dict[Change, int]
    lines: list[ChangedLine]

    @property
    def total(self) -> int:
        """How many changes there are."""
        return sum(self.counts.values())


def compare_runs(session: Session, before: PlanRun, now: PlanRun, *, offset: int, limit: int) -> Comparison:
    """What became of the lines of one plan in another: both were got and made. By lot and by need."""
    old, new = _numbers(session, before), _numbers(session, now)
    changes: list[tuple[Change, int | None, int | None]] = []
    for pair in sorted(old.keys() | new.keys()):
        was, is_now = old.get(pair), new.get(pair)
        if was is None or is_now is None:
            change = Change.CAME if was is None else Change.WENT
        elif was[1] == is_now[1]:
            continue
        else:
            change = Change.CHANGED
        changes.append((change, was and was[0], is_now and is_now[0]))
    counts = {change: sum(row[0] is change for row in changes) for change in Change}
    page = changes[offset : offset + limit]
    was_lines = _lines(session, before, [number for _change, number, _now in page if number])
    now_lines = _lines(session, now, [number for _change, _was, number in page if number])
    lines = [ChangedLine(change, was_lines.get(was or 0), now_lines.get(is_now or 0)) for change, was, is_now in page]
    return Comparison(len(old.keys() & new.keys()) - counts[Change.CHANGED], counts, lines)


def _numbers(session: Session, run: PlanRun) -> dict[tuple[int, int], tuple[int, Decimal]]:
    """The number and the quantity of each line, by its lot and need."""
    rows = select(PlanLine.listing_id, PlanLine.demand_id, PlanLine.number, PlanLine.quantity).where(PlanLine.run_id == run.id)
    return {(listing, demand): (number, quantity) for listing, demand, number, quantity in session.execute(rows)}


def _lines(session: Session, run: PlanRun, numbers: Iterable[int]) -> dict[int, PlanLine]:
    rows = select(PlanLine).where(PlanLine.run_id == run.id, PlanLine.number.in_(list(numbers)))
    return {line.number: line for line in session.scalars(rows.options(*WHOLE_LINE))}
