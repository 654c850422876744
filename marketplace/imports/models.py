"""Sheets that were loaded, their rows, how columns are called, and the outflow."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.imports.rules.tables import ImportStatus
from marketplace.kernel.db import Base, Fixed, Json, UtcDateTime


class ImportRun(Base):
    """One loaded sheet: looked at, applied as a whole, and perhaps taken back as a whole."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(20), comment="the table that it is loaded into")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the file: the same file twice is noticed")
    name: Mapped[str] = mapped_column(String(200), comment="of the file")
    status: Mapped[str] = mapped_column(String(7), default=ImportStatus.PREVIEW.value)
    columns: Mapped[list[str]] = mapped_column(Json, comment="the names of the sheet's columns")
    places: Mapped[dict[str, int]] = mapped_column(Json, comment="which column each column of the table is read from")
    notations: Mapped[dict[str, str]] = mapped_column(Json, comment="nl or en: how each column of numbers is written")
    notation: Mapped[str] = mapped_column(String(2), comment="the same where a column does not tell")
    codes: Mapped[dict[str, str]] = mapped_column(
        Json, comment="what somebody chose for a Eural code or for a name of a material"
    )
    given: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, server_default="{}", comment="what is said once for all rows that do not say it themselves"
    )
    counts: Mapped[dict[str, int]] = mapped_column(Json, comment="rows by state")
    summary: Mapped[dict[str, Any]] = mapped_column(Json, comment="what the good rows add up to")
    source: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="the outflow that it was taken over from; empty: a file")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="what came of it, and what stood there before")
    task_id: Mapped[int | None] = mapped_column(comment="the long task that reads, judges or applies it")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None]
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_by_id: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("kind IN ('material_use', 'outflow', 'listings', 'passports', 'raw')", name="kind"),
        CheckConstraint("status IN ('reading', 'preview', 'applied', 'undone')", name="status"),
        CheckConstraint("(status IN ('reading', 'preview')) = (applied_at IS NULL)", name="applied_at"),
        CheckConstraint("(status = 'undone') = (undone_at IS NOT NULL)", name="undone_at"),
        Index("ix_import_run_organisation_id", "organisation_id", "id"),
        Index("ix_import_run_digest", "digest"),
    )


class ImportRow(Base):
    """One row of a loaded sheet, as it was typed or mended."""

    __tablename__ = "import_row"

    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="as the spreadsheet shows it")
    cells: Mapped[list[str]] = mapped_column(Json, comment="by column of the sheet; after applying only those that were read")
    faults: Mapped[dict[str, str]] = mapped_column(Json, comment="by column: a formula, an error, too long, an odd sign")
    state: Mapped[str] = mapped_column(String(9))
    messages: Mapped[dict[str, str]] = mapped_column(Json, comment="what is wrong, by column of the table, in Dutch")
    result_id: Mapped[int | None] = mapped_column(
        comment="the report, the line of outflow, the lot or the asset that it went into"
    )
    shape: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="the geometry of its feature, as GeoJSON")
    before: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="how the asset or the part stood that it changed")

    __table_args__ = (
        CheckConstraint("state IN ('ok', 'changed', 'unchanged', 'error', 'refused', 'ignored')", name="state"),
        Index("ix_import_row_state", "import_id", "state", "row_number"),
    )


class ImportFile(Base):
    """A large file while it waits to be read. It goes as soon as its rows are stored."""

    __tablename__ = "import_file"

    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportMapping(Base):
    """How an organisation names its columns, and what it chose for Eural codes. For the next sheet."""

    __tablename__ = "import_mapping"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json, comment="column of the table by the name in the sheet")
    codes: Mapped[dict[str, str]] = mapped_column(Json, comment="material group by Eural code, material by name")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Outflow(Base):
    """One line that left as waste. It counts while its sheet is applied and no later sheet of the same period is. Never changed."""

    __tablename__ = "outflow"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    row_number: Mapped[int]
    year: Mapped[int]
    period: Mapped[str] = mapped_column(String(7), comment="2025, 2025-Q1 or 2025-03")
    stream: Mapped[str] = mapped_column(String(300))
    sender: Mapped[str] = mapped_column(String(300))
    origin: Mapped[str] = mapped_column(String(300))
    processor: Mapped[str] = mapped_column(String(300))
    eural: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(300))
    processing: Mapped[str] = mapped_column(String(300))
    mass_kg: Mapped[Decimal] = mapped_column(Fixed(3))
    loads: Mapped[int | None]
    group_slug: Mapped[str | None] = mapped_column(String(40), comment="empty: not certain, or unknown")
    certainty: Mapped[str] = mapped_column(String(9), comment="how the group was found")

    __table_args__ = (
        CheckConstraint("mass_kg >= 0", name="mass_not_negative"),
        CheckConstraint("certainty IN ('mapped', 'chosen', 'uncertain', 'unknown')", name="certainty"),
        CheckConstraint("(group_slug IS NOT NULL) = (certainty IN ('mapped', 'chosen'))", name="group_is_certain"),
        Index("ix_outflow_organisation_id", "organisation_id", "year"),
        Index("ix_outflow_import_id", "import_id"),
    )


class OutflowEstimate(Base):
    """What a post of a RAW contract says will be taken away (R). It counts while its sheet is applied. Never changed."""

    __tablename__ = "outflow_estimate"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    row_number: Mapped[int]
    contract: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(String(300))
    material_id: Mapped[int | None] = mapped_column(ForeignKey("material.id"), comment="empty: not certain")
    quantity: Mapped[Decimal] = mapped_column(Fixed(3))
    unit: Mapped[str] = mapped_column(String(5))
    mass_kg: Mapped[Decimal | None] = mapped_column(Fixed(3), comment="empty: not known what the unit weighs")
    earliest: Mapped[date]
    latest: Mapped[date]

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("earliest <= latest", name="period"),
        CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name="unit"),
        Index("ix_outflow_estimate_organisation_id", "organisation_id", "latest"),
        Index("ix_outflow_estimate_import_id", "import_id"),
    )
