"""Rows of version 4: which lot, and why something was taken back or driven. A leg of a lot has no reservation.

SQLite cannot change NOT NULL, so there the ledger is made anew: row for row, with its triggers and indexes. No hash is touched.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030_legs"
down_revision = "0033_movement_places"
branch_labels = None
depends_on = None

NUMBERS = {
    "lot_id": "the lot itself; empty where none is known",
    "recall_id": "the recall for which it was taken back",
}
CAUSE = "why something was taken back or driven; empty in a transfer"
NAMED = ("reservation_id", "listing_id")
CHECKS = {
    "cause": "cause IN ('return', 'correction', 'recall', 'depot')",
    "transfer_has_no_cause": "kind <> 'transfer' OR cause IS NULL",
    "recall_is_named": "(recall_id IS NOT NULL) = (coalesce(cause, '') = 'recall')",
    "leg_names_its_lot": "(reservation_id IS NOT NULL AND listing_id IS NOT NULL) OR (kind = 'haul' AND lot_id IS NOT NULL)",
}
CHECKED_ALONE = (  # stand beside their column, or SQLite could not drop that when 0016 is taken back
    ("carbon_confidence", "VARCHAR(1)", "IN ('A', 'B', 'C')"),
    ("through", "VARCHAR(6)", "IN ('direct', 'depot')"),
)
NO_CHANGE = "BEGIN SELECT RAISE(ABORT, 'exchange is append-only'); END"


def is_sqlite() -> bool:
    """Which of the two databases this is."""
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    if is_sqlite():
        make_anew(with_legs=True)
    else:
        for name in NAMED:
            op.alter_column("exchange", name, existing_type=sa.Integer(), nullable=True)
        for column in added():
            op.add_column("exchange", column)
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(f"ck_exchange_{name}"), "exchange", condition)
    op.create_index("ix_exchange_lot", "exchange", ["lot_id"])


def added() -> list[sa.Column[Any]]:
    """What rows of version 4 say more."""
    return [
        sa.Column("lot_id", sa.Integer(), nullable=True, comment=NUMBERS["lot_id"]),
        sa.Column("cause", sa.String(length=10), nullable=True, comment=CAUSE),
        sa.Column("recall_id", sa.Integer(), nullable=True, comment=NUMBERS["recall_id"]),
    ]


def make_anew(*, with_legs: bool) -> None:
    """Make the ledger of SQLite anew with or without what legs need, and copy every row as it is."""
    kept = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("exchange")]
    kept = [name for name in kept if name not in ("lot_id", "cause", "recall_id")]
    checks = {**checks_of_before(), **(CHECKS if with_legs else {})}
    op.create_table(
        "exchange_anew",
        *columns_of_before(with_legs=with_legs),
        *(added() if with_legs else []),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_exchange_{name}")) for name, condition in checks.items()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_exchange")),
        sa.UniqueConstraint("hash", name=op.f("uq_exchange_hash")),
    )
    for name, kind, condition in CHECKED_ALONE:
        check = f"CONSTRAINT ck_exchange_{name} CHECK ({name} {condition})"
        op.execute(f"ALTER TABLE exchange_anew ADD COLUMN {name} {kind} {check}")
    after, before = (sa.table(name, *map(sa.column, kept)) for name in ("exchange_anew", "exchange"))
    op.execute(sa.insert(after).from_select(kept, sa.select(before).order_by(before.c.seq)))
    op.drop_table("exchange")
    op.rename_table("exchange_anew", "exchange")
    op.create_index(op.f("ix_exchange_happened_on"), "exchange", ["happened_on"])
    op.create_index(op.f("ix_exchange_period"), "exchange", ["period"])
    op.create_index(op.f("ix_exchange_reverses"), "exchange", ["reverses"])
    op.create_index("ix_exchange_sides", "exchange", ["to_slug", "from_slug"])
    op.create_index("ix_exchange_demand", "exchange", ["demand_id"])
    op.create_index(
        "uq_exchange_transfer", "exchange", ["reservation_id"], unique=True, sqlite_where=sa.text("kind = 'transfer'")
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER exchange_no_{verb.lower()} BEFORE {verb} ON exchange {NO_CHANGE}")


def checks_of_before() -> dict[str, str]:
    """What a row of before had to be, and still has to."""
    return {
        "reversal_names_its_row": "(kind = 'reversal') = (reverses IS NOT NULL)",
        "kind": "kind IN ('transfer', 'reversal', 'haul')",
        "haul_has_no_mass": "kind <> 'haul' OR mass_kg = 0",
        "period_since_version_2": "(row_version = 1) = (period IS NULL)",
        "replaces_purchase": "replaces_purchase IN ('yes', 'no', 'not_said')",
        "origin": "origin IN ('reused', 'recycled', 'biobased')",
    }


def columns_of_before(*, with_legs: bool) -> list[sa.Column[Any]]:
    """The columns of versions 1 to 3, on SQLite, where a column has no comment."""
    return [
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=with_legs) for name in NAMED),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        *(
            sa.Column(f"{side}_{name}", sa.String(length=length), nullable=False)
            for side in ("from", "to")
            for name, length in (("slug", 60), ("name", 120), ("kind", 20))
        ),
        sa.Column("material_slug", sa.String(length=60), nullable=False),
        sa.Column("group_slug", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("kg_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("kg_basis", sa.String(length=10), nullable=False),
        sa.Column("mass_kg", sa.BigInteger(), nullable=False),
        sa.Column("distance_km", sa.BigInteger(), nullable=False),
        sa.Column("distance_basis", sa.String(length=12), nullable=False),
        sa.Column("road_km", sa.BigInteger(), nullable=False),
        sa.Column("road_basis", sa.String(length=10), nullable=False),
        sa.Column("tonne_km", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_class", sa.String(length=40), nullable=False),
        sa.Column("vehicle_basis", sa.String(length=10), nullable=False),
        sa.Column("vehicle_factor", sa.BigInteger(), nullable=False),
        sa.Column("carbon_factor", sa.BigInteger(), nullable=True),
        sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
        sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("net_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("factor_version", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("replaces_purchase", sa.String(length=8), nullable=True),
        sa.Column("processing_factor", sa.BigInteger(), nullable=True),
        sa.Column("processing_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(length=8), nullable=True),
        sa.Column("period", sa.String(length=7), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("carbon_low", "carbon_high")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("avoided_low_kgco2e", "avoided_high_kgco2e")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("purchase_cents", "saved_cents")),
        sa.Column("is_bulk", sa.Boolean(), nullable=True),
    ]


def downgrade() -> None:
    """Back to rows of version 3. A leg of a lot has no place there, and nothing may be taken out of the ledger: then it refuses."""
    legs = op.get_bind().scalar(sa.text("SELECT count(*) FROM exchange WHERE reservation_id IS NULL"))
    if legs:
        raise RuntimeError(
            f"the ledger has {legs} legs of lots, which no version before this can hold: restore a backup of before"
        )
    op.drop_index("ix_exchange_lot", "exchange")
    if is_sqlite():
        make_anew(with_legs=False)
        return
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_exchange_{name}"), "exchange", type_="check")
    for name in ("lot_id", "cause", "recall_id"):
        op.drop_column("exchange", name)
    for name in NAMED:
        op.alter_column("exchange", name, existing_type=sa.Integer(), nullable=False)
