"""Lists of figures of materials that were loaded, handed in, taken into use or declined."""

import sqlalchemy as sa
from alembic import op

revision = "0025_factor_lists"
down_revision = "0020_fields"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "factor_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False, comment="of the file"),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file; empty: figures of a former version"
        ),
        sa.Column("changes", sa.Text(), nullable=False, comment="new figures, by material and fact"),
        sa.Column("based_on", sa.Integer(), nullable=False, comment="the version that it was read against"),
        sa.Column("restores", sa.Integer(), nullable=True, comment="the version whose figures it brings back; empty: of a file"),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="why it was declined"),
        sa.Column("version_id", sa.Integer(), nullable=True, comment="the version that it became"),
        sa.CheckConstraint("state IN ('draft', 'waiting', 'used', 'declined', 'withdrawn')", name=op.f("ck_factor_list_state")),
        sa.CheckConstraint("(state = 'used') = (version_id IS NOT NULL)", name=op.f("ck_factor_list_used_has_a_version")),
        sa.CheckConstraint("(state IN ('draft', 'waiting')) = (decided_at IS NULL)", name=op.f("ck_factor_list_decided_at")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_factor_list_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["based_on"], ["taxonomy_version.id"], name=op.f("fk_factor_list_based_on_taxonomy_version")),
        sa.ForeignKeyConstraint(["restores"], ["taxonomy_version.id"], name=op.f("fk_factor_list_restores_taxonomy_version")),
        sa.ForeignKeyConstraint(["version_id"], ["taxonomy_version.id"], name=op.f("fk_factor_list_version_id_taxonomy_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_list")),
        sa.UniqueConstraint("version_id", name=op.f("uq_factor_list_version_id")),
    )
    op.create_index("ix_factor_list_organisation_id", "factor_list", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("factor_list")
