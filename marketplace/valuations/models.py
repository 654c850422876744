"""Prices, appraisals and valuations. Rows are only ever added: triggers refuse the rest on both databases.

A valuation is a run with a line for each part. It counts once it has its totals, which are written last; one that was cut off has none.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, UtcDateTime

_CONDITIONS = "'', 'new', 'good', 'fair', 'poor'"
_UNITS = "'piece', 'm', 'm2', 'm3', 'tonne'"


class PriceTable(Base):
    """A table of prices as it was loaded. It counts once it is taken into use."""

    __tablename__ = "price_table"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), comment="of the file")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the file")
    prices: Mapped[int] = mapped_column(comment="how many rows it has")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="for whom it was loaded")
    person_id: Mapped[int | None] = mapped_column(comment="who loaded it; empty after leaving")
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PriceTableUse(Base):
    """A table was taken into use, once or again. The last one that has prices of that day or before counts."""

    __tablename__ = "price_table_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("price_table.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(comment="who took it into use; empty after leaving")
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PriceRow(Base):
    """What one unit of a material in a condition is worth. From low to high, by a source on a day."""

    __tablename__ = "price_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("price_table.id"))
    number: Mapped[int] = mapped_column(comment="of the row in the file")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    condition: Mapped[str] = mapped_column(String(4), comment="empty: any")
    unit: Mapped[str] = mapped_column(String(5), comment="as the file counts it; kg goes by the tonne")
    low_cents: Mapped[Decimal] = mapped_column(Fixed(6), comment="for one unit")
    high_cents: Mapped[Decimal] = mapped_column(Fixed(6))
    source: Mapped[str] = mapped_column(Text)
    priced_on: Mapped[date]
    taking_out_cents: Mapped[Decimal | None] = mapped_column(Fixed(6), comment="cost for one unit; empty: not known")
    cleaning_cents: Mapped[Decimal | None] = mapped_column(Fixed(6))
    transport_cents: Mapped[Decimal | None] = mapped_column(Fixed(6))

    __table_args__ = (
        UniqueConstraint("table_id", "material_id", "condition", "unit"),
        CheckConstraint(f"condition IN ({_CONDITIONS})", name="condition"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        CheckConstraint("low_cents > 0 AND high_cents >= low_cents", name="range"),
    )


class Appraisal(Base):
    """What somebody appraised a quantity of a part at, as a whole."""

    __tablename__ = "appraisal"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("asset_item.id"))
    value_cents: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="of how much that is the value")
    appraiser: Mapped[str] = mapped_column(String(120), comment="the name of whoever appraised it")
    valued_on: Mapped[date]
    source: Mapped[str] = mapped_column(Text, comment="where the appraisal stands")
    taking_out_cents: Mapped[int | None] = mapped_column(BigInteger, comment="cost for that quantity; empty: not known")
    cleaning_cents: Mapped[int | None] = mapped_column(BigInteger)
    transport_cents: Mapped[int | None] = mapped_column(BigInteger)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(comment="who entered it; empty after leaving")

    __table_args__ = (
        CheckConstraint("value_cents > 0 AND quantity > 0", name="more_than_nothing"),
        Index("ix_appraisal_item", "item_id", "valued_on", "id"),
    )


class ValuationRun(Base):
    """Valuing all that an organisation owns, as of a day. What it knew is written down: up to which change, which row, which table."""

    __tablename__ = "valuation_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    as_of: Mapped[date]
    base_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("valuation_run.id"), comment="the run of an earlier year that it is compared with"
    )
    price_table_id: Mapped[int | None] = mapped_column(ForeignKey("price_table.id"))
    last_change_id: Mapped[int] = mapped_column(comment="no later change of a part counts")
    task_id: Mapped[int | None] = mapped_column(comment="the long task that does it", index=True)
    person_id: Mapped[int | None] = mapped_column(comment="who started it; empty after leaving")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    totals: Mapped["ValuationTotals | None"] = relationship(lazy="raise_on_sql", viewonly=True, uselist=False)

    __table_args__ = (Index("ix_valuation_run_list", "organisation_id", "as_of", "id"),)


class ValuationMedian(Base):
    """What a unit of a material in a condition went for in the region, as a run found it. Fewer than three make no price."""

    __tablename__ = "valuation_median"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("valuation_run.id"))
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    condition: Mapped[str] = mapped_column(String(4))
    unit: Mapped[str] = mapped_column(String(5))
    unit_cents: Mapped[Decimal] = mapped_column(Fixed(6), comment="the middle")
    low_cents: Mapped[Decimal] = mapped_column(Fixed(6))
    high_cents: Mapped[Decimal] = mapped_column(Fixed(6))
    exchanges: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint("run_id", "material_id", "condition", "unit"),
        CheckConstraint(f"unit IN ({_UNITS})", name="unit"),
        CheckConstraint("exchanges > 0 AND low_cents <= unit_cents AND unit_cents <= high_cents", name="range"),
    )


class ValuationLine(Base):
    """A part in a run. How much there was, what that is worth by which method, and what became of its value since the run before."""

    __tablename__ = "valuation_line"

    run_id: Mapped[int] = mapped_column(ForeignKey("valuation_run.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("asset_item.id"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(4), comment="as it was then; empty: nobody looked")
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="0: it left since the run before")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    method: Mapped[str] = mapped_column(String(11))
    source_id: Mapped[int | None] = mapped_column(comment="the median, the row of the price table, or the appraisal")
    unit_cents: Mapped[Decimal | None] = mapped_column(Fixed(6))
    value_cents: Mapped[int | None] = mapped_column(BigInteger, comment="empty: no value, which is not nought")
    low_cents: Mapped[int | None] = mapped_column(BigInteger)
    high_cents: Mapped[int | None] = mapped_column(BigInteger)
    taking_out_cents: Mapped[int | None] = mapped_column(BigInteger, comment="empty: not known")
    cleaning_cents: Mapped[int | None] = mapped_column(BigInteger)
    transport_cents: Mapped[int | None] = mapped_column(BigInteger)
    opening_cents: Mapped[int] = mapped_column(BigInteger)
    new_cents: Mapped[int] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger, comment="what only the price or the method did")
    counted_cents: Mapped[int] = mapped_column(BigInteger, comment="what measuring again did")
    known_cents: Mapped[int] = mapped_column(BigInteger, comment="what became known, or is no longer known")
    released_cents: Mapped[int] = mapped_column(BigInteger)
    lost_cents: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("method IN ('exchanges', 'price_table', 'appraisal', 'none')", name="method"),
        CheckConstraint("(method = 'none') = (value_cents IS NULL)", name="no_value_is_not_nought"),
        CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents "
            "= coalesce(value_cents, 0)",
            name="adds_up",
        ),
        {"sqlite_with_rowid": False},
    )

    @property
    def net_cents(self) -> int | None:
        """The value less the costs that are known; None where it has no value, or no cost is known."""
        costs = [cost for cost in (self.taking_out_cents, self.cleaning_cents, self.transport_cents) if cost is not None]
        return None if self.value_cents is None or not costs else self.value_cents - sum(costs)


class ValuationMass(Base):
    """How much of a class of asset a run found, and how much of that has a value. Goal 3 is a sum of these."""

    __tablename__ = "valuation_mass"

    run_id: Mapped[int] = mapped_column(ForeignKey("valuation_run.id"), primary_key=True)
    maintainer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    valued_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))

    __table_args__ = (CheckConstraint("valued_mass_kg >= 0 AND valued_mass_kg <= mass_kg", name="valued_of_all"),)


class ValuationSum(Base):
    """What a run found by class of asset and method. Pages of a large run read these and not its lines; written once, with the totals."""

    __tablename__ = "valuation_sum"

    run_id: Mapped[int] = mapped_column(ForeignKey("valuation_run.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    method: Mapped[str] = mapped_column(String(11), primary_key=True)
    parts: Mapped[int] = mapped_column(comment="of which something was there")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    value_cents: Mapped[int] = mapped_column(BigInteger)
    opening_cents: Mapped[int] = mapped_column(BigInteger)
    new_cents: Mapped[int] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger)
    counted_cents: Mapped[int] = mapped_column(BigInteger)
    known_cents: Mapped[int] = mapped_column(BigInteger)
    released_cents: Mapped[int] = mapped_column(BigInteger)
    lost_cents: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("method IN ('exchanges', 'price_table', 'appraisal', 'none')", name="method"),
        CheckConstraint("method <> 'none' OR value_cents = 0", name="no_value_adds_nothing"),
        CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents = value_cents",
            name="adds_up",
        ),
    )


class ValuationTotals(Base):
    """The sums of a run, written when every line is there. A run counts from then on."""

    __tablename__ = "valuation_totals"

    run_id: Mapped[int] = mapped_column(ForeignKey("valuation_run.id"), primary_key=True)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parts: Mapped[int] = mapped_column(comment="of which something was there")
    valued_parts: Mapped[int]
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    valued_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    value_cents: Mapped[int] = mapped_column(BigInteger)
    taking_out_cents: Mapped[int] = mapped_column(BigInteger, comment="of the parts of which it is known and that have a value")
    cleaning_cents: Mapped[int] = mapped_column(BigInteger)
    transport_cents: Mapped[int] = mapped_column(BigInteger)
    costed_parts: Mapped[int] = mapped_column(comment="with a value, and of which at least one cost is known")
    opening_cents: Mapped[int] = mapped_column(BigInteger)
    new_cents: Mapped[int] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger)
    counted_cents: Mapped[int] = mapped_column(BigInteger)
    known_cents: Mapped[int] = mapped_column(BigInteger)
    released_cents: Mapped[int] = mapped_column(BigInteger)
    lost_cents: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents = value_cents",
            name="adds_up",
        ),
    )

    @property
    def revalued_cents(self) -> int:
        """All that changed the value without anything coming or going."""
        return self.price_cents + self.counted_cents + self.known_cents

    @property
    def costs_cents(self) -> int:
        """The three costs together, as far as known."""
        return self.taking_out_cents + self.cleaning_cents + self.transport_cents

    @property
    def net_cents(self) -> int:
        """The value less the costs that are known."""
        return self.value_cents - self.costs_cents
