"""Sheets that are loaded, their rows, how an organisation names its columns, and the outflow that comes of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017_imports"
down_revision = "0019_reversed_exchanges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("names", sa.Text(), nullable=False, comment="column of the table by the name in the sheet"),
        sa.Column("codes", sa.Text(), nullable=False, comment="material group by Eural code"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_mapping_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="the table that it is loaded into"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file: the same file twice is noticed"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="of the file"),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False, comment="the names of the sheet's columns"),
        sa.Column("places", sa.Text(), nullable=False, comment="which column each column of the table is read from"),
        sa.Column("notations", sa.Text(), nullable=False, comment="nl or en: how each column of numbers is written"),
        sa.Column("notation", sa.String(length=2), nullable=False, comment="the same where a column does not tell"),
        sa.Column("codes", sa.Text(), nullable=False, comment="the material group that somebody chose for a Eural code"),
        sa.Column("counts", sa.Text(), nullable=False, comment="rows by state"),
        sa.Column("summary", sa.Text(), nullable=False, comment="what the good rows add up to"),
        sa.Column("source", sa.Text(), nullable=True, comment="the outflow that it was taken over from; empty: a file"),
        sa.Column("result", sa.Text(), nullable=True, comment="what came of it, and what stood there before"),
        sa.Column("task_id", sa.Integer(), nullable=True, comment="the long task that applies it"),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(status = 'preview') = (applied_at IS NULL)", name=op.f("ck_import_run_applied_at")),
        sa.CheckConstraint("(status = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_import_run_undone_at")),
        sa.CheckConstraint("kind IN ('material_use', 'outflow')", name=op.f("ck_import_run_kind")),
        sa.CheckConstraint("status IN ('preview', 'applied', 'undone')", name=op.f("ck_import_run_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_import_run_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_digest", "import_run", ["digest"])
    op.create_index("ix_import_run_organisation_id", "import_run", ["organisation_id", "id"])
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False, comment="as the spreadsheet shows it"),
        sa.Column("cells", sa.Text(), nullable=False, comment="by column of the sheet; after applying only those that were read"),
        sa.Column("faults", sa.Text(), nullable=False, comment="by column: a formula, an error, too long, an odd sign"),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("messages", sa.Text(), nullable=False, comment="what is wrong, by column of the table, in Dutch"),
        sa.Column("result_id", sa.Integer(), nullable=True, comment="the report or the line of outflow that it went into"),
        sa.CheckConstraint("state IN ('ok', 'changed', 'unchanged', 'error')", name=op.f("ck_import_row_state")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_import_row_import_id_import_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row_number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_state", "import_row", ["import_id", "state", "row_number"])
    op.create_table(
        "outflow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False, comment="2025, 2025-Q1 or 2025-03"),
        sa.Column("stream", sa.String(length=300), nullable=False),
        sa.Column("sender", sa.String(length=300), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("processor", sa.String(length=300), nullable=False),
        sa.Column("eural", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("processing", sa.String(length=300), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("loads", sa.Integer(), nullable=True),
        sa.Column("group_slug", sa.String(length=40), nullable=True, comment="empty: not certain, or unknown"),
        sa.Column("certainty", sa.String(length=9), nullable=False, comment="how the group was found"),
        sa.CheckConstraint(
            "(group_slug IS NOT NULL) = (certainty IN ('mapped', 'chosen'))", name=op.f("ck_outflow_group_is_certain")
        ),
        sa.CheckConstraint("certainty IN ('mapped', 'chosen', 'uncertain', 'unknown')", name=op.f("ck_outflow_certainty")),
        sa.CheckConstraint("mass_kg >= 0", name=op.f("ck_outflow_mass_not_negative")),
        sa.ForeignKeyConstraint(["import_id"], ["import_run.id"], name=op.f("fk_outflow_import_id_import_run")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_outflow_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outflow")),
    )
    op.create_index("ix_outflow_import_id", "outflow", ["import_id"])
    op.create_index("ix_outflow_organisation_id", "outflow", ["organisation_id", "year"])


def downgrade() -> None:
    op.drop_table("outflow")
    op.drop_table("import_row")
    op.drop_table("import_run")
    op.drop_table("import_mapping")
