"""The tables of the worker: runs of jobs, and long tasks with their progress. With the result of each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class JobRun(Base):
    """One turn of one job. The row is the claim: who makes it, or takes it over when the claim has run out, does the work."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True, comment="when this turn began by the timetable")
    worker: Mapped[str] = mapped_column(String(80), comment="machine, process and a word of its own")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime] = mapped_column(UtcDateTime, comment="after this the worker is taken for dead")
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0, comment="how many things were done")
    failure: Mapped[str] = mapped_column(String(500), default="", comment="empty: it ran to its end")

    __table_args__ = (
        CheckConstraint("count >= 0", name="count_positive"),
        Index("ix_job_run_started_at", "started_at"),
    )


class TaskState(StrEnum):
    """How a long task stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Task(Base):
    """Long work that somebody started. The row is the truth: what was asked, who works on it until when, and how far it came."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    person_id: Mapped[int | None] = mapped_column(comment="who started it; empty: the operator")
    state: Mapped[str] = mapped_column(String(9), default=TaskState.QUEUED)
    done: Mapped[int] = mapped_column(default=0, comment="steps that were taken")
    total: Mapped[int | None] = mapped_column(comment="steps that there are; empty: not known yet")
    checkpoint: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="from where it goes on after an interruption")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str] = mapped_column(String(500), default="", comment="why it failed; empty: it did not")
    worker: Mapped[str | None] = mapped_column(String(80), comment="machine, process and a word of its own")
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="after this the worker is taken for dead")
    attempts: Mapped[int] = mapped_column(default=0, comment="workers that began with it since its last step")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when a worker first began with it")
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done_within_total"),
        CheckConstraint("(state = 'running') = (worker IS NOT NULL AND leased_until IS NOT NULL)", name="running_has_worker"),
        CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="over_is_finished"),
        Index("ix_task_state", "state", "id"),
        Index("ix_task_person", "person_id", "id"),
    )

    @property
    def percent(self) -> int:
        """Whole percents done, rounded down; 100 only when it is done."""
        if self.state == TaskState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in (TaskState.QUEUED, TaskState.RUNNING)
