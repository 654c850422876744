"""Assets and their parts are a table that can be loaded from a sheet, also with shapes, and taken back as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0042_passport_sheets"
down_revision = "0043_valuations"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('material_use', 'outflow', 'listings')"
AFTER = "kind IN ('material_use', 'outflow', 'listings', 'passports')"
COMMENTS = (
    (
        *("import_row", "result_id", sa.Integer(), True),
        *(
            "the report, the line of outflow or the lot that it went into",
            "the report, the line of outflow, the lot or the asset that it went into",
        ),
    ),
    (
        *("import_run", "codes", sa.Text(), False),
        *(
            "the material group that somebody chose for a Eural code",
            "what somebody chose for a Eural code or for a name of a material",
        ),
    ),
    (
        "import_mapping",
        "codes",
        sa.Text(),
        False,
        "material group by Eural code",
        "material group by Eural code, material by name",
    ),
)


def set_kinds(kinds: str) -> None:
    """Say which tables a sheet may be loaded into."""
    with op.batch_alter_table("import_run") as table:
        table.drop_constraint(op.f("ck_import_run_kind"), type_="check")
        table.create_check_constraint(op.f("ck_import_run_kind"), kinds)


def tell(*, forward: bool) -> None:
    """What the columns hold. SQLite keeps no comments."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, column, kind, is_nullable, before, after in COMMENTS:
        op.alter_column(
            table,
            column,
            existing_type=kind,
            existing_nullable=is_nullable,
            comment=after if forward else before,
            existing_comment=before if forward else after,
        )


def upgrade() -> None:
    set_kinds(AFTER)
    tell(forward=True)
    op.add_column("import_row", sa.Column("shape", sa.Text(), nullable=True, comment="the geometry of its feature, as GeoJSON"))
    op.add_column(
        "import_row", sa.Column("before", sa.Text(), nullable=True, comment="how the asset or the part stood that it changed")
    )
    # a plain ALTER TABLE: made anew on SQLite, the table would lose the triggers that keep it append-only
    op.add_column(
        "item_change", sa.Column("import_id", sa.Integer(), nullable=True, comment="the import that did it, or that was undone")
    )
    op.create_index(op.f("ix_item_change_import_id"), "item_change", ["import_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_item_change_import_id"), "item_change")
    op.drop_column("item_change", "import_id")
    op.drop_column("import_row", "before")
    op.drop_column("import_row", "shape")
    op.execute("DELETE FROM import_row WHERE import_id IN (SELECT id FROM import_run WHERE kind = 'passports')")
    op.execute("DELETE FROM import_run WHERE kind = 'passports'")
    op.execute("DELETE FROM import_mapping WHERE kind = 'passports'")
    tell(forward=False)
    set_kinds(BEFORE)
