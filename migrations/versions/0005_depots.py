"""Named storage places."""

import sqlalchemy as sa
from alembic import op

revision = "0005_depots"
down_revision = "0004_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "depot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column(
            "municipality",
            sa.String(length=60),
            nullable=False,
            comment="slug of the municipality it lies in; empty outside the region",
        ),
        sa.Column("address", sa.String(length=200), nullable=True, comment="shown as an exact place is shown"),
        sa.Column("place_basis", sa.String(length=10), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_depot_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_depot")),
    )
    op.create_index(op.f("ix_depot_organisation_id"), "depot", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("depot")
