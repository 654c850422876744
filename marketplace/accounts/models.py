"""Organisations and people, and how a person is identified. By session, token, invitation or password reset."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.kernel.db import Base, Json, UtcDateTime


class Organisation(Base):
    """A municipality, a partner, an adviser or the region. Closed, not removed: history points here by id and slug."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(120), comment="the name folded: the databases have no Dutch collation")
    kind: Mapped[str] = mapped_column(String(20))
    sub_kind: Mapped[str | None] = mapped_column(String(20), comment="what sort of partner")
    code: Mapped[str | None] = mapped_column(String(10), comment="CBS code of a municipality, such as GM0164")
    main_place: Mapped[str] = mapped_column(String(80))
    main_lat: Mapped[float]
    main_lon: Mapped[float]
    email_domain: Mapped[str | None] = mapped_column(String(120))
    alert_email: Mapped[str | None] = mapped_column(
        String(254), comment="of an adviser: where a recall is mailed beside its people"
    )
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1", comment="goes up with every change")

    __table_args__ = (
        CheckConstraint("kind IN ('municipality', 'partner', 'region', 'adviser')", name="kind"),
        CheckConstraint("sub_kind IS NULL OR kind = 'partner'", name="sub_kind"),
    )

    @property
    def is_municipality(self) -> bool:
        """Whether this is one of the municipalities whose goals are counted."""
        return self.kind == OrganisationKind.MUNICIPALITY


class JoinRequest(Base):
    """An organisation that asks to join as a partner. Accepting it makes the organisation and invites the asker as its coordinator."""

    __tablename__ = "join_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_name: Mapped[str] = mapped_column(String(120))
    sub_kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), index=True, comment="lower case")
    message: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(2), comment="in which the answer is written")
    status: Mapped[str] = mapped_column(String(10), index=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, comment="why it was declined")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="what it became")

    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'accepted', 'declined')", name="status"),
        CheckConstraint("(status = 'accepted') = (organisation_id IS NOT NULL)", name="accepted_has_organisation"),
    )


class Person(Base):
    """A person in one organisation, or a machine account of it. Deactivated, not removed: history points here by id."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True, comment="lower case; a machine account has none")
    name: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    phone: Mapped[str] = mapped_column(String(16), default="", server_default="", comment="+31655551234; empty: none")
    phone_shown: Mapped[str] = mapped_column(String(8), default="never", server_default="never", comment="to whom")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_machine: Mapped[bool] = mapped_column(default=False, server_default=false(), comment="a program: no mail, no password")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        CheckConstraint("role IN ('project_leader', 'coordinator', 'reviewer', 'admin')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("phone_shown IN ('never', 'transfer', 'members')", name="phone_shown"),
        CheckConstraint("is_machine = (email IS NULL)", name="machine_has_no_email"),
        CheckConstraint("NOT is_machine OR (password_hash = '' AND role = 'project_leader')", name="machine_has_no_password"),
    )

    @property
    def is_coordinator(self) -> bool:
        """Whether this person looks after the people and places of the organisation."""
        return self.role == Role.COORDINATOR


class WebSession(Base):
    """A signed-in browser. The cookie holds 256 random bits; only their SHA-256 is stored here."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="", comment="browser, shown to the person alone")


class ApiToken(Base):
    """A bearer token of a person or a machine account; only its SHA-256 is stored."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(10), default="write", server_default="write")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="for which alone it acts")
    expires_on: Mapped[date | None] = mapped_column(comment="last day on which it works")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("scope IN ('read', 'write')", name="scope"),)


class Invitation(Base):
    """A seat reserved for an address. The link is signed over this row's id and nonce; it works once and expires."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(20))
    nonce: Mapped[str] = mapped_column(String(64))
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class PasswordReset(Base):
    """A forgotten password; the link works once, for an hour."""

    __tablename__ = "password_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FailedAttempt(Base):
    """A failed log-in or token, counted per account and per address over fifteen minutes."""

    __tablename__ = "failed_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), comment="what is counted: a digest of the account or of the address")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_failed_attempt_key", "key", "at"),)


class IdempotencyKey(Base):
    """A write made under a client's key, with its answer; stored for 24 hours."""

    __tablename__ = "idempotency_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64), comment="SHA-256 over method, path and body")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int | None]
    content_type: Mapped[str | None] = mapped_column(String(80))
    location: Mapped[str | None] = mapped_column(String(500))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("person_id", "key", name="uq_idempotency_key_person_id_key"),)


class KeptForm(Base):
    """What somebody had typed in a form when their session ended. Shown to them again after log-in; stored for 24 hours."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(400), comment="of the page with the form, in the language of the page")
    fields: Mapped[dict[str, Any]] = mapped_column(
        Json, comment="name to what was typed under it, in order; never a password or a file"
    )
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
