"""What is owned: assets, their parts, what happened to those, and estimates of all that is owned."""

import sqlalchemy as sa
from alembic import op

revision = "0039_passports"
down_revision = "0037_alert_addresses"
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


def create_asset() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False, comment="whose it is"),
        sa.Column("maintainer_id", sa.Integer(), nullable=False, comment="often the same as whose it is"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_key", sa.String(length=120), nullable=False, comment="the name folded: the databases have no Dutch collation"
        ),
        sa.Column(
            "external_id", sa.String(length=80), server_default="", nullable=False, comment="its number in the asset system"
        ),
        sa.Column("external_system", sa.String(length=80), server_default="", nullable=False, comment="which system that is"),
        sa.Column("place_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column(
            "municipality",
            sa.String(length=60),
            nullable=False,
            comment="slug of the municipality it stands in; empty outside the region",
        ),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=True, comment="its line or area: a GeoJSON geometry"),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("release_earliest", sa.Date(), nullable=True, comment="first day on which it can come free"),
        sa.Column("release_latest", sa.Date(), nullable=True),
        sa.Column("certainty", sa.String(length=12), nullable=True, comment="how sure it is that it comes free then"),
        sa.Column("nen_2767", sa.Integer(), nullable=True, comment="score of an inspection, 1 to 6; never read as a condition"),
        sa.Column("is_public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True, comment="the import that made it; empty: by hand"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True, comment="demolished, or its import was undone; empty: it stands"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False, comment="goes up with every change"),
        sa.CheckConstraint("certainty IN ('idea', 'budgeted', 'tendered', 'in_execution')", name=op.f("ck_asset_certainty")),
        sa.CheckConstraint(
            "kind IN ('road', 'bridge', 'building', 'sewer', 'street_furniture', 'quay', 'green', 'other')",
            name=op.f("ck_asset_kind"),
        ),
        sa.CheckConstraint(
            "(release_earliest IS NULL AND release_latest IS NULL AND certainty IS NULL) OR "
            "(release_earliest IS NOT NULL AND release_latest IS NOT NULL AND certainty IS NOT NULL "
            "AND release_latest >= release_earliest)",
            name=op.f("ck_asset_coming_is_whole"),
        ),
        sa.CheckConstraint("nen_2767 BETWEEN 1 AND 6", name=op.f("ck_asset_nen_2767")),
        sa.ForeignKeyConstraint(["maintainer_id"], ["organisation.id"], name=op.f("fk_asset_maintainer_id_organisation")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_asset_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_asset_coming", "asset", ["release_latest"], unique=False)
    op.create_index(op.f("ix_asset_import_id"), "asset", ["import_id"], unique=False)
    op.create_index("ix_asset_list", "asset", ["organisation_id", "sort_key", "id"], unique=False)
    op.create_index(op.f("ix_asset_maintainer_id"), "asset", ["maintainer_id"], unique=False)
    op.create_index(
        "uq_asset_external",
        "asset",
        ["organisation_id", "external_system", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id <> '' AND ended_at IS NULL"),
        postgresql_where=sa.text("external_id <> '' AND ended_at IS NULL"),
    )


def create_asset_item() -> None:
    op.create_table(
        "asset_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="the sum of its changes"),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("kg_basis", sa.String(length=10), nullable=False, comment="taxonomy or measured"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False, comment="quantity times kg_per_unit, to the gram"),
        sa.Column("element", sa.String(length=120), server_default="", nullable=False),
        sa.Column("layer", sa.Integer(), nullable=True, comment="counted from the top, 1 first"),
        sa.Column("known_by", sa.String(length=8), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("detachability", sa.String(length=10), nullable=True),
        sa.Column("condition", sa.String(length=4), nullable=True, comment="empty: nobody looked"),
        sa.Column("hazards", sa.Text(), server_default="{}", nullable=False),
        sa.Column(
            "use_count", sa.Integer(), server_default="0", nullable=False, comment="how often it was used before it came here"
        ),
        sa.Column("from_item_id", sa.Integer(), nullable=True, comment="the part of another asset that it was before"),
        sa.Column("import_id", sa.Integer(), nullable=True, comment="the import that made it; empty: by hand"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("condition IN ('new', 'good', 'fair', 'poor')", name=op.f("ck_asset_item_condition")),
        sa.CheckConstraint(
            "detachability IN ('loose', 'screwed', 'bonded', 'monolithic')", name=op.f("ck_asset_item_detachability")
        ),
        sa.CheckConstraint("known_by IN ('measured', 'design', 'archive', 'estimate')", name=op.f("ck_asset_item_known_by")),
        sa.CheckConstraint("unit IN ('piece', 'm', 'm2', 'm3', 'tonne', 'kg')", name=op.f("ck_asset_item_unit")),
        sa.CheckConstraint("quantity >= 0 AND mass_kg >= 0", name=op.f("ck_asset_item_not_negative")),
        sa.CheckConstraint("use_count >= 0", name=op.f("ck_asset_item_use_count")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_asset_item_asset_id_asset")),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_asset_item_material_id_material")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_item")),
        sa.UniqueConstraint("asset_id", "number", name=op.f("uq_asset_item_asset_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_asset_item_import_id"), "asset_item", ["import_id"], unique=False)
    op.create_index(op.f("ix_asset_item_material_id"), "asset_item", ["material_id"], unique=False)


def create_item_change() -> None:
    op.create_table(
        "item_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False, comment="when it was entered"),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who entered it; empty after leaving, or by the bank"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="for which organisation"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("exchange_seq", sa.Integer(), nullable=True, comment="the row of the ledger that moved it"),
        sa.CheckConstraint(
            "kind IN ('put_in', 'taken_out', 'counted', 'lost', 'handed_over', 'came_back', 'undone')",
            name=op.f("ck_item_change_kind"),
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_item_change_changes_something")),
        sa.ForeignKeyConstraint(["item_id"], ["asset_item.id"], name=op.f("fk_item_change_item_id_asset_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_change")),
    )
    op.create_index("ix_item_change_at", "item_change", ["at"], unique=False)
    op.create_index("ix_item_change_item", "item_change", ["item_id", "id"], unique=False)


def create_owned_mass() -> None:
    op.create_table(
        "owned_mass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="1, 2, 3 …: all classes of one moment share it"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_year", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True, comment="who entered it; empty after leaving"),
        sa.CheckConstraint(
            "kind IN ('road', 'bridge', 'building', 'sewer', 'street_furniture', 'quay', 'green', 'other')",
            name=op.f("ck_owned_mass_kind"),
        ),
        sa.CheckConstraint("mass_kg >= 0", name=op.f("ck_owned_mass_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_owned_mass_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owned_mass")),
        sa.UniqueConstraint(
            "organisation_id", "year", "version", "kind", name=op.f("uq_owned_mass_organisation_id_year_version_kind")
        ),
    )


def upgrade() -> None:
    create_asset()
    create_asset_item()
    create_item_change()
    create_owned_mass()
    refuse_changes("item_change")
    refuse_changes("owned_mass")


def downgrade() -> None:
    for table in ("owned_mass", "item_change", "asset_item", "asset"):
        op.drop_table(table)
        if table in ("owned_mass", "item_change") and not is_sqlite():
            op.execute(f"DROP FUNCTION {table}_append_only()")
