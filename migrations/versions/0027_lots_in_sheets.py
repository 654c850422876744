"""Lots are a table that can be loaded from a sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0027_lots_in_sheets"
down_revision = "0023_advice"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('material_use', 'outflow')"
AFTER = "kind IN ('material_use', 'outflow', 'listings')"
WENT_BEFORE = "the report or the line of outflow that it went into"
WENT_AFTER = "the report, the line of outflow or the lot that it went into"


def set_kinds(kinds: str) -> None:
    """Say which tables a sheet may be loaded into."""
    with op.batch_alter_table("import_run") as table:
        table.drop_constraint(op.f("ck_import_run_kind"), type_="check")
        table.create_check_constraint(op.f("ck_import_run_kind"), kinds)


def tell(comment: str, before: str) -> None:
    """What a row went into. SQLite keeps no comments."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(
            "import_row",
            "result_id",
            existing_type=sa.Integer(),
            existing_nullable=True,
            comment=comment,
            existing_comment=before,
        )


def upgrade() -> None:
    set_kinds(AFTER)
    tell(WENT_AFTER, WENT_BEFORE)


def downgrade() -> None:
    op.execute("DELETE FROM import_row WHERE import_id IN (SELECT id FROM import_run WHERE kind = 'listings')")
    op.execute("DELETE FROM import_run WHERE kind = 'listings'")
    op.execute("DELETE FROM import_mapping WHERE kind = 'listings'")
    set_kinds(BEFORE)
    tell(WENT_BEFORE, WENT_AFTER)
