"""Papers that stand with a part of an asset."""

import sqlalchemy as sa
from alembic import op

revision = "0052_item_papers"
down_revision = "0051_asset_order"
branch_labels = None
depends_on = None

OF_TWO = "(listing_id IS NULL) <> (lot_id IS NULL)"
WRITTEN = "(CASE WHEN {} IS NULL THEN 1 ELSE 0 END)"
ONE_PLACE = " + ".join(WRITTEN.format(name) for name in ("listing_id", "lot_id", "item_id")) + " = 2"


def upgrade() -> None:
    with op.batch_alter_table("paper", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("item_id", sa.Integer(), nullable=True, comment="or the part of an asset that it stands with"))
        table.create_foreign_key(op.f("fk_paper_item_id_asset_item"), "asset_item", ["item_id"], ["id"])
        table.drop_constraint(op.f("ck_paper_one_place"), type_="check")
        table.create_check_constraint(op.f("ck_paper_one_place"), ONE_PLACE)
        table.create_index("ix_paper_item", ["item_id", "removed_at"])


def downgrade() -> None:
    op.execute("DELETE FROM paper WHERE item_id IS NOT NULL")
    with op.batch_alter_table("paper", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_index("ix_paper_item")
        table.drop_constraint(op.f("ck_paper_one_place"), type_="check")
        table.create_check_constraint(op.f("ck_paper_one_place"), OF_TWO)
        table.drop_constraint(op.f("fk_paper_item_id_asset_item"), type_="foreignkey")
        table.drop_column("item_id")
