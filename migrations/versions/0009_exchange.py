"""Reservations with the figures of each side, their terms, appointments, and photos taken at the gate."""

import json
from decimal import ROUND_HALF_UP, Decimal
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


APPROVED = """
SELECT
    r.id AS reservation_id, r.approved_at AS created_at, COALESCE(l.price_cents_per_unit, 0) AS price_cents_per_unit,
    COALESCE(e.kg_per_unit, l.kg_per_unit) AS kg_per_unit,
    COALESCE(e.kg_basis, CASE WHEN l.kg_per_unit IS NULL THEN 'taxonomy' ELSE 'measured' END) AS kg_basis,
    l.place_name, l.address, l.lat, l.lon, l.available_from, l.condition,
    COALESCE(d.place_name, r.place_name, o.main_place) AS destination_name, COALESCE(d.lat, r.lat, o.main_lat) AS destination_lat,
    COALESCE(d.lon, r.lon, o.main_lon) AS destination_lon,
    CASE WHEN d.id IS NOT NULL THEN 'demand' WHEN r.lat IS NOT NULL THEN 'reservation' ELSE 'main_place' END AS destination_basis,
    r.replaces_purchase, COALESCE(e.factor_version, (SELECT max(id) FROM taxonomy_version)) AS factor_version,
    m.slug AS material, r.unit
FROM reservation r
JOIN listing l ON l.id = r.listing_id
JOIN material m ON m.id = l.material_id
JOIN organisation o ON o.id = r.organisation_id
LEFT JOIN demand d ON d.id = r.demand_id
LEFT JOIN exchange e ON e.reservation_id = r.id AND e.kind = 'transfer'
WHERE r.status IN ('approved', 'handed_over', 'disputed', 'completed')
ORDER BY r.id
"""
WEIGHTS = "SELECT slug, facts FROM reference_row WHERE kind = 'material' ORDER BY id"
FIGURES = {
    "owner_quantity": "the owner's figure as signed for at the gate",
    "receiver_quantity": "the receiver's own figure, as first given",
}


def added() -> list[sa.Column[Any]]:
    """What a reservation tells since commit c986f87."""
    return [
        sa.Column(
            "reused_as_is", sa.Boolean(), nullable=True, comment="used again without being processed first; empty: not said"
        ),
        sa.Column(
            "same_grade",
            sa.Boolean(),
            nullable=True,
            comment="for what it was made for, or something of a higher grade; empty: not said",
        ),
        sa.Column(
            "kept",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="of what was ordered, missing at the gate and held until confirmed",
        ),
        sa.Column(
            "late_reason",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="why the paperwork came after the hand-over; empty: it did not",
        ),
        sa.Column(
            "unconfirmed_since",
            sa.DateTime(),
            nullable=True,
            comment="14 days without an answer to a figure that silence does not confirm",
        ),
        sa.Column(
            "owner_answer", sa.BigInteger(), nullable=True, comment="in a dispute: the latest figure that the owner accepts"
        ),
        sa.Column(
            "receiver_answer", sa.BigInteger(), nullable=True, comment="in a dispute: the latest figure that the receiver accepts"
        ),
        sa.Column("objection", sa.Text(), nullable=False, server_default="", comment="of the asker to a no-show"),
        sa.Column("objected_at", sa.DateTime(), nullable=True),
        sa.Column("objection_upheld", sa.Boolean(), nullable=True, comment="whether the broker agreed; empty: not decided yet"),
        sa.Column("objection_answer", sa.Text(), nullable=False, server_default="", comment="why the broker decided so"),
    ]


def updated_at() -> sa.Column[Any]:
    """When anything in a reservation changed last."""
    return sa.Column("updated_at", sa.DateTime(), nullable=True, comment="of anything in this row")


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
        updated_at(),
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
        sa.Column("owner_quantity", sa.BigInteger(), nullable=True, comment="the owner's figure as signed for at the gate"),
        sa.Column("owner_measured_by", sa.String(length=9), nullable=True),
        sa.Column("owner_condition", sa.String(length=4), nullable=True),
        sa.Column("receiver_quantity", sa.BigInteger(), nullable=True, comment="the receiver's own figure, as first given"),
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
        *added(),
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
    create_terms()
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


