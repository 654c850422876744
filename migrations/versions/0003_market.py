"""Listings with their photos, demands, reservations, and the counter of the catalogue. The CHECKs on the counters are the guarantee against overselling."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_revision")),
    )
    op.create_table(
        "demand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("fulfilled", sa.BigInteger(), nullable=False, comment="completed reservations, in the demand's unit"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("min_condition", sa.String(length=4), nullable=False),
        sa.Column("needed_from", sa.Date(), nullable=False),
        sa.Column("needed_until", sa.Date(), nullable=False),
        sa.Column("max_distance_km", sa.BigInteger(), nullable=True, comment="empty: no limit"),
        sa.Column(
            "reach_chord2_m2",
            sa.Double(),
            nullable=False,
            comment="squared chord of the farthest distance, for the reverse search",
        ),
        sa.Column("accepts_hazards", sa.Text(), nullable=False),
        sa.Column("accepts_unknown_hazards", sa.Boolean(), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("municipality", sa.String(length=60), nullable=False, comment="slug; empty outside the region"),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("place_basis", sa.String(length=10), nullable=False, comment="point, address, postcode or place"),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("x_m", sa.Integer(), nullable=False),
        sa.Column("y_m", sa.Integer(), nullable=False),
        sa.Column("z_m", sa.Integer(), nullable=False),
        sa.Column("public_lat", sa.Double(), nullable=False),
        sa.Column("public_lon", sa.Double(), nullable=False),
        sa.Column("public_x_m", sa.Integer(), nullable=False),
        sa.Column("public_y_m", sa.Integer(), nullable=False),
        sa.Column("public_z_m", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'open', 'fulfilled', 'withdrawn', 'lapsed')", name=op.f("ck_demand_status")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_demand_unit")),
        sa.CheckConstraint("fulfilled >= 0", name=op.f("ck_demand_fulfilled_not_negative")),
        sa.CheckConstraint("needed_until >= needed_from", name=op.f("ck_demand_period")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_demand_quantity_positive")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_demand_material_id_material")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_demand_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index("ix_demand_match", "demand", ["status", "material_id", "lat", "lon", "x_m", "y_m", "z_m"], unique=False)
    op.create_index(op.f("ix_demand_material_id"), "demand", ["material_id"], unique=False)
    op.create_index(op.f("ix_demand_organisation_id"), "demand", ["organisation_id"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="raised by people's edits, not by counters"),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="person; empty after leaving"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="thousandths of the unit, on the books of this lot"),
        sa.Column("held", sa.BigInteger(), nullable=False, comment="sum of the open reservations"),
        sa.Column("transferred", sa.BigInteger(), nullable=False, comment="net sum of the ledger rows"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("quantity_basis", sa.String(length=12), nullable=False),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=True, comment="measured; replaces the taxonomy's weight"),
        sa.Column("condition", sa.String(length=4), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=False),
        sa.Column("available_until", sa.Date(), nullable=True),
        sa.Column("packaging", sa.String(length=12), nullable=True),
        sa.Column("loading_possible", sa.Boolean(), nullable=True),
        sa.Column("price_cents_per_unit", sa.Integer(), nullable=True, comment="empty: free of charge"),
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("year_of_construction", sa.Integer(), nullable=True),
        sa.Column("asbestos_suspected", sa.String(length=7), nullable=False),
        sa.Column("hazards", sa.Text(), nullable=False, comment="code to yes, no or unknown"),
        sa.Column("hazards_yes", sa.String(length=400), nullable=False, comment="codes answered yes as |a|b|, for matching"),
        sa.Column("hazards_unknown", sa.Boolean(), nullable=False, comment="whether a hazard to be declared is not known"),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("region_from", sa.Date(), nullable=True, comment="first day of the region's turn, and of the public view"),
        sa.Column("partners_from", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True, comment="last day on which the owner said that it is still there"),
        sa.Column("depot_id", sa.Integer(), nullable=True),
        sa.Column(
            "search_text", sa.Text(), nullable=False, comment="folded and stemmed words of title, description and material"
        ),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("municipality", sa.String(length=60), nullable=False, comment="slug; empty outside the region"),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("place_basis", sa.String(length=10), nullable=False, comment="point, address, postcode or place"),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("x_m", sa.Integer(), nullable=False),
        sa.Column("y_m", sa.Integer(), nullable=False),
        sa.Column("z_m", sa.Integer(), nullable=False),
        sa.Column("public_lat", sa.Double(), nullable=False),
        sa.Column("public_lon", sa.Double(), nullable=False),
        sa.Column("public_x_m", sa.Integer(), nullable=False),
        sa.Column("public_y_m", sa.Integer(), nullable=False),
        sa.Column("public_z_m", sa.Integer(), nullable=False),
        sa.CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name=op.f("ck_listing_condition")),
        sa.CheckConstraint("status IN ('draft', 'published', 'closed', 'withdrawn')", name=op.f("ck_listing_status")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_listing_unit")),
        sa.CheckConstraint("available_until IS NULL OR available_until >= available_from", name=op.f("ck_listing_period")),
        sa.CheckConstraint("held + transferred <= quantity", name=op.f("ck_listing_not_oversold")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_listing_held_not_negative")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_listing_quantity_not_negative")),
        sa.CheckConstraint("transferred >= 0", name=op.f("ck_listing_transferred_not_negative")),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_listing_depot_id_depot")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_listing_material_id_material")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_listing_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index(
        "ix_listing_catalogue",
        "listing",
        ["status", "material_id", "public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"],
        unique=False,
    )
    op.create_index(op.f("ix_listing_depot_id"), "listing", ["depot_id"], unique=False)
    op.create_index("ix_listing_match", "listing", ["status", "material_id", "lat", "lon", "x_m", "y_m", "z_m"], unique=False)
    op.create_index(op.f("ix_listing_material_id"), "listing", ["material_id"], unique=False)
    op.create_index("ix_listing_newest", "listing", ["status", "published_at", "id"], unique=False)
    op.create_index(op.f("ix_listing_organisation_id"), "listing", ["organisation_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("files", sa.Text(), nullable=False, comment="variant (webp-480 … jpeg-1200) to name, width and height"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_photo_listing_id_listing"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_listing_id"), "photo", ["listing_id"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="who asks"),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="whose lot it is"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who asked; empty after leaving"),
        sa.Column(
            "quantity",
            sa.BigInteger(),
            nullable=False,
            comment="what is held, in the listing's unit: as asked, and as measured after hand-over",
        ),
        sa.Column("asked", sa.BigInteger(), nullable=False, comment="as asked"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a rejection or cancellation"),
        sa.Column("place_name", sa.String(length=120), nullable=True, comment="destination given with the reservation"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="rejected, cancelled or expired"),
        sa.Column("expires_at", sa.DateTime(), nullable=True, comment="when the clock acts: lapse, or count as confirmed"),
        sa.Column("vehicle_class", sa.String(length=40), nullable=True),
        sa.Column("driven_km", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('requested', 'approved', 'handed_over', 'completed', 'rejected', 'cancelled', 'expired')",
            name=op.f("ck_reservation_status"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_positive")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_reservation_demand_id_demand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_reservation_listing_id_listing")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reservation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_reservation_owner_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index("ix_reservation_asker", "reservation", ["organisation_id", "status"], unique=False)
    op.create_index(op.f("ix_reservation_demand_id"), "reservation", ["demand_id"], unique=False)
    op.create_index("ix_reservation_due", "reservation", ["status", "expires_at"], unique=False)
    op.create_index(op.f("ix_reservation_listing_id"), "reservation", ["listing_id"], unique=False)
    op.create_index("ix_reservation_owner", "reservation", ["owner_id", "status"], unique=False)
    op.create_table(
        "photo_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_file_photo_id_photo"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "photo_id", name=op.f("pk_photo_file")),
    )
    op.create_index(op.f("ix_photo_file_photo_id"), "photo_file", ["photo_id"], unique=False)
    op.execute("INSERT INTO catalogue_revision (id, number) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_index(op.f("ix_photo_file_photo_id"), table_name="photo_file")
    op.drop_table("photo_file")
    op.drop_index("ix_reservation_owner", table_name="reservation")
    op.drop_index(op.f("ix_reservation_listing_id"), table_name="reservation")
    op.drop_index("ix_reservation_due", table_name="reservation")
    op.drop_index(op.f("ix_reservation_demand_id"), table_name="reservation")
    op.drop_index("ix_reservation_asker", table_name="reservation")
    op.drop_table("reservation")
    op.drop_index(op.f("ix_photo_listing_id"), table_name="photo")
    op.drop_table("photo")
    op.drop_index(op.f("ix_listing_organisation_id"), table_name="listing")
    op.drop_index("ix_listing_newest", table_name="listing")
    op.drop_index(op.f("ix_listing_material_id"), table_name="listing")
    op.drop_index("ix_listing_match", table_name="listing")
    op.drop_index(op.f("ix_listing_depot_id"), table_name="listing")
    op.drop_index("ix_listing_catalogue", table_name="listing")
    op.drop_table("listing")
    op.drop_index(op.f("ix_demand_organisation_id"), table_name="demand")
    op.drop_index(op.f("ix_demand_material_id"), table_name="demand")
    op.drop_index("ix_demand_match", table_name="demand")
    op.drop_table("demand")
    op.drop_table("catalogue_revision")
