"""Goals, and the material that each organisation reports to have used."""

import sqlalchemy as sa
from alembic import op

revision = "0008_impact"
down_revision = "0007_catalogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 circular, 2 half the primary material, 3 valued"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="empty: the region's"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target_percent", sa.BigInteger(), nullable=False),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number IN (1, 2, 3)", name=op.f("ck_goal_number")),
        sa.CheckConstraint("target_percent > 0 AND target_percent <= 100000", name=op.f("ck_goal_percent")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("number", "organisation_id", "version", name=op.f("uq_goal_number_organisation_id_version")),
    )
    op.create_table(
        "material_use_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("includes_bank", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_material_use_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use_report")),
        sa.UniqueConstraint("organisation_id", "year", name=op.f("uq_material_use_report_organisation_id_year")),
    )
    op.create_table(
        "material_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("origin IN ('primary', 'biobased', 'reused', 'recycled')", name=op.f("ck_material_use_origin")),
        sa.CheckConstraint("mass_kg >= 0", name=op.f("ck_material_use_mass_not_negative")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["material_use_report.id"], name=op.f("fk_material_use_report_id_material_use_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
        sa.UniqueConstraint("report_id", "group_slug", "origin", name=op.f("uq_material_use_report_id_group_slug_origin")),
    )


def downgrade() -> None:
    op.drop_table("material_use")
    op.drop_table("material_use_report")
    op.drop_table("goal")
