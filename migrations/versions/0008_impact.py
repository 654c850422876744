"""Goals, and the material that each organisation reports to have used."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008_impact"
down_revision = "0007_catalogue"
branch_labels = None
depends_on = None

VERSIONS = "uq_material_use_report_organisation_id_year_version"
AS_REPORTED = (
    "UPDATE material_use_report SET includes_bank_kg = 0",
    """
    UPDATE material_use_report SET includes_bank_kg = coalesce((
        SELECT sum(p.mass_kg) FROM rollup_pair p JOIN organisation o ON o.slug = p.to_slug
        WHERE o.id = material_use_report.organisation_id AND substr(p.month, 1, 4) = CAST(material_use_report.year AS VARCHAR(4))
    ), 0) WHERE includes_bank
    """,
    """
    UPDATE material_use_report SET includes_bank_kg = coalesce((
        SELECT min(u.mass_kg) FROM (
            SELECT coalesce(sum(mass_kg), 0) AS mass_kg FROM material_use WHERE report_id = material_use_report.id AND origin = 'reused'
            UNION ALL SELECT includes_bank_kg
        ) u
    ), 0) WHERE includes_bank
    """,
    "UPDATE material_use_report SET includes_bank_kg = 0 WHERE includes_bank_kg < 0",
    "UPDATE material_use_report SET includes_bank_as_of = date(reported_at) WHERE includes_bank_kg > 0",
)
"""What the bank had brought in that year, at most what is reported as reused: so much can a report of before have included."""
INCLUDED = "how much of what is not primary came through the bank; the rest of the bank's is added"


def bridge() -> None:
    """Make of "includes what came through the bank" the kilograms that it can have included, as of the day of the report."""
    with op.batch_alter_table("material_use_report") as table:
        table.add_column(included(nullable=True))
        table.add_column(included_as_of())
        table.drop_constraint(op.f("uq_material_use_report_organisation_id_year"), type_="unique")
        table.create_unique_constraint(op.f(VERSIONS), ["organisation_id", "year", "version"])
    for statement in AS_REPORTED:
        op.execute(statement)
    with op.batch_alter_table("material_use_report") as table:
        table.alter_column("includes_bank_kg", existing_type=sa.BigInteger(), existing_comment=INCLUDED, nullable=False)
        table.drop_column("includes_bank")
        table.create_check_constraint(op.f("ck_material_use_report_includes_bank_not_negative"), "includes_bank_kg >= 0")


def included(*, nullable: bool) -> sa.Column[Any]:
    """How many kilograms, in thousandths."""
    return sa.Column("includes_bank_kg", sa.BigInteger(), nullable=nullable, comment=INCLUDED)


def included_as_of() -> sa.Column[Any]:
    """As of which day."""
    return sa.Column(
        "includes_bank_as_of", sa.Date(), nullable=True, comment="the day on which that was read; empty: nothing is included"
    )


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
        sa.Column("version", sa.Integer(), nullable=False),
        included(nullable=False),
        included_as_of(),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_material_use_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use_report")),
        sa.CheckConstraint("includes_bank_kg >= 0", name=op.f("ck_material_use_report_includes_bank_not_negative")),
        sa.UniqueConstraint("organisation_id", "year", "version", name=op.f(VERSIONS)),
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
