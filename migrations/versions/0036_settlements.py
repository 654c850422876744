"""What a quarter of a depot came to, kept when the quarter closes: names and weights that change later change nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0036_settlements"
down_revision = "0038_planned"
branch_labels = None
depends_on = None

TABLE = "depot_settlement"


def refuse_changes() -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {TABLE}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{TABLE} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_append_only()"
    )


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False, comment="2026-K3"),
        sa.Column("depot_name", sa.String(length=120), nullable=False, comment="its name then"),
        sa.Column(
            "rows",
            sa.Text(),
            nullable=False,
            comment="of each lot, stay and price, as `depots/queries/costs.py` writes them",
        ),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_settlement_depot_id_depot")),
        sa.PrimaryKeyConstraint("depot_id", "quarter", name=op.f("pk_depot_settlement")),
    )
    refuse_changes()


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {TABLE}_append_only()")
