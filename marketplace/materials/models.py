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
            "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification')",
            name="kind",
        ),
        UniqueConstraint("version_id", "kind", "slug"),
    )
