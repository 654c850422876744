"""Plans that were made: what they came to, and their lines."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import tasks
from marketplace.kernel.db import Fixed
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.models import Task, TaskState
from marketplace.plans.models import PlanJourney, PlanLine, PlanResult, PlanRun


class PlanState(StrEnum):
    """How a plan stands. Only one that is made has lines."""

    WAITING = "waiting"
    RUNNING = "running"
    MADE = "made"
    STOPPED = "stopped"


WHOLE_LINE = (
    joinedload(PlanLine.listing),
    joinedload(PlanLine.demand),
    joinedload(PlanLine.owner),
    joinedload(PlanLine.asker),
    joinedload(PlanLine.journey).joinedload(PlanJourney.depot),
    selectinload(PlanLine.answers),
)


WITH_RESULT = (joinedload(PlanRun.result), joinedload(PlanRun.cost))


def find_run_of_task(session: Session, task_id: int) -> PlanRun | None:
    """The plan that a long task makes. Internal."""
    rows = select(PlanRun).where(PlanRun.task_id == task_id).options(*WITH_RESULT)
    return session.scalars(rows).one_or_none()


def is_made_since(session: Session, since: datetime) -> bool:
    """Whether there is a plan that was made after a moment. Internal."""
    rows = select(PlanResult.run_id).where(PlanResult.finished_at > since).limit(1)
    return session.scalar(rows) is not None


def find_last_run(session: Session, actor: Actor) -> PlanRun | None:
    """The newest plan that has its result."""
    require(actor, Can.READ_PLAN)
    rows = select(PlanRun).join(PlanRun.result).options(*WITH_RESULT).order_by(PlanRun.id.desc()).limit(1)
    return session.scalars(rows).one_or_none()


def get_run(session: Session, actor: Actor, run_id: int) -> PlanRun:
    """A plan with its result; without one it is being made."""
    require(actor, Can.READ_PLAN)
    rows = select(PlanRun).where(PlanRun.id == run_id).options(*WITH_RESULT)
    run = session.scalars(rows.execution_options(populate_existing=True)).one_or_none()
    if run is None:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    return run


def find_task_of(session: Session, run: PlanRun) -> Task | None:
    """The long task of a plan that was got; None where it needed none."""
    return None if run.task_id is None else tasks.find_task(session, run.task_id)


def state_of_run(session: Session, run: PlanRun) -> PlanState:
    """How a plan that was got stands."""
    if run.result is not None:
        return PlanState.MADE
    task = find_task_of(session, run)
    if task is None or not task.is_open:
        return PlanState.STOPPED
    return PlanState.WAITING if task.state == TaskState.QUEUED else PlanState.RUNNING


def list_runs(session: Session, actor: Actor, *, offset: int, limit: int) -> tuple[list[PlanRun], int]:
    """The plans, newest first, with their number."""
    require(actor, Can.READ_PLAN)
    rows = select(PlanRun).options(*WITH_RESULT).order_by(PlanRun.id.desc()).offset(offset).limit(limit)
    return list(session.scalars(rows)), session.scalar(select(func.count()).select_from(PlanRun)) or 0


def list_lines(
    session: Session, run: PlanRun, *, offset: int, limit: int, organisation_id: int | None = None, by_owner: bool = False
) -> tuple[list[PlanLine], int]:
    """A page of the lines of a plan that was got, in their order, with their number. `organisation_id`: on either side.

    `by_owner`: by the name of whoever has the lot first.
    """
    rows = select(PlanLine).where(PlanLine.run_id == run.id)
    if organisation_id is not None:
        rows = rows.where((PlanLine.owner_id == organisation_id) | (PlanLine.asker_id == organisation_id))
    count = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    order = (Organisation.sort_key, PlanLine.owner_id, PlanLine.number) if by_owner else (PlanLine.number,)
    rows = rows.join(Organisation, Organisation.id == PlanLine.owner_id).options(*WHOLE_LINE).order_by(*order)
    return list(session.scalars(rows.offset(offset).limit(limit))), count


def list_flows(session: Session, run: PlanRun) -> list[tuple[str, str, Decimal, Decimal]]:
    """What goes from which organisation to which, by slug, in kg and tonne-km; the most first."""
    owner, asker = aliased(Organisation), aliased(Organisation)
    mass, distance = func.sum(PlanLine.mass_kg), func.sum(PlanLine.tonne_km)
    rows = (
        select(owner.slug, asker.slug, type_coerce(mass, Fixed(3)), type_coerce(distance, Fixed(3)))
        .join(owner, owner.id == PlanLine.owner_id)
        .join(asker, asker.id == PlanLine.asker_id)
        .where(PlanLine.run_id == run.id)
        .group_by(owner.slug, asker.slug)
        .order_by(mass.desc(), owner.slug, asker.slug)
    )
    return [(giver, receiver, kg, tonne_km) for giver, receiver, kg, tonne_km in session.execute(rows)]


def list_sides(session: Session, run: PlanRun) -> list[Organisation]:
    """The organisations that a plan asks something of, by name."""
    sides = (
        select(PlanLine.owner_id)
        .where(PlanLine.run_id == run.id)
        .union(select(PlanLine.asker_id).where(PlanLine.run_id == run.id))
    )
    rows = select(Organisation).where(Organisation.id.in_(sides)).order_by(Organisation.sort_key, Organisation.id)
    return list(session.scalars(rows))


def get_line(session: Session, run: PlanRun, number: int) -> PlanLine:
    """One line of a plan that was got."""
    rows = select(PlanLine).where(PlanLine.run_id == run.id, PlanLine.number == number)
    line = session.scalars(rows.options(*WHOLE_LINE)).one_or_none()
    if line is None:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    return line
