"""Reservations with the figures of each side, appointments, and photos taken at the gate."""

import json
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009_exchange"
down_revision = "0008_impact"
branch_labels = None
depends_on = None

STATUSES = (
    "status IN ('waiting', 'offered', 'requested', 'approved', 'handed_over', 'disputed', 'completed', 'rejected', 'cancelled', "
    "'expired')"
)


FIRST_LISTED = """
    UPDATE listing SET listed = quantity + coalesce(
        (SELECT sum(written_off + returned - surplus) FROM reservation WHERE listing_id = listing.id), 0
    )
"""


def last_return() -> sa.Column[Any]:
    """What was said of the last return: the same again within a minute is the same return."""
    return sa.Column(
        "last_return", sa.Text(), nullable=True, comment="when it was booked, and a fingerprint of what was said of it"
    )


def bridge() -> None:
    """Give the reservations of commit c986f87 the column, and its listings what their quantity began with.

    A surplus of what was called off had left the lot and stayed with the reservation. A lot that came back began with what the audit keeps
    of its return; every other with what was written off, returned and found too much since. How an owner changed it lies in that.
    """
    op.add_column("reservation", last_return())
    database = op.get_bind()
    database.execute(sa.text("UPDATE reservation SET surplus = 0 WHERE status IN ('rejected', 'cancelled', 'expired')"))
    database.execute(sa.text(FIRST_LISTED))
    for child, facts in database.execute(sa.text("SELECT object_id, facts FROM audit WHERE action = 'listing.return'")).all():
        values = {"child": child, "first": int(Decimal(json.loads(facts)["quantity"]) * 1000)}
        database.execute(sa.text("UPDATE listing SET corrected = listed - :first, listed = :first WHERE id = :child"), values)


def upgrade() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="who asks"),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="whose lot it is"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asked; empty after leaving"),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column(
            "quantity",
            sa.BigInteger(),
            nullable=False,
            comment="what is held, in the listing's unit: as asked, and as measured after hand-over",
        ),
        sa.Column("asked", sa.BigInteger(), nullable=False, comment="as asked"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("use", sa.String(length=200), nullable=False, server_default="", comment="what it is used for in that project"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("replaces_purchase", sa.Boolean(), nullable=True, comment="whether it avoids buying new; empty: not said"),
        sa.Column(
            "purchase_price_cents", sa.BigInteger(), nullable=True, comment="estimate of that purchase, for all that is asked"
        ),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("place_name", sa.String(length=120), nullable=True, comment="destination given with the reservation"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(), nullable=True, comment="ties in the ranking go by requested_at"),
        sa.Column("offered_at", sa.DateTime(), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("ordered", sa.BigInteger(), nullable=True, comment="as approved, before anything was measured"),
        sa.Column(
            "choice_reason", sa.Text(), nullable=False, server_default="", comment="why this one, though others ranked higher"
        ),
        sa.Column("handed_over_at", sa.DateTime(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("vehicle_class", sa.String(length=40), nullable=True),
        sa.Column("driven_km", sa.BigInteger(), nullable=True),
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
            "surplus",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="by how much a measured surplus raised the lot",
        ),
        sa.Column(
            "written_off", sa.BigInteger(), nullable=False, server_default="0", comment="of what was ordered, gone for good"
        ),
        sa.Column("write_off_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=False, server_default="0", comment="of what was transferred, came back"),
        last_return(),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="rejected, cancelled or expired"),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a rejection or cancellation"),
        sa.Column(
            "cancel_asked_by_id", sa.Integer(), nullable=True, comment="organisation that proposes to cancel after hand-over"
        ),
        sa.Column("no_show", sa.Boolean(), nullable=False, server_default=sa.false(), comment="nobody came to collect it"),
        sa.Column("expires_at", sa.DateTime(), nullable=True, comment="when the clock acts: lapse, or count as confirmed"),
        sa.Column("reminded_days", sa.Integer(), nullable=True, comment="the last reminder before expires_at: 3, 1 or 0 days"),
        sa.CheckConstraint(STATUSES, name=op.f("ck_reservation_status")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_positive")),
        sa.CheckConstraint("returned >= 0 AND returned <= quantity", name=op.f("ck_reservation_returned_in_range")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_reservation_demand_id_demand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_reservation_listing_id_listing")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reservation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_reservation_owner_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index("ix_reservation_asker", "reservation", ["organisation_id", "status"])
    op.create_index(op.f("ix_reservation_demand_id"), "reservation", ["demand_id"])
    op.create_index("ix_reservation_due", "reservation", ["status", "expires_at"])
    op.create_index(op.f("ix_reservation_listing_id"), "reservation", ["listing_id"])
    op.create_index("ix_reservation_owner", "reservation", ["owner_id", "status"])
    op.create_index("ix_reservation_queue", "reservation", ["listing_id", "status", "requested_at"])
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False, comment="whose proposal it is"),
        sa.Column("times", sa.Text(), nullable=False, comment="moments in UTC, ISO 8601, in order"),
        sa.Column("place", sa.String(length=200), nullable=False, comment="where to meet; empty: where the lot lies"),
        sa.Column("notes", sa.Text(), nullable=False, comment="what to know at the gate"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("agreed_time", sa.DateTime(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["organisation.id"], name=op.f("fk_appointment_proposed_by_id_organisation")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_appointment_reservation_id_reservation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_reservation_id"), "appointment", ["reservation_id"])
    op.create_table(
        "gate_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="which side added it"),
        sa.Column("moment", sa.String(length=12), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("files", sa.Text(), nullable=False, comment="variant (webp-480 … jpeg-1200) to name, width and height"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("moment IN ('hand_over', 'confirmation')", name=op.f("ck_gate_photo_moment")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_gate_photo_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_gate_photo_reservation_id_reservation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_photo")),
    )
    op.create_index(op.f("ix_gate_photo_reservation_id"), "gate_photo", ["reservation_id"])
    op.create_table(
        "gate_photo_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("gate_photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_photo_id"], ["gate_photo.id"], name=op.f("fk_gate_photo_file_gate_photo_id_gate_photo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", "gate_photo_id", name=op.f("pk_gate_photo_file")),
    )
    op.create_index(op.f("ix_gate_photo_file_gate_photo_id"), "gate_photo_file", ["gate_photo_id"])


def downgrade() -> None:
    op.drop_table("gate_photo_file")
    op.drop_table("gate_photo")
    op.drop_table("appointment")
    op.drop_table("reservation")
