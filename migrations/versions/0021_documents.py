"""Papers of lots, opinions of advisers, and lifted rules. The last two never change or go: triggers refuse it on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "0021_documents"
down_revision = "0018_published_reports"
branch_labels = None
depends_on = None

APPEND_ONLY = ("opinion", "gate_lift")


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def create_paper() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False, comment="slug of a paper kind of the reference data"),
        sa.Column("number", sa.String(length=80), nullable=False, comment="as its issuer wrote on it; empty: it has none"),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True, comment="last day on which it counts; empty: it does not expire"),
        sa.Column("file", sa.String(length=70), nullable=False, comment="SHA-256 in hex and .pdf or .webp"),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose it is: the owner of the lot"),
        sa.Column("added_by_id", sa.Integer(), nullable=True, comment="person; empty: a machine of the bank itself"),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_id", sa.Integer(), nullable=True, comment="the paper in whose place it came"),
        sa.Column("removed_at", sa.DateTime(), nullable=True, comment="taken away; counts no more, and stays readable"),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_days", sa.Integer(), nullable=True, comment="days before its end of which its owner was told last"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name=op.f("ck_paper_period")),
        sa.CheckConstraint("size_bytes > 0 AND pages > 0", name=op.f("ck_paper_not_empty")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_paper_listing_id_listing"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_paper_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_paper_listing", "paper", ["listing_id", "removed_at"])
    op.create_index("ix_paper_expiry", "paper", ["valid_until", "removed_at"])


def create_opinion() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who gave it"),
        sa.Column("verdict", sa.String(length=11), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False, comment="slug of a gate; empty: the lot as a whole"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('positive', 'negative', 'conditional')", name=op.f("ck_opinion_verdict")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_opinion_listing_id_listing")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_opinion_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index(op.f("ix_opinion_listing_id"), "opinion", ["listing_id"])


def create_gate_lift() -> None:
    op.create_table(
        "gate_lift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False, comment="slug of a gate"),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who lifted it"),
        sa.Column("lifted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_gate_lift_listing_id_listing")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_gate_lift_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_gate_lift_paper_id_paper")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_lift")),
    )
    op.create_index(op.f("ix_gate_lift_listing_id"), "gate_lift", ["listing_id"])


def upgrade() -> None:
    create_paper()
    create_opinion()
    create_gate_lift()
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only")
    op.drop_table("paper")
