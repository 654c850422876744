"""Messages. Only ever added: triggers refuse the rest."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.exchange.models import Reservation
from marketplace.kernel.db import Base, Json, UtcDateTime


class Message(Base):
    """What one side of a transfer wrote to the other: words, a photo, or both."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="which side wrote it")
    person_id: Mapped[int | None] = mapped_column(comment="who wrote it, shown within the own organisation only")
    text: Mapped[str] = mapped_column(Text, comment="empty: a photo alone")
    files: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="of its photo: variant to name, width and height")
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    reservation: Mapped[Reservation] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("text <> '' OR files IS NOT NULL", name="says_something"),
        Index("ix_message_writer", "person_id", "sent_at"),
    )


class MessageFile(Base):
    """Which message a file belongs to. For the right to look at it, and for the sweep of orphans."""

    __tablename__ = "message_file"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False, index=True)