def create_terms() -> None:
    """The terms of each transfer."""
    op.create_table(
        "terms_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3 … of its reservation"),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True, comment="which side proposed it; empty: frozen at approval"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was proposed"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("price_cents_per_unit", sa.BigInteger(), nullable=False, comment="0: free of charge"),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("kg_basis", sa.String(length=10), nullable=False, comment="taxonomy or measured"),
        sa.Column("place_name", sa.String(length=120), nullable=False, comment="where the lot lies"),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=False),
        sa.Column("condition", sa.String(length=4), nullable=False),
        sa.Column("destination_name", sa.String(length=120), nullable=False),
        sa.Column("destination_lat", sa.Double(), nullable=False),
        sa.Column("destination_lon", sa.Double(), nullable=False),
        sa.Column("destination_basis", sa.String(length=12), nullable=False, comment="demand, reservation or main_place"),
        sa.Column("replaces_purchase", sa.Boolean(), nullable=True),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('agreed', 'proposed', 'declined', 'fallen')", name=op.f("ck_terms_version_status")),
        sa.CheckConstraint("price_cents_per_unit >= 0", name=op.f("ck_terms_version_price_not_negative")),
        sa.CheckConstraint("kg_per_unit > 0", name=op.f("ck_terms_version_weight_positive")),
        sa.ForeignKeyConstraint(
            ["factor_version"], ["taxonomy_version.id"], name=op.f("fk_terms_version_factor_version_taxonomy_version")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["organisation.id"], name=op.f("fk_terms_version_proposed_by_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservation.id"],
            name=op.f("fk_terms_version_reservation_id_reservation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_version")),
        sa.UniqueConstraint("reservation_id", "number", name=op.f("uq_terms_version_reservation_id_number")),
    )


def bridge() -> None:
    """Bring along the reservations of a database that commit c986f87 made.

    What had been approved gets its terms as they stand now, what is in the ledger as they were booked. A surplus of what was called off
    had left the lot and stayed with the reservation. A lot that came back began with what the audit keeps of its return; every other with
    what was written off, returned and found too much since. How an owner changed it lies in that.
    """
    op.add_column("reservation", last_return())
    database = op.get_bind()
    database.execute(sa.text("UPDATE reservation SET surplus = 0 WHERE status IN ('rejected', 'cancelled', 'expired')"))
    database.execute(sa.text(FIRST_LISTED))
    for child, facts in database.execute(sa.text("SELECT object_id, facts FROM audit WHERE action = 'listing.return'")).all():
        values = {"child": child, "first": int(Decimal(json.loads(facts)["quantity"]) * 1000)}
        database.execute(sa.text("UPDATE listing SET corrected = listed - :first, listed = :first WHERE id = :child"), values)
    for column in (*added(), updated_at()):
        op.add_column("reservation", column)
    database.execute(sa.text("UPDATE reservation SET updated_at = coalesce(ended_at, completed_at, requested_at)"))
    if op.get_bind().dialect.name == "postgresql":
        for name, comment in FIGURES.items():
            op.alter_column("reservation", name, comment=comment)
    create_terms()
    connection = op.get_bind()
    facts = {row.slug: json.loads(row.facts) for row in connection.execute(sa.text(WEIGHTS))}
    for row in [dict(row) for row in connection.execute(sa.text(APPROVED)).mappings()]:
        weight = unit_weight(facts[row.pop("material")], row.pop("unit"))
        row["kg_per_unit"] = weight if row["kg_per_unit"] is None else row["kg_per_unit"]
        names = [*row, "number", "status", "reason"]
        table = sa.table("terms_version", *(sa.column(name) for name in names))
        connection.execute(sa.insert(table).values(**row, number=1, status="agreed", reason=""))


def unit_weight(facts: dict[str, Any], unit: str) -> int:
    """What one unit of a material weighs, in millionths of a kilogram."""
    weights = {"tonne": "1000", "kg": "1", **facts["kg_per_unit"]}
    if unit in weights:
        return int(Decimal(weights[unit]).scaleb(6))
    pieces = Decimal(facts["pieces_per_m2"])
    known, share = ("m2", 1 / pieces) if unit == "piece" else ("piece", pieces)
    return int((Decimal(weights[known]) * share).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP).scaleb(6))


def downgrade() -> None:
    op.drop_table("terms_version")
    op.drop_table("gate_photo_file")
    op.drop_table("gate_photo")
    op.drop_table("appointment")
    op.drop_table("reservation")
