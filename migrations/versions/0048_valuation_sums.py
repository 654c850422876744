"""What a valuation found by class of asset and method, so that its pages read some rows and not all its lines.

And from when a table of prices counts, so that it can be looked at before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048_valuation_sums"
down_revision = "0044_answered_at"
branch_labels = None
depends_on = None

TABLES = ("valuation_sum", "price_table_use")
MOVED = ("opening", "new", "price", "counted", "known", "released", "lost")


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


def create_valuation_sum() -> None:
    """Filled with what the runs before found."""
    op.create_table(
        "valuation_sum",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=11), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False, comment="of which something was there"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=False),
        *(sa.Column(f"{name}_cents", sa.BigInteger(), nullable=False) for name in MOVED),
        sa.CheckConstraint("method IN ('exchanges', 'price_table', 'appraisal', 'none')", name=op.f("ck_valuation_sum_method")),
        sa.CheckConstraint("method <> 'none' OR value_cents = 0", name=op.f("ck_valuation_sum_no_value_adds_nothing")),
        sa.CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents = value_cents",
            name=op.f("ck_valuation_sum_adds_up"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["valuation_run.id"], name=op.f("fk_valuation_sum_run_id_valuation_run")),
        sa.PrimaryKeyConstraint("run_id", "kind", "method", name=op.f("pk_valuation_sum")),
    )
    op.execute(
        "INSERT INTO valuation_sum (run_id, kind, method, parts, mass_kg, value_cents, opening_cents, new_cents, price_cents, "
        "counted_cents, known_cents, released_cents, lost_cents) "
        "SELECT line.run_id, asset.kind, line.method, COUNT(CASE WHEN line.quantity > 0 THEN 1 END), SUM(line.mass_kg), "
        "COALESCE(SUM(line.value_cents), 0), SUM(line.opening_cents), SUM(line.new_cents), SUM(line.price_cents), "
        "SUM(line.counted_cents), SUM(line.known_cents), SUM(line.released_cents), SUM(line.lost_cents) "
        "FROM valuation_line line JOIN valuation_totals totals ON totals.run_id = line.run_id "
        "JOIN asset_item item ON item.id = line.item_id JOIN asset ON asset.id = item.asset_id "
        "GROUP BY line.run_id, asset.kind, line.method"
    )


def create_price_table_use() -> None:
    """Every table that was loaded before counted from then on."""
    op.create_table(
        "price_table_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who took it into use; empty after leaving"),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["table_id"], ["price_table.id"], name=op.f("fk_price_table_use_table_id_price_table")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_table_use")),
    )
    op.create_index(op.f("ix_price_table_use_table_id"), "price_table_use", ["table_id"], unique=False)
    op.execute(
        "INSERT INTO price_table_use (table_id, person_id, used_at) SELECT id, person_id, loaded_at FROM price_table ORDER BY id"
    )


def upgrade() -> None:
    create_valuation_sum()
    create_price_table_use()
    for table in TABLES:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
