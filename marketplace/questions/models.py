"""Questions and their answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, UtcDateTime
from marketplace.market.models import Demand, Listing


class Question(Base):
    """A question about one lot or one demand. Its organisation is shown to all members, its person to colleagues alone."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    demand_id: Mapped[int | None] = mapped_column(ForeignKey("demand.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="whose lot or demand it is: who answers")
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="who asks")
    person_id: Mapped[int | None] = mapped_column(comment="who asks, shown within the own organisation only")
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="", comment="empty: not answered")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(comment="person")
    words: Mapped[str] = mapped_column(Text, comment="folded and stemmed words of question and answer, to search")

    listing: Mapped[Listing | None] = relationship(lazy="raise_on_sql")
    demand: Mapped[Demand | None] = relationship(lazy="raise_on_sql")
    owner: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[owner_id])
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", foreign_keys=[organisation_id])

    __table_args__ = (
        CheckConstraint("(listing_id IS NULL) <> (demand_id IS NULL)", name="about_one"),
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered_whole"),
        Index("ix_question_unanswered", "owner_id", "answered_at"),
        Index("ix_question_asker", "person_id", "asked_at"),
    )

    @property
    def subject(self) -> Listing | Demand:
        """What it is about."""
        subject = self.listing or self.demand
        assert subject is not None
        return subject
