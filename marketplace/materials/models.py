"""Reference data in versions. A version that has been loaded never changes; a newer file becomes a new one."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class TaxonomyVersion(Base):
    """One set of files, as loaded. The highest id is the one in use; ledger rows name the version their factors came from."""

    __tablename__ = "taxonomy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256 over the files")
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FactorList(Base):
    """A list of figures that somebody loaded, and what became of it.

    `changes` has the new figures by material and fact. A list that was taken into use names the version that it made.
    """

    __tablename__ = "factor_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), comment="of the file")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the file; empty: figures of a former version")
    changes: Mapped[dict[str, dict[str, Any]]] = mapped_column(Json, comment="new figures, by material and fact")
    based_on: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.id"), comment="the version that it was read against")
    restores: Mapped[int | None] = mapped_column(
        ForeignKey("taxonomy_version.id"), comment="the version whose figures it brings back; empty: of a file"
    )
    state: Mapped[str] = mapped_column(String(9))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column()
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500), default="", comment="why it was declined")
    version_id: Mapped[int | None] = mapped_column(
        ForeignKey("taxonomy_version.id"), unique=True, comment="the version that it became"
    )

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'waiting', 'used', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'used') = (version_id IS NOT NULL)", name="used_has_a_version"),
        CheckConstraint("(state IN ('draft', 'waiting')) = (decided_at IS NULL)", name="decided_at"),
    )


class MaterialRow(Base):
    """The identity of a material: what listings and demands point at, in every version."""

    __tablename__ = "material"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)


class ReferenceRow(Base):
    """What one version says of one thing: a material, a hazard, a field, a gate."""

    __tablename__ = "reference_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.id"))
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(comment="order in the file")
    facts: Mapped[dict[str, Any]] = mapped_column(Json, comment="the row's columns; numbers as decimal strings")

    __table_args__ = (
        CheckConstraint(
            "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification', 'threshold', 'haul_price')",
            name="kind",
        ),
        UniqueConstraint("version_id", "kind", "slug"),
    )
