"""Listings and demands. Counters move by conditional UPDATE only; the CHECKs are the guarantee behind the sentence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Lot
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.kernel.units import Unit
from marketplace.market.rules import windows

PLANNED = (
    "(planned AND certainty IS NOT NULL AND earliest IS NOT NULL AND latest IS NOT NULL AND available_from = earliest "
    "AND available_until IS NOT NULL AND available_until = latest AND lot_id IS NULL AND depot_id IS NULL AND transferred = 0) "
    "OR (NOT planned AND certainty IS NULL AND earliest IS NULL AND latest IS NULL)"
)
ASKS = "CASE WHEN fields = '{}' THEN NULL WHEN length(fields) <= 240 THEN fields ELSE '' END"
UNNUMBERED = 2_147_483_647  # higher than any revision


class Placed:
    """Where something lies, as an exact and a public point.

    The exact point for matching and booking, the public point (on a grid of about 500 m) for everyone else.
    x, y, z are earth-centred metres (WGS84): SQL then orders by distance with whole numbers only, on both databases.
    """

    place_name: Mapped[str] = mapped_column(String(120))
    municipality: Mapped[str] = mapped_column(String(60), comment="slug; empty outside the region")
    address: Mapped[str | None] = mapped_column(String(200))
    place_basis: Mapped[str] = mapped_column(String(10), comment="point, address, postcode or place")
    lat: Mapped[float]
    lon: Mapped[float]
    x_m: Mapped[int]
    y_m: Mapped[int]
    z_m: Mapped[int]
    public_lat: Mapped[float]
    public_lon: Mapped[float]
    public_x_m: Mapped[int]
    public_y_m: Mapped[int]
    public_z_m: Mapped[int]


class Listing(Placed, Base):
    """A lot of one material on offer."""

    __tablename__ = "listing"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, comment="raised by people's edits, not by counters")
    status: Mapped[str] = mapped_column(String(10), default="draft")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(comment="person; empty after leaving")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, nullable=True, default=clock.now, onupdate=clock.now, comment="of anything in this row"
    )
    external_id: Mapped[str | None] = mapped_column(String(120), comment="what its organisation's own system calls it")
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="thousandths of the unit, on the books of this lot")
    listed: Mapped[Decimal] = mapped_column(
        Fixed(3),
        default=lambda context: context.get_current_parameters()["quantity"],
        server_default="0",
        comment="as first listed, or as it came back",
    )
    corrected: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), server_default="0", comment="by how much its owner changed the quantity since"
    )
    held: Mapped[Decimal] = mapped_column(Fixed(3), default=Decimal(0), comment="sum of the open reservations")
    transferred: Mapped[Decimal] = mapped_column(Fixed(3), default=Decimal(0), comment="net sum of the ledger rows")
    unit: Mapped[str] = mapped_column(String(5))
    quantity_basis: Mapped[str] = mapped_column(String(12), default="estimated")
    kg_per_unit: Mapped[Decimal | None] = mapped_column(Fixed(6), comment="measured; replaces the taxonomy's weight")
    condition: Mapped[str] = mapped_column(String(4))
    available_from: Mapped[date]
    available_until: Mapped[date | None]
    planned: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="it comes free between earliest and latest"
    )
    earliest: Mapped[date | None] = mapped_column(comment="of what is planned: the first day")
    latest: Mapped[date | None] = mapped_column(comment="of what is planned: the last day")
    certainty: Mapped[str | None] = mapped_column(String(12), comment="how sure those days are")
    packaging: Mapped[str | None] = mapped_column(String(12))
    loading_possible: Mapped[bool | None]
    price_cents_per_unit: Mapped[int | None] = mapped_column(comment="empty: free of charge")
    project: Mapped[str] = mapped_column(String(200), default="")
    year_of_construction: Mapped[int | None]
    asbestos_suspected: Mapped[str] = mapped_column(String(7), default="unknown")
    hazards: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="code to yes, no or unknown")
    hazards_yes: Mapped[str] = mapped_column(String(400), default="", comment="codes answered yes as |a|b|, for matching")
    hazards_unknown: Mapped[bool] = mapped_column(default=False, comment="whether a hazard to be declared is not known")
    remarks: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, server_default="{}", comment="what is said of the material's fields, by their slugs"
    )
    fields_version: Mapped[int | None] = mapped_column(comment="the version that types them; empty: nothing was asked yet")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="last change of what rules look at")
    region_from: Mapped[date | None] = mapped_column(comment="first day of the region's turn, and of the public view")
    partners_from: Mapped[date | None]
    circle: Mapped[str] = mapped_column(
        String(400), default="", server_default="", comment="chosen municipalities as |almelo|borne|"
    )
    circle_from: Mapped[date | None] = mapped_column(comment="first day of the circle's turn")
    turns_told_on: Mapped[date | None] = mapped_column(comment="up to which day the matches that a turn brings were told")
    window_reason: Mapped[str] = mapped_column(Text, default="", server_default="", comment="why a ring was skipped")
    minimum_part: Mapped[Decimal | None] = mapped_column(
        Fixed(3), comment="the smallest part that the owner gives away; empty: any"
    )
    parent_id: Mapped[int | None] = mapped_column(index=True, comment="the lot that this one came back from")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_on: Mapped[date | None] = mapped_column(comment="last day on which the owner said that it is still there")
    freshness_reminded_on: Mapped[date | None] = mapped_column(
        comment="day of the last reminder; one before confirmed_on is of an earlier round"
    )
    stale_told_on: Mapped[date | None] = mapped_column(
        comment="day on which the owner heard that it left; one before confirmed_on is of an earlier round"
    )
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(comment="the stuff itself; empty before it was ever published")
    search_text: Mapped[str] = mapped_column(
        Text, default="", comment="folded and stemmed words of title, description and material"
    )

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    lot: Mapped[Lot | None] = relationship(
        lazy="raise_on_sql", viewonly=True, primaryjoin=lambda: foreign(Listing.lot_id) == Lot.id
    )
    photos: Mapped[list["Photo"]] = relationship(
        lazy="raise_on_sql",
        order_by="Photo.position",
        cascade="all, delete-orphan",
        primaryjoin="and_(Listing.id == Photo.listing_id, Photo.removed_at.is_(None))",
    )

    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("transferred >= 0", name="transferred_not_negative"),
        CheckConstraint("held + transferred <= quantity", name="not_oversold"),
        CheckConstraint("status IN ('draft', 'published', 'closed', 'withdrawn')", name="status"),
        CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name="condition"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        CheckConstraint("available_until IS NULL OR available_until >= available_from", name="period"),
        CheckConstraint("certainty IN ('idea', 'budgeted', 'tendered', 'in_execution')", name="certainty"),
        CheckConstraint(PLANNED, name="planned"),
        Index("uq_listing_external_id", "organisation_id", "external_id", unique=True),
        Index(
            "uq_listing_lot",
            "lot_id",
            unique=True,
            sqlite_where=text("status IN ('draft', 'published')"),
            postgresql_where=text("status IN ('draft', 'published')"),
        ),
        Index("ix_listing_lot", "lot_id"),
        Index(
            "ix_listing_match",
            *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "condition", "available_from", "available_until"),
            *("confirmed_on", "region_from", "partners_from", "organisation_id", "hazards_unknown"),
            *("quantity", "held", "transferred", "hazards_yes", "circle", "circle_from", "minimum_part", "unit", "id"),
        ),
    )

    @property
    def available(self) -> Decimal:
        """What is neither held nor transferred, in the listing's unit."""
        return self.quantity - self.held - self.transferred

    @property
    def unit_of(self) -> Unit:
        """The unit as a word of the kernel."""
        return Unit(self.unit)

    @property
    def chosen_circle(self) -> tuple[str, ...] | None:
        """The municipalities that go before the region. None for a draft that leaves it to what its organisation agreed."""
        values = windows.read_circle(self.circle)
        return values if self.published_at is None else values or ()

    @property
    def is_closed_to_others(self) -> bool:
        """Whether it is on offer within its own organisation only: no other ring has a day yet."""
        return self.published_at is not None and self.region_from is None

    @property
    def rings(self) -> windows.Rings:
        """Whose turn comes when."""
        return windows.Rings(
            self.organisation_id, self.chosen_circle or (), self.circle_from, self.region_from, self.partners_from
        )


