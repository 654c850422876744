"""The posts of a RAW contract are a table that can be loaded, and a large sheet is read by a task of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0047_raw_contracts"
down_revision = "0045_weights"
branch_labels = None
depends_on = None

KINDS = "'material_use', 'outflow', 'listings', 'passports'"
STATES = "'ok', 'changed', 'unchanged', 'error'"
NOT_APPLIED = "(status = 'preview') = (applied_at IS NULL)"
NEITHER_APPLIED = "(status IN ('reading', 'preview')) = (applied_at IS NULL)"


def set_rules(*, kinds: str, statuses: str, applied: str, states: str) -> None:
    """Say which tables there are, how a sheet stands, and what a row would do."""
    with op.batch_alter_table("import_run") as table:
        for name, rule in (("kind", f"kind IN ({kinds})"), ("status", f"status IN ({statuses})"), ("applied_at", applied)):
            table.drop_constraint(op.f(f"ck_import_run_{name}"), type_="check")
            table.create_check_constraint(op.f(f"ck_import_run_{name}"), rule)
    with op.batch_alter_table("import_row") as table:
        table.drop_constraint(op.f("ck_import_row_state"), type_="check")
        table.create_check_constraint(op.f("ck_import_row_state"), f"state IN ({states})")


def tell_of_task(before: str, after: str) -> None:
    """What the column holds. SQLite keeps no comments."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(
            "import_run", "task_id", existing_type=sa.Integer(), existing_nullable=True, existing_comment=before, comment=after
        )


APPLIES, DOES_ALL = "the long task that applies it", "the long task that reads, judges or applies it"


def upgrade() -> None:
    op.add_column(
        "import_run",
        sa.Column(
            "given",
            sa.Text(),
            server_default="{}",
            nullable=False,
            comment="what is said once for all rows that do not say it themselves",
        ),
    )
    set_rules(
        kinds=f"{KINDS}, 'raw'",
        statuses="'reading', 'preview', 'applied', 'undone'",
        applied=NEITHER_APPLIED,
        states=f"{STATES}, 'refused', 'ignored'",
    )
    tell_of_task(APPLIES, DOES_ALL)
    op.create_table(
        "import_file",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_import_file_import_id_import_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_file")),
    )
    op.create_table(
        "outflow_estimate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=True, comment="empty: not certain"),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=True, comment="empty: not known what the unit weighs"),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.CheckConstraint("earliest <= latest", name=op.f("ck_outflow_estimate_period")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_outflow_estimate_quantity_positive")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_outflow_estimate_unit")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_outflow_estimate_import_id_import_run")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_outflow_estimate_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_outflow_estimate_material_id_material")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outflow_estimate")),
    )
    op.create_index("ix_outflow_estimate_import_id", "outflow_estimate", ["import_id"], unique=False)
    op.create_index("ix_outflow_estimate_organisation_id", "outflow_estimate", ["organisation_id", "latest"], unique=False)


def downgrade() -> None:
    op.drop_table("outflow_estimate")
    op.drop_table("import_file")
    op.execute("DELETE FROM import_row WHERE import_id IN (SELECT id FROM import_run WHERE kind = 'raw' OR status = 'reading')")
    op.execute("DELETE FROM import_run WHERE kind = 'raw' OR status = 'reading'")
    op.execute("DELETE FROM import_mapping WHERE kind = 'raw'")
    tell_of_task(DOES_ALL, APPLIES)
    set_rules(kinds=KINDS, statuses="'preview', 'applied', 'undone'", applied=NOT_APPLIED, states=STATES)
    op.drop_column("import_run", "given")
