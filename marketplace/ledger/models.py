"""The book. Rows are only ever added; triggers refuse the rest on both databases."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Fixed, UtcDateTime


class Exchange(Base):
    """A row of the ledger: what moved, from whom, to whom, how far, what it saved.

    Everything that its figures came from is frozen into the row.
    """

    __tablename__ = "exchange"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="1, 2, 3 … without gaps")
    kind: Mapped[str] = mapped_column(String(10), comment="transfer, reversal or haul")
    reservation_id: Mapped[int]
    listing_id: Mapped[int]
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
    reverses: Mapped[int | None] = mapped_column(comment="seq of the row that this one reverses")
    row_version: Mapped[int] = mapped_column(default=1, server_default="1", comment="which fields are in the canonical text")
    replaces_purchase: Mapped[str | None] = mapped_column(String(8), comment="yes, no or not_said; empty in version 1")
    processing_factor: Mapped[Decimal | None] = mapped_column(
        Fixed(6), comment="kg CO2e per kg of making it fit for reuse; empty: unknown"
    )
    processing_kgco2e: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="empty: unknown, never zero")
    origin: Mapped[str | None] = mapped_column(String(8), comment="reused, recycled or biobased; empty in version 1")
    period: Mapped[str | None] = mapped_column(
        String(7), comment="YYYY-MM in which it counts; empty in version 1: of happened_on"
    )
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
        Index(
            "uq_exchange_transfer",
            "reservation_id",
            unique=True,
            sqlite_where=text("kind = 'transfer'"),
            postgresql_where=text("kind = 'transfer'"),
        ),
        Index("ix_exchange_sides", "to_slug", "from_slug"),
        Index("ix_exchange_demand", "demand_id"),
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


class MonthMaterial(Base):
    """Roll-up: month × material. Rebuilt from the ledger at any time."""

    __tablename__ = "rollup_material"

    month: Mapped[str] = mapped_column(String(7), primary_key=True, comment="YYYY-MM, the period of the rows")
    material_slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    group_slug: Mapped[str] = mapped_column(String(40))
    exchanges: Mapped[int] = mapped_column(default=0)
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    avoided_kgco2e: Mapped[Decimal] = mapped_column(Fixed(3), comment="of the mass whose factor is known")
    transport_kgco2e: Mapped[Decimal] = mapped_column(Fixed(3))
    unknown_factor_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    processing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="of the mass whose processing is known"
    )
    unknown_processing_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), server_default="0")
    late_mass_kg: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="of rows that happened in an earlier month"
    )
    late_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="rows that happened in an earlier month")
    moved_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), server_default="0", comment="of transfers: what came back is in it")
    avoided_replacing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="avoided by what replaces a purchase"
    )
    avoided_not_replacing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="avoided by what replaces none"
    )


class MonthPair(Base):
    """Roll-up: month × giving organisation × receiving organisation."""

    __tablename__ = "rollup_pair"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    from_slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    to_slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    exchanges: Mapped[int] = mapped_column(default=0)
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    tonne_km: Mapped[Decimal] = mapped_column(Fixed(3))
    avoided_kgco2e: Mapped[Decimal] = mapped_column(Fixed(3))
    transport_kgco2e: Mapped[Decimal] = mapped_column(Fixed(3))
    unknown_factor_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    processing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="of the mass whose processing is known"
    )
    unknown_processing_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), server_default="0")
    late_mass_kg: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="of rows that happened in an earlier month"
    )
    late_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="rows that happened in an earlier month")
    moved_mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), server_default="0", comment="of transfers: what came back is in it")
    avoided_replacing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="avoided by what replaces a purchase"
    )
    avoided_not_replacing_kgco2e: Mapped[Decimal] = mapped_column(
        Fixed(3), server_default="0", comment="avoided by what replaces none"
    )
