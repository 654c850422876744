"""Plans that were made: what they came to, and their lines."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.plans.models import PlanLine, PlanResult, PlanRun

_WHOLE = (
    joinedload(PlanLine.listing),
    joinedload(PlanLine.demand),
    joinedload(PlanLine.owner),
    joinedload(PlanLine.asker),
    selectinload(PlanLine.answers),
)


def find_run_of_task(session: Session, task_id: int) -> PlanRun | None:
    """The plan that a long task makes. Internal."""
    return session.scalars(select(PlanRun).where(PlanRun.task_id == task_id)).one_or_none()


def is_made_since(session: Session, since: datetime) -> bool:
    """Whether there is a plan that was made after a moment. Internal."""
    rows = select(PlanResult.run_id).where(PlanResult.finished_at > since).limit(1)
    return session.scalar(rows) is not None


def find_last_run(session: Session, actor: Actor) -> PlanRun | None:
    """The newest plan that has its result."""
    require(actor, Can.READ_PLAN)
    rows = select(PlanRun).join(PlanRun.result).options(joinedload(PlanRun.result)).order_by(PlanRun.id.desc()).limit(1)
    return session.scalars(rows).one_or_none()


def get_run(session: Session, actor: Actor, run_id: int) -> PlanRun:
    """A plan with its result; without one it is being made."""
    require(actor, Can.READ_PLAN)
    run = session.scalars(select(PlanRun).where(PlanRun.id == run_id).options(joinedload(PlanRun.result))).one_or_none()
    if run is None:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    return run


def list_runs(session: Session, actor: Actor, *, offset: int, limit: int) -> tuple[list[PlanRun], int]:
    """The plans, newest first, with their number."""
    require(actor, Can.READ_PLAN)
    rows = select(PlanRun).options(joinedload(PlanRun.result)).order_by(PlanRun.id.desc()).offset(offset).limit(limit)
    return list(session.scalars(rows)), session.scalar(select(func.count()).select_from(PlanRun)) or 0


def list_lines(session: Session, run: PlanRun, *, offset: int, limit: int) -> tuple[list[PlanLine], int]:
    """A page of the lines of a plan that was got, in their order, with their number."""
    rows = select(PlanLine).where(PlanLine.run_id == run.id)
    count = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return list(session.scalars(rows.options(*_WHOLE).order_by(PlanLine.number).offset(offset).limit(limit))), count


def get_line(session: Session, run: PlanRun, number: int) -> PlanLine:
    """One line of a plan that was got."""
    rows = select(PlanLine).where(PlanLine.run_id == run.id, PlanLine.number == number)
    line = session.scalars(rows.options(*_WHOLE)).one_or_none()
    if line is None:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    return line
