"""Reservations: claims on part of a listing, with their terms, appointments and gate photos."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.exchange.rules.terms import Terms, TermsStatus
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime
from marketplace.kernel.geo import Point
from marketplace.market.models import Demand, Listing


class Reservation(Base):
    """A claim on part of a listing. While it is open its quantity stands in the listing's `held`."""

    __tablename__ = "reservation"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demand.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="who asks")
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose lot it is")
    person_id: Mapped[int | None] = mapped_column(comment="who asked; empty after leaving")
    quantity: Mapped[Decimal] = mapped_column(
        Fixed(3), comment="what is held, in the listing's unit: as asked, and as measured after hand-over"
    )
    asked: Mapped[Decimal] = mapped_column(Fixed(3), comment="as asked")
    unit: Mapped[str] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(12))
    purpose: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="", comment="of a rejection or cancellation")
    place_name: Mapped[str | None] = mapped_column(String(120), comment="destination given with the reservation")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    depot_id: Mapped[int | None] = mapped_column(comment="where it goes, when that is a depot")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, nullable=True, default=clock.now, onupdate=clock.now, comment="of anything in this row"
    )
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_on: Mapped[date | None]
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="rejected, cancelled or expired")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the clock acts: lapse, or count as confirmed")
    vehicle_class: Mapped[str | None] = mapped_column(String(40))
    driven_km: Mapped[Decimal | None] = mapped_column(Fixed(3))
    project: Mapped[str] = mapped_column(String(200), default="", server_default="")
    use: Mapped[str] = mapped_column(String(200), default="", server_default="", comment="what it is used for in that project")
    reused_as_is: Mapped[bool | None] = mapped_column(comment="used again without being processed first; empty: not said")
    same_grade: Mapped[bool | None] = mapped_column(
        comment="for what it was made for, or something of a higher grade; empty: not said"
    )
    replaces_purchase: Mapped[bool | None] = mapped_column(comment="whether it avoids buying new; empty: not said")
    purchase_price_cents: Mapped[int | None] = mapped_column(
        BigInteger, comment="estimate of that purchase, for all that is asked"
    )
    receiving_soil: Mapped[str | None] = mapped_column(String(20), comment="of soil: class of the soil where it goes")
    function_class: Mapped[str | None] = mapped_column(String(20), comment="of soil: class of the function of that place")
    needed_by: Mapped[date | None]
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="ties in the ranking go by requested_at")
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    choice_reason: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="why this one, though others ranked higher"
    )
    ordered: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="as approved, before anything was measured")
    kept: Mapped[Decimal] = mapped_column(
        Fixed(3),
        default=Decimal(0),
        server_default="0",
        comment="of what was ordered, missing at the gate and held until confirmed",
    )
    late_reason: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="why the paperwork came after the hand-over; empty: it did not"
    )
    unconfirmed_since: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="14 days without an answer to a figure that silence does not confirm"
    )
    owner_quantity: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="the owner's figure as signed for at the gate")
    owner_measured_by: Mapped[str | None] = mapped_column(String(9))
    owner_condition: Mapped[str | None] = mapped_column(String(4))
    owner_answer: Mapped[Decimal | None] = mapped_column(
        Fixed(3), comment="in a dispute: the latest figure that the owner accepts"
    )
    receiver_quantity: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="the receiver's own figure, as first given")
    receiver_measured_by: Mapped[str | None] = mapped_column(String(9))
    receiver_condition: Mapped[str | None] = mapped_column(String(4))
    receiver_answer: Mapped[Decimal | None] = mapped_column(
        Fixed(3), comment="in a dispute: the latest figure that the receiver accepts"
    )
    disputed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dispute_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    settled_reason: Mapped[str] = mapped_column(Text, default="", server_default="", comment="of the figure that both agreed on")
    surplus: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), server_default="0", comment="by how much a measured surplus raised the lot"
    )
    written_off: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), server_default="0", comment="of what was ordered, gone for good"
    )
    write_off_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    returned: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), server_default="0", comment="of what was transferred, came back"
    )
    reversed: Mapped[Decimal] = mapped_column(
        Fixed(3), default=Decimal(0), server_default="0", comment="of what was transferred, taken back in the ledger by the AO CE"
    )
    last_return: Mapped[dict[str, Any] | None] = mapped_column(
        Json, comment="when it was booked, and a fingerprint of what was said of it"
    )
    cancel_asked_by_id: Mapped[int | None] = mapped_column(comment="organisation that proposes to cancel after hand-over")
    no_show: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="nobody came to collect it")
    objection: Mapped[str] = mapped_column(Text, default="", server_default="", comment="of the asker to a no-show")
    objected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    objection_upheld: Mapped[bool | None] = mapped_column(comment="whether the broker agreed; empty: not decided yet")
    objection_answer: Mapped[str] = mapped_column(Text, default="", server_default="", comment="why the broker decided so")
    agreed_earliest: Mapped[date | None] = mapped_column(comment="of what is planned: the first day that the holder knows")
    agreed_latest: Mapped[date | None] = mapped_column(comment="and the last")
    confirm_until: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="until when its holder may agree with other days")
    dates_declined: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="waits for other days than these")
    reminded_days: Mapped[int | None] = mapped_column(comment="the last reminder before expires_at: 3, 1 or 0 days")

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[organisation_id])
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    appointments: Mapped[list["Appointment"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="Appointment.id")
    terms_versions: Mapped[list["TermsVersion"]] = relationship(
        lazy="raise_on_sql", viewonly=True, order_by="TermsVersion.number"
    )

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "status IN ('waiting', 'offered', 'requested', 'approved', 'handed_over', 'disputed', 'completed', 'rejected', "
            "'cancelled', 'expired')",
            name="status",
        ),
        CheckConstraint("(agreed_earliest IS NULL) = (agreed_latest IS NULL)", name="counts_on"),
        CheckConstraint("confirm_until IS NULL OR agreed_earliest IS NOT NULL", name="asked_again"),
        CheckConstraint(
            "NOT dates_declined OR status NOT IN ('offered', 'requested', 'approved', 'handed_over', 'disputed', 'completed')",
            name="let_go",
        ),
        CheckConstraint("returned >= 0 AND returned <= quantity", name="returned_in_range"),
        Index("ix_reservation_asker", "organisation_id", "status"),
        Index("ix_reservation_owner", "owner_id", "status"),
        Index("ix_reservation_due", "status", "expires_at"),
        Index("ix_reservation_queue", "listing_id", "status", "requested_at"),
    )

    @property
    def taken_back(self) -> Decimal:
        """What counts no more. It came back, or the AO CE took it back in the ledger."""
        return self.returned + self.reversed

    @property
    def is_internal(self) -> bool:
        """Within one organisation: counted as internal reuse."""
        return self.organisation_id == self.owner_id

    @property
    def is_contested(self) -> bool:
        """Whether the broker is or was asked to decide.

        A dispute, silence after the hand-over, or an objection to a no-show.
        """
        return any(at is not None for at in (self.disputed_at, self.unconfirmed_since, self.objected_at))

    @property
    def held(self) -> Decimal:
        """What it holds of its lot while it is open.

        What was measured, and what was missing and is not confirmed yet.
        """
        return self.quantity + self.kept

    @property
    def owner_figure(self) -> Decimal | None:
        """The figure that the owner accepts now.

        The latest answer in a dispute, else what was signed for at the gate.
        """
        return self.owner_quantity if self.owner_answer is None else self.owner_answer

    @property
    def receiver_figure(self) -> Decimal | None:
        """The figure that the receiver accepts now."""
        return self.receiver_quantity if self.receiver_answer is None else self.receiver_answer

    @property
    def terms(self) -> Terms | None:
        """The terms that count; None before approval."""
        agreed = [version for version in self.terms_versions if version.status == TermsStatus.AGREED]
        return agreed[-1].terms if agreed else None

    @property
    def proposed_terms(self) -> "TermsVersion | None":
        """The proposal that waits for the other side, where there is one."""
        latest = self.terms_versions[-1] if self.terms_versions else None
        return latest if latest is not None and latest.status == TermsStatus.PROPOSED else None


