"""What lies too long in a depot and is offered to the chain: which listing, why, and when the chain was told."""

import sqlalchemy as sa
from alembic import op

revision = "0041_chain_offers"
down_revision = "0040_releases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain_offer",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="why the chain need not wait; everybody reads it at the listing"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asked for it"),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True, comment="empty: its listing is not on offer yet"),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False, comment="how many organisations were told"),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_chain_offer_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_chain_offer_lot_id_lot")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_chain_offer")),
    )
    op.create_index(op.f("ix_chain_offer_lot_id"), "chain_offer", ["lot_id"])


def downgrade() -> None:
    op.drop_table("chain_offer")
