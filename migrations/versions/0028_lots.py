"""Lots and their movements, which are only ever added; and what a depot says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0028_lots"
down_revision = "0027_lots_in_sheets"
branch_labels = None
depends_on = None


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
    if is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def create_lot() -> None:
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="what it was split off from"),
        sa.Column("origin_id", sa.Integer(), nullable=True, comment="the lot at the top of its tree; empty: it is that itself"),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="the sum of its movements"),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("kg_basis", sa.String(length=10), nullable=False, comment="taxonomy or measured"),
        sa.Column("condition", sa.String(length=4), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("holder_id", sa.Integer(), nullable=False, comment="who has it"),
        sa.Column("depot_id", sa.Integer(), nullable=True, comment="empty: it lies in no depot"),
        sa.Column("bay", sa.String(length=40), server_default="", nullable=False),
        sa.Column("pallets", sa.Integer(), server_default="0", nullable=False, comment="pallet places that it takes"),
        sa.Column("place_name", sa.String(length=120), server_default="", nullable=False, comment="where it lies in no depot"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("in_depot_since", sa.Date(), nullable=True, comment="first day of its stay in this depot"),
        sa.Column("blocked_at", sa.DateTime(), nullable=True, comment="it may not go anywhere; empty: it may"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name=op.f("ck_lot_condition")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_lot_unit")),
        sa.CheckConstraint("(depot_id IS NULL) = (in_depot_since IS NULL)", name=op.f("ck_lot_stay_has_a_first_day")),
        sa.CheckConstraint("pallets >= 0", name=op.f("ck_lot_pallets_not_negative")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_lot_quantity_not_negative")),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_lot_depot_id_depot")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_lot_holder_id_organisation")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_lot_material_id_material")),
        sa.ForeignKeyConstraint(["origin_id"], ["lot.id"], name=op.f("fk_lot_origin_id_lot")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_lot_owner_id_organisation")),
        sa.ForeignKeyConstraint(["parent_id"], ["lot.id"], name=op.f("fk_lot_parent_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_lot_holder_id"), "lot", ["holder_id"], unique=False)
    op.create_index(op.f("ix_lot_origin_id"), "lot", ["origin_id"], unique=False)
    op.create_index(op.f("ix_lot_owner_id"), "lot", ["owner_id"], unique=False)
    op.create_index(op.f("ix_lot_parent_id"), "lot", ["parent_id"], unique=False)
    op.create_index(
        "ix_lot_stock",
        "lot",
        ["depot_id", "quantity", "unit", "kg_per_unit", "pallets", "owner_id", "in_depot_since"],
        unique=False,
    )


def create_movement() -> None:
    op.create_table(
        "movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("pallets", sa.Integer(), server_default="0", nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="the day that counts for stay and cost"),
        sa.Column("at", sa.DateTime(), nullable=False, comment="when it was entered"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who entered it; empty after leaving, or by the clock"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="for which organisation"),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="whose it was, or is from now on"),
        sa.Column("holder_id", sa.Integer(), nullable=False, comment="who had it, or has it from now on"),
        sa.Column("depot_id", sa.Integer(), nullable=True, comment="where it lay, or lies from now on; empty: in no depot"),
        sa.Column("bay", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("other_lot_id", sa.Integer(), nullable=True, comment="the other side of a split or a return"),
        sa.Column("listing_id", sa.Integer(), nullable=True, comment="the offer that it belongs to"),
        sa.Column("reservation_id", sa.Integer(), nullable=True, comment="the transfer that moved it"),
        sa.CheckConstraint(
            "kind IN ('in', 'split', 'move', 'count', 'out', 'return', 'write_off', 'block', 'unblock')",
            name=op.f("ck_movement_kind"),
        ),
        sa.CheckConstraint("kind NOT IN ('block', 'unblock') OR quantity = 0", name=op.f("ck_movement_block_moves_nothing")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    op.create_index("ix_movement_depot", "movement", ["depot_id", "happened_on"], unique=False)
    op.create_index("ix_movement_lot", "movement", ["lot_id", "id"], unique=False)
    op.create_index(op.f("ix_movement_reservation_id"), "movement", ["reservation_id"], unique=False)


def create_lot_photo() -> None:
    op.create_table(
        "lot_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False, comment="variant (webp-480 … jpeg-1200) to name, width and height"),
        sa.Column("alt", sa.String(length=300), server_default="", nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who took it"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_photo_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_photo")),
    )
    op.create_index(op.f("ix_lot_photo_lot_id"), "lot_photo", ["lot_id"], unique=False)


def create_lot_photo_file() -> None:
    op.create_table(
        "lot_photo_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("lot_photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_photo_id"], ["lot_photo.id"], name=op.f("fk_lot_photo_file_lot_photo_id_lot_photo")),
        sa.PrimaryKeyConstraint("name", "lot_photo_id", name=op.f("pk_lot_photo_file")),
    )
    op.create_index(op.f("ix_lot_photo_file_lot_photo_id"), "lot_photo_file", ["lot_photo_id"], unique=False)


def create_depot_bay() -> None:
    op.create_table(
        "depot_bay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_bay_depot_id_depot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_depot_bay")),
        sa.UniqueConstraint("depot_id", "name", name=op.f("uq_depot_bay_depot_id_name")),
    )


def create_depot_capacity() -> None:
    op.create_table(
        "depot_capacity",
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('m2', 'm3', 'tonne', 'pallet')", name=op.f("ck_depot_capacity_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_depot_capacity_amount_positive")),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_capacity_depot_id_depot")),
        sa.PrimaryKeyConstraint("depot_id", "kind", name=op.f("pk_depot_capacity")),
    )


def create_depot_rate() -> None:
    op.create_table(
        "depot_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=6), nullable=False, comment="a unit of quantities, or pallet"),
        sa.Column("euros_per_week", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who set it"),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg', 'pallet')", name=op.f("ck_depot_rate_unit")),
        sa.CheckConstraint("euros_per_week >= 0", name=op.f("ck_depot_rate_not_negative")),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_rate_depot_id_depot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_depot_rate")),
        sa.UniqueConstraint("depot_id", "unit", "from_on", name=op.f("uq_depot_rate_depot_id_unit_from_on")),
    )


def create_depot_keeper() -> None:
    op.create_table(
        "depot_keeper",
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_depot_keeper_depot_id_depot")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_depot_keeper_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("depot_id", "person_id", name=op.f("pk_depot_keeper")),
    )
    op.create_index(op.f("ix_depot_keeper_person_id"), "depot_keeper", ["person_id"], unique=False)


def create_arrival() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("depot_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="who brings it"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who announced it"),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("words", sa.String(length=300), server_default="", nullable=False),
        sa.Column("announced_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="when it came or was called off"),
        sa.Column("lot_id", sa.Integer(), nullable=True, comment="what it became; empty: it was called off, or has not come yet"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_arrival_quantity_positive")),
        sa.ForeignKeyConstraint(["depot_id"], ["depot.id"], name=op.f("fk_arrival_depot_id_depot")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_arrival_material_id_material")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_arrival_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
    )
    op.create_index("ix_arrival_depot", "arrival", ["depot_id", "ended_at", "expected_on"], unique=False)


def upgrade() -> None:
    create_lot()
    create_movement()
    create_lot_photo()
    create_lot_photo_file()
    create_depot_bay()
    create_depot_capacity()
    create_depot_rate()
    create_depot_keeper()
    create_arrival()
    refuse_changes("movement")
    op.add_column(
        "depot",
        sa.Column(
            "is_public", sa.Boolean(), server_default=sa.true(), nullable=False, comment="whether it has a page for everybody"
        ),
    )
    op.add_column(
        "depot",
        sa.Column(
            "opening",
            sa.Text(),
            server_default="{}",
            nullable=False,
            comment="day of the week, 1 is Monday, to its hours as [[from, until]]",
        ),
    )
    op.add_column(
        "depot",
        sa.Column("opening_note", sa.String(length=300), server_default="", nullable=False, comment="what hours cannot say"),
    )
    op.add_column(
        "depot",
        sa.Column(
            "takes",
            sa.String(length=400),
            server_default="",
            nullable=False,
            comment="slugs of material groups as |a|b|; empty: everything",
        ),
    )
    op.add_column(
        "depot",
        sa.Column("storers", sa.String(length=14), server_default="municipalities", nullable=False, comment="who may store here"),
    )
    op.add_column(
        "depot",
        sa.Column(
            "longest_stay_days", sa.Integer(), nullable=True, comment="after which a lot is on the keeper's list; empty: no limit"
        ),
    )
    op.add_column(
        "depot",
        sa.Column(
            "collecting",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what may be collected here and how, for everybody",
        ),
    )
    op.add_column(
        "listing",
        sa.Column("lot_id", sa.Integer(), nullable=True, comment="the stuff itself; empty before it was ever published"),
    )
    op.create_index("ix_listing_lot", "listing", ["lot_id"], unique=False)
    op.create_index(
        "uq_listing_lot",
        "listing",
        ["lot_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('draft', 'published')"),
        postgresql_where=sa.text("status IN ('draft', 'published')"),
    )
    op.add_column(
        "reservation", sa.Column("depot_id", sa.Integer(), nullable=True, comment="where it goes, when that is a depot")
    )


def downgrade() -> None:
    op.drop_column("reservation", "depot_id")
    op.drop_index(
        "uq_listing_lot",
        table_name="listing",
        sqlite_where=sa.text("status IN ('draft', 'published')"),
        postgresql_where=sa.text("status IN ('draft', 'published')"),
    )
    op.drop_index("ix_listing_lot", table_name="listing")
    op.drop_column("listing", "lot_id")
    op.drop_column("depot", "collecting")
    op.drop_column("depot", "longest_stay_days")
    op.drop_column("depot", "storers")
    op.drop_column("depot", "takes")
    op.drop_column("depot", "opening_note")
    op.drop_column("depot", "opening")
    op.drop_column("depot", "is_public")
    op.drop_table("lot_photo_file")
    op.drop_table("movement")
    if not is_sqlite():
        op.execute("DROP FUNCTION movement_append_only")
    op.drop_table("lot_photo")
    op.drop_table("lot")
    op.drop_table("depot_rate")
    op.drop_table("depot_keeper")
    op.drop_table("depot_capacity")
    op.drop_table("depot_bay")
    op.drop_table("arrival")
