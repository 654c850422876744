"""Storage places, and lots: what each lot is, and every movement of it.

A lot's quantity is the sum of its movements, which are only ever added: triggers refuse the rest on both databases.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.kernel.units import Unit


class Depot(Base):
    """A named storage place of a municipality or of the region. The distance of a lot that lies here is the depot's."""

    __tablename__ = "depot"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    place_name: Mapped[str] = mapped_column(String(120))
    municipality: Mapped[str] = mapped_column(String(60), comment="slug of the municipality it lies in; empty outside the region")
    address: Mapped[str | None] = mapped_column(String(200), comment="shown as an exact place is shown")
    place_basis: Mapped[str] = mapped_column(String(10))
    lat: Mapped[float]
    lon: Mapped[float]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_public: Mapped[bool] = mapped_column(default=True, server_default=true(), comment="whether it has a page for everybody")
    opening: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, server_default="{}", comment="day of the week, 1 is Monday, to its hours as [[from, until]]"
    )
    opening_note: Mapped[str] = mapped_column(String(300), default="", server_default="", comment="what hours cannot say")
    takes: Mapped[str] = mapped_column(
        String(400), default="", server_default="", comment="slugs of material groups as |a|b|; empty: everything"
    )
    storers: Mapped[str] = mapped_column(
        String(14), default="municipalities", server_default="municipalities", comment="who may store here"
    )
    longest_stay_days: Mapped[int | None] = mapped_column(comment="after which a lot is on the keeper's list; empty: no limit")
    collecting: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="what may be collected here and how, for everybody"
    )

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    bays: Mapped[list["DepotBay"]] = relationship(lazy="raise_on_sql", order_by="DepotBay.name", viewonly=True)
    capacities: Mapped[list["DepotCapacity"]] = relationship(lazy="raise_on_sql", order_by="DepotCapacity.kind", viewonly=True)
    rates: Mapped[list["DepotRate"]] = relationship(lazy="raise_on_sql", order_by="DepotRate.from_on", viewonly=True)
    keepers: Mapped[list["DepotKeeper"]] = relationship(lazy="raise_on_sql", order_by="DepotKeeper.person_id", viewonly=True)

    __table_args__ = (
        CheckConstraint("storers IN ('owner', 'municipalities', 'members')", name="storers"),
        CheckConstraint("longest_stay_days IS NULL OR longest_stay_days > 0", name="longest_stay"),
    )

    @property
    def taken_groups(self) -> tuple[str, ...]:
        """Slugs of the groups of materials that it takes; none: it takes everything."""
        return tuple(filter(None, self.takes.split("|")))

    @property
    def keeper_ids(self) -> tuple[int, ...]:
        """The people who keep it, as the policy asks them."""
        return tuple(keeper.person_id for keeper in self.keepers)

    @property
    def depot_organisation_id(self) -> int:
        """Whose depot it is, as the policy asks it."""
        return self.organisation_id


class DepotBay(Base):
    """A part of a depot with a name of its own. One that is closed keeps its row: movements name it."""

    __tablename__ = "depot_bay"

    id: Mapped[int] = mapped_column(primary_key=True)
    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"))
    name: Mapped[str] = mapped_column(String(40))
    is_active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("depot_id", "name"),)


