"""Reports that were published, and restatements. Neither ever changes or goes: triggers refuse it on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "0018_published_reports"
down_revision = "0017_imports"
branch_labels = None
depends_on = None

APPEND_ONLY = ("published_report", "restatement")


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


def upgrade() -> None:
    op.create_table(
        "published_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False, comment="of the municipality; empty: the region"),
        sa.Column("name", sa.String(length=120), nullable=False, comment="of the municipality as it was; empty: the region"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="empty: the region"),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … of this year and this municipality"),
        sa.Column("adopted", sa.Integer(), nullable=False, comment="how many municipalities had adopted the year"),
        sa.Column("pdf_file", sa.String(length=70), nullable=False, comment="SHA-256 in hex and .pdf"),
        sa.Column("xlsx_file", sa.String(length=70), nullable=False, comment="SHA-256 in hex and .xlsx"),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=False, comment="the last row of the ledger at that moment"),
        sa.Column("ledger_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True, comment="empty: the operator at the console"),
        sa.CheckConstraint("(slug = '') = (organisation_id IS NULL)", name=op.f("ck_published_report_region_has_no_slug")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_published_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_report")),
        sa.UniqueConstraint("year", "slug", "number", name=op.f("uq_published_report_year_slug_number")),
    )
    op.create_table(
        "restatement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=False, comment="the last row of the ledger at that moment"),
        sa.Column("ledger_hash", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False, comment="booked and restated: in all, and by material group"),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True, comment="empty: the operator at the console"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restatement")),
        sa.UniqueConstraint("year", "factor_version", "ledger_seq", name=op.f("uq_restatement_year_factor_version_ledger_seq")),
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only")
