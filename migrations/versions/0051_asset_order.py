"""An index by name for the list of passports of everybody, so that its first page does not sort all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0051_asset_order"
down_revision = "0047_raw_contracts"
branch_labels = None
depends_on = None

STANDS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_asset_sorted", "asset", ["sort_key", "id"], sqlite_where=STANDS, postgresql_where=STANDS)


def downgrade() -> None:
    op.drop_index("ix_asset_sorted", table_name="asset")
