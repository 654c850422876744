"""Freshness of demands, reminders once a round, what became of supply that left the bank, and lots that the broker proposed.

Every demand that is open begins its first round on the day of the upgrade: nobody was asked before whether it still holds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# added one by one: copying the table `listing` on SQLite would lose the triggers of its words
ASKED = {
    "freshness_reminded_on": "day of the last reminder; one before confirmed_on is of an earlier round",
    "stale_told_on": "day on which the owner heard that it left; one before confirmed_on is of an earlier round",
}
OUTCOMES = "outcome IN ('sold_elsewhere', 'own_use', 'recycled', 'disposed')"


def upgrade() -> None:
    op.add_column(
        "demand",
        sa.Column("confirmed_on", sa.Date(), nullable=True, comment="last day on which the asker said that it is still needed"),
    )
    for table in ("listing", "demand"):
        for name, meaning in ASKED.items():
            op.add_column(table, sa.Column(name, sa.Date(), nullable=True, comment=meaning))
    op.execute("UPDATE demand SET confirmed_on = CURRENT_DATE WHERE status <> 'draft'")
    op.create_table(
        "supply_loss",
        sa.Column("listing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="what was left, in the listing's unit"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=True, comment="by the weights of that day; empty: unknown"),
        sa.Column("outcome", sa.String(length=14), nullable=True, comment="empty: nobody said"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supply_loss_quantity_positive")),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_supply_loss_outcome")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_supply_loss_listing_id_listing")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supply_loss_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_supply_loss_material_id_material")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_supply_loss")),
    )
    op.create_table(
        "proposal_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="the broker; empty after leaving"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_proposal_made_listing_id_listing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_proposal_made_demand_id_demand"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_made")),
        sa.UniqueConstraint("listing_id", "demand_id", name=op.f("uq_proposal_made_listing_id_demand_id")),
    )
    op.create_index(op.f("ix_proposal_made_demand_id"), "proposal_made", ["demand_id"])


def downgrade() -> None:
    op.drop_table("proposal_made")
    op.drop_table("supply_loss")
    for table in ("demand", "listing"):
        for name in reversed(ASKED):
            op.drop_column(table, name)
    op.drop_column("demand", "confirmed_on")
