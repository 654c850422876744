"""What lies too long and is offered to the chain."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UtcDateTime


class ChainOffer(Base):
    """A listing of a lot that lay too long, meant for the chain.

    It says why, and when the chain was told, which happens once. The listing is an ordinary one; it opens to partners at once.
    """

    __tablename__ = "chain_offer"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, comment="why the chain need not wait; everybody reads it at the listing")
    person_id: Mapped[int | None] = mapped_column(comment="who asked for it")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="empty: its listing is not on offer yet")
    told: Mapped[int] = mapped_column(default=0, server_default="0", comment="how many organisations were told")
