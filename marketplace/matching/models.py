"""Pairs that have been notified: each side of a new match once. The broker proposes a lot to a demand once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel.db import Base, UtcDateTime
from marketplace.market.models import Demand, Listing


class MatchNotified(Base):
    """A listing and a demand whose owners know of each other's."""

    __tablename__ = "match_told"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    demand_id: Mapped[int] = mapped_column(
        ForeignKey("demand.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProposalMade(Base):
    """A lot that was pointed out to a demand. By the broker with a reason, or by its owner, without."""

    __tablename__ = "proposal_made"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demand.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(comment="the broker; empty after leaving")
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    listing: Mapped[Listing] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("listing_id", "demand_id"),)

    @property
    def is_from_owner(self) -> bool:
        """Whether its owner offered the lot, and not the broker."""
        return not self.reason
