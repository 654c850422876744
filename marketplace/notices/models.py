"""Notices, who gets them by mail, what was read, and the audit.

People and organisations are named by id only: this room lies below accounts.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, UtcDateTime


class NoticeRow(Base):
    """One thing to tell, written in the transaction that made it so. To a person, an organisation, or an address without an account.

    It stands in the inbox at once; the worker spreads it over deliveries, one for each reader who wants mail.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(Json, comment="ids and plain values for the template; no secret")
    person_id: Mapped[int | None] = mapped_column(comment="recipient")
    organisation_id: Mapped[int | None] = mapped_column(comment="recipient organisation: everyone who works on transfers there")
    email: Mapped[str | None] = mapped_column(String(254), comment="recipient without an account: an invitation")
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spread_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when its deliveries were made; empty: not yet")
    is_history: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="loaded from before: counts as read, and nobody wants mail about it"
    )

    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR organisation_id IS NOT NULL OR email IS NOT NULL", name="has_recipient"),
        Index("ix_notice_spread", "spread_at", "id"),
        Index("ix_notice_person", "person_id", "id"),
        Index("ix_notice_organisation", "organisation_id", "id"),
    )


class DeliveryRow(Base):
    """One notice by mail to one reader. Made exactly once, sent at least once; `digest` names the letter in which it goes along."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    person_id: Mapped[int | None]
    email: Mapped[str | None] = mapped_column(String(254), comment="reader without an account")
    cadence: Mapped[str] = mapped_column(String(7))
    digest: Mapped[int | None] = mapped_column(comment="first delivery of the digest that this one belongs to")
    state: Mapped[str] = mapped_column(String(7), default="waiting")
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="from when it should have gone out")
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="a worker is busy with it until then")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="given up: an administrator looks at it")
    last_error: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        UniqueConstraint("notice_id", "person_id", name="uq_delivery_person"),
        UniqueConstraint("notice_id", "email", name="uq_delivery_email"),
        CheckConstraint("person_id IS NOT NULL OR email IS NOT NULL", name="has_reader"),
        CheckConstraint("cadence IN ('at_once', 'daily', 'weekly')", name="cadence"),
        CheckConstraint("state IN ('waiting', 'sent', 'dead', 'dropped')", name="state"),
        Index("ix_delivery_due", "state", "next_try_at"),
        Index("ix_delivery_reader", "person_id", "state"),
        Index("ix_delivery_digest", "digest"),
    )


class ReaderRow(Base):
    """One reader: up to which notice everything counts as read, and the last digest's time."""

    __tablename__ = "notice_reader"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    read_until: Mapped[int] = mapped_column(default=0, comment="id of a notice: it and everything before it is read")
    read_until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReadRow(Base):
    """One notice that one reader has opened."""

    __tablename__ = "notice_read"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notice_read_notice_id", "notice_id"),)


class PreferenceRow(Base):
    """How often one person wants mail of one kind; without a row it goes as by default."""

    __tablename__ = "notice_preference"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    cadence: Mapped[str] = mapped_column(String(7))

    __table_args__ = (CheckConstraint("cadence IN ('at_once', 'daily', 'weekly', 'never')", name="cadence"),)


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