class TermsVersion(Base):
    """One version of the terms of a transfer: as frozen at approval, or as proposed."""

    __tablename__ = "terms_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … of its reservation")
    status: Mapped[str] = mapped_column(String(8))
    proposed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), comment="which side proposed it; empty: frozen at approval"
    )
    reason: Mapped[str] = mapped_column(Text, default="", comment="why it was proposed")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    price_cents_per_unit: Mapped[int] = mapped_column(BigInteger, comment="0: free of charge")
    kg_per_unit: Mapped[Decimal] = mapped_column(Fixed(6))
    kg_basis: Mapped[str] = mapped_column(String(10), comment="taxonomy or measured")
    place_name: Mapped[str] = mapped_column(String(120), comment="where the lot lies")
    address: Mapped[str | None] = mapped_column(String(200))
    lat: Mapped[float]
    lon: Mapped[float]
    available_from: Mapped[date]
    condition: Mapped[str] = mapped_column(String(4))
    destination_name: Mapped[str] = mapped_column(String(120))
    destination_lat: Mapped[float]
    destination_lon: Mapped[float]
    destination_basis: Mapped[str] = mapped_column(String(12), comment="demand, reservation or main_place")
    replaces_purchase: Mapped[bool | None]
    factor_version: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.id"))

    proposed_by: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("reservation_id", "number"),
        CheckConstraint("status IN ('agreed', 'proposed', 'declined', 'fallen')", name="status"),
        CheckConstraint("price_cents_per_unit >= 0", name="price_not_negative"),
        CheckConstraint("kg_per_unit > 0", name="weight_positive"),
    )

    @property
    def terms(self) -> Terms:
        """The terms as one value."""
        return Terms(
            price_cents_per_unit=self.price_cents_per_unit,
            kg_per_unit=self.kg_per_unit,
            kg_basis=self.kg_basis,
            place_name=self.place_name,
            address=self.address,
            lot=Point(self.lat, self.lon),
            available_from=self.available_from,
            condition=self.condition,
            destination_name=self.destination_name,
            destination=Point(self.destination_lat, self.destination_lon),
            destination_basis=self.destination_basis,
            replaces_purchase=self.replaces_purchase,
            factor_version=self.factor_version,
        )


