"""The rows of the ledger as a table: every column that the figures came from, exact."""

from collections.abc import Iterable, Iterator

from marketplace.ledger.models import Exchange
from marketplace.sheets.writing import Cell

FIELDS = (
    "seq", "kind", "happened_on", "from_slug", "from_name", "to_slug", "to_name", "material_slug", "group_slug", "quantity", "unit",
    "kg_per_unit", "kg_basis", "mass_kg", "distance_km", "distance_basis", "road_km", "road_basis", "tonne_km", "vehicle_class",
    "vehicle_basis", "vehicle_factor", "carbon_factor", "transport_kgco2e", "avoided_kgco2e", "net_kgco2e", "factor_version",
    "price_cents", "reverses", "hash", "row_version", "booked_at", "month", "replaces_purchase", "processing_factor",
    "processing_kgco2e", "origin",
)  # fmt: skip
HEADER = tuple("period" if name == "month" else name for name in FIELDS)


def lines(found: Iterable[Exchange]) -> Iterator[list[Cell]]:
    """The rows in the order given."""
    for row in found:
        yield [getattr(row, name) for name in FIELDS]
