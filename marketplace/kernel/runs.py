"""Runs of jobs: claimed by one worker at a time, whoever wakes whom, and recorded.

Time is cut into slots as long as a job's cadence, the same for every worker. A slot belongs to the worker that inserts its row; a
worker that died in the middle loses it when its claim runs out. All of it is decided by single statements, so two workers need no
other agreement.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.models import JobRun

CLAIM = timedelta(minutes=2)
RENEW_EVERY = timedelta(seconds=30)
RUNS_KEPT = timedelta(days=90)
IDLE_RUNS_KEPT = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_at(moment: datetime, every: timedelta) -> datetime:
    """Work out when the run began in which a moment falls. Runs of one cadence begin at the same moments everywhere."""
    return moment.astimezone(UTC) - (moment - _EPOCH) % every


def is_taken(session: Session, *, name: str, slot: datetime) -> bool:
    """Whether there is nothing to claim. This run is over, or a live worker is busy with this job, in whichever run."""
    now = clock.now()
    busy = JobRun.finished_at.is_(None) & (JobRun.claimed_until > now)
    over = (JobRun.slot == slot) & JobRun.finished_at.is_not(None)
    return session.scalar(select(JobRun.name).where(JobRun.name == name, busy | over).limit(1)) is not None


def claim(session: Session, *, name: str, slot: datetime, worker: str) -> bool:
    """Take a run; false when it was done, or when another worker has it and lives."""
    if is_taken(session, name=name, slot=slot):
        return False
    now = clock.now()
    mine = {"worker": worker, "started_at": now, "claimed_until": now + CLAIM}
    statement = insert_or(session, JobRun).values(name=name, slot=slot, count=0, failure="", **mine)
    left_behind = JobRun.finished_at.is_(None) & (JobRun.claimed_until <= now)
    taken = statement.on_conflict_do_update(index_elements=["name", "slot"], set_=mine, where=left_behind)
    return session.scalar(taken.returning(JobRun.name)) is not None


def renew(session: Session, *, name: str, slot: datetime, worker: str) -> None:
    """A long run goes on: its worker lives."""
    session.execute(_mine(name, slot, worker).values(claimed_until=clock.now() + CLAIM))


def finish(session: Session, *, name: str, slot: datetime, worker: str, count: int, failure: str) -> None:
    """Write down what came of a run, unless it was taken over meanwhile."""
    session.execute(_mine(name, slot, worker).values(finished_at=clock.now(), count=count, failure=failure[:500]))


def list_last_runs(session: Session) -> dict[str, JobRun]:
    """The newest run of every job, by name."""
    newest = select(JobRun.name, func.max(JobRun.slot).label("slot")).group_by(JobRun.name).subquery()
    same = (JobRun.name == newest.c.name) & (JobRun.slot == newest.c.slot)
    return {run.name: run for run in session.scalars(select(JobRun).join(newest, same))}


def list_failures(session: Session, limit: int = 20) -> list[JobRun]:
    """Runs that did not run to their end, newest first."""
    failed = select(JobRun).where(JobRun.failure != "")
    return list(session.scalars(failed.order_by(JobRun.started_at.desc()).limit(limit)))


def find_last_start(session: Session) -> datetime | None:
    """When a worker last began with something; None when none ever did."""
    return session.scalar(select(func.max(JobRun.started_at)))


def forget_runs(session: Session) -> int:
    """Drop old runs, never a job's newest; returns how many.

    Those of more than 90 days ago, and of more than a day ago those that had nothing to do.
    """
    now = clock.now()
    idle = (JobRun.count == 0) & (JobRun.failure == "") & JobRun.finished_at.is_not(None)
    same = aliased(JobRun)
    newest = select(func.max(same.slot)).where(same.name == JobRun.name).scalar_subquery()
    old = (JobRun.slot < now - RUNS_KEPT) | (idle & (JobRun.slot < now - IDLE_RUNS_KEPT))
    statement = delete(JobRun).where(old, JobRun.slot < newest).execution_options(synchronize_session=False)
    return int(getattr(session.execute(statement), "rowcount", 0))


def _mine(name: str, slot: datetime, worker: str) -> Update:
    still = (JobRun.name == name) & (JobRun.slot == slot) & (JobRun.worker == worker) & JobRun.finished_at.is_(None)
    return update(JobRun).where(still).execution_options(synchronize_session=False)
