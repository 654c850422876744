"""Plans as they were made. Rows are only ever added: triggers refuse the rest on both databases.

A plan is a run with its lines, and counts once it has its result, which is written last. What became of a line is a row beside it.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, UtcDateTime
from marketplace.market.models import Demand, Listing

_UNITS = "'piece', 'm', 'm2', 'm3', 'tonne', 'kg'"


class PlanRun(Base):
    """A plan that was asked for."""

    __tablename__ = "plan_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    as_of: Mapped[date] = mapped_column(comment="whose turns, periods and confirmations count")
    objective: Mapped[str] = mapped_column(String(10), comment="what is kept low among the ways to serve the most")
    has_floors: Mapped[bool] = mapped_column(comment="whether nobody gets less than first come, first served would give")
    task_id: Mapped[int | None] = mapped_column(comment="the long task that makes it", index=True)
    person_id: Mapped[int | None] = mapped_column(comment="who asked for it; empty: the clock, or after leaving")

    result: Mapped["PlanResult | None"] = relationship(lazy="raise_on_sql", viewonly=True, uselist=False)

    __table_args__ = (CheckConstraint("objective IN ('kilometres', 'carbon', 'cost')", name="objective"),)


class PlanResult(Base):
    """What a plan came to, beside what first come, first served would come to."""

    __tablename__ = "plan_result"

    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True, autoincrement=False)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of all that was decided about")
    solver: Mapped[str] = mapped_column(String(40), comment="name and version of what solved it")
    lots: Mapped[int]
    needs: Mapped[int]
    pairs: Mapped[int] = mapped_column(comment="lots that may serve a need")
    lines: Mapped[int] = mapped_column(comment="transfers")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    base_lines: Mapped[int] = mapped_column(comment="of first come, first served")
    base_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    base_tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    even_tonne_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="of the best plan that moves as much as first come")
    unbound_tonne_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="of the plan without floors")
    is_proven: Mapped[bool] = mapped_column(comment="that no way serves more, or as much at less cost")
    mass_bound_kg: Mapped[Decimal] = mapped_column(Fixed(3), comment="no way serves more than this")
    cost_gap_ppm: Mapped[int] = mapped_column(comment="by how much less it might cost, in millionths of the bound")
    has_fewest: Mapped[bool] = mapped_column(comment="whether fewer transfers were proven to be impossible")


class PlanLine(Base):
    """What goes from one lot to one need. Distances are those of the public points."""

    __tablename__ = "plan_line"

    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="taken of the lot")
    unit: Mapped[str] = mapped_column(String(5))
    covers: Mapped[Decimal] = mapped_column(Fixed(3), comment="what that gives of the need")
    covers_unit: Mapped[str] = mapped_column(String(5))
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    distance_km: Mapped[int] = mapped_column(comment="whole kilometres as the crow flies")
    road_km: Mapped[Decimal] = mapped_column(Fixed(3))
    tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    net_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="what is saved; empty: not known")
    is_unsure: Mapped[bool] = mapped_column(comment="something that is asked of the material is not known")
    why: Mapped[str] = mapped_column(String(4), comment="same, less or more")
    instead_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("demand.id"), comment="the need that first come, first served would give it to"
    )
    saved_tonne_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="by this line and those that change with it")
    more_kg: Mapped[Decimal] = mapped_column(Fixed(3), comment="that is served by them together")

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand] = relationship(lazy="raise_on_sql", foreign_keys=[demand_id])
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    asker: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[asker_id])
    answers: Mapped[list["PlanAnswer"]] = relationship(lazy="raise_on_sql", order_by="PlanAnswer.id", viewonly=True)

    __table_args__ = (
        UniqueConstraint("run_id", "listing_id", "demand_id"),
        CheckConstraint("quantity > 0 AND covers > 0", name="more_than_nothing"),
        CheckConstraint("why IN ('same', 'less', 'more')", name="why"),
        CheckConstraint(f"unit IN ({_UNITS}) AND covers_unit IN ({_UNITS})", name="unit"),
        Index("ix_plan_line_asker", "run_id", "asker_id"),
    )


class PlanAnswer(Base):
    """What somebody did with a line: asked for it, offered it, or refused it with a reason."""

    __tablename__ = "plan_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int]
    number: Mapped[int]
    answer: Mapped[str] = mapped_column(String(8))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"), comment="what came of asking for it")
    reason: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["run_id", "number"], ["plan_line.run_id", "plan_line.number"]),
        CheckConstraint("answer IN ('asked', 'offered', 'refused')", name="answer"),
        CheckConstraint("(answer = 'asked') = (reservation_id IS NOT NULL)", name="asked_is_a_reservation"),
        Index("ix_plan_answer_line", "run_id", "number"),
    )
