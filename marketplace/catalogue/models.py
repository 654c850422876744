"""Saved searches and kept lots."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class SavedSearch(Base):
    """A catalogue address that one person saved under a name."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    query: Mapped[str] = mapped_column(Text, comment="the query of the address, without a page number")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_until: Mapped[datetime | None] = mapped_column(
        UtcDateTime, comment="lots published until then have been told; empty: none yet"
    )


class Favourite(Base):
    """A lot that one person keeps, to be told when it changes."""

    __tablename__ = "favourite"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    listing_id: Mapped[int] = mapped_column(
        ForeignKey("listing.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[dict[str, Any]] = mapped_column(Json, comment="state, what was free and the price, as last told")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="of the lot's last change that was looked at")
