"""What a plan leaves over and what would help, loads that go back, and what of a saving is a line's."""

import sqlalchemy as sa
from alembic import op

revision = "0055_plan_gaps"
down_revision = "0054_thresholds"
branch_labels = None
depends_on = None

TABLES = ("plan_gap", "plan_way", "plan_return")
UNITS = "'piece', 'm', 'm2', 'm3', 'tonne', 'kg'"


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


def add_columns() -> None:
    """Columns of plan_line one by one: copying the table would lose its triggers."""
    for column in (
        sa.Column("first_day", sa.Date(), nullable=True, comment="on which it can be handed over; empty: it waits in between"),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("share_tonne_km", sa.BigInteger(), nullable=True, comment="its part of what is saved, by mass"),
        sa.Column("share_kg", sa.BigInteger(), nullable=True, comment="its part of what is served more"),
    ):
        op.add_column("plan_line", column)


def create_plan_gap() -> None:
    op.create_table(
        "plan_gap",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="that was open when the plan was made"),
        sa.Column("left", sa.BigInteger(), nullable=False, comment="that stays"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("left_kg", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("side IN ('need', 'lot')", name=op.f("ck_plan_gap_side")),
        sa.CheckConstraint(
            "(side = 'need') = (demand_id IS NOT NULL) AND (side = 'lot') = (listing_id IS NOT NULL)",
            name=op.f("ck_plan_gap_one"),
        ),
        sa.CheckConstraint('"left" > 0 AND "left" <= quantity', name=op.f("ck_plan_gap_something_is_left")),
        sa.CheckConstraint(f"unit IN ({UNITS})", name=op.f("ck_plan_gap_unit")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_plan_gap_demand_id_demand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_plan_gap_listing_id_listing")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_plan_gap_material_id_material")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_plan_gap_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_gap_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_plan_gap")),
    )
    op.create_index("ix_plan_gap_side", "plan_gap", ["run_id", "side", "left_kg"], unique=False)


def create_plan_way() -> None:
    op.create_table(
        "plan_way",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gap", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=9), nullable=False),
        sa.Column("short", sa.BigInteger(), nullable=False, comment="km, steps of condition, days, answers or units of the lot"),
        sa.Column("day", sa.Date(), nullable=True, comment="from or until which it is there, or its turn opens"),
        sa.Column("detail", sa.String(length=60), nullable=False, comment="the condition it has, or the field that differs"),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False, comment="the other side"),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="taken of the lot"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("covers", sa.BigInteger(), nullable=False, comment="what that gives of the need"),
        sa.Column("covers_unit", sa.String(length=5), nullable=False),
        sa.Column("distance_km", sa.Integer(), nullable=False, comment="whole kilometres as the crow flies"),
        sa.CheckConstraint(
            "step IN ('distance', 'condition', 'later', 'earlier', 'field', 'part', 'turn')", name=op.f("ck_plan_way_step")
        ),
        sa.CheckConstraint("quantity > 0 AND covers > 0", name=op.f("ck_plan_way_more_than_nothing")),
        sa.CheckConstraint("(step IN ('later', 'earlier', 'turn')) = (day IS NOT NULL)", name=op.f("ck_plan_way_day")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_plan_way_demand_id_demand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_plan_way_listing_id_listing")),
        sa.ForeignKeyConstraint(["other_id"], ["organisation.id"], name=op.f("fk_plan_way_other_id_organisation")),
        sa.ForeignKeyConstraint(
            ["run_id", "gap"], ["plan_gap.run_id", "plan_gap.number"], name=op.f("fk_plan_way_run_id_gap_plan_gap")
        ),
        sa.PrimaryKeyConstraint("run_id", "gap", "number", name=op.f("pk_plan_way")),
    )


def create_plan_return() -> None:
    op.create_table(
        "plan_return",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("there", sa.Integer(), autoincrement=False, nullable=False, comment="the number of a line"),
        sa.Column("back", sa.Integer(), nullable=False, comment="the number of the line the other way"),
        sa.Column("first_day", sa.Date(), nullable=False, comment="Monday of the first week that they share"),
        sa.Column("last_day", sa.Date(), nullable=False, comment="Sunday of the last"),
        sa.Column("apart_km", sa.BigInteger(), nullable=False, comment="by road, each out and back"),
        sa.Column("together_km", sa.BigInteger(), nullable=False, comment="by road, one round of both"),
        sa.CheckConstraint("together_km < apart_km", name=op.f("ck_plan_return_saves")),
        sa.ForeignKeyConstraint(
            ["run_id", "there"], ["plan_line.run_id", "plan_line.number"], name=op.f("fk_plan_return_run_id_there_plan_line")
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "back"], ["plan_line.run_id", "plan_line.number"], name=op.f("fk_plan_return_run_id_back_plan_line")
        ),
        sa.PrimaryKeyConstraint("run_id", "there", name=op.f("pk_plan_return")),
        sa.UniqueConstraint("run_id", "back", name=op.f("uq_plan_return_run_id_back")),
    )


def upgrade() -> None:
    add_columns()
    create_plan_gap()
    create_plan_way()
    create_plan_return()
    for table in TABLES:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
    for column in ("share_kg", "share_tonne_km", "last_day", "first_day"):
        op.drop_column("plan_line", column)
