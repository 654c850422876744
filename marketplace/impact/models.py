"""Goals, and what municipalities say of the material that they put to use."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sa_text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Fixed, UtcDateTime
from marketplace.kernel.language import current_locale


class Goal(Base):
    """A goal that the municipalities adopted together: what it measures and its name. What it asks are its versions."""

    __tablename__ = "goal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(String(40), comment="what it measures: renewable_share or valued_share")
    name_nl: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if current_locale() == "en" else self.name_nl


class GoalVersion(Base):
    """A decision about a goal, of the region or of one municipality. The highest version counts; none ever changes or goes."""

    __tablename__ = "goal_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("goal.number"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="empty: the region's")
    version: Mapped[int]
    target_percent: Mapped[Decimal] = mapped_column(Fixed(3))
    target_year: Mapped[int]
    body: Mapped[str | None] = mapped_column(String(120), comment="who decided; empty: not known")
    decided_on: Mapped[date | None] = mapped_column(comment="empty: not known")
    document: Mapped[str | None] = mapped_column(String(300), comment="where the decision stands; empty: not known")
    text: Mapped[str] = mapped_column(Text, comment="why, in the words of whoever set it")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("target_percent > 0 AND target_percent <= 100000", name="percent"),
        UniqueConstraint("number", "organisation_id", "version"),
        Index(  # NULL differs from NULL in the line above
            "uq_goal_version_of_region",
            "number",
            "version",
            unique=True,
            sqlite_where=sa_text("organisation_id IS NULL"),
            postgresql_where=sa_text("organisation_id IS NULL"),
        ),
    )


class MaterialUseReport(Base):
    """A municipality's report of a year. A change is a new version; the highest counts, the earlier ones stay."""

    __tablename__ = "material_use_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    version: Mapped[int]
    includes_bank_kg: Mapped[Decimal] = mapped_column(
        Fixed(3), comment="how much of what is not primary came through the bank; the rest of the bank's is added"
    )
    includes_bank_as_of: Mapped[date | None] = mapped_column(comment="the day on which that was read; empty: nothing is included")
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("includes_bank_kg >= 0", name="includes_bank_not_negative"),
        UniqueConstraint("organisation_id", "year", "version"),
    )


class MaterialUse(Base):
    """A municipality's input of material in a year, by group and origin."""

    __tablename__ = "material_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("material_use_report.id"))
    group_slug: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(10))
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))

    __table_args__ = (
        CheckConstraint("origin IN ('primary', 'biobased', 'reused', 'recycled')", name="origin"),
        CheckConstraint("mass_kg >= 0", name="mass_not_negative"),
        UniqueConstraint("report_id", "group_slug", "origin"),
    )
