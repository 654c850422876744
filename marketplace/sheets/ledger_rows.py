"""The rows of the ledger as a file, with all that was hashed.

CSV or JSON lines, so that a copy can be checked without the bank.
"""

import json
from collections.abc import Iterable, Iterator

from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import ENTRY_FIELDS, Entry, canonical
from marketplace.sheets.writing import Cell

JSON_LINES_TYPE = "application/x-ndjson"
LEADING = (
    "seq", "kind", "happened_on", "from_slug", "from_name", "to_slug", "to_name", "material_slug", "group_slug", "quantity", "unit",
    "kg_per_unit", "kg_basis", "mass_kg", "distance_km", "distance_basis", "road_km", "road_basis", "tonne_km", "vehicle_class",
    "vehicle_basis", "vehicle_factor", "carbon_factor", "transport_kgco2e", "avoided_kgco2e", "net_kgco2e", "factor_version",
    "price_cents", "reverses", "hash", "row_version", "booked_at", "month", "replaces_purchase", "processing_factor",
    "processing_kgco2e", "origin",
)  # fmt: skip
FIELDS = (*LEADING, *(name for name in ENTRY_FIELDS if name not in (*LEADING, "period")), "previous_hash")
HEADER = tuple("period" if name == "month" else name for name in FIELDS)


def lines(rows: Iterable[Exchange]) -> Iterator[list[Cell]]:
    """The rows in the order given."""
    for row in rows:
        yield [_cell(getattr(row, name)) for name in FIELDS]


def _cell(value: Cell) -> Cell:
    """A yes or no is written as it was hashed."""
    return str(value).lower() if isinstance(value, bool) else value


def json_lines(rows: Iterable[Exchange]) -> Iterator[str]:
    """The rows as the canonical JSON that was hashed, each with its hash and the one before."""
    for row in rows:
        entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
        values = json.loads(canonical(entry, seq=row.seq, booked_at=row.booked_at))
        values |= {"previousHash": row.previous_hash, "hash": row.hash}
        yield json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
