"""Plans as they were made. Rows are only ever added: triggers refuse the rest on both databases.

A plan is a run with its lines, and counts once it has its result, which is written last. What became of a line is a row beside it.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Depot
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
    cost: Mapped["PlanCost | None"] = relationship(lazy="raise_on_sql", viewonly=True, uselist=False)

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
    first_day: Mapped[date | None] = mapped_column(comment="on which it can be handed over; empty: it waits in between")
    last_day: Mapped[date | None]
    share_tonne_km: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="its part of what is saved, by mass")
    share_kg: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="its part of what is served more")

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand] = relationship(lazy="raise_on_sql", foreign_keys=[demand_id])
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    asker: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[asker_id])
    journey: Mapped["PlanJourney | None"] = relationship(lazy="raise_on_sql", viewonly=True, uselist=False)
    answers: Mapped[list["PlanAnswer"]] = relationship(lazy="raise_on_sql", order_by="PlanAnswer.id", viewonly=True)

    __table_args__ = (
        UniqueConstraint("run_id", "listing_id", "demand_id"),
        CheckConstraint("quantity > 0 AND covers > 0", name="more_than_nothing"),
        CheckConstraint("why IN ('same', 'less', 'more')", name="why"),
        CheckConstraint(f"unit IN ({_UNITS}) AND covers_unit IN ({_UNITS})", name="unit"),
        Index("ix_plan_line_asker", "run_id", "asker_id"),
    )


class PlanJourney(Base):
    """How what a line says gets there: on which day, where it waits, and what that costs. Lines of before have none."""

    __tablename__ = "plan_journey"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    handed_on: Mapped[date] = mapped_column(comment="when its owner hands it over, to a depot or to the need")
    waits_days: Mapped[int] = mapped_column(comment="before that where it goes straight, in the depot where not")
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"), comment="where it waits; empty: at its owner’s")
    to_depot_km: Mapped[int | None] = mapped_column(comment="whole kilometres as the crow flies; empty: it goes straight")
    from_depot_km: Mapped[int | None] = mapped_column(comment="the second leg")
    storage_cents: Mapped[int | None] = mapped_column(BigInteger, comment="of waiting in a depot; empty: no price is known")
    transport_cents: Mapped[int | None] = mapped_column(BigInteger, comment="empty: no price is known")
    handling_cents: Mapped[int | None] = mapped_column(BigInteger, comment="empty: no price is known")
    certainty: Mapped[str | None] = mapped_column(
        String(12), comment="of a planned lot's days as of the plan; empty: it was there"
    )

    depot: Mapped[Depot | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        ForeignKeyConstraint(["run_id", "number"], ["plan_line.run_id", "plan_line.number"]),
        CheckConstraint("waits_days >= 0", name="waits"),
        CheckConstraint(
            "(to_depot_km IS NULL) = (from_depot_km IS NULL) AND "
            "(to_depot_km IS NULL OR (depot_id IS NOT NULL AND waits_days > 0 AND to_depot_km >= 0 AND from_depot_km >= 0))",
            name="two_legs",
        ),
        CheckConstraint("certainty IN ('idea', 'budgeted', 'tendered', 'in_execution')", name="certainty"),
        CheckConstraint("depot_id IS NOT NULL OR (storage_cents IS NOT NULL AND storage_cents = 0)", name="owner_asks_nothing"),
        CheckConstraint(
            "(storage_cents IS NULL OR storage_cents >= 0) AND (transport_cents IS NULL) = (handling_cents IS NULL) AND "
            "(transport_cents IS NULL OR (transport_cents >= 0 AND handling_cents >= 0))",
            name="cents",
        ),
    )

    @property
    def is_through_depot(self) -> bool:
        """Whether it is brought to a depot, and goes on from there."""
        return self.to_depot_km is not None

    @property
    def arrives_on(self) -> date:
        """When it goes to whoever needs it."""
        return self.handed_on + timedelta(days=self.waits_days) if self.is_through_depot else self.handed_on


class PlanCost(Base):
    """What a plan costs by the prices of its day. Plans without prices have none."""

    __tablename__ = "plan_cost"

    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True, autoincrement=False)
    euros_per_tonne_km: Mapped[Decimal] = mapped_column(Fixed(4))
    euros_per_transfer: Mapped[Decimal] = mapped_column(Fixed(4))
    is_verified: Mapped[bool] = mapped_column(comment="whether a source was read for them; else they are examples")
    transport_cents: Mapped[int] = mapped_column(BigInteger)
    handling_cents: Mapped[int] = mapped_column(BigInteger)
    storage_cents: Mapped[int] = mapped_column(BigInteger, comment="of the lines of which it is known")
    unpriced_lines: Mapped[int] = mapped_column(comment="that wait in a depot without a price")
    base_transport_cents: Mapped[int] = mapped_column(BigInteger, comment="of first come, first served")
    base_handling_cents: Mapped[int] = mapped_column(BigInteger, comment="of first come, first served")

    __table_args__ = (CheckConstraint("euros_per_tonne_km >= 0 AND euros_per_transfer >= 0", name="prices"),)

    @property
    def total_cents(self) -> int:
        """Transport, handling and storage together."""
        return self.transport_cents + self.handling_cents + self.storage_cents

    @property
    def base_cents(self) -> int:
        """What first come, first served would cost: it drives and handles, and goes straight."""
        return self.base_transport_cents + self.base_handling_cents


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


class PlanGap(Base):
    """A need that a plan does not meet, or a lot of which something stays."""

    __tablename__ = "plan_gap"

    run_id: Mapped[int] = mapped_column(ForeignKey("plan_run.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    side: Mapped[str] = mapped_column(String(4))
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demand.id"))
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose it is")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="that was open when the plan was made")
    left: Mapped[Decimal] = mapped_column(Fixed(3), comment="that stays")
    unit: Mapped[str] = mapped_column(String(5))
    left_kg: Mapped[Decimal] = mapped_column(Fixed(3))

    listing: Mapped[Listing | None] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    ways: Mapped[list["PlanWay"]] = relationship(lazy="raise_on_sql", order_by="PlanWay.number", viewonly=True)

    __table_args__ = (
        CheckConstraint("side IN ('need', 'lot')", name="side"),
        CheckConstraint("(side = 'need') = (demand_id IS NOT NULL) AND (side = 'lot') = (listing_id IS NOT NULL)", name="one"),
        CheckConstraint('"left" > 0 AND "left" <= quantity', name="something_is_left"),
        CheckConstraint(f"unit IN ({_UNITS})", name="unit"),
        Index("ix_plan_gap_side", "run_id", "side", "left_kg"),
    )


class PlanWay(Base):
    """The one thing that would help, with the other side and how much it gives."""

    __tablename__ = "plan_way"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gap: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(String(9))
    short: Mapped[Decimal] = mapped_column(Fixed(3), comment="km, steps of condition, days, answers or units of the lot")
    day: Mapped[date | None] = mapped_column(comment="from or until which it is there, or its turn opens")
    detail: Mapped[str] = mapped_column(String(60), comment="the condition it has, or the field that differs")
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="the other side")
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="taken of the lot")
    unit: Mapped[str] = mapped_column(String(5))
    covers: Mapped[Decimal] = mapped_column(Fixed(3), comment="what that gives of the need")
    covers_unit: Mapped[str] = mapped_column(String(5))
    distance_km: Mapped[int] = mapped_column(comment="whole kilometres as the crow flies")

    other: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        ForeignKeyConstraint(["run_id", "gap"], ["plan_gap.run_id", "plan_gap.number"]),
        CheckConstraint("step IN ('distance', 'condition', 'later', 'earlier', 'field', 'part', 'turn')", name="step"),
        CheckConstraint("quantity > 0 AND covers > 0", name="more_than_nothing"),
        CheckConstraint("(step IN ('later', 'earlier', 'turn')) = (day IS NOT NULL)", name="day"),
    )


class PlanReturn(Base):
    """Two lines that go each other's way in the same weeks, and what one round of both drives."""

    __tablename__ = "plan_return"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    there: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="the number of a line")
    back: Mapped[int] = mapped_column(comment="the number of the line the other way")
    first_day: Mapped[date] = mapped_column(comment="Monday of the first week that they share")
    last_day: Mapped[date] = mapped_column(comment="Sunday of the last")
    apart_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="by road, each out and back")
    together_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="by road, one round of both")

    __table_args__ = (
        ForeignKeyConstraint(["run_id", "there"], ["plan_line.run_id", "plan_line.number"]),
        ForeignKeyConstraint(["run_id", "back"], ["plan_line.run_id", "plan_line.number"]),
        UniqueConstraint("run_id", "back"),
        CheckConstraint("together_km < apart_km", name="saves"),
    )
