"""Mail per reader instead of per notice, what was read in the inbox, how often each kind is mailed, and when a saved search was looked at.

What was sent or given up before counts as history; what still waited is spread anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OLD = [
    sa.Column("leased_until", sa.DateTime(), nullable=True, comment="a worker is busy with it until then"),
    sa.Column("next_try_at", sa.DateTime(), nullable=False, server_default="2000-01-01 00:00:00"),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("sent_at", sa.DateTime(), nullable=True),
    sa.Column("dead_at", sa.DateTime(), nullable=True, comment="given up: an administrator looks at it"),
    sa.Column("last_error", sa.String(length=500), nullable=True),
]
SPREAD = """
    UPDATE notice SET spread_at = coalesce(sent_at, dead_at), is_history = :yes WHERE sent_at IS NOT NULL OR dead_at IS NOT NULL
"""
DEAD = """
    INSERT INTO delivery (notice_id, person_id, email, cadence, state, due_at, next_try_at, attempts, dead_at, last_error)
    SELECT id, person_id, CASE WHEN person_id IS NULL THEN email END, 'at_once', 'dead', created_at, next_try_at, attempts, dead_at,
           last_error
    FROM notice WHERE dead_at IS NOT NULL AND sent_at IS NULL AND (person_id IS NOT NULL OR email IS NOT NULL)
"""


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True, comment="reader without an account"),
        sa.Column("cadence", sa.String(length=7), nullable=False),
        sa.Column("digest", sa.Integer(), nullable=True, comment="first delivery of the digest that this one belongs to"),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False, comment="from when it should have gone out"),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("leased_until", sa.DateTime(), nullable=True, comment="a worker is busy with it until then"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("dead_at", sa.DateTime(), nullable=True, comment="given up: an administrator looks at it"),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR email IS NOT NULL", name=op.f("ck_delivery_has_reader")),
        sa.CheckConstraint("cadence IN ('at_once', 'daily', 'weekly')", name=op.f("ck_delivery_cadence")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead', 'dropped')", name=op.f("ck_delivery_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id_notice"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "person_id", name="uq_delivery_person"),
        sa.UniqueConstraint("notice_id", "email", name="uq_delivery_email"),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "next_try_at"])
    op.create_index("ix_delivery_reader", "delivery", ["person_id", "state"])
    op.create_index("ix_delivery_digest", "delivery", ["digest"])
    op.create_table(
        "notice_reader",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_until", sa.Integer(), nullable=False, comment="id of a notice: it and everything before it is read"),
        sa.Column("read_until_at", sa.DateTime(), nullable=True),
        sa.Column("digest_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_reader")),
    )
    op.create_table(
        "notice_read",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("notice_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_read_notice_id_notice"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "notice_id", name=op.f("pk_notice_read")),
    )
    op.create_index("ix_notice_read_notice_id", "notice_read", ["notice_id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cadence", sa.String(length=7), nullable=False),
        sa.CheckConstraint("cadence IN ('at_once', 'daily', 'weekly', 'never')", name=op.f("ck_notice_preference_cadence")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_preference")),
    )
    op.add_column(
        "notice",
        sa.Column("spread_at", sa.DateTime(), nullable=True, comment="when its deliveries were made; empty: not yet"),
    )
    history = "loaded from before: counts as read, and nobody wants mail about it"
    op.add_column("notice", sa.Column("is_history", sa.Boolean(), nullable=False, server_default=sa.false(), comment=history))
    op.execute(sa.text(SPREAD).bindparams(yes=True))
    op.execute(DEAD)
    op.drop_index("ix_notice_due", table_name="notice")
    for column in OLD:
        op.drop_column("notice", column.name)
    op.create_index("ix_notice_spread", "notice", ["spread_at", "id"])
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    op.create_index("ix_notice_organisation", "notice", ["organisation_id", "id"])
    op.add_column(
        "saved_search",
        sa.Column(
            "looked_until", sa.DateTime(), nullable=True, comment="lots published until then have been told; empty: none yet"
        ),
    )


def downgrade() -> None:
    op.drop_column("saved_search", "looked_until")
    for name in ("organisation", "person", "spread"):
        op.drop_index(f"ix_notice_{name}", table_name="notice")
    for column in OLD:
        op.add_column("notice", column)
    op.execute("UPDATE notice SET sent_at = spread_at")
    op.drop_column("notice", "is_history")
    op.drop_column("notice", "spread_at")
    op.create_index("ix_notice_due", "notice", ["sent_at", "dead_at", "next_try_at"])
    op.drop_table("notice_preference")
    op.drop_index("ix_notice_read_notice_id", table_name="notice_read")
    op.drop_table("notice_read")
    op.drop_table("notice_reader")
    for name in ("digest", "reader", "due"):
        op.drop_index(f"ix_delivery_{name}", table_name="delivery")
    op.drop_table("delivery")
