"""Listings with photos, demands, drafts of either, lost supply, and full-text search.

The CHECKs on a listing's counters are the guarantee against overselling. SQLite keeps the words of a listing in an FTS5 table without
content, kept up by triggers (a later migration that copies the table `listing` must create them again); PostgreSQL in a generated column
with a GIN index. Neither is in the models: `migrations/env.py` leaves them out of `db check`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006_market"
down_revision = "0005_depots"
branch_labels = None
depends_on = None

# matching is answered from one index: where it lies, then every column that a filter or an order asks for
MATCH = [
    *("status", "material_id", "lat", "lon", "x_m", "y_m", "z_m", "condition", "available_from", "available_until"),
    *("confirmed_on", "region_from", "partners_from", "organisation_id", "hazards_unknown"),
    *("quantity", "held", "transferred", "hazards_yes", "circle", "circle_from", "minimum_part", "unit", "id"),
]
MATCH_DEMAND = [
    *(*MATCH[:7], "min_condition", "needed_from", "needed_until", "confirmed_on", "organisation_id", "quantity", "fulfilled"),
    *("unit", "reach_chord2_m2", "max_distance_km", "accepts_hazards", "accepts_unknown_hazards", "id"),
]
FTS5 = "content='', detail=none, columnsize=0, prefix='2 3 4 5 6 7 8 9 10', tokenize='ascii'"
# the material is a word too, one that nobody can type: 0m12
ADD_WORDS = "INSERT INTO listing_fts (rowid, words) VALUES (new.id, new.search_text || ' 0m' || new.material_id)"
REMOVE_WORDS = (
    "INSERT INTO listing_fts (listing_fts, rowid, words) VALUES ('delete', old.id, old.search_text || ' 0m' || old.material_id)"
)
CHANGED = "old.search_text <> new.search_text OR old.material_id <> new.material_id OR old.id <> new.id"

# what the catalogue holds in memory: a change of any of these is noted
HELD = [
    *("status", "material_id", "condition", "organisation_id"),
    *("public_lat", "public_lon", "public_x_m", "public_y_m", "public_z_m"),
    *("available_from", "available_until", "region_from", "confirmed_on", "published_at", "search_text"),
]
NOTE = (
    "INSERT INTO listing_change (listing_id, revision) VALUES ({row}.id, 2147483647) "
    "ON CONFLICT (listing_id) DO UPDATE SET revision = 2147483647"
)
NUMBER = "UPDATE listing_change SET revision = NEW.number WHERE revision = 2147483647"


def place() -> list[sa.Column[Any]]:
    """Where something lies: the exact point, and the public one on a coarse grid. x, y and z are earth-centred metres."""
    return [
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
    ]


def bridge() -> None:
    """Add to a database of commit c986f87 what came since. Its catalogue was answered from three indexes, that of today is from memory.

    What its quantities began with is known to the exchange, which fills it in.
    """
    op.add_column("listing", fields())
    for column in first_quantities():
        op.add_column("listing", column)
    for table in ("listing", "demand"):
        for column in known_outside():
            op.add_column(table, column)
        op.create_index(f"uq_{table}_external_id", table, ["organisation_id", "external_id"], unique=True)
    op.execute("UPDATE listing SET updated_at = created_at")
    op.execute("UPDATE demand SET updated_at = created_at")
    for name in ("ix_listing_catalogue", "ix_listing_free", "ix_listing_newest"):
        op.drop_index(name, "listing")
    op.drop_index("ix_demand_match", "demand")
    op.create_index("ix_demand_match", "demand", MATCH_DEMAND)
    create_changes()


def fields() -> sa.Column[Any]:
    """The fields of a listing without a column of their own."""
    return sa.Column(
        "fields", sa.Text(), nullable=False, server_default="{}", comment="the fields without a column of their own, by name"
    )


def first_quantities() -> list[sa.Column[Any]]:
    """What a listing's quantity began with. With the exchange's figures `check` proves the quantity by it."""
    comments = {"listed": "as first listed, or as it came back", "corrected": "by how much its owner changed the quantity since"}
    return [sa.Column(name, sa.BigInteger(), nullable=False, server_default="0", comment=said) for name, said in comments.items()]


def known_outside() -> list[sa.Column[Any]]:
    """What another system keeps a copy by."""
    called = "what its organisation's own system calls it"
    return [
        sa.Column("updated_at", sa.DateTime(), nullable=True, comment="of anything in this row"),
        sa.Column("external_id", sa.String(length=120), nullable=True, comment=called),
    ]


def freshness(said: str) -> list[sa.Column[Any]]:
    """The last day on which somebody said that it is still so, and what was told since."""
    earlier = "one before confirmed_on is of an earlier round"
    reminded, told = f"day of the last reminder; {earlier}", f"day on which the owner heard that it left; {earlier}"
    comments = {"confirmed_on": said, "freshness_reminded_on": reminded, "stale_told_on": told}
    return [sa.Column(name, sa.Date(), nullable=True, comment=comment) for name, comment in comments.items()]


def create_search() -> None:
    """Full text over `listing.search_text`, on each database in its own way."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE listing ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED"
        )
        op.create_index("ix_listing_search", "listing", ["search_vector"], postgresql_using="gin")
        return
    op.execute(f"CREATE VIRTUAL TABLE listing_fts USING fts5(words, {FTS5})")
    op.execute(f"CREATE TRIGGER listing_words_in AFTER INSERT ON listing BEGIN {ADD_WORDS}; END")
    op.execute(f"CREATE TRIGGER listing_words_out AFTER DELETE ON listing BEGIN {REMOVE_WORDS}; END")
    op.execute(
        "CREATE TRIGGER listing_words_changed AFTER UPDATE OF id, search_text, material_id ON listing "
        f"WHEN {CHANGED} BEGIN {REMOVE_WORDS}; {ADD_WORDS}; END"
    )


