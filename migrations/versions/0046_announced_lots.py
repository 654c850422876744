"""What is announced to a depot may be a lot that has a number."""

import sqlalchemy as sa
from alembic import op

revision = "0046_announced_lots"
down_revision = "0048_valuation_sums"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "arrival",
        sa.Column("announced_lot_id", sa.Integer(), nullable=True, comment="the lot that comes; empty: it has no number yet"),
    )


def downgrade() -> None:
    op.drop_column("arrival", "announced_lot_id")
