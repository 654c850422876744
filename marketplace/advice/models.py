"""Lots that were held against rules which came after they were published."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel.db import Base, Json, UtcDateTime
from marketplace.market.models import Listing


class GateCheck(Base):
    """Against the rules of which version a published lot was held last. One row for each lot."""

    __tablename__ = "gate_check"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.id"))


class Requirement(Base):
    """A lot that was published before a rule came, and until when its owner can mend it. One open row for each lot."""

    __tablename__ = "requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose lot it is")
    version_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.id"), comment="of which the rules came")
    rules: Mapped[list[str]] = mapped_column(Json, comment="slugs of the gates that stood in the way when it was found")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[date] = mapped_column(comment="last day on which it stays without being mended")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the owner heard of it; empty: not yet")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="empty: it is open")
    ending: Mapped[str | None] = mapped_column(String(9), comment="how it ended")

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("ending IN ('mended', 'withdrawn', 'left')", name="ending"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ended_whole"),
        Index(
            "uq_requirement_open",
            "listing_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_requirement_owner", "organisation_id", "ended_at", "told_at"),
    )