class WindowDefault(Base):
    """What an organisation agreed about the turns of its lots. For what the lots themselves do not say."""

    __tablename__ = "window_default"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    circle: Mapped[str] = mapped_column(String(400), default="", comment="municipalities as |almelo|borne|")
    circle_days: Mapped[int] = mapped_column(comment="from publication until the circle's turn")
    region_days: Mapped[int] = mapped_column(
        comment="from the circle's turn, or without one from publication, until the region's"
    )
    partners_days: Mapped[int] = mapped_column(comment="from the region's turn until the partners'")
    reason: Mapped[str] = mapped_column(Text, default="", comment="why a ring does not wait")

    __table_args__ = (CheckConstraint("circle_days >= 0 AND region_days >= 0 AND partners_days >= 0", name="days_not_negative"),)


class Sketch(Base):
    """An unfinished lot or demand: what was typed as it was typed, wrong or not.

    Only the writer sees it. Once a lot is whole there is a draft listing behind it; `is_settled` says that the draft says the same as the answers. A
    demand is placed when it is whole, and its sketch is gone; what is being changed of an existing demand names it. No number
    is used again: a page that was left open must not write into what somebody began later.
    """

    __tablename__ = "sketch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(7), comment="listing or demand")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    listing_version: Mapped[int | None] = mapped_column(
        comment="of the draft when it was settled; another one is newer than the answers"
    )
    is_settled: Mapped[bool] = mapped_column(default=False)
    demand_id: Mapped[int | None] = mapped_column(
        ForeignKey("demand.id", ondelete="CASCADE"), index=True, comment="the demand that is being changed; empty for a new one"
    )
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="name of the field to what was typed")
    version: Mapped[int] = mapped_column(default=1, server_default="1", comment="raised by every change of the answers")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("kind IN ('listing', 'demand')", name="kind"), {"sqlite_autoincrement": True})


