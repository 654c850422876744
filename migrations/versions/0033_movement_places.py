"""Where a lot lay outside depots, with each of its movements: a lot itself only says where it lies now.

Movements of before then say no place, which nobody wrote down.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033_movement_places"
down_revision = "0032_stock_index"
branch_labels = None
depends_on = None

POINT = ("lat", "lon")


def upgrade() -> None:
    op.add_column(
        "movement",
        sa.Column("place_name", sa.String(length=120), server_default="", nullable=False, comment="where it lay in no depot"),
    )
    for name in POINT:
        op.add_column("movement", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    for name in (*reversed(POINT), "place_name"):
        op.drop_column("movement", name)
