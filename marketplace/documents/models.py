"""Papers, opinions, requests for one, and lifted rules. Opinions and lifts are only ever added: triggers refuse the rest on both databases.

A paper that is taken away keeps its row and its file: what was handed over relied on it.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sa_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base, UtcDateTime

_WITHOUT = "(CASE WHEN {} IS NULL THEN 1 ELSE 0 END)"
_ONE_PLACE = " + ".join(_WITHOUT.format(name) for name in ("listing_id", "lot_id", "item_id")) + " = 2"


class Paper(Base):
    """A paper of an offer, a lot or a part of an asset: a PDF or a picture, by its digest."""

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), comment="or the lot itself that it stands with")
    item_id: Mapped[int | None] = mapped_column(
        ForeignKey("asset_item.id"), comment="or the part of an asset that it stands with"
    )
    kind: Mapped[str] = mapped_column(String(60), comment="slug of a paper kind of the reference data")
    number: Mapped[str] = mapped_column(String(80), default="", comment="as its issuer wrote on it; empty: it has none")
    issuer: Mapped[str] = mapped_column(String(120), default="")
    issued_on: Mapped[date]
    valid_until: Mapped[date | None] = mapped_column(comment="last day on which it counts; empty: it does not expire")
    file: Mapped[str] = mapped_column(String(70), comment="SHA-256 in hex and .pdf or .webp")
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    pages: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), comment="whose it is: of an offer its owner, of a lot who added it"
    )
    added_by_id: Mapped[int | None] = mapped_column(comment="person; empty: a machine of the bank itself")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_id: Mapped[int | None] = mapped_column(comment="the paper in whose place it came")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="taken away; counts no more, and stays readable")
    removed_by_id: Mapped[int | None]
    reminded_days: Mapped[int | None] = mapped_column(comment="days before its end of which its owner was told last")

    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="period"),
        CheckConstraint("size_bytes > 0 AND pages > 0", name="not_empty"),
        CheckConstraint(_ONE_PLACE, name="one_place"),
        Index("ix_paper_lot", "lot_id", "removed_at"),
        Index("ix_paper_item", "item_id", "removed_at"),
        Index("ix_paper_listing", "listing_id", "removed_at"),
        Index("ix_paper_expiry", "valid_until", "removed_at"),
        {"sqlite_autoincrement": True},
    )

    @property
    def suffix(self) -> str:
        """How the name of its file ends: `.pdf` or `.webp`."""
        return self.file[self.file.rfind(".") :]


class Opinion(Base):
    """What an adviser found of a lot, of one rule or of all of it. A later one of the same organisation takes its place."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(comment="who gave it")
    verdict: Mapped[str] = mapped_column(String(11))
    rule: Mapped[str] = mapped_column(String(60), default="", comment="slug of a gate; empty: the lot as a whole")
    text: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (CheckConstraint("verdict IN ('positive', 'negative', 'conditional')", name="verdict"),)


class GateLift(Base):
    """A rule that was lifted for one lot, by whom, on which paper, and why."""

    __tablename__ = "gate_lift"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    rule: Mapped[str] = mapped_column(String(60), comment="slug of a gate")
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    reason: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(comment="who lifted it")
    lifted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    paper: Mapped[Paper] = relationship(lazy="raise_on_sql")


class OpinionRequest(Base):
    """An owner asks the advisers for an opinion. It waits until one of them gave one, or the lot leaves."""

    __tablename__ = "opinion_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), comment="who asks: the owner")
    person_id: Mapped[int | None] = mapped_column(comment="who asks, shown within the own organisation only")
    text: Mapped[str] = mapped_column(Text, default="", comment="what the adviser should know; may be empty")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when an opinion came; empty: it waits")

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index(
            "uq_opinion_request_waiting",
            "listing_id",
            unique=True,
            sqlite_where=sa_text("answered_at IS NULL"),
            postgresql_where=sa_text("answered_at IS NULL"),
        ),
        Index("ix_opinion_request_listing", "listing_id"),
        Index("ix_opinion_request_organisation", "organisation_id", "asked_at"),
    )
