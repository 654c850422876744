"""Rows of version 3, what earlier rows did not freeze, and one pair of roll-ups for every filter of the figures."""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016_ledger_figures"
down_revision = "0014_reports"
branch_labels = None
depends_on = None

CHECKED = {
    "carbon_confidence": ("VARCHAR(1)", "IN ('A', 'B', 'C')", "A, B or C: how sure the carbon factor is"),
    "through": ("VARCHAR(6)", "IN ('direct', 'depot')", "direct, or depot: it lay in one first"),
}
ADDED: tuple[tuple[str, Any, str | None], ...] = (
    ("carbon_low", sa.BigInteger(), "the low end of the carbon factor; empty: unknown"),
    ("carbon_high", sa.BigInteger(), None),
    ("avoided_low_kgco2e", sa.BigInteger(), "by the low end; empty: unknown"),
    ("avoided_high_kgco2e", sa.BigInteger(), None),
    ("purchase_cents", sa.BigInteger(), "what a new purchase would have cost, as the receiver said; empty: not said"),
    ("saved_cents", sa.BigInteger(), "that purchase less the price; empty: not said"),
    ("is_bulk", sa.Boolean(), "sand or soil, of which there are many tonnes and little carbon"),
)
SUMS = (
    *("exchanges", "mass_kg", "moved_mass_kg", "replacing_mass_kg", "not_replacing_mass_kg", "reused_mass_kg"),
    *("recycled_mass_kg", "biobased_mass_kg", "late_mass_kg", "late_rows", "tonne_km", "transport_kgco2e", "avoided_kgco2e"),
    *("avoided_low_kgco2e", "avoided_high_kgco2e", "avoided_replacing_kgco2e", "avoided_replacing_low_kgco2e"),
    *("avoided_replacing_high_kgco2e", "avoided_not_replacing_kgco2e", "avoided_not_replacing_low_kgco2e"),
    *("avoided_not_replacing_high_kgco2e", "unknown_factor_mass_kg", "no_range_mass_kg", "confidence_a_mass_kg"),
    *("confidence_b_mass_kg", "confidence_c_mass_kg", "processing_kgco2e", "unknown_processing_mass_kg", "price_cents"),
    *("saved_cents", "saved_exchanges"),
)
COUNTS = {"exchanges", "late_rows", "saved_exchanges"}
MONTH = "coalesce(x.period, substr(CAST(x.happened_on AS VARCHAR(10)), 1, 7))"
SIDES = "(SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2)"
SPANS = "(SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)"


def upgrade() -> None:
    widen_exchange()
    op.create_table(
        "exchange_earlier",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("carbon_confidence", sa.String(length=1), nullable=True),
        sa.Column("carbon_low", sa.BigInteger(), nullable=True),
        sa.Column("carbon_high", sa.BigInteger(), nullable=True),
        sa.Column("avoided_low_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("avoided_high_kgco2e", sa.BigInteger(), nullable=True),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_exchange_earlier")),
    )
    remember_earlier_rows()
    op.drop_table("rollup_material")
    op.drop_table("rollup_pair")
    op.create_table(
        "rollup_side",
        sa.Column(
            "side", sa.String(60), nullable=False, comment="slug of an organisation that gave or received; empty: everybody"
        ),
        sa.Column("month", sa.String(7), nullable=False, comment="YYYY-MM, the period of the rows"),
        sa.Column("group_slug", sa.String(40), nullable=False),
        sa.Column("through", sa.String(6), nullable=False, comment="direct, depot, or empty: not known"),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.String(7), nullable=False, comment="within, region or outside"),
        *sums(),
        sa.PrimaryKeyConstraint("side", "month", "group_slug", "through", "is_bulk", "reach", name=op.f("pk_rollup_side")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_pair",
        sa.Column("group_slug", sa.String(40), nullable=False, comment="empty: all groups"),
        sa.Column("span", sa.String(7), nullable=False, comment="YYYY-MM, or YYYY: all months of that year"),
        sa.Column("from_slug", sa.String(60), nullable=False),
        sa.Column("to_slug", sa.String(60), nullable=False),
        sa.Column("through", sa.String(6), nullable=False, comment="direct, depot, or empty: not known"),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        *sums(),
        sa.PrimaryKeyConstraint("group_slug", "span", "from_slug", "to_slug", "through", "is_bulk", name=op.f("pk_rollup_pair")),
        sqlite_with_rowid=False,
    )
    count_earlier_rows()


