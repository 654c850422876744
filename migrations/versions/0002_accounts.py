"""Organisations, people and how they log in; what stops guessing and repeated requests."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002_accounts"
down_revision = "0001_kernel_and_notices"
branch_labels = None
depends_on = None

KINDS = "kind IN ('municipality', 'partner', 'region', 'adviser')"
SUB_KINDS = "sub_kind IS NULL OR kind = 'partner'"
EMAIL = "lower case; a machine account has none"
SCOPES = "scope IN ('read', 'write')"
MACHINES = {
    "ck_person_machine_has_no_email": "is_machine = (email IS NULL)",
    "ck_person_machine_has_no_password": "NOT is_machine OR (password_hash = '' AND role = 'project_leader')",
}


def bridge() -> None:
    """Add to a database of commit c986f87 what came since."""
    with op.batch_alter_table("organisation") as table:
        table.add_column(sub_kind())
        table.add_column(version())
        table.drop_constraint(op.f("ck_organisation_kind"), type_="check")
        table.create_check_constraint(op.f("ck_organisation_kind"), KINDS)
        table.create_check_constraint(op.f("ck_organisation_sub_kind"), SUB_KINDS)
    create_join_request()
    with op.batch_alter_table("person") as table:
        table.add_column(is_machine())
        table.alter_column(
            "email", existing_type=sa.String(length=254), nullable=True, comment=EMAIL, existing_comment="lower case"
        )
        for name, rule in MACHINES.items():
            table.create_check_constraint(op.f(name), rule)
    with op.batch_alter_table("api_token") as table:
        for column in reach_of_a_token():
            table.add_column(column)
        table.create_foreign_key(op.f("fk_api_token_organisation_id_organisation"), "organisation", ["organisation_id"], ["id"])
        table.create_check_constraint(op.f("ck_api_token_scope"), SCOPES)


def is_machine() -> sa.Column[Any]:
    """Whether an account is a program's."""
    return sa.Column(
        "is_machine", sa.Boolean(), server_default=sa.false(), nullable=False, comment="a program: no mail, no password"
    )


def reach_of_a_token() -> list[sa.Column[Any]]:
    """What a token is good for, for whom alone, and until when."""
    return [
        sa.Column("scope", sa.String(length=10), server_default="write", nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="for which alone it acts"),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="last day on which it works"),
    ]


def sub_kind() -> sa.Column[Any]:
    """What sort of partner an organisation is."""
    return sa.Column("sub_kind", sa.String(length=20), nullable=True, comment="what sort of partner")


def version() -> sa.Column[Any]:
    """How often an organisation was changed."""
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="goes up with every change")


def create_join_request() -> None:
    """Create the table of organisations that ask to join."""
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_name", sa.String(length=120), nullable=False),
        sa.Column("sub_kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="lower case"),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False, comment="in which the answer is written"),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was declined"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="what it became"),
        sa.CheckConstraint("status IN ('waiting', 'accepted', 'declined')", name=op.f("ck_join_request_status")),
        sa.CheckConstraint(
            "(status = 'accepted') = (organisation_id IS NOT NULL)", name=op.f("ck_join_request_accepted_has_organisation")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_join_request_decided_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_join_request_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    op.create_index(op.f("ix_join_request_email"), "join_request", ["email"])
    op.create_index(op.f("ix_join_request_status"), "join_request", ["status"])


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_key", sa.String(length=120), nullable=False, comment="the name folded: the databases have no Dutch collation"
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sub_kind(),
        sa.Column("code", sa.String(length=10), nullable=True, comment="CBS code of a municipality, such as GM0164"),
        sa.Column("main_place", sa.String(length=80), nullable=False),
        sa.Column("main_lat", sa.Double(), nullable=False),
        sa.Column("main_lon", sa.Double(), nullable=False),
        sa.Column("email_domain", sa.String(length=120), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        version(),
        sa.CheckConstraint(KINDS, name=op.f("ck_organisation_kind")),
        sa.CheckConstraint(SUB_KINDS, name=op.f("ck_organisation_sub_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True, comment=EMAIL),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        is_machine(),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("role IN ('project_leader', 'coordinator', 'reviewer', 'admin')", name=op.f("ck_person_role")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        *(sa.CheckConstraint(rule, name=op.f(name)) for name, rule in MACHINES.items()),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"])
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False, comment="browser, shown to the person alone"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_session_digest")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        *reach_of_a_token(),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(SCOPES, name=op.f("ck_api_token_scope")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_api_token_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_invitation_invited_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_reset_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
    )
    op.create_index(op.f("ix_password_reset_person_id"), "password_reset", ["person_id"])
    op.create_table(
        "failed_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "key", sa.String(length=80), nullable=False, comment="what is counted: a digest of the account or of the address"
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_attempt")),
    )
    op.create_index("ix_failed_attempt_key", "failed_attempt", ["key", "at"])
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 over method, path and body"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.String(length=80), nullable=True),
        sa.Column("location", sa.String(length=500), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idempotency_key_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("person_id", "key", name="uq_idempotency_key_person_id_key"),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])
    op.create_table(
        "kept_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "path", sa.String(length=400), nullable=False, comment="of the page with the form, in the language of the page"
        ),
        sa.Column(
            "fields", sa.Text(), nullable=False, comment="name to what was typed under it, in order; never a password or a file"
        ),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_form_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
    )
    op.create_index(op.f("ix_kept_form_kept_at"), "kept_form", ["kept_at"])
    op.create_index(op.f("ix_kept_form_person_id"), "kept_form", ["person_id"])
    create_join_request()


def downgrade() -> None:
    op.drop_table("join_request")
    op.drop_table("kept_form")
    op.drop_table("idempotency_key")
    op.drop_table("failed_attempt")
    op.drop_table("password_reset")
    op.drop_table("invitation")
    op.drop_table("api_token")
    op.drop_table("web_session")
    op.drop_table("person")
    op.drop_table("organisation")
