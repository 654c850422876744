"""Reservations: claims on part of a listing."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, Fixed, UtcDateTime
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
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_on: Mapped[date | None]
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="rejected, cancelled or expired")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the clock acts: lapse, or count as confirmed")
    vehicle_class: Mapped[str | None] = mapped_column(String(40))
    driven_km: Mapped[Decimal | None] = mapped_column(Fixed(3))

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[organisation_id])
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "status IN ('requested', 'approved', 'handed_over', 'completed', 'rejected', 'cancelled', 'expired')", name="status"
        ),
        Index("ix_reservation_asker", "organisation_id", "status"),
        Index("ix_reservation_owner", "owner_id", "status"),
        Index("ix_reservation_due", "status", "expires_at"),
    )

    @property
    def is_internal(self) -> bool:
        """Within one organisation: counted as internal reuse."""
        return self.organisation_id == self.owner_id
