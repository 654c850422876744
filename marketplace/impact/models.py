"""Goals, and what municipalities say of the material that they put to use."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sa_text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.impact.rules.material_use import ZERO, Flow, Origin, Scope, YearInput
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.kernel.language import in_words


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
        return in_words(self.name_nl, self.name_en)


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
    """A municipality's report of a year. A change is a new version; what a version says never changes, only how far it has come."""

    __tablename__ = "material_use_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    version: Mapped[int]
    scope: Mapped[str] = mapped_column(
        String(12), default=Scope.ORGANISATION.value, server_default="organisation", comment="whose use counts for the goals"
    )
    status: Mapped[str] = mapped_column(String(10), default=ReportStatus.CONCEPT.value, server_default="concept")
    includes_bank_kg: Mapped[Decimal] = mapped_column(
        Fixed(3), comment="how much of what is not primary came through the bank; the rest of the bank's is added"
    )
    includes_bank_as_of: Mapped[date | None] = mapped_column(comment="the day on which that was read; empty: nothing is included")
    explanation: Mapped[str] = mapped_column(Text, default="", server_default="", comment="of what looks odd")
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None]
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="for the last time")
    submitted_by_id: Mapped[int | None]
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(
        Json, comment="what looked odd when it was submitted; empty: not submitted"
    )
    review_began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_began_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("includes_bank_kg >= 0", name="includes_bank_not_negative"),
        CheckConstraint("scope IN ('organisation', 'territory')", name="scope"),
        CheckConstraint("status IN ('concept', 'submitted', 'in_review', 'sent_back', 'adopted', 'superseded')", name="status"),
        CheckConstraint("status = 'concept' OR submitted_at IS NOT NULL", name="was_submitted"),
        UniqueConstraint("organisation_id", "year", "version"),
        Index(
            "uq_material_use_report_one_at_the_reviewer",
            "organisation_id",
            "year",
            unique=True,
            sqlite_where=sa_text("status IN ('submitted', 'in_review')"),
            postgresql_where=sa_text("status IN ('submitted', 'in_review')"),
        ),
    )


class MaterialUse(Base):
    """What a version of a report says: a mass by scope, flow, group and origin. Never changed or removed."""

    __tablename__ = "material_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("material_use_report.id"))
    scope: Mapped[str] = mapped_column(
        String(12), default=Scope.ORGANISATION.value, server_default="organisation", comment="own organisation or whole territory"
    )
    flow: Mapped[str] = mapped_column(String(5), default=Flow.IN.value, server_default="in", comment="comes in, stays or leaves")
    group_slug: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(10), comment="unknown only of what stays or leaves")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))

    __table_args__ = (
        CheckConstraint("scope IN ('organisation', 'territory')", name="scope"),
        CheckConstraint("flow IN ('in', 'stock', 'out')", name="flow"),
        CheckConstraint(
            "origin IN ('primary', 'biobased', 'reused', 'recycled') OR (origin = 'unknown' AND flow <> 'in')", name="origin"
        ),
        CheckConstraint("mass_kg >= 0", name="mass_not_negative"),
        UniqueConstraint("report_id", "scope", "flow", "group_slug", "origin"),
    )


class MaterialUseRemark(Base):
    """A line of the thread about a report. Never changed.

    The question with which it was sent back, or what either side says.
    """

    __tablename__ = "material_use_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("material_use_report.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose side says it")
    person_id: Mapped[int | None] = mapped_column(comment="who wrote it")
    kind: Mapped[str] = mapped_column(String(8), comment="question: with it the report was sent back")
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("kind IN ('question', 'remark')", name="kind"),
        CheckConstraint("text <> ''", name="says_something"),
    )


class AdoptedYear(Base):
    """A municipality's year as it was adopted. Never changed or removed.

    A frozen copy of everything that its figures came from.
    """

    __tablename__ = "adopted_year"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation_slug: Mapped[str] = mapped_column(String(60), comment="as its rows of the ledger name it")
    organisation_name: Mapped[str] = mapped_column(String(120))
    year: Mapped[int]
    report_id: Mapped[int] = mapped_column(ForeignKey("material_use_report.id"), unique=True)
    scope: Mapped[str] = mapped_column(String(12))
    primary_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    biobased_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    reused_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    recycled_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    includes_bank_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    bank_biobased_kg: Mapped[Decimal] = mapped_column(Fixed(3), comment="received through the bank, as the ledger stood")
    bank_reused_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    bank_recycled_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    inhabitants: Mapped[int]
    factor_version: Mapped[int]
    ledger_seq: Mapped[int] = mapped_column(comment="the last row of the ledger at that moment")
    ledger_hash: Mapped[str] = mapped_column(String(64))
    targets: Mapped[list[dict[str, Any]]] = mapped_column(
        Json, comment="the goals in force, of the municipality and of the region"
    )
    body: Mapped[str] = mapped_column(String(120), comment="who decided: college, raad")
    decided_on: Mapped[date]
    document: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    adopted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    adopted_by_id: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("organisation_id", "year"),
        UniqueConstraint("organisation_slug", "year"),
        CheckConstraint("scope IN ('organisation', 'territory')", name="scope"),
    )

    @property
    def as_input(self) -> YearInput:
        """What its indicator is worked out from."""
        return YearInput(
            {
                Origin.PRIMARY: self.primary_kg,
                Origin.BIOBASED: self.biobased_kg,
                Origin.REUSED: self.reused_kg,
                Origin.RECYCLED: self.recycled_kg,
            },
            self.includes_bank_kg,
            sum(self.bank_by_origin.values(), ZERO),
            self.bank_by_origin,
        )

    @property
    def bank_by_origin(self) -> dict[Origin, Decimal]:
        """What came through the bank, by origin."""
        return {
            Origin.BIOBASED: self.bank_biobased_kg,
            Origin.REUSED: self.bank_reused_kg,
            Origin.RECYCLED: self.bank_recycled_kg,
        }


class FigureSetting(Base):
    """A setting of the region's figures. A change is a new row; the last counts, and all stay."""

    __tablename__ = "figure_setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), index=True)
    value: Mapped[str] = mapped_column(String(40), comment="a decimal number")
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None]
