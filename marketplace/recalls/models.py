"""Recalls: the finding, the lots and transfers that it touched, and who was told.

What never changes is only ever added: triggers refuse the rest on both databases. Of a lot only its release is filled in later, of a
party only its confirmation.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Lot
from marketplace.documents.models import Paper
from marketplace.exchange.models import Reservation
from marketplace.kernel.db import Base, Fixed, UtcDateTime
from marketplace.recalls.rules import PartyRole


class Recall(Base):
    """A lot was found to be contaminated: what was found, on which day, and who said so."""

    __tablename__ = "recall"

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True, comment="in which it was found")
    finding: Mapped[str] = mapped_column(Text, comment="what was found, and by whom")
    found_on: Mapped[date] = mapped_column(comment="in whose month the reuse figures go back")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="for which it was blocked")
    person_id: Mapped[int | None] = mapped_column(comment="who blocked it")
    blocked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    lot: Mapped[Lot] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class RecallRelease(Base):
    """A lot of a recall, and what came from it, is free again: on which paper, and why."""

    __tablename__ = "recall_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    reason: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(comment="who said so")
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)

    paper: Mapped[Paper] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class RecallLot(Base):
    """A lot that a recall blocks, as it stood at that moment. `release_id`: what set it free of this recall."""

    __tablename__ = "recall_lot"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    owner_id: Mapped[int] = mapped_column(comment="organisation whose it was")
    holder_id: Mapped[int] = mapped_column(comment="organisation that had it")
    depot_id: Mapped[int | None] = mapped_column(comment="where it lay; empty: in no depot")
    listing_id: Mapped[int | None] = mapped_column(comment="its offer, which was withdrawn; empty: it was not on offer")
    release_id: Mapped[int | None] = mapped_column(ForeignKey("recall_release.id"), comment="empty: this recall blocks it")

    lot: Mapped[Lot] = relationship(lazy="raise_on_sql")

    __table_args__ = (Index("ix_recall_lot_lot", "lot_id", "release_id"),)


class RecallTransfer(Base):
    """A transfer that a recall ended, or took back in the ledger. `status`: where it stood before."""

    __tablename__ = "recall_transfer"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(11))
    quantity: Mapped[Decimal] = mapped_column(Fixed(3), comment="what was reserved, or what was taken back")
    seq: Mapped[int | None] = mapped_column(comment="the row of the ledger that takes it back; empty: nothing was booked")

    reservation: Mapped[Reservation] = relationship(lazy="raise_on_sql")

    __table_args__ = (CheckConstraint("(status = 'completed') = (seq IS NOT NULL)", name="completed_is_taken_back"),)


class RecallParty(Base):
    """An organisation that was told of a recall, once, and when it confirmed that it knows."""

    __tablename__ = "recall_party"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)
    roles: Mapped[str] = mapped_column(String(60), comment="why it was told, as |owner|holder|")
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    alert_email: Mapped[str | None] = mapped_column(String(254), comment="of an adviser: where it was mailed beside its people")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="empty: not yet")
    confirmed_by_id: Mapped[int | None] = mapped_column(comment="person; shown within the own organisation only")

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    @property
    def as_roles(self) -> tuple[PartyRole, ...]:
        """Why it was told, in order."""
        return tuple(PartyRole(word) for word in self.roles.split("|") if word)
