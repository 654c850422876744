"""Saved searches: what stood in the address of the catalogue, under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0007_catalogue"
down_revision = "0006_market"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("query", sa.Text(), nullable=False, comment="the query of the address, without a page number"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column(
            "looked_until", sa.DateTime(), nullable=True, comment="lots published until then have been told; empty: none yet"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index(op.f("ix_saved_search_person_id"), "saved_search", ["person_id"])


def downgrade() -> None:
    op.drop_table("saved_search")
