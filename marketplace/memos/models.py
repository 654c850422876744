"""Memos, how each was concluded, and the demand that was made of one. Only ever added: triggers refuse the rest on both databases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.memos.rules.memo import memo_number


class MemoYear(Base):
    """The last number that a memo of a year was given. Whoever makes the next one waits for this row, so that no number is missing."""

    __tablename__ = "memo_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class Memo(Base):
    """A search before something is bought, with what was found and what lay in the region."""

    __tablename__ = "memo"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … of this year, without gaps")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(120), comment="as it was called that day")
    created_by_id: Mapped[int | None] = mapped_column(comment="person who searched")
    searched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    searched_on: Mapped[date] = mapped_column(comment="the day of the search in Amsterdam")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    group_slug: Mapped[str] = mapped_column(String(60), comment="of the material that day")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), comment="of what was searched, by the weights of that day")
    fitting: Mapped[int] = mapped_column(comment="how many lots fitted")
    nearly: Mapped[int] = mapped_column(comment="how many lots fitted but for one thing")
    catalogue_revision: Mapped[int] = mapped_column(comment="of the catalogue that was searched")
    factor_version: Mapped[int] = mapped_column(comment="of the list of materials that was used")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of what was searched: the same search has the same")
    search: Mapped[dict[str, Any]] = mapped_column(Json, comment="what was searched, with the names of that day")
    found: Mapped[dict[str, Any]] = mapped_column(Json, comment="what fitted and nearly fitted, the best of both")
    stock: Mapped[dict[str, Any]] = mapped_column(Json, comment="what lay in the region of the material and of its group")

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    conclusion: Mapped["MemoConclusion | None"] = relationship(lazy="raise_on_sql", viewonly=True)
    demand: Mapped["MemoDemand | None"] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("fitting >= 0 AND nearly >= 0", name="found_not_negative"),
        Index("ix_memo_organisation", "organisation_id", "id"),
        Index("ix_memo_same", "created_by_id", "searched_on", "digest"),
    )

    @property
    def name(self) -> str:
        """What the memo is called on paper."""
        return memo_number(self.year, self.number)


class MemoConclusion(Base):
    """What was done after a search. A memo without one is open."""

    __tablename__ = "memo_conclusion"

    memo_id: Mapped[int] = mapped_column(ForeignKey("memo.id"), primary_key=True, autoincrement=False)
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(10), comment="why it was bought new; empty: nobody had to say")
    explanation: Mapped[str] = mapped_column(Text)
    purchase_reference: Mapped[str] = mapped_column(String(200), comment="number or link of the purchase")
    bought: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="how much was bought new; empty: not said")
    bought_unit: Mapped[str | None] = mapped_column(String(5))
    bought_kg: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="by the weights of that day")
    concluded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    concluded_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("decision IN ('from_bank', 'bought_new', 'waits')", name="decision"),
        CheckConstraint("reason IN ('too_far', 'quality', 'too_late', 'too_little', 'price', 'papers', 'other')", name="reason"),
        CheckConstraint("decision = 'bought_new' OR (reason IS NULL AND bought IS NULL)", name="only_bought_new"),
        CheckConstraint("(bought IS NULL) = (bought_unit IS NULL)", name="bought_has_unit"),
    )


class MemoDemand(Base):
    """The demand that was made of a search in one step."""

    __tablename__ = "memo_demand"

    memo_id: Mapped[int] = mapped_column(ForeignKey("memo.id"), primary_key=True, autoincrement=False)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