class DepotCapacity(Base):
    """How much of one kind fits. A kind without a row is not counted."""

    __tablename__ = "depot_capacity"

    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Fixed(3))

    __table_args__ = (
        CheckConstraint("kind IN ('m2', 'm3', 'tonne', 'pallet')", name="kind"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )


class DepotRate(Base):
    """What one unit costs a week from a day on. A new price is a new row: what was charged before never changes."""

    __tablename__ = "depot_rate"

    id: Mapped[int] = mapped_column(primary_key=True)
    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"))
    unit: Mapped[str] = mapped_column(String(6), comment="a unit of quantities, or pallet")
    euros_per_week: Mapped[Decimal] = mapped_column(Fixed(4))
    from_on: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(comment="who set it")

    __table_args__ = (
        UniqueConstraint("depot_id", "unit", "from_on"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg', 'pallet')", name="unit"),
        CheckConstraint("euros_per_week >= 0", name="not_negative"),
    )


class DepotSettlement(Base):
    """What a closed quarter of a depot came to, as it was when it closed. Never changed: triggers refuse it."""

    __tablename__ = "depot_settlement"

    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"), primary_key=True)
    quarter: Mapped[str] = mapped_column(String(7), primary_key=True, comment="2026-K3")
    depot_name: Mapped[str] = mapped_column(String(120), comment="its name then")
    rows: Mapped[list[list[Any]]] = mapped_column(
        Json, comment="of each lot, stay and price, as `depots/queries/costs.py` writes them"
    )
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DepotKeeper(Base):
    """Somebody who keeps a depot: counts, moves, takes in and gives out what lies there."""

    __tablename__ = "depot_keeper"

    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class DepotFeed(Base):
    """The address at which one person's own calendar follows a depot.

    It is signed over this row's id and nonce: a new nonce ends the old address. Older than the person's password it does not work.
    """

    __tablename__ = "depot_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("depot_id", "person_id"),)


class Lot(Base):
    """A physical lot of one material: the same stuff, in one place, of one owner.

    `quantity` moves by movements only, each with one conditional UPDATE beside it. A lot that was split off names its parent. Whoever
    takes all of a lot takes the lot itself along; whoever takes a part gets a lot of its own.
    """

    __tablename__ = "lot"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True, comment="what it was split off from")
    origin_id: Mapped[int | None] = mapped_column(
        ForeignKey("lot.id"), index=True, comment="the lot at the top of its tree; empty: it is that itself"
    )
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    title: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(5))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), default=Decimal(0), comment="the sum of its movements")
    kg_per_unit: Mapped[Decimal] = mapped_column(Fixed(6))
    kg_basis: Mapped[str] = mapped_column(String(10), comment="taxonomy or measured")
    condition: Mapped[str] = mapped_column(String(4))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, comment="whose it is")
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, comment="who has it")
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"), comment="empty: it lies in no depot")
    bay: Mapped[str] = mapped_column(String(40), default="", server_default="")
    pallets: Mapped[int] = mapped_column(default=0, server_default="0", comment="pallet places that it takes")
    place_name: Mapped[str] = mapped_column(String(120), default="", server_default="", comment="where it lies in no depot")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    in_depot_since: Mapped[date | None] = mapped_column(comment="first day of its stay in this depot")
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="it may not go anywhere; empty: it may")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    holder: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[holder_id])
    depot: Mapped[Depot | None] = relationship(lazy="raise_on_sql")
    movements: Mapped[list["Movement"]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="Movement.id", foreign_keys="Movement.lot_id"
    )

    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("pallets >= 0", name="pallets_not_negative"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name="condition"),
        CheckConstraint("(depot_id IS NULL) = (in_depot_since IS NULL)", name="stay_has_a_first_day"),
        Index(
            "ix_lot_stock",
            *("depot_id", "in_depot_since", "id", "quantity", "unit", "kg_per_unit", "pallets", "owner_id"),
            sqlite_where=text("quantity > 0"),
            postgresql_where=text("quantity > 0"),
        ),
        {"sqlite_autoincrement": True},
    )

    @property
    def organisation_id(self) -> int:
        """Whose it is, as the policy asks it."""
        return self.owner_id

    @property
    def keeper_ids(self) -> tuple[int, ...]:
        """The people who keep the depot where it lies; nobody where it lies in none."""
        return () if self.depot is None else self.depot.keeper_ids

    @property
    def depot_organisation_id(self) -> int | None:
        """Whose the depot is where it lies; None where it lies in none."""
        return None if self.depot is None else self.depot.organisation_id

    @property
    def unit_of(self) -> Unit:
        """The unit as a word of the kernel."""
        return Unit(self.unit)


