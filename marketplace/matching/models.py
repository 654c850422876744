"""Which pairs have been told: both sides hear of a new match once."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UtcDateTime


class MatchTold(Base):
    """A listing and a demand whose owners know of each other's."""

    __tablename__ = "match_told"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    demand_id: Mapped[int] = mapped_column(
        ForeignKey("demand.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