class Appointment(Base):
    """Times that one side proposed for collecting, and the one that the other side chose. The newest row of a reservation counts."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose proposal it is")
    times: Mapped[list[Any]] = mapped_column(Json, comment="moments in UTC, ISO 8601, in order")
    place: Mapped[str] = mapped_column(String(200), default="", comment="where to meet; empty: where the lot lies")
    notes: Mapped[str] = mapped_column(Text, default="", comment="what to know at the gate")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    proposed_by: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The proposed times."""
        return tuple(datetime.fromisoformat(time) for time in self.times)


class GatePhoto(Base):
    """A photo that one side took at the hand-over or at its confirmation.

    Stored as the photos of a lot are, and shown to those who may follow the transfer.
    """

    __tablename__ = "gate_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="which side added it")
    moment: Mapped[str] = mapped_column(String(12))
    alt: Mapped[str] = mapped_column(String(300), default="")
    files: Mapped[dict[str, Any]] = mapped_column(Json, comment="variant (webp-480 … jpeg-1200) to name, width and height")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (CheckConstraint("moment IN ('hand_over', 'confirmation')", name="moment"),)


class GatePhotoFile(Base):
    """Which gate photo a file belongs to. For the right to look at it, and for the sweep of orphans."""

    __tablename__ = "gate_photo_file"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    gate_photo_id: Mapped[int] = mapped_column(ForeignKey("gate_photo.id", ondelete="CASCADE"), primary_key=True, index=True)
