"""The outbox and the audit. Both name people and organisations by id only: this room lies below accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class NoticeRow(Base):
    """One thing to tell, written in the transaction that made it so and posted after it. To a person, or to an address without one."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json, comment="ids and plain values for the template; no secret")
    person_id: Mapped[int | None] = mapped_column(comment="recipient")
    organisation_id: Mapped[int | None] = mapped_column(comment="recipient organisation: everyone who works on transfers there")
    email: Mapped[str | None] = mapped_column(String(254), comment="recipient without an account: an invitation")
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="a worker is busy with it until then")
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="given up: an administrator looks at it")
    last_error: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR organisation_id IS NOT NULL OR email IS NOT NULL", name="has_recipient"),
        Index("ix_notice_due", "sent_at", "dead_at", "next_try_at"),
    )


class AuditRow(Base):
    """Who did what for which organisation, and when. Only ever added: triggers refuse the rest."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int | None]
    result: Mapped[str] = mapped_column(String(20), default="done", comment="done or refused")
    origin: Mapped[str] = mapped_column(String(10), comment="web, api, cli or job")
    person_id: Mapped[int | None] = mapped_column(comment="an id and no name: erasing a person empties the person's own row only")
    organisation_id: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (Index("ix_audit_object", "object_type", "object_id"),)
