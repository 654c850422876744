"""What was released of a part as a listing, and how much of that was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0040_releases"
down_revision = "0036_settlements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("handed_over", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("released_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who released it; empty after leaving"),
        sa.CheckConstraint("quantity > 0 AND handed_over >= 0", name=op.f("ck_item_release_not_negative")),
        sa.ForeignKeyConstraint(["item_id"], ["asset_item.id"], name=op.f("fk_item_release_item_id_asset_item")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_item_release_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_release")),
        sa.UniqueConstraint("item_id", "listing_id", name=op.f("uq_item_release_item_id_listing_id")),
    )
    op.create_index(op.f("ix_item_release_listing_id"), "item_release", ["listing_id"], unique=False)
    op.create_index("ix_item_change_exchange", "item_change", ["exchange_seq"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_item_change_exchange", "item_change")
    op.drop_table("item_release")
