"""Pairs of listing and demand that were told or proposed, so that nobody hears of one twice."""

import sqlalchemy as sa
from alembic import op

revision = "0010_matching"
down_revision = "0009_exchange"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_told",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("demand_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_match_told_demand_id_demand"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_match_told_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "demand_id", name=op.f("pk_match_told")),
    )
    op.create_index(op.f("ix_match_told_demand_id"), "match_told", ["demand_id"])
    op.create_table(
        "proposal_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="the broker; empty after leaving"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_proposal_made_demand_id_demand"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_proposal_made_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_made")),
        sa.UniqueConstraint("listing_id", "demand_id", name=op.f("uq_proposal_made_listing_id_demand_id")),
    )
    op.create_index(op.f("ix_proposal_made_demand_id"), "proposal_made", ["demand_id"])


def downgrade() -> None:
    op.drop_table("proposal_made")
    op.drop_table("match_told")
