"""Which pairs of listing and demand have been told, so that nobody hears of the same match twice."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_told",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("demand_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_match_told_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_match_told_demand_id_demand"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listing_id", "demand_id", name=op.f("pk_match_told")),
    )
    op.create_index(op.f("ix_match_told_demand_id"), "match_told", ["demand_id"])


def downgrade() -> None:
    op.drop_table("match_told")
