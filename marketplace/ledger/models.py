"""The book. Rows are only ever added; triggers refuse the rest on both databases."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    select,
    text,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Fixed, UtcDateTime
from marketplace.ledger.rules import SUM_NAMES, Reach, ReplacesPurchase, RowKind


class Exchange(Base):
    """A row of the ledger: what moved, from whom, to whom, how far, what it saved.

    Everything that its figures came from is frozen into the row.
    """

    __tablename__ = "exchange"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="1, 2, 3 … without gaps")
    kind: Mapped[str] = mapped_column(String(10), comment="transfer, reversal or haul")
    reservation_id: Mapped[int | None]
    listing_id: Mapped[int | None]
    demand_id: Mapped[int | None]
    from_slug: Mapped[str] = mapped_column(String(60))
    from_name: Mapped[str] = mapped_column(String(120))
    from_kind: Mapped[str] = mapped_column(String(20))
    to_slug: Mapped[str] = mapped_column(String(60))
    to_name: Mapped[str] = mapped_column(String(120))
    to_kind: Mapped[str] = mapped_column(String(20))
    material_slug: Mapped[str] = mapped_column(String(60))
    group_slug: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="negative in a reversal; of a haul what was driven")
    unit: Mapped[str] = mapped_column(String(5))
    kg_per_unit: Mapped[Decimal] = mapped_column(Fixed(6))
    kg_basis: Mapped[str] = mapped_column(String(10), comment="taxonomy or measured")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    distance_km: Mapped[Decimal] = mapped_column(Fixed(3), comment="geodesic, WGS84")
    distance_basis: Mapped[str] = mapped_column(String(12), comment="demand, reservation or main_place")
    road_km: Mapped[Decimal] = mapped_column(Fixed(3))
    road_basis: Mapped[str] = mapped_column(String(10), comment="driven or estimated")
    tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    vehicle_class: Mapped[str] = mapped_column(String(40))
    vehicle_basis: Mapped[str] = mapped_column(String(10), comment="entered or default")
    vehicle_factor: Mapped[Decimal] = mapped_column(Fixed(6), comment="kg CO2e per tonne-km")
    carbon_factor: Mapped[Decimal | None] = mapped_column(Fixed(6), comment="kg CO2e per kg of the new product; empty: unknown")
    transport_kgco2e: Mapped[Decimal] = mapped_column(Fixed(3))
    avoided_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="empty: unknown, never zero")
    net_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3))
    factor_version: Mapped[int]
    price_cents: Mapped[int] = mapped_column(BigInteger, comment="for the whole quantity; 0: free of charge")
    happened_on: Mapped[date] = mapped_column(index=True)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reverses: Mapped[int | None] = mapped_column(index=True, comment="seq of the row that this one reverses")
    row_version: Mapped[int] = mapped_column(default=1, server_default="1", comment="which fields are in the canonical text")
    replaces_purchase: Mapped[str | None] = mapped_column(String(8), comment="yes, no or not_said; empty in version 1")
    processing_factor: Mapped[Decimal | None] = mapped_column(
        Fixed(6), comment="kg CO2e per kg of making it fit for reuse; empty: unknown"
    )
    processing_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="empty: unknown, never zero")
    origin: Mapped[str | None] = mapped_column(String(8), comment="reused, recycled or biobased; empty in version 1")
    period: Mapped[str | None] = mapped_column(
        String(7), index=True, comment="YYYY-MM in which it counts; empty in version 1: of happened_on"
    )
    carbon_confidence: Mapped[str | None] = mapped_column(String(1), comment="A, B or C: how sure the carbon factor is")
    carbon_low: Mapped[Decimal | None] = mapped_column(Fixed(6), comment="the low end of the carbon factor; empty: unknown")
    carbon_high: Mapped[Decimal | None] = mapped_column(Fixed(6))
    avoided_low_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="by the low end; empty: unknown")
    avoided_high_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3))
    through: Mapped[str | None] = mapped_column(String(6), comment="direct, or depot: it lay in one first")
    purchase_cents: Mapped[int | None] = mapped_column(
        BigInteger, comment="what a new purchase would have cost, as the receiver said; empty: not said"
    )
    saved_cents: Mapped[int | None] = mapped_column(BigInteger, comment="that purchase less the price; empty: not said")
    is_bulk: Mapped[bool | None] = mapped_column(comment="sand or soil, of which there are many tonnes and little carbon")
    lot_id: Mapped[int | None] = mapped_column(comment="the lot itself; empty where none is known")
    cause: Mapped[str | None] = mapped_column(String(10), comment="why something was taken back or driven; empty in a transfer")
    recall_id: Mapped[int | None] = mapped_column(comment="the recall for which it was taken back")
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    canonical: Mapped[str] = mapped_column(Text, comment="the JSON that was hashed")

    __table_args__ = (
        CheckConstraint("kind IN ('transfer', 'reversal', 'haul')", name="kind"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal_names_its_row"),
        CheckConstraint("kind <> 'haul' OR mass_kg = 0", name="haul_has_no_mass"),
        CheckConstraint("(row_version = 1) = (period IS NULL)", name="period_since_version_2"),
        CheckConstraint("replaces_purchase IN ('yes', 'no', 'not_said')", name="replaces_purchase"),
        CheckConstraint("origin IN ('reused', 'recycled', 'biobased')", name="origin"),
        CheckConstraint("carbon_confidence IN ('A', 'B', 'C')", name="carbon_confidence"),
        CheckConstraint("through IN ('direct', 'depot')", name="through"),
        CheckConstraint("cause IN ('return', 'correction', 'recall', 'depot')", name="cause"),
        CheckConstraint("kind <> 'transfer' OR cause IS NULL", name="transfer_has_no_cause"),
        CheckConstraint("(recall_id IS NOT NULL) = (coalesce(cause, '') = 'recall')", name="recall_is_named"),
        CheckConstraint(
            "(reservation_id IS NOT NULL AND listing_id IS NOT NULL) OR (kind = 'haul' AND lot_id IS NOT NULL)",
            name="leg_names_its_lot",
        ),
        Index(
            "uq_exchange_transfer",
            "reservation_id",
            unique=True,
            sqlite_where=text("kind = 'transfer'"),
            postgresql_where=text("kind = 'transfer'"),
        ),
        Index("ix_exchange_sides", "to_slug", "from_slug"),
        Index("ix_exchange_demand", "demand_id"),
        Index("ix_exchange_lot", "lot_id"),
    )

    @property
    def month(self) -> str:
        """The period in which it counts, `YYYY-MM`."""
        return self.period or self.happened_on.strftime("%Y-%m")


class LedgerHead(Base):
    """One row: the last seq and its hash. Locked by whoever adds the next."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="0" * 64)


