"""Kept lots: whose they are, and how each stood when its person was last told."""

import sqlalchemy as sa
from alembic import op

revision = "0013_favourites"
down_revision = "0012_photos_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "favourite",
        sa.Column("person_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False, comment="state, what was free and the price, as last told"),
        sa.Column("seen_at", sa.DateTime(), nullable=False, comment="of the lot's last change that was looked at"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_favourite_listing_id_listing"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_favourite_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "listing_id", name=op.f("pk_favourite")),
    )
    op.create_index(op.f("ix_favourite_listing_id"), "favourite", ["listing_id"])


def downgrade() -> None:
    op.drop_table("favourite")