class Movement(Base):
    """One thing that happened to a lot. Plus is what the lot gained, minus what it lost, nought what only changed where it stands.

    What moves has two rows, out of where it lay and into where it lies now: so the stock of every place and owner is a sum as well. What was
    weighed has two that count, out at the old weight and in at the new one: so mass is a sum too.
    """

    __tablename__ = "movement"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[str] = mapped_column(String(9))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    kg_per_unit: Mapped[Decimal] = mapped_column(
        Fixed(6), server_default="0", comment="what one unit weighed, or weighs from now on"
    )
    pallets: Mapped[int] = mapped_column(default=0, server_default="0")
    happened_on: Mapped[date] = mapped_column(comment="the day that counts for stay and cost")
    at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when it was entered")
    person_id: Mapped[int | None] = mapped_column(comment="who entered it; empty after leaving, or by the clock")
    organisation_id: Mapped[int | None] = mapped_column(comment="for which organisation")
    owner_id: Mapped[int] = mapped_column(comment="whose it was, or is from now on")
    holder_id: Mapped[int] = mapped_column(comment="who had it, or has it from now on")
    depot_id: Mapped[int | None] = mapped_column(comment="where it lay, or lies from now on; empty: in no depot")
    bay: Mapped[str] = mapped_column(String(40), default="", server_default="")
    place_name: Mapped[str] = mapped_column(String(120), default="", server_default="", comment="where it lay in no depot")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    other_lot_id: Mapped[int | None] = mapped_column(comment="the other side of a split or a return")
    listing_id: Mapped[int | None] = mapped_column(comment="the offer that it belongs to")
    reservation_id: Mapped[int | None] = mapped_column(index=True, comment="the transfer that moved it")

    __table_args__ = (
        CheckConstraint(
            "kind IN ('in', 'split', 'move', 'count', 'out', 'return', 'write_off', 'block', 'unblock')", name="kind"
        ),
        CheckConstraint("kind NOT IN ('block', 'unblock') OR quantity = 0", name="block_moves_nothing"),
        Index("ix_movement_lot", "lot_id", "id"),
        Index("ix_movement_depot", "depot_id", "happened_on"),
    )


class Arrival(Base):
    """What somebody announced to a depot: about when it comes, and what it is. It goes away when it has come."""

    __tablename__ = "arrival"

    id: Mapped[int] = mapped_column(primary_key=True)
    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="who brings it")
    person_id: Mapped[int | None] = mapped_column(comment="who announced it")
    expected_on: Mapped[date]
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    unit: Mapped[str] = mapped_column(String(5))
    words: Mapped[str] = mapped_column(String(300), default="", server_default="")
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when it came or was called off")
    announced_lot_id: Mapped[int | None] = mapped_column(comment="the lot that comes; empty: it has no number yet")
    lot_id: Mapped[int | None] = mapped_column(comment="what it became; empty: it was called off, or has not come yet")

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_arrival_depot", "depot_id", "ended_at", "expected_on"),
    )


class LotPhoto(Base):
    """A picture of a lot as it lies, in the sizes of every photo, each file named by its digest."""

    __tablename__ = "lot_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    files: Mapped[dict[str, Any]] = mapped_column(Json, comment="variant (webp-480 … jpeg-1200) to name, width and height")
    alt: Mapped[str] = mapped_column(String(300), default="", server_default="")
    person_id: Mapped[int | None] = mapped_column(comment="who took it")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LotPhotoFile(Base):
    """Which photo of a lot a file belongs to. For the right to look at it, and for the sweep of orphans."""

    __tablename__ = "lot_photo_file"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    lot_photo_id: Mapped[int] = mapped_column(ForeignKey("lot_photo.id"), primary_key=True, index=True)
