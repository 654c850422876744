"""Reports that were published, and restatements. Only ever added: triggers refuse the rest on both databases."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class PublishedReport(Base):
    """A report of a year as it was published, of the region or of one municipality. Its files are stored by their digest."""

    __tablename__ = "published_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    slug: Mapped[str] = mapped_column(String(60), comment="of the municipality; empty: the region")
    name: Mapped[str] = mapped_column(String(120), comment="of the municipality as it was; empty: the region")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="empty: the region")
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … of this year and this municipality")
    adopted: Mapped[int] = mapped_column(comment="how many municipalities had adopted the year")
    pdf_file: Mapped[str] = mapped_column(String(70), comment="SHA-256 in hex and .pdf")
    xlsx_file: Mapped[str] = mapped_column(String(70), comment="SHA-256 in hex and .xlsx")
    factor_version: Mapped[int]
    ledger_seq: Mapped[int] = mapped_column(comment="the last row of the ledger at that moment")
    ledger_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(comment="empty: the operator at the console")

    __table_args__ = (
        UniqueConstraint("year", "slug", "number"),
        CheckConstraint("(slug = '') = (organisation_id IS NULL)", name="region_has_no_slug"),
    )

    @property
    def pdf_digest(self) -> str:
        """The SHA-256 of the PDF, in hex."""
        return self.pdf_file.removesuffix(".pdf")

    @property
    def xlsx_digest(self) -> str:
        """The SHA-256 of the XLSX, in hex."""
        return self.xlsx_file.removesuffix(".xlsx")


class Restatement(Base):
    """A year worked out once more with other factors.

    Beside the figures that were booked, and never instead of them.
    """

    __tablename__ = "restatement"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    factor_version: Mapped[int]
    ledger_seq: Mapped[int] = mapped_column(comment="the last row of the ledger at that moment")
    ledger_hash: Mapped[str] = mapped_column(String(64))
    figures: Mapped[dict[str, Any]] = mapped_column(Json, comment="booked and restated: in all, and by material group")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(comment="empty: the operator at the console")

    __table_args__ = (UniqueConstraint("year", "factor_version", "ledger_seq"),)
