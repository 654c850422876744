"""The table of the clock: which job ran in which turn, and what came of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UtcDateTime


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
