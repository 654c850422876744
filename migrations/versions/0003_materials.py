"""Versions of the taxonomy: materials, groups, hazards and transport factors. What a version says never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0003_materials"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if op.get_bind().dialect.name == "sqlite":
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


def drop_append_only(table: str) -> None:
    """Drop the table with its triggers, and on PostgreSQL the function that they call."""
    op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_append_only")


def upgrade() -> None:
    op.create_table(
        "taxonomy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 over the files"),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_taxonomy_version_digest")),
    )
    op.create_table(
        "reference_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="order in the file"),
        sa.Column("facts", sa.Text(), nullable=False, comment="the row's columns; numbers as decimal strings"),
        sa.CheckConstraint("kind IN ('group', 'material', 'hazard', 'transport')", name=op.f("ck_reference_row_kind")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["taxonomy_version.id"], name=op.f("fk_reference_row_version_id_taxonomy_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_row")),
        sa.UniqueConstraint("version_id", "kind", "slug", name=op.f("uq_reference_row_version_id_kind_slug")),
    )
    refuse_changes("reference_row")
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("slug", name=op.f("uq_material_slug")),
    )


def downgrade() -> None:
    op.drop_table("material")
    drop_append_only("reference_row")
    op.drop_table("taxonomy_version")
