"""What people are still telling of a lot, in four steps."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_sketch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column(
            "listing_version",
            sa.Integer(),
            nullable=True,
            comment="of the draft when it was settled; another one is newer than the answers",
        ),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="name of the field to what was typed"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_sketch_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_listing_sketch_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_listing_sketch_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_sketch")),
    )
    op.create_index(op.f("ix_listing_sketch_person_id"), "listing_sketch", ["person_id"])
    op.create_index(op.f("ix_listing_sketch_listing_id"), "listing_sketch", ["listing_id"])


def downgrade() -> None:
    op.drop_table("listing_sketch")
