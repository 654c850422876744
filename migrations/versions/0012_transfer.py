"""The transfer as practice needs it: turns of a lot, requests that wait, what each side measured, returns, and lots that come from a lot."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "status IN ('requested', 'approved', 'handed_over', 'completed', 'rejected', 'cancelled', 'expired')"
AFTER = (
    "status IN ('waiting', 'offered', 'requested', 'approved', 'handed_over', 'disputed', 'completed', 'rejected', 'cancelled', "
    "'expired')"
)
# added one by one: copying the table `listing` on SQLite would lose the triggers of its words
LISTING = [
    sa.Column("minimum_part", sa.BigInteger(), nullable=True, comment="the smallest part that the owner gives away; empty: any"),
    sa.Column(
        "circle", sa.String(length=400), nullable=False, server_default="", comment="chosen municipalities as |almelo|borne|"
    ),
    sa.Column("circle_from", sa.Date(), nullable=True, comment="first day of the circle's turn"),
    sa.Column("window_reason", sa.Text(), nullable=False, server_default="", comment="why a ring was skipped"),
    sa.Column("parent_id", sa.Integer(), nullable=True, comment="the lot that this one came back from"),
]
RESERVATION = [
    sa.Column("project", sa.String(length=200), nullable=False, server_default=""),
    sa.Column("use", sa.String(length=200), nullable=False, server_default="", comment="what it is used for in that project"),
    sa.Column("replaces_purchase", sa.Boolean(), nullable=True, comment="whether it avoids buying new; empty: not said"),
    sa.Column("purchase_price_cents", sa.BigInteger(), nullable=True, comment="estimate of that purchase, for all that is asked"),
    sa.Column("needed_by", sa.Date(), nullable=True),
    sa.Column("waiting_since", sa.DateTime(), nullable=True, comment="ties in the ranking go by requested_at"),
    sa.Column("offered_at", sa.DateTime(), nullable=True),
    sa.Column("choice_reason", sa.Text(), nullable=False, server_default="", comment="why this one, though others ranked higher"),
    sa.Column("ordered", sa.BigInteger(), nullable=True, comment="as approved, before anything was measured"),
    sa.Column("owner_quantity", sa.BigInteger(), nullable=True, comment="the owner's latest figure"),
    sa.Column("owner_measured_by", sa.String(length=9), nullable=True),
    sa.Column("owner_condition", sa.String(length=4), nullable=True),
    sa.Column("receiver_quantity", sa.BigInteger(), nullable=True, comment="the receiver's latest figure"),
    sa.Column("receiver_measured_by", sa.String(length=9), nullable=True),
    sa.Column("receiver_condition", sa.String(length=4), nullable=True),
    sa.Column("disputed_at", sa.DateTime(), nullable=True),
    sa.Column("dispute_reason", sa.Text(), nullable=False, server_default=""),
    sa.Column("settled_reason", sa.Text(), nullable=False, server_default="", comment="of the figure that both agreed on"),
    sa.Column(
        "surplus", sa.BigInteger(), nullable=False, server_default="0", comment="by how much a measured surplus raised the lot"
    ),
    sa.Column("written_off", sa.BigInteger(), nullable=False, server_default="0", comment="of what was ordered, gone for good"),
    sa.Column("write_off_reason", sa.Text(), nullable=False, server_default=""),
    sa.Column("returned", sa.BigInteger(), nullable=False, server_default="0", comment="of what was transferred, came back"),
    sa.Column("cancel_asked_by_id", sa.Integer(), nullable=True, comment="organisation that proposes to cancel after hand-over"),
    sa.Column("no_show", sa.Boolean(), nullable=False, server_default=sa.false(), comment="nobody came to collect it"),
    sa.Column("reminded_days", sa.Integer(), nullable=True, comment="the last reminder before expires_at: 3, 1 or 0 days"),
]


def upgrade() -> None:
    for column in LISTING:
        op.add_column("listing", column)
    op.create_index("ix_listing_parent_id", "listing", ["parent_id"])
    with op.batch_alter_table("reservation") as table:
        for column in RESERVATION:
            table.add_column(column)
        table.drop_constraint(op.f("ck_reservation_status"), type_="check")
        table.create_check_constraint(op.f("ck_reservation_status"), AFTER)
        table.create_check_constraint(op.f("ck_reservation_returned_in_range"), "returned >= 0 AND returned <= quantity")
    op.create_index("ix_reservation_queue", "reservation", ["listing_id", "status", "requested_at"])


def downgrade() -> None:
    op.drop_index("ix_reservation_queue", table_name="reservation")
    with op.batch_alter_table("reservation") as table:
        table.drop_constraint(op.f("ck_reservation_returned_in_range"), type_="check")
        table.drop_constraint(op.f("ck_reservation_status"), type_="check")
        table.create_check_constraint(op.f("ck_reservation_status"), BEFORE)
        for column in reversed(RESERVATION):
            table.drop_column(column.name)
    op.drop_index("ix_listing_parent_id", table_name="listing")
    for column in reversed(LISTING):
        op.drop_column("listing", column.name)
