"""The ledger with its head and roll-ups, goals and material use. Ledger rows are only ever added; the head starts at 64 zeros."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def refuse_changes(table: str) -> None:
    """Rows are only ever added. On PostgreSQL TRUNCATE is refused too; on SQLite `recursive_triggers` guards against REPLACE."""
    if op.get_bind().dialect.name == "sqlite":
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


def allow_changes(table: str) -> None:
    """Take the triggers away, for a downgrade only."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}")
        return
    op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(f"DROP FUNCTION {table}_append_only")


def upgrade() -> None:
    op.create_table(
        "exchange",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3 … without gaps"),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="transfer or reversal"),
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.Column("from_slug", sa.String(length=60), nullable=False),
        sa.Column("from_name", sa.String(length=120), nullable=False),
        sa.Column("from_kind", sa.String(length=20), nullable=False),
        sa.Column("to_slug", sa.String(length=60), nullable=False),
        sa.Column("to_name", sa.String(length=120), nullable=False),
        sa.Column("to_kind", sa.String(length=20), nullable=False),
        sa.Column("material_slug", sa.String(length=60), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="negative in a reversal, as are all sums"),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("kg_basis", sa.String(length=10), nullable=False, comment="taxonomy or measured"),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("distance_km", sa.BigInteger(), nullable=False, comment="geodesic, WGS84"),
        sa.Column("distance_basis", sa.String(length=12), nullable=False, comment="demand, reservation or main_place"),
        sa.Column("road_km", sa.BigInteger(), nullable=False),
        sa.Column("road_basis", sa.String(length=10), nullable=False, comment="driven or estimated"),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_class", sa.String(length=40), nullable=False),
        sa.Column("vehicle_basis", sa.String(length=10), nullable=False, comment="entered or default"),
        sa.Column("vehicle_factor", sa.BigInteger(), nullable=False, comment="kg CO2e per tonne-km"),
        sa.Column("carbon_factor", sa.BigInteger(), nullable=True, comment="kg CO2e per kg of the new product; empty: unknown"),
        sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=True, comment="empty: unknown, never zero"),
        sa.Column("net_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False, comment="for the whole quantity; 0: free of charge"),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True, comment="seq of the row that this one reverses"),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False, comment="the JSON that was hashed"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_exchange_reversal_names_its_row")),
        sa.CheckConstraint("kind IN ('transfer', 'reversal')", name=op.f("ck_exchange_kind")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_exchange")),
        sa.UniqueConstraint("hash", name=op.f("uq_exchange_hash")),
    )
    op.create_index(op.f("ix_exchange_happened_on"), "exchange", ["happened_on"], unique=False)
    op.create_index("ix_exchange_sides", "exchange", ["to_slug", "from_slug"], unique=False)
    op.create_index(
        "uq_exchange_transfer",
        "exchange",
        ["reservation_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'transfer'"),
        postgresql_where=sa.text("kind = 'transfer'"),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "rollup_material",
        sa.Column("month", sa.String(length=7), nullable=False, comment="YYYY-MM of happened_on"),
        sa.Column("material_slug", sa.String(length=60), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=False, comment="of the mass whose factor is known"),
        sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("unknown_factor_mass_kg", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "material_slug", name=op.f("pk_rollup_material")),
    )
    op.create_table(
        "rollup_pair",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("from_slug", sa.String(length=60), nullable=False),
        sa.Column("to_slug", sa.String(length=60), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("unknown_factor_mass_kg", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "from_slug", "to_slug", name=op.f("pk_rollup_pair")),
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 circular, 2 half the primary material, 3 valued"),
        sa.Column("organisation_id", sa.Integer(), nullable=True, comment="empty: the region's"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target_percent", sa.BigInteger(), nullable=False),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number IN (1, 2, 3)", name=op.f("ck_goal_number")),
        sa.CheckConstraint("target_percent > 0 AND target_percent <= 100000", name=op.f("ck_goal_percent")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_goal_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("number", "organisation_id", "version", name=op.f("uq_goal_number_organisation_id_version")),
    )
    op.create_table(
        "material_use_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("includes_bank", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_material_use_report_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use_report")),
        sa.UniqueConstraint("organisation_id", "year", name=op.f("uq_material_use_report_organisation_id_year")),
    )
    op.create_table(
        "material_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("origin IN ('primary', 'biobased', 'reused', 'recycled')", name=op.f("ck_material_use_origin")),
        sa.CheckConstraint("mass_kg >= 0", name=op.f("ck_material_use_mass_not_negative")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["material_use_report.id"], name=op.f("fk_material_use_report_id_material_use_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
        sa.UniqueConstraint("report_id", "group_slug", "origin", name=op.f("uq_material_use_report_id_group_slug_origin")),
    )
    op.execute("INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    refuse_changes("exchange")


def downgrade() -> None:
    allow_changes("exchange")
    op.drop_table("material_use")
    op.drop_table("material_use_report")
    op.drop_table("goal")
    op.drop_table("rollup_pair")
    op.drop_table("rollup_material")
    op.drop_table("ledger_head")
    op.drop_index(
        "uq_exchange_transfer",
        table_name="exchange",
        sqlite_where=sa.text("kind = 'transfer'"),
        postgresql_where=sa.text("kind = 'transfer'"),
    )
    op.drop_index("ix_exchange_sides", table_name="exchange")
    op.drop_index(op.f("ix_exchange_happened_on"), table_name="exchange")
    op.drop_table("exchange")
