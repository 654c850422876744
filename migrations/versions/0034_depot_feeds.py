"""Addresses at which people follow a depot in their own calendar, each signed over a nonce that is kept here."""

import sqlalchemy as sa
from alembic import op

revision = "0034_depot_feeds"
down_revision = "0031_recalls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "depot_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_feed_depot_id_depot")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_depot_feed_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_depot_feed")),
        sa.UniqueConstraint("depot_id", "person_id", name=op.f("uq_depot_feed_depot_id_person_id")),
    )
    op.create_index(op.f("ix_depot_feed_person_id"), "depot_feed", ["person_id"])


def downgrade() -> None:
    op.drop_table("depot_feed")
