"""What materials in assets are worth: prices, appraisals, and runs that value all that an organisation owns."""

import sqlalchemy as sa
from alembic import op

revision = "0043_valuations"
down_revision = "0041_chain_offers"
branch_labels = None
depends_on = None

TABLES = (
    "price_table",
    "price_row",
    "valuation_run",
    "appraisal",
    "valuation_line",
    "valuation_mass",
    "valuation_median",
    "valuation_totals",
)


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


def create_price_table() -> None:
    op.create_table(
        "price_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False, comment="of the file"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file"),
        sa.Column("prices", sa.Integer(), nullable=False, comment="how many rows it has"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="for whom it was loaded"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who loaded it; empty after leaving"),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_price_table_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_table")),
    )


def create_price_row() -> None:
    op.create_table(
        "price_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="of the row in the file"),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=4), nullable=False, comment="empty: any"),
        sa.Column("unit", sa.String(length=5), nullable=False, comment="as the file counts it; kg goes by the tonne"),
        sa.Column("low_cents", sa.BigInteger(), nullable=False, comment="for one unit"),
        sa.Column("high_cents", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("taking_out_cents", sa.BigInteger(), nullable=True, comment="cost for one unit; empty: not known"),
        sa.Column("cleaning_cents", sa.BigInteger(), nullable=True),
        sa.Column("transport_cents", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("condition IN ('', 'new', 'good', 'fair', 'poor')", name=op.f("ck_price_row_condition")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_price_row_unit")),
        sa.CheckConstraint("low_cents > 0 AND high_cents >= low_cents", name=op.f("ck_price_row_range")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_price_row_material_id_material")),
        sa.ForeignKeyConstraint(["table_id"], ["price_table.id"], name=op.f("fk_price_row_table_id_price_table")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_row")),
        sa.UniqueConstraint(
            "table_id", "material_id", "condition", "unit", name=op.f("uq_price_row_table_id_material_id_condition_unit")
        ),
    )


def create_valuation_run() -> None:
    op.create_table(
        "valuation_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("base_run_id", sa.Integer(), nullable=True, comment="the run of an earlier year that it is compared with"),
        sa.Column("price_table_id", sa.Integer(), nullable=True),
        sa.Column("last_change_id", sa.Integer(), nullable=False, comment="no later change of a part counts"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="the long task that does it"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who started it; empty after leaving"),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["base_run_id"], ["valuation_run.id"], name=op.f("fk_valuation_run_base_run_id_valuation_run")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_valuation_run_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["price_table_id"], ["price_table.id"], name=op.f("fk_valuation_run_price_table_id_price_table")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_valuation_run")),
    )
    op.create_index("ix_valuation_run_list", "valuation_run", ["organisation_id", "as_of", "id"], unique=False)
    op.create_index(op.f("ix_valuation_run_task_id"), "valuation_run", ["task_id"], unique=False)


def create_appraisal() -> None:
    op.create_table(
        "appraisal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="of how much that is the value"),
        sa.Column("appraiser", sa.String(length=120), nullable=False, comment="the name of whoever appraised it"),
        sa.Column("valued_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="where the appraisal stands"),
        sa.Column("taking_out_cents", sa.BigInteger(), nullable=True, comment="cost for that quantity; empty: not known"),
        sa.Column("cleaning_cents", sa.BigInteger(), nullable=True),
        sa.Column("transport_cents", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who entered it; empty after leaving"),
        sa.CheckConstraint("value_cents > 0 AND quantity > 0", name=op.f("ck_appraisal_more_than_nothing")),
        sa.ForeignKeyConstraint(["item_id"], ["asset_item.id"], name=op.f("fk_appraisal_item_id_asset_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
    )
    op.create_index("ix_appraisal_item", "appraisal", ["item_id", "valued_on", "id"], unique=False)


def create_valuation_line() -> None:
    op.create_table(
        "valuation_line",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=4), nullable=False, comment="as it was then; empty: nobody looked"),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="0: it left since the run before"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=11), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True, comment="the median, the row of the price table, or the appraisal"),
        sa.Column("unit_cents", sa.BigInteger(), nullable=True),
        sa.Column("value_cents", sa.BigInteger(), nullable=True, comment="empty: no value, which is not nought"),
        sa.Column("low_cents", sa.BigInteger(), nullable=True),
        sa.Column("high_cents", sa.BigInteger(), nullable=True),
        sa.Column("taking_out_cents", sa.BigInteger(), nullable=True, comment="empty: not known"),
        sa.Column("cleaning_cents", sa.BigInteger(), nullable=True),
        sa.Column("transport_cents", sa.BigInteger(), nullable=True),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("new_cents", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False, comment="what only the price or the method did"),
        sa.Column("counted_cents", sa.BigInteger(), nullable=False, comment="what measuring again did"),
        sa.Column("known_cents", sa.BigInteger(), nullable=False, comment="what became known, or is no longer known"),
        sa.Column("released_cents", sa.BigInteger(), nullable=False),
        sa.Column("lost_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(method = 'none') = (value_cents IS NULL)", name=op.f("ck_valuation_line_no_value_is_not_nought")),
        sa.CheckConstraint("method IN ('exchanges', 'price_table', 'appraisal', 'none')", name=op.f("ck_valuation_line_method")),
        sa.CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents = coalesce(value_cents, 0)",
            name=op.f("ck_valuation_line_adds_up"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["asset_item.id"], name=op.f("fk_valuation_line_item_id_asset_item")),
        sa.ForeignKeyConstraint(["run_id"], ["valuation_run.id"], name=op.f("fk_valuation_line_run_id_valuation_run")),
        sa.PrimaryKeyConstraint("run_id", "item_id", name=op.f("pk_valuation_line")),
        sqlite_with_rowid=False,
    )


def create_valuation_mass() -> None:
    op.create_table(
        "valuation_mass",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("maintainer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("valued_mass_kg", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valued_mass_kg >= 0 AND valued_mass_kg <= mass_kg", name=op.f("ck_valuation_mass_valued_of_all")),
        sa.ForeignKeyConstraint(
            ["maintainer_id"], ["organisation.id"], name=op.f("fk_valuation_mass_maintainer_id_organisation")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["valuation_run.id"], name=op.f("fk_valuation_mass_run_id_valuation_run")),
        sa.PrimaryKeyConstraint("run_id", "maintainer_id", "kind", name=op.f("pk_valuation_mass")),
    )


def create_valuation_median() -> None:
    op.create_table(
        "valuation_median",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=4), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("unit_cents", sa.BigInteger(), nullable=False, comment="the middle"),
        sa.Column("low_cents", sa.BigInteger(), nullable=False),
        sa.Column("high_cents", sa.BigInteger(), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne')", name=op.f("ck_valuation_median_unit")),
        sa.CheckConstraint(
            "exchanges > 0 AND low_cents <= unit_cents AND unit_cents <= high_cents", name=op.f("ck_valuation_median_range")
        ),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_valuation_median_material_id_material")),
        sa.ForeignKeyConstraint(["run_id"], ["valuation_run.id"], name=op.f("fk_valuation_median_run_id_valuation_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_valuation_median")),
        sa.UniqueConstraint(
            "run_id", "material_id", "condition", "unit", name=op.f("uq_valuation_median_run_id_material_id_condition_unit")
        ),
    )


def create_valuation_totals() -> None:
    op.create_table(
        "valuation_totals",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False, comment="of which something was there"),
        sa.Column("valued_parts", sa.Integer(), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("valued_mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "taking_out_cents", sa.BigInteger(), nullable=False, comment="of the parts of which it is known and that have a value"
        ),
        sa.Column("cleaning_cents", sa.BigInteger(), nullable=False),
        sa.Column("transport_cents", sa.BigInteger(), nullable=False),
        sa.Column("costed_parts", sa.Integer(), nullable=False, comment="with a value, and of which at least one cost is known"),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("new_cents", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("counted_cents", sa.BigInteger(), nullable=False),
        sa.Column("known_cents", sa.BigInteger(), nullable=False),
        sa.Column("released_cents", sa.BigInteger(), nullable=False),
        sa.Column("lost_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "opening_cents + new_cents + price_cents + counted_cents + known_cents - released_cents - lost_cents = value_cents",
            name=op.f("ck_valuation_totals_adds_up"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["valuation_run.id"], name=op.f("fk_valuation_totals_run_id_valuation_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_valuation_totals")),
    )


def upgrade() -> None:
    create_price_table()
    create_price_row()
    create_valuation_run()
    create_appraisal()
    create_valuation_line()
    create_valuation_mass()
    create_valuation_median()
    create_valuation_totals()
    for table in TABLES:
        refuse_changes(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
        if not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