class Photo(Base):
    """One picture of a lot, finished or not, in four sizes, each file named by its digest."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    sketch_id: Mapped[int | None] = mapped_column(
        ForeignKey("sketch.id", ondelete="CASCADE"), index=True, comment="until the unfinished lot is a draft listing"
    )
    position: Mapped[int]
    alt: Mapped[str] = mapped_column(String(300), default="")
    files: Mapped[dict[str, Any]] = mapped_column(Json, comment="variant (webp-480 … jpeg-1200) to name, width and height")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="taken away; can be put back for a day")

    __table_args__ = (CheckConstraint("(listing_id IS NULL) <> (sketch_id IS NULL)", name="one_owner"),)


class PhotoFile(Base):
    """Which photo a file belongs to: for the right to look at it, and for the sweep of orphans."""

    __tablename__ = "photo_file"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True, index=True)


class Demand(Placed, Base):
    """A department's need for one material."""

    __tablename__ = "demand"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(10), default="open")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, nullable=True, default=clock.now, onupdate=clock.now, comment="of anything in this row"
    )
    external_id: Mapped[str | None] = mapped_column(String(120), comment="what its organisation's own system calls it")
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    fulfilled: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), comment="completed reservations, in the demand's unit"
    )
    unit: Mapped[str] = mapped_column(String(5))
    min_condition: Mapped[str] = mapped_column(String(4))
    needed_from: Mapped[date]
    needed_until: Mapped[date]
    max_distance_km: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="empty: no limit")
    reach_chord2_m2: Mapped[float] = mapped_column(comment="squared chord of the farthest distance, for the reverse search")
    accepts_hazards: Mapped[list[str]] = mapped_column(Json, default=list)
    accepts_unknown_hazards: Mapped[bool] = mapped_column(default=True)
    fields: Mapped[dict[str, Any]] = mapped_column(
        Json,
        default=dict,
        server_default="{}",
        comment="what is asked of the material's fields: min, max or oneOf by their slugs",
    )
    asks: Mapped[str | None] = mapped_column(Computed(ASKS, persisted=True), comment="the same in the index; empty: it is longer")
    fields_version: Mapped[int | None] = mapped_column(comment="the version that types them; empty: nothing was asked yet")
    project: Mapped[str] = mapped_column(String(200), default="")
    department: Mapped[str] = mapped_column(String(200), default="")
    confirmed_on: Mapped[date | None] = mapped_column(comment="last day on which the asker said that it is still needed")
    freshness_reminded_on: Mapped[date | None] = mapped_column(
        comment="day of the last reminder; one before confirmed_on is of an earlier round"
    )
    stale_told_on: Mapped[date | None] = mapped_column(
        comment="day on which the owner heard that it left; one before confirmed_on is of an earlier round"
    )

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("fulfilled >= 0", name="fulfilled_not_negative"),
        CheckConstraint("status IN ('draft', 'open', 'fulfilled', 'withdrawn', 'lapsed')", name="status"),
        CheckConstraint("needed_until >= needed_from", name="period"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        Index("uq_demand_external_id", "organisation_id", "external_id", unique=True),
        Index(
            "ix_demand_match",
            *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "min_condition", "needed_from", "needed_until"),
            *("confirmed_on", "organisation_id", "quantity", "fulfilled", "unit", "reach_chord2_m2", "max_distance_km"),
            *("accepts_hazards", "accepts_unknown_hazards", "asks", "id"),
        ),
    )

    @property
    def remaining(self) -> Decimal:
        """The quantity that is still needed, in the demand's unit; never below zero."""
        return max(self.quantity - self.fulfilled, Decimal(0))


class SupplyLoss(Base):
    """What was left of a published lot when its owner closed or withdrew it. And what became of that."""

    __tablename__ = "supply_loss"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="what was left, in the listing's unit")
    mass_kg: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="by the weights of that day; empty: unknown")
    outcome: Mapped[str | None] = mapped_column(String(14), comment="empty: nobody said")
    reason: Mapped[str] = mapped_column(Text, default="")
    lost_on: Mapped[date]

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("outcome IN ('sold_elsewhere', 'own_use', 'recycled', 'disposed')", name="outcome"),
    )


class ListingChange(Base):
    """That a listing changed in something that the catalogue filters, counts or orders by. Triggers write it, the migration makes them."""

    __tablename__ = "listing_change"

    listing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(
        index=True, comment="of the catalogue; 2147483647 until its counter is bumped, the last write of a transaction"
    )


class ObjectChange(Base):
    """When an object last changed. Nothing is ever committed behind a number that a reader has seen.

    Triggers write it as the last thing of a transaction, one transaction at a time; the last migration makes them.
    """

    __tablename__ = "object_change"

    kind: Mapped[str] = mapped_column(String(11), primary_key=True, comment="listing, demand or reservation")
    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, unique=True, comment="of the last change; higher than any that was committed")
    organisation_id: Mapped[int | None] = mapped_column(comment="whose it is, known also when the row is gone")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CatalogueRevision(Base):
    """One counter, bumped last in every transaction that changes what the catalogue shows."""

    __tablename__ = "catalogue_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