def widen_exchange() -> None:
    """Add what version 3 freezes. Rows of before keep it empty, and no trigger of theirs is touched."""
    comments = {name: meaning for name, (_kind, _check, meaning) in CHECKED.items()}
    for name, (kind, check, _meaning) in CHECKED.items():
        op.execute(f"ALTER TABLE exchange ADD COLUMN {name} {kind} CONSTRAINT ck_exchange_{name} CHECK ({name} {check})")
    for name, kind, meaning in ADDED:
        op.add_column("exchange", sa.Column(name, kind, nullable=True, comment=meaning))
    op.create_index(op.f("ix_exchange_period"), "exchange", ["period"])
    if op.get_bind().dialect.name == "postgresql":
        for name, meaning in comments.items():
            op.execute(f"COMMENT ON COLUMN exchange.{name} IS '{meaning}'")


def sums() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer() if name in COUNTS else sa.BigInteger(), nullable=False) for name in SUMS]


def remember_earlier_rows() -> None:
    """What each row's own version of the materials says of its factor. Sand and soil was the group `grond` then."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT x.seq, x.group_slug, x.mass_kg, x.avoided_kgco2e, x.carbon_factor, r.facts FROM exchange x "
            "LEFT JOIN reference_row r ON r.version_id = x.factor_version AND r.kind = 'material' AND r.slug = x.material_slug "
            "ORDER BY x.seq"
        )
    )
    rows = [_earlier(row) for row in found.mappings()]
    for start in range(0, len(rows), 1000):
        chunk = rows[start : start + 1000]
        connection.execute(sa.table("exchange_earlier", *map(sa.column, chunk[0])).insert(), chunk)


def _earlier(row: Any) -> dict[str, Any]:
    facts = json.loads(row["facts"]) if row["facts"] and row["carbon_factor"] is not None else {}
    facts = facts if _scaled(facts.get("carbon_factor")) == row["carbon_factor"] else {}
    return {
        "seq": row["seq"],
        "carbon_confidence": facts.get("carbon_confidence") or None,
        "carbon_low": _scaled(facts.get("carbon_low")),
        "carbon_high": _scaled(facts.get("carbon_high")),
        "avoided_low_kgco2e": _avoided(row, facts.get("carbon_low")),
        "avoided_high_kgco2e": _avoided(row, facts.get("carbon_high")),
        "is_bulk": row["group_slug"] == "grond",
    }


def _scaled(factor: str | None) -> int | None:
    """A factor as it is stored, in millionths."""
    return None if factor is None else int(Decimal(factor).scaleb(6))


def _avoided(row: Any, factor: str | None) -> int | None:
    """Grams times the factor, to the gram, half up."""
    if factor is None:
        return None
    return int((Decimal(row["mass_kg"]) * Decimal(factor)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def count_earlier_rows() -> None:
    """Count what is in the ledger into the new roll-ups."""
    transfer, low = "x.kind = 'transfer'", "coalesce(e.avoided_low_kgco2e, x.avoided_kgco2e, 0)"
    high, avoided = "coalesce(e.avoided_high_kgco2e, x.avoided_kgco2e, 0)", "coalesce(x.avoided_kgco2e, 0)"
    late = "x.period > substr(CAST(x.happened_on AS VARCHAR(10)), 1, 7)"
    of = {
        **{name: f"x.{name}" for name in ("mass_kg", "tonne_km", "transport_kgco2e", "price_cents")},
        **{name: _if(transfer, "1") for name in ("exchanges",)},
        "moved_mass_kg": _if(transfer, "x.mass_kg"),
        **{f"{origin}_mass_kg": _if(f"x.origin = '{origin}'", "x.mass_kg") for origin in ("reused", "recycled", "biobased")},
        "late_mass_kg": _if(late, "x.mass_kg"),
        "late_rows": _if(late, "1"),
        "avoided_kgco2e": avoided,
        "avoided_low_kgco2e": low,
        "avoided_high_kgco2e": high,
        "unknown_factor_mass_kg": _if("x.carbon_factor IS NULL", "x.mass_kg"),
        "no_range_mass_kg": _if("x.carbon_factor IS NOT NULL AND e.avoided_low_kgco2e IS NULL", "x.mass_kg"),
        **{f"confidence_{one.lower()}_mass_kg": _if(f"e.carbon_confidence = '{one}'", "x.mass_kg") for one in "ABC"},
        "processing_kgco2e": "coalesce(x.processing_kgco2e, 0)",
        "unknown_processing_mass_kg": _if("x.processing_factor IS NULL", "x.mass_kg"),
        "saved_cents": "0",
        "saved_exchanges": "0",
    }
    for word, answer in (("replacing", "yes"), ("not_replacing", "no")):
        said = f"x.replaces_purchase = '{answer}'"
        of[f"{word}_mass_kg"] = _if(said, "x.mass_kg")
        for end, column in (("", avoided), ("_low", low), ("_high", high)):
            of[f"avoided_{word}{end}_kgco2e"] = _if(said, column)
    region = "IN ('municipality', 'region')"
    reach = (
        "CASE WHEN x.from_slug = x.to_slug THEN 'within' "
        f"WHEN x.from_kind {region} AND x.to_kind {region} THEN 'region' ELSE 'outside' END"
    )
    names = ", ".join(SUMS)
    written = ", ".join(f"sum({of[name]})" for name in SUMS)
    book = "FROM exchange x JOIN exchange_earlier e ON e.seq = x.seq CROSS JOIN"
    op.execute(
        f"INSERT INTO rollup_side (side, month, group_slug, through, is_bulk, reach, {names}) "
        f"SELECT CASE n.number WHEN 0 THEN '' WHEN 1 THEN x.from_slug ELSE x.to_slug END, {MONTH}, x.group_slug, '', e.is_bulk, "
        f"{reach}, {written} {book} {SIDES} n WHERE n.number < 2 OR x.from_slug <> x.to_slug GROUP BY 1, 2, 3, 4, 5, 6"
    )
    op.execute(
        f"INSERT INTO rollup_pair (group_slug, span, from_slug, to_slug, through, is_bulk, {names}) "
        f"SELECT CASE WHEN n.number < 2 THEN '' ELSE x.group_slug END, "
        f"CASE WHEN n.number % 2 = 0 THEN substr({MONTH}, 1, 4) ELSE {MONTH} END, x.from_slug, x.to_slug, '', e.is_bulk, "
        f"{written} {book} {SPANS} n GROUP BY 1, 2, 3, 4, 5, 6"
    )


def _if(condition: str, value: str) -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE 0 END"


def downgrade() -> None:
    """Back to the roll-ups of before, which are empty: `ledger rebuild` of that program fills them. Rows of version 3 would not verify there."""
    for table in ("rollup_side", "rollup_pair", "exchange_earlier"):
        op.drop_table(table)
    op.drop_index(op.f("ix_exchange_period"), "exchange")
    for name in (*CHECKED, *(name for name, _kind, _meaning in ADDED)):
        op.drop_column("exchange", name)
    late = "of rows that happened in an earlier month"
    comments = {
        "processing_kgco2e": "of the mass whose processing is known",
        "late_mass_kg": late,
        "moved_mass_kg": "of transfers: what came back is in it",
        "avoided_replacing_kgco2e": "avoided by what replaces a purchase",
        "avoided_not_replacing_kgco2e": "avoided by what replaces none",
    }
    later = ("processing_kgco2e", "unknown_processing_mass_kg", "late_mass_kg", *list(comments)[2:])
    for table, keys in (("rollup_material", ("material_slug",)), ("rollup_pair", ("from_slug", "to_slug"))):
        is_material = table == "rollup_material"
        avoided = {"comment": "of the mass whose factor is known"} if is_material else {}
        op.create_table(
            table,
            sa.Column(
                "month", sa.String(7), nullable=False, **({"comment": "YYYY-MM, the period of the rows"} if is_material else {})
            ),
            *(sa.Column(key, sa.String(60), nullable=False) for key in keys),
            *([sa.Column("group_slug", sa.String(40), nullable=False)] if is_material else []),
            sa.Column("exchanges", sa.Integer(), nullable=False),
            sa.Column("mass_kg", sa.BigInteger(), nullable=False),
            sa.Column("tonne_km", sa.BigInteger(), nullable=False),
            sa.Column("avoided_kgco2e", sa.BigInteger(), nullable=False, **avoided),
            sa.Column("transport_kgco2e", sa.BigInteger(), nullable=False),
            sa.Column("unknown_factor_mass_kg", sa.BigInteger(), nullable=False),
            sa.Column("late_rows", sa.Integer(), nullable=False, server_default="0", comment=late),
            *(
                sa.Column(name, sa.BigInteger(), nullable=False, server_default="0", comment=comments.get(name))
                for name in dict.fromkeys(later)
            ),
            sa.PrimaryKeyConstraint("month", *keys, name=op.f(f"pk_{table}")),
        )