class EarlierRow(Base):
    """What rows of before version 3 did not freeze. Written once, from the version of the materials that each row names.

    No hash guards it: it makes a low and a high end of old figures, and changes no figure.
    """

    __tablename__ = "exchange_earlier"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    carbon_confidence: Mapped[str | None] = mapped_column(String(1))
    carbon_low: Mapped[Decimal | None] = mapped_column(Fixed(6))
    carbon_high: Mapped[Decimal | None] = mapped_column(Fixed(6))
    avoided_low_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3))
    avoided_high_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3))
    is_bulk: Mapped[bool]


def _of(column: Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """The column where the condition holds, else zero."""
    return case((condition, column), else_=literal(0, column.type))


def _or_zero(*columns: Any) -> ColumnElement[Any]:
    return func.coalesce(*columns, literal(0, columns[0].type))


def _by_use(column: Any, answer: ReplacesPurchase) -> ColumnElement[Any]:
    return _of(column, Exchange.replaces_purchase == answer.value)


_one = literal(1, Integer)
_happened = func.substr(cast(Exchange.happened_on, String), 1, 7)
_avoided = _or_zero(Exchange.avoided_kgco2e)
_low = _or_zero(Exchange.avoided_low_kgco2e, EarlierRow.avoided_low_kgco2e, Exchange.avoided_kgco2e)
_high = _or_zero(Exchange.avoided_high_kgco2e, EarlierRow.avoided_high_kgco2e, Exchange.avoided_kgco2e)
_confidence = func.coalesce(Exchange.carbon_confidence, EarlierRow.carbon_confidence)
_is_transfer = Exchange.kind == RowKind.TRANSFER.value
LATE: ColumnElement[bool] = Exchange.period > _happened
_in_region = [kind.in_(("municipality", "region")) for kind in (Exchange.from_kind, Exchange.to_kind)]
month_booked: ColumnElement[str] = func.coalesce(Exchange.period, _happened)


def counts_in(first: str, last: str) -> ColumnElement[bool]:
    """Whether a row counts in one of these months, `YYYY-MM`, by what has an index."""
    return _counts_between(first, last, *days_of(first, last))


def days_of(first: str, last: str) -> tuple[date, date]:
    """The first and the last day of these months."""
    begin, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    return begin, end.replace(day=monthrange(end.year, end.month)[1])


def _counts_between(first: Any, last: Any, begin: Any, end: Any) -> ColumnElement[bool]:
    return Exchange.period.between(first, last) | (Exchange.period.is_(None) & Exchange.happened_on.between(begin, end))


COUNTS_IN_MONTH = _counts_between(
    bindparam("month", type_=String),
    bindparam("month", type_=String),
    bindparam("begin", type_=Date),
    bindparam("end", type_=Date),
)
"""The same of one month, asked as `month`, `begin` and `end`."""


SUMS: dict[str, Any] = {
    "exchanges": _of(_one, _is_transfer),
    "mass_kg": Exchange.mass_kg,
    "moved_mass_kg": _of(Exchange.mass_kg, _is_transfer),
    "replacing_mass_kg": _by_use(Exchange.mass_kg, ReplacesPurchase.YES),
    "not_replacing_mass_kg": _by_use(Exchange.mass_kg, ReplacesPurchase.NO),
    **{f"{origin}_mass_kg": _of(Exchange.mass_kg, Exchange.origin == origin) for origin in ("reused", "recycled", "biobased")},
    "late_mass_kg": _of(Exchange.mass_kg, LATE),
    "late_rows": _of(_one, LATE),
    "tonne_km": Exchange.tonne_km,
    "transport_kgco2e": Exchange.transport_kgco2e,
    "avoided_kgco2e": _avoided,
    "avoided_low_kgco2e": _low,
    "avoided_high_kgco2e": _high,
    **{
        f"avoided_{name}{end}_kgco2e": _by_use(column, answer)
        for name, answer in (("replacing", ReplacesPurchase.YES), ("not_replacing", ReplacesPurchase.NO))
        for end, column in (("", _avoided), ("_low", _low), ("_high", _high))
    },
    "unknown_factor_mass_kg": _of(Exchange.mass_kg, Exchange.carbon_factor.is_(None)),
    "no_range_mass_kg": _of(
        Exchange.mass_kg,
        Exchange.carbon_factor.is_not(None) & func.coalesce(Exchange.avoided_low_kgco2e, EarlierRow.avoided_low_kgco2e).is_(None),
    ),
    **{f"confidence_{grade.lower()}_mass_kg": _of(Exchange.mass_kg, _confidence == grade) for grade in "ABC"},
    "processing_kgco2e": _or_zero(Exchange.processing_kgco2e),
    "unknown_processing_mass_kg": _of(Exchange.mass_kg, Exchange.processing_factor.is_(None)),
    "price_cents": Exchange.price_cents,
    "saved_cents": _or_zero(Exchange.saved_cents),
    "saved_exchanges": _of(_one, _is_transfer & Exchange.saved_cents.is_not(None)),
}
"""What of one row of the book goes into each sum."""

KEYS: dict[str, Any] = {
    "month": month_booked,
    "from_slug": Exchange.from_slug,
    "to_slug": Exchange.to_slug,
    "group_slug": Exchange.group_slug,
    "through": func.coalesce(Exchange.through, ""),
    "is_bulk": func.coalesce(Exchange.is_bulk, EarlierRow.is_bulk, false()),
    "reach": case(
        (Exchange.from_slug == Exchange.to_slug, Reach.WITHIN.value),
        (_in_region[0] & _in_region[1], Reach.REGION.value),
        else_=Reach.OUTSIDE.value,
    ),
}
"""By what the rows of the book are told apart. Through: empty in versions 1 and 2, where nobody wrote it down."""


def book(keys: Mapping[str, Any], *, where: Sequence[ColumnElement[bool]] = (), times: Any = None) -> Select[Any]:
    """The book itself, summed by these keys. `times`: something that each row is counted with more than once."""
    columns = (*(key.label(name) for name, key in keys.items()), *(SUMS[name].label(name) for name in SUM_NAMES))
    rows = select(*columns).select_from(Exchange).outerjoin(EarlierRow, EarlierRow.seq == Exchange.seq).where(*where)
    joined = (rows if times is None else rows.join(times, true())).subquery()
    return select(*(joined.c[name] for name in keys), *summed(joined.c)).group_by(*(joined.c[name] for name in keys))


def summed(rows: Any) -> list[Any]:
    """The sum of each of these columns, as whole numbers on both databases."""
    return [type_coerce(cast(func.sum(rows[name]), BigInteger), rows[name].type).label(name) for name in SUM_NAMES]


def _numbers(last: int) -> Any:
    return union_all(*(select(literal_column(str(number)).label("number")) for number in range(last))).subquery("numbers")


def _sums() -> list[Column[Any]]:
    return [Column(name, SUMS[name].type, nullable=False) for name in SUM_NAMES]


ROLLUP_SIDE = Table(
    "rollup_side",
    Base.metadata,
    Column("side", String(60), primary_key=True, comment="slug of an organisation that gave or received; empty: everybody"),
    Column("month", String(7), primary_key=True, comment="YYYY-MM, the period of the rows"),
    Column("group_slug", String(40), primary_key=True),
    Column("through", String(6), primary_key=True, comment="direct, depot, or empty: not known"),
    Column("is_bulk", Boolean(), primary_key=True),
    Column("reach", String(7), primary_key=True, comment="within, region or outside"),
    *_sums(),
    sqlite_with_rowid=False,
)
"""Roll-up of everybody and of each side: what stayed within an organisation counts there once."""

ROLLUP_PAIR = Table(
    "rollup_pair",
    Base.metadata,
    Column("group_slug", String(40), primary_key=True, comment="empty: all groups"),
    Column("span", String(7), primary_key=True, comment="YYYY-MM, or YYYY: all months of that year"),
    Column("from_slug", String(60), primary_key=True),
    Column("to_slug", String(60), primary_key=True),
    Column("through", String(6), primary_key=True, comment="direct, depot, or empty: not known"),
    Column("is_bulk", Boolean(), primary_key=True),
    *_sums(),
    sqlite_with_rowid=False,
)
"""Roll-up by giver and receiver, of each group and of all, of each month and of each year: any period is few spans."""

ROLLUPS = (ROLLUP_SIDE, ROLLUP_PAIR)


def counted(table: Table, *where: ColumnElement[bool]) -> Select[Any]:
    """What a roll-up has to equal. Each row of the book, at each place where that roll-up counts it."""
    if table is ROLLUP_SIDE:
        times = _numbers(3)
        side = case((times.c.number == 0, ""), (times.c.number == 1, Exchange.from_slug), else_=Exchange.to_slug)
        once = (times.c.number < 2) | (Exchange.from_slug != Exchange.to_slug)
        return book({**_keys_of(table), "side": side}, where=(once, *where), times=times)
    times = _numbers(4)
    group = case((times.c.number < 2, ""), else_=Exchange.group_slug)
    span = case((times.c.number.in_((0, 2)), func.substr(month_booked, 1, 4)), else_=month_booked)
    return book({**_keys_of(table), "group_slug": group, "span": span}, where=where, times=times)


def _keys_of(table: Table) -> dict[str, Any]:
    return {column.name: KEYS[column.name] for column in table.primary_key if column.name in KEYS}
