"""Every time that the days of a planned lot moved, and the day on which it was there. Rows are only ever added, by triggers on both databases."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UtcDateTime

HOW_SURE = "'idea', 'budgeted', 'tendered', 'in_execution'"


class DateChange(Base):
    """The days of a lot before and after; instead of new days, the day from which it was there."""

    __tablename__ = "date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    old_earliest: Mapped[date]
    old_latest: Mapped[date]
    old_certainty: Mapped[str] = mapped_column(String(12))
    new_earliest: Mapped[date | None] = mapped_column(comment="empty: it came")
    new_latest: Mapped[date | None]
    new_certainty: Mapped[str | None] = mapped_column(String(12))
    came_on: Mapped[date | None] = mapped_column(comment="the day from which it was there")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, comment="whose lot it is")
    person_id: Mapped[int | None] = mapped_column(comment="who said so")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(f"old_certainty IN ({HOW_SURE})", name="old_certainty"),
        CheckConstraint(f"new_certainty IN ({HOW_SURE})", name="new_certainty"),
        CheckConstraint("old_earliest <= old_latest", name="old_order"),
        CheckConstraint("new_earliest <= new_latest", name="new_order"),
        CheckConstraint(
            "(new_earliest IS NULL) = (came_on IS NOT NULL) AND (new_latest IS NULL) = (came_on IS NOT NULL) "
            "AND (new_certainty IS NULL) = (came_on IS NOT NULL)",
            name="moved_or_came",
        ),
    )
