"""How the lines of a plan get where they go, through a depot too, and what a plan costs; and the prices of hauling as reference rows."""

import sqlalchemy as sa
from alembic import op

revision = "0053_plan_journeys"
down_revision = "0055_plan_gaps"
branch_labels = None
depends_on = None

TABLES = ("plan_journey", "plan_cost")
KINDS = "kind IN ('group', 'material', 'hazard', 'transport', 'field_set', 'field', 'gate', 'paper_kind', 'notification', 'threshold')"
MORE_KINDS = f"{KINDS[:-1]}, 'haul_price')"


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


def create_plan_journey() -> None:
    op.create_table(
        "plan_journey",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False, comment="when its owner hands it over, to a depot or to the need"),
        sa.Column(
            "waits_days", sa.Integer(), nullable=False, comment="before that where it goes straight, in the depot where not"
        ),
        sa.Column("depot_id", sa.Integer(), nullable=True, comment="where it waits; empty: at its owner’s"),
        sa.Column(
            "to_depot_km", sa.Integer(), nullable=True, comment="whole kilometres as the crow flies; empty: it goes straight"
        ),
        sa.Column("from_depot_km", sa.Integer(), nullable=True, comment="the second leg"),
        sa.Column("storage_cents", sa.BigInteger(), nullable=True, comment="of waiting in a depot; empty: no price is known"),
        sa.Column("transport_cents", sa.BigInteger(), nullable=True, comment="empty: no price is known"),
        sa.Column("handling_cents", sa.BigInteger(), nullable=True, comment="empty: no price is known"),
        sa.Column(
            "certainty",
            sa.String(length=12),
            nullable=True,
            comment="of a planned lot's days as of the plan; empty: it was there",
        ),
        sa.CheckConstraint("waits_days >= 0", name=op.f("ck_plan_journey_waits")),
        sa.CheckConstraint(
            "certainty IN ('idea', 'budgeted', 'tendered', 'in_execution')", name=op.f("ck_plan_journey_certainty")
        ),
        sa.CheckConstraint(
            "(to_depot_km IS NULL) = (from_depot_km IS NULL) AND "
            "(to_depot_km IS NULL OR (depot_id IS NOT NULL AND waits_days > 0 AND to_depot_km >= 0 AND from_depot_km >= 0))",
            name=op.f("ck_plan_journey_two_legs"),
        ),
        sa.CheckConstraint(
            "depot_id IS NOT NULL OR (storage_cents IS NOT NULL AND storage_cents = 0)",
            name=op.f("ck_plan_journey_owner_asks_nothing"),
        ),
        sa.CheckConstraint(
            "(storage_cents IS NULL OR storage_cents >= 0) AND (transport_cents IS NULL) = (handling_cents IS NULL) AND "
            "(transport_cents IS NULL OR (transport_cents >= 0 AND handling_cents >= 0))",
            name=op.f("ck_plan_journey_cents"),
        ),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_plan_journey_depot_id_depot")),
        sa.ForeignKeyConstraint(
            ["run_id", "number"], ["plan_line.run_id", "plan_line.number"], name=op.f("fk_plan_journey_run_id_number_plan_line")
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_plan_journey")),
    )


def create_plan_cost() -> None:
    op.create_table(
        "plan_cost",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("euros_per_tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("euros_per_transfer", sa.BigInteger(), nullable=False),
        sa.Column(
            "is_verified", sa.Boolean(), nullable=False, comment="whether a source was read for them; else they are examples"
        ),
        sa.Column("transport_cents", sa.BigInteger(), nullable=False),
        sa.Column("handling_cents", sa.BigInteger(), nullable=False),
        sa.Column("storage_cents", sa.BigInteger(), nullable=False, comment="of the lines of which it is known"),
        sa.Column("unpriced_lines", sa.Integer(), nullable=False, comment="that wait in a depot without a price"),
        sa.Column("base_transport_cents", sa.BigInteger(), nullable=False, comment="of first come, first served"),
        sa.Column("base_handling_cents", sa.BigInteger(), nullable=False, comment="of first come, first served"),
        sa.CheckConstraint("euros_per_tonne_km >= 0 AND euros_per_transfer >= 0", name=op.f("ck_plan_cost_prices")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_cost_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_plan_cost")),
    )


def set_kinds(kinds: str, *, no_prices: bool = False) -> None:
    """Say which kinds of reference rows there are.

    The table is kept as it is by triggers. SQLite copies it to change it, and leaves them behind.
    """
    if is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER reference_row_no_{verb}")
    else:
        op.execute("ALTER TABLE reference_row DISABLE TRIGGER reference_row_no_change")
    if no_prices:
        op.execute("DELETE FROM reference_row WHERE kind = 'haul_price'")
    with op.batch_alter_table("reference_row") as table:
        table.drop_constraint(op.f("ck_reference_row_kind"), type_="check")
        table.create_check_constraint(op.f("ck_reference_row_kind"), kinds)
    if is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER reference_row_no_{verb.lower()} BEFORE {verb} ON reference_row "
                "BEGIN SELECT RAISE(ABORT, 'reference_row is append-only'); END"
            )
    else:
        op.execute("ALTER TABLE reference_row ENABLE TRIGGER reference_row_no_change")


def upgrade() -> None:
    create_plan_journey()
    create_plan_cost()
    for table in TABLES:
        refuse_changes(table)
    set_kinds(MORE_KINDS)


def downgrade() -> None:
    set_kinds(KINDS, no_prices=True)
    for table in reversed(TABLES):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
