"""The index of what lies in a depot has it in the order of its page, and holds nothing that is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0032_stock_index"
down_revision = "0028_lots"
branch_labels = None
depends_on = None

IS_THERE = sa.text("quantity > 0")


def upgrade() -> None:
    op.drop_index("ix_lot_stock", "lot")
    columns = ["depot_id", "in_depot_since", "id", "quantity", "unit", "kg_per_unit", "pallets", "owner_id"]
    op.create_index("ix_lot_stock", "lot", columns, sqlite_where=IS_THERE, postgresql_where=IS_THERE)


def downgrade() -> None:
    op.drop_index("ix_lot_stock", "lot")
    columns = ["depot_id", "quantity", "unit", "kg_per_unit", "pallets", "owner_id", "in_depot_since"]
    op.create_index("ix_lot_stock", "lot", columns)
