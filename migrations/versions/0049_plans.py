"""The regional plan: what was asked for, what it came to, its lines, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0049_plans"
down_revision = "0046_announced_lots"
branch_labels = None
depends_on = None

TABLES = ("plan_run", "plan_result", "plan_line", "plan_answer")


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


def create_plan_run() -> None:
    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False, comment="whose turns, periods and confirmations count"),
        sa.Column("objective", sa.String(length=10), nullable=False, comment="what is kept low among the ways to serve the most"),
        sa.Column(
            "has_floors",
            sa.Boolean(),
            nullable=False,
            comment="whether nobody gets less than first come, first served would give",
        ),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="the long task that makes it"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asked for it; empty: the clock, or after leaving"),
        sa.CheckConstraint("objective IN ('kilometres', 'carbon', 'cost')", name=op.f("ck_plan_run_objective")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
    )
    op.create_index(op.f("ix_plan_run_task_id"), "plan_run", ["task_id"], unique=False)


def create_plan_result() -> None:
    op.create_table(
        "plan_result",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of all that was decided about"),
        sa.Column("solver", sa.String(length=40), nullable=False, comment="name and version of what solved it"),
        sa.Column("lots", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False, comment="lots that may serve a need"),
        sa.Column("lines", sa.Integer(), nullable=False, comment="transfers"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("base_lines", sa.Integer(), nullable=False, comment="of first come, first served"),
        sa.Column("base_mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("base_tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("even_tonne_km", sa.BigInteger(), nullable=False, comment="of the best plan that moves as much as first come"),
        sa.Column("unbound_tonne_km", sa.BigInteger(), nullable=False, comment="of the plan without floors"),
        sa.Column("is_proven", sa.Boolean(), nullable=False, comment="that no way serves more, or as much at less cost"),
        sa.Column("mass_bound_kg", sa.BigInteger(), nullable=False, comment="no way serves more than this"),
        sa.Column(
            "cost_gap_ppm", sa.Integer(), nullable=False, comment="by how much less it might cost, in millionths of the bound"
        ),
        sa.Column("has_fewest", sa.Boolean(), nullable=False, comment="whether fewer transfers were proven to be impossible"),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_result_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_plan_result")),
    )


def create_plan_line() -> None:
    op.create_table(
        "plan_line",
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="taken of the lot"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("covers", sa.BigInteger(), nullable=False, comment="what that gives of the need"),
        sa.Column("covers_unit", sa.String(length=5), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("distance_km", sa.Integer(), nullable=False, comment="whole kilometres as the crow flies"),
        sa.Column("road_km", sa.BigInteger(), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("net_kgco2e", sa.BigInteger(), nullable=True, comment="what is saved; empty: not known"),
        sa.Column("is_unsure", sa.Boolean(), nullable=False, comment="something that is asked of the material is not known"),
        sa.Column("why", sa.String(length=4), nullable=False, comment="same, less or more"),
        sa.Column(
            "instead_of_id", sa.Integer(), nullable=True, comment="the need that first come, first served would give it to"
        ),
        sa.Column("saved_tonne_km", sa.BigInteger(), nullable=False, comment="by this line and those that change with it"),
        sa.Column("more_kg", sa.BigInteger(), nullable=False, comment="that is served by them together"),
        sa.CheckConstraint(
            "unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg') AND covers_unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')",
            name=op.f("ck_plan_line_unit"),
        ),
        sa.CheckConstraint("why IN ('same', 'less', 'more')", name=op.f("ck_plan_line_why")),
        sa.CheckConstraint("quantity > 0 AND covers > 0", name=op.f("ck_plan_line_more_than_nothing")),
        sa.ForeignKeyConstraint(["asker_id"], ["organisation.id"], name=op.f("fk_plan_line_asker_id_organisation")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_plan_line_demand_id_demand")),
        sa.ForeignKeyConstraint(["instead_of_id"], ["demand.id"], name=op.f("fk_plan_line_instead_of_id_demand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_plan_line_listing_id_listing")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_plan_line_material_id_material")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_plan_line_owner_id_organisation")),
        sa.ForeignKeyConstraint(["run_id"], ["plan_run.id"], name=op.f("fk_plan_line_run_id_plan_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_plan_line")),
        sa.UniqueConstraint("run_id", "listing_id", "demand_id", name=op.f("uq_plan_line_run_id_listing_id_demand_id")),
    )
    op.create_index("ix_plan_line_asker", "plan_line", ["run_id", "asker_id"], unique=False)
    op.create_index(op.f("ix_plan_line_demand_id"), "plan_line", ["demand_id"], unique=False)
    op.create_index(op.f("ix_plan_line_listing_id"), "plan_line", ["listing_id"], unique=False)


def create_plan_answer() -> None:
    op.create_table(
        "plan_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=True, comment="what came of asking for it"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(answer = 'asked') = (reservation_id IS NOT NULL)", name=op.f("ck_plan_answer_asked_is_a_reservation")
        ),
        sa.CheckConstraint("answer IN ('asked', 'offered', 'refused')", name=op.f("ck_plan_answer_answer")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_plan_answer_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservation.id"], name=op.f("fk_plan_answer_reservation_id_reservation")),
        sa.ForeignKeyConstraint(
            ["run_id", "number"], ["plan_line.run_id", "plan_line.number"], name=op.f("fk_plan_answer_run_id_number_plan_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_answer")),
    )
    op.create_index("ix_plan_answer_line", "plan_answer", ["run_id", "number"], unique=False)


def upgrade() -> None:
    create_plan_run()
    create_plan_result()
    create_plan_line()
    create_plan_answer()
    for table in TABLES:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