def create_changes() -> None:
    """A note of every listing that changed, numbered when the catalogue's counter moves: that is the last write of a transaction."""
    op.create_table(
        "listing_change",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column(
            "revision",
            sa.Integer(),
            nullable=False,
            comment="of the catalogue; 2147483647 until its counter is bumped, the last write of a transaction",
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_change")),
    )
    op.create_index(op.f("ix_listing_change_revision"), "listing_change", ["revision"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in HELD)
    for name, event, table, statement in (
        ("listing_in", "INSERT ON", "listing", NOTE.format(row="NEW")),
        ("listing_out", "DELETE ON", "listing", NOTE.format(row="OLD")),
        ("listing_changed", f"UPDATE OF {', '.join(HELD)} ON", "listing", NOTE.format(row="NEW")),
        ("catalogue_numbered", "UPDATE OF number ON", "catalogue_revision", NUMBER),
    ):
        when = f"WHEN ({changed})" if name == "listing_changed" else ""
        if is_postgresql:
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER {name} AFTER {event} {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")
        else:
            op.execute(f"CREATE TRIGGER {name} AFTER {event} {table} {when} BEGIN {statement}; END")


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="raised by people's edits, not by counters"),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True, comment="person; empty after leaving"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        *known_outside(),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="thousandths of the unit, on the books of this lot"),
        *first_quantities(),
        sa.Column("held", sa.BigInteger(), nullable=False, comment="sum of the open reservations"),
        sa.Column("transferred", sa.BigInteger(), nullable=False, comment="net sum of the ledger rows"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("quantity_basis", sa.String(length=12), nullable=False),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=True, comment="measured; replaces the taxonomy's weight"),
        sa.Column(
            "minimum_part", sa.BigInteger(), nullable=True, comment="the smallest part that the owner gives away; empty: any"
        ),
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
        fields(),
        *place(),
        sa.Column("depot_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="the lot that this one came back from"),
        sa.Column(
            "circle", sa.String(length=400), nullable=False, server_default="", comment="chosen municipalities as |almelo|borne|"
        ),
        sa.Column("circle_from", sa.Date(), nullable=True, comment="first day of the circle's turn"),
        sa.Column("region_from", sa.Date(), nullable=True, comment="first day of the region's turn, and of the public view"),
        sa.Column("partners_from", sa.Date(), nullable=True),
        sa.Column("window_reason", sa.Text(), nullable=False, server_default="", comment="why a ring was skipped"),
        sa.Column("turns_told_on", sa.Date(), nullable=True, comment="up to which day the matches that a turn brings were told"),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        *freshness("last day on which the owner said that it is still there"),
        sa.Column(
            "search_text", sa.Text(), nullable=False, comment="folded and stemmed words of title, description and material"
        ),
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
    op.create_index(op.f("ix_listing_depot_id"), "listing", ["depot_id"])
    op.create_index("uq_listing_external_id", "listing", ["organisation_id", "external_id"], unique=True)
    op.create_index("ix_listing_match", "listing", MATCH)
    op.create_index(op.f("ix_listing_material_id"), "listing", ["material_id"])
    op.create_index(op.f("ix_listing_organisation_id"), "listing", ["organisation_id"])
    op.create_index(op.f("ix_listing_parent_id"), "listing", ["parent_id"])
    create_search()
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
    op.create_index(op.f("ix_photo_listing_id"), "photo", ["listing_id"])
    op.create_table(
        "photo_file",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_file_photo_id_photo"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "photo_id", name=op.f("pk_photo_file")),
    )
    op.create_index(op.f("ix_photo_file_photo_id"), "photo_file", ["photo_id"])
    op.create_table(
        "demand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        *known_outside(),
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
        *place(),
        *freshness("last day on which the asker said that it is still needed"),
        sa.CheckConstraint("status IN ('draft', 'open', 'fulfilled', 'withdrawn', 'lapsed')", name=op.f("ck_demand_status")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_demand_unit")),
        sa.CheckConstraint("fulfilled >= 0", name=op.f("ck_demand_fulfilled_not_negative")),
        sa.CheckConstraint("needed_until >= needed_from", name=op.f("ck_demand_period")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_demand_quantity_positive")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_demand_material_id_material")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_demand_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index("uq_demand_external_id", "demand", ["organisation_id", "external_id"], unique=True)
    op.create_index("ix_demand_match", "demand", MATCH_DEMAND)
    op.create_index(op.f("ix_demand_material_id"), "demand", ["material_id"])
    op.create_index(op.f("ix_demand_organisation_id"), "demand", ["organisation_id"])
    op.create_table(
        "sketch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False, comment="listing or demand"),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=True),
        sa.Column(
            "listing_version",
            sa.Integer(),
            nullable=True,
            comment="of the draft when it was settled; another one is newer than the answers",
        ),
        sa.Column("demand_id", sa.Integer(), nullable=True, comment="the demand that is being changed; empty for a new one"),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="name of the field to what was typed"),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('listing', 'demand')", name=op.f("ck_sketch_kind")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_sketch_demand_id_demand"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_sketch_listing_id_listing"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sketch_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sketch_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sketch")),
    )
    op.create_index(op.f("ix_sketch_demand_id"), "sketch", ["demand_id"])
    op.create_index(op.f("ix_sketch_listing_id"), "sketch", ["listing_id"])
    op.create_index(op.f("ix_sketch_person_id"), "sketch", ["person_id"])
    op.create_table(
        "window_default",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("circle", sa.String(length=400), nullable=False, comment="municipalities as |almelo|borne|"),
        sa.Column("circle_days", sa.Integer(), nullable=False, comment="from publication until the circle's turn"),
        sa.Column(
            "region_days",
            sa.Integer(),
            nullable=False,
            comment="from the circle's turn, or without one from publication, until the region's",
        ),
        sa.Column("partners_days", sa.Integer(), nullable=False, comment="from the region's turn until the partners'"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why a ring does not wait"),
        sa.CheckConstraint(
            "circle_days >= 0 AND region_days >= 0 AND partners_days >= 0", name=op.f("ck_window_default_days_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_window_default_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_window_default")),
    )
    op.create_table(
        "supply_loss",
        sa.Column("listing_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="what was left, in the listing's unit"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=True, comment="by the weights of that day; empty: unknown"),
        sa.Column("outcome", sa.String(length=14), nullable=True, comment="empty: nobody said"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('sold_elsewhere', 'own_use', 'recycled', 'disposed')", name=op.f("ck_supply_loss_outcome")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supply_loss_quantity_positive")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_supply_loss_listing_id_listing")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_supply_loss_material_id_material")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supply_loss_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_supply_loss")),
    )
    op.create_table(
        "catalogue_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_revision")),
    )
    op.execute("INSERT INTO catalogue_revision (id, number) VALUES (1, 0)")
    create_changes()


def downgrade() -> None:
    op.drop_table("catalogue_revision")
    op.drop_table("supply_loss")
    op.drop_table("window_default")
    op.drop_table("sketch")
    op.drop_table("demand")
    op.drop_table("photo_file")
    op.drop_table("photo")
    op.drop_table("listing")
    op.drop_table("listing_change")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE listing_fts")
        return
    for name in ("listing_in", "listing_out", "listing_changed", "catalogue_numbered"):
        op.execute(f"DROP FUNCTION {name}")
