"""Goals, and what municipalities say of the material that they put to use."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Fixed, UtcDateTime


class Goal(Base):
    """One of the three regional goals, or a municipality's tightened one. A change is a new version; the highest counts."""

    __tablename__ = "goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(comment="1 circular, 2 half the primary material, 3 valued")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="empty: the region's")
    version: Mapped[int] = mapped_column(default=1)
    target_percent: Mapped[Decimal] = mapped_column(Fixed(3))
    target_year: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("number IN (1, 2, 3)", name="number"),
        CheckConstraint("target_percent > 0 AND target_percent <= 100000", name="percent"),
        UniqueConstraint("number", "organisation_id", "version"),
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
