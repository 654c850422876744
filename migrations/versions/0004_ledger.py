"""The ledger with its head and roll-ups. Rows are only ever added; the head starts at 64 zeros."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_ledger"
down_revision = "0003_materials"
branch_labels = None
depends_on = None


def refuse_changes(table: str) -> None:
    """Refuse updates and deletes. On PostgreSQL TRUNCATE too; on SQLite `recursive_triggers` guards against REPLACE."""
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


def drop_append_only(table: str) -> None:
    """Drop the table with its triggers, and on PostgreSQL the function that they call."""
    op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {table}_append_only")


def create_exchange() -> None:
    op.create_table(
        "exchange",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False, comment="1, 2, 3 … without gaps"),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="transfer, reversal or haul"),
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
        sa.Column("quantity", sa.BigInteger(), nullable=False, comment="negative in a reversal; of a haul what was driven"),
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
        sa.Column(
            "row_version", sa.Integer(), nullable=False, server_default="1", comment="which fields are in the canonical text"
        ),
        sa.Column("replaces_purchase", sa.String(length=8), nullable=True, comment="yes, no or not_said; empty in version 1"),
        sa.Column(
            "processing_factor",
            sa.BigInteger(),
            nullable=True,
            comment="kg CO2e per kg of making it fit for reuse; empty: unknown",
        ),
        sa.Column("processing_kgco2e", sa.BigInteger(), nullable=True, comment="empty: unknown, never zero"),
        sa.Column("origin", sa.String(length=8), nullable=True, comment="reused, recycled or biobased; empty in version 1"),
        sa.Column(
            "period",
            sa.String(length=7),
            nullable=True,
            comment="YYYY-MM in which it counts; empty in version 1: of happened_on",
        ),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False, comment="the JSON that was hashed"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_exchange_reversal_names_its_row")),
        sa.CheckConstraint("kind IN ('transfer', 'reversal', 'haul')", name=op.f("ck_exchange_kind")),
        sa.CheckConstraint("kind <> 'haul' OR mass_kg = 0", name=op.f("ck_exchange_haul_has_no_mass")),
        sa.CheckConstraint("(row_version = 1) = (period IS NULL)", name=op.f("ck_exchange_period_since_version_2")),
        sa.CheckConstraint("replaces_purchase IN ('yes', 'no', 'not_said')", name=op.f("ck_exchange_replaces_purchase")),
        sa.CheckConstraint("origin IN ('reused', 'recycled', 'biobased')", name=op.f("ck_exchange_origin")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_exchange")),
        sa.UniqueConstraint("hash", name=op.f("uq_exchange_hash")),
    )
    op.create_index(op.f("ix_exchange_happened_on"), "exchange", ["happened_on"])
    op.create_index("ix_exchange_sides", "exchange", ["to_slug", "from_slug"])
    op.create_index("ix_exchange_demand", "exchange", ["demand_id"])
    op.create_index(
        "uq_exchange_transfer",
        "exchange",
        ["reservation_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'transfer'"),
        postgresql_where=sa.text("kind = 'transfer'"),
    )
    refuse_changes("exchange")


def sums_since_version_2() -> list[sa.Column[Any]]:
    """The sums of a roll-up that rows of version 2 brought."""
    return [
        sa.Column(
            "processing_kgco2e",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="of the mass whose processing is known",
        ),
        sa.Column("unknown_processing_mass_kg", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column(
            "late_mass_kg",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="of rows that happened in an earlier month",
        ),
        sa.Column(
            "late_rows", sa.Integer(), nullable=False, server_default="0", comment="rows that happened in an earlier month"
        ),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0", comment=meaning)
            for name, meaning in (
                ("moved_mass_kg", "of transfers: what came back is in it"),
                ("avoided_replacing_kgco2e", "avoided by what replaces a purchase"),
                ("avoided_not_replacing_kgco2e", "avoided by what replaces none"),
            )
        ),
    ]


def bridge() -> None:
    """Give a ledger of commit c986f87 what rows of version 2 need. Its rows stay as they are: version 1, and no processing is known.

    SQLite cannot change a CHECK, so the table is made anew on both databases, with its triggers.
    """
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("exchange")]
    after, before = (sa.table(name, *map(sa.column, names)) for name in ("exchange", "exchange_of_before"))
    op.execute("CREATE TABLE exchange_of_before AS SELECT * FROM exchange")
    drop_append_only("exchange")
    create_exchange()
    op.execute(sa.insert(after).from_select(names, sa.select(before).order_by(before.c.seq)))
    op.drop_table("exchange_of_before")
    for table, keys in (("rollup_material", ("material_slug",)), ("rollup_pair", ("from_slug", "to_slug"))):
        for column in sums_since_version_2():
            op.add_column(table, column)
        sums = sa.table(table, sa.column("mass_kg"), sa.column("unknown_processing_mass_kg"))
        op.execute(sums.update().values(unknown_processing_mass_kg=sums.c.mass_kg))
        same = " AND ".join(f"exchange.{key} = {table}.{key}" for key in keys)
        month = "substr(CAST(happened_on AS VARCHAR(10)), 1, 7)"
        op.execute(
            f"UPDATE {table} SET moved_mass_kg = coalesce((SELECT sum(exchange.mass_kg) FROM exchange "  # noqa: S608
            f"WHERE kind = 'transfer' AND {month} = {table}.month AND {same}), 0)"
        )
    comment = {"comment": "YYYY-MM, the period of the rows", "existing_type": sa.String(length=7), "existing_nullable": False}
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("rollup_material", "month", **comment)


def upgrade() -> None:
    create_exchange()
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.execute("INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    op.create_table(
        "rollup_material",
        sa.Column("month", sa.String(length=7), nullable=False, comment="YYYY-MM, the period of the rows"),
        sa.Column("material_slug", sa.String(length=60), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("exchanges", sa.Integer(), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=False, comment="of the mass whose factor is known"),
        sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("unknown_factor_mass_kg", sa.BigInteger(), nullable=False),
        *sums_since_version_2(),
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
        *sums_since_version_2(),
        sa.PrimaryKeyConstraint("month", "from_slug", "to_slug", name=op.f("pk_rollup_pair")),
    )


def downgrade() -> None:
    op.drop_table("rollup_pair")
    op.drop_table("rollup_material")
    op.drop_table("ledger_head")
    drop_append_only("exchange")
