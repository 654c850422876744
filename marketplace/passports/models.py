"""Assets, the parts that they are made of, and what is owned in all.

The quantity of a part is the sum of its changes, which are only ever added: triggers refuse the rest on both databases. So are estimates
of what is owned: a later one takes the place of an earlier one, which stays.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.kernel.units import Unit

_KINDS = "'road', 'bridge', 'building', 'sewer', 'street_furniture', 'quay', 'green', 'other'"
_STANDS = text("ended_at IS NULL")
_NAMED_ELSEWHERE = text("external_id <> '' AND ended_at IS NULL")


class Asset(Base):
    """Something that an organisation owns and somebody maintains. A road section, a bridge, a building."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose it is")
    maintainer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, comment="often the same as whose it is")
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(120), comment="the name folded: the databases have no Dutch collation")
    external_id: Mapped[str] = mapped_column(String(80), default="", server_default="", comment="its number in the asset system")
    external_system: Mapped[str] = mapped_column(String(80), default="", server_default="", comment="which system that is")
    place_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    municipality: Mapped[str] = mapped_column(
        String(60), comment="slug of the municipality it stands in; empty outside the region"
    )
    lat: Mapped[float]
    lon: Mapped[float]
    shape: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="its line or area: a GeoJSON geometry")
    built_year: Mapped[int | None]
    release_earliest: Mapped[date | None] = mapped_column(comment="first day on which it can come free")
    release_latest: Mapped[date | None]
    certainty: Mapped[str | None] = mapped_column(String(12), comment="how sure it is that it comes free then")
    nen_2767: Mapped[int | None] = mapped_column(comment="score of an inspection, 1 to 6; never read as a condition")
    is_public: Mapped[bool] = mapped_column(default=False, server_default=false())
    import_id: Mapped[int | None] = mapped_column(index=True, comment="the import that made it; empty: by hand")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="demolished, or its import was undone; empty: it stands"
    )
    version: Mapped[int] = mapped_column(default=1, server_default="1", comment="goes up with every change")

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[organisation_id])
    maintainer: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[maintainer_id])
    items: Mapped[list["AssetItem"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="AssetItem.number")

    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("certainty IN ('idea', 'budgeted', 'tendered', 'in_execution')", name="certainty"),
        CheckConstraint("nen_2767 BETWEEN 1 AND 6", name="nen_2767"),
        CheckConstraint(
            "(release_earliest IS NULL AND release_latest IS NULL AND certainty IS NULL) OR "
            "(release_earliest IS NOT NULL AND release_latest IS NOT NULL AND certainty IS NOT NULL "
            "AND release_latest >= release_earliest)",
            name="coming_is_whole",
        ),
        Index("ix_asset_list", "organisation_id", "sort_key", "id"),
        Index("ix_asset_coming", "release_latest"),
        Index("ix_asset_sorted", "sort_key", "id", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index(
            "uq_asset_external",
            *("organisation_id", "external_system", "external_id"),
            unique=True,
            sqlite_where=_NAMED_ELSEWHERE,
            postgresql_where=_NAMED_ELSEWHERE,
        ),
        {"sqlite_autoincrement": True},
    )


class AssetItem(Base):
    """A part of an asset: one material in one layer or element. `number` is its number within the asset."""

    __tablename__ = "asset_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    number: Mapped[int]
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), index=True)
    unit: Mapped[str] = mapped_column(String(5))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="the sum of its changes")
    kg_per_unit: Mapped[Decimal] = mapped_column(Fixed(6))
    kg_basis: Mapped[str] = mapped_column(String(10), comment="taxonomy or measured")
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3), comment="quantity times kg_per_unit, to the gram")
    element: Mapped[str] = mapped_column(String(120), default="", server_default="")
    layer: Mapped[int | None] = mapped_column(comment="counted from the top, 1 first")
    known_by: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(Text, default="", server_default="")
    detachability: Mapped[str | None] = mapped_column(String(10))
    condition: Mapped[str | None] = mapped_column(String(4), comment="empty: nobody looked")
    hazards: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    use_count: Mapped[int] = mapped_column(default=0, server_default="0", comment="how often it was used before it came here")
    from_item_id: Mapped[int | None] = mapped_column(comment="the part of another asset that it was before")
    import_id: Mapped[int | None] = mapped_column(index=True, comment="the import that made it; empty: by hand")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    asset: Mapped[Asset] = relationship(lazy="raise_on_sql")
    changes: Mapped[list["ItemChange"]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="ItemChange.id", foreign_keys="ItemChange.item_id"
    )

    __table_args__ = (
        UniqueConstraint("asset_id", "number"),
        CheckConstraint("quantity >= 0 AND mass_kg >= 0", name="not_negative"),
        CheckConstraint("use_count >= 0", name="use_count"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name="condition"),
        CheckConstraint("known_by IN ('measured', 'design', 'archive', 'estimate')", name="known_by"),
        CheckConstraint("detachability IN ('loose', 'screwed', 'bonded', 'monolithic')", name="detachability"),
        {"sqlite_autoincrement": True},
    )

    @property
    def unit_of(self) -> Unit:
        """The unit as a word of the kernel."""
        return Unit(self.unit)


class ItemChange(Base):
    """One thing that happened to a part. Plus is what it gained, minus what it lost."""

    __tablename__ = "item_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("asset_item.id"))
    kind: Mapped[str] = mapped_column(String(11))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    happened_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was entered")
    person_id: Mapped[int | None] = mapped_column(comment="who entered it; empty after leaving, or by the bank")
    organisation_id: Mapped[int | None] = mapped_column(comment="for which organisation")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    exchange_seq: Mapped[int | None] = mapped_column(comment="the row of the ledger that moved it")
    import_id: Mapped[int | None] = mapped_column(index=True, comment="the import that did it, or that was undone")

    __table_args__ = (
        CheckConstraint("kind IN ('put_in', 'taken_out', 'counted', 'lost', 'handed_over', 'came_back', 'undone')", name="kind"),
        CheckConstraint("quantity <> 0", name="changes_something"),
        Index("ix_item_change_item", "item_id", "id"),
        Index("ix_item_change_at", "at"),
        Index("ix_item_change_exchange", "exchange_seq"),
    )


class ItemRelease(Base):
    """How much of a part became a listing. What was handed over of that has left the part."""

    __tablename__ = "item_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("asset_item.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    handed_over: Mapped[Decimal] = mapped_column(Fixed(3), default=Decimal(0), server_default="0")
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(comment="who released it; empty after leaving")

    item: Mapped[AssetItem] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("item_id", "listing_id"),
        CheckConstraint("quantity > 0 AND handed_over >= 0", name="not_negative"),
    )


class OwnedMass(Base):
    """An estimate of how much of one class of asset is owned or maintained. The newest version of a year counts."""

    __tablename__ = "owned_mass"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    version: Mapped[int] = mapped_column(comment="1, 2, 3 …: all classes of one moment share it")
    kind: Mapped[str] = mapped_column(String(16))
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    source: Mapped[str] = mapped_column(Text)
    source_year: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(comment="who entered it; empty after leaving")

    __table_args__ = (
        UniqueConstraint("organisation_id", "year", "version", "kind"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("mass_kg >= 0", name="not_negative"),
    )
