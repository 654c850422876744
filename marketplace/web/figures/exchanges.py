"""Rows of the ledger as a page shows them, and as a file holds them in full."""

from collections.abc import Iterable, Iterator, Sequence

from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.writing import Cell
from marketplace.web.filters import carbon, km, mass, quantity, short_date

COLUMNS: list[tuple[Text, str]] = [
    (_("Row"), "text"),
    (_("Date"), "text"),
    (_("From"), "text"),
    (_("To"), "text"),
    (_("Material"), "text"),
    (_("Quantity"), "number"),
    (_("Mass"), "number"),
    (_("Road"), "number"),
    (_("Net saved"), "number"),
]
FIELDS = (
    "seq", "kind", "happened_on", "from_slug", "from_name", "to_slug", "to_name", "material_slug", "group_slug", "quantity", "unit",
    "kg_per_unit", "kg_basis", "mass_kg", "distance_km", "distance_basis", "road_km", "road_basis", "tonne_km", "vehicle_class",
    "vehicle_basis", "vehicle_factor", "carbon_factor", "transport_kgco2e", "avoided_kgco2e", "net_kgco2e", "factor_version",
    "price_cents", "reverses", "hash",
)  # fmt: skip
HEADER = FIELDS


def cells(found: Sequence[Exchange], reference: Taxonomy) -> list[list[object]]:
    """What a reader compares; a reversing row says which row it takes back."""
    return [
        [
            _numbered(row),
            short_date(row.happened_on),
            row.from_name,
            row.to_name,
            material.name if (material := reference.find_material(row.material_slug)) else row.material_slug,
            quantity(row.quantity, row.unit),
            mass(row.mass_kg),
            km(row.road_km),
            carbon(row.net_kgco2e),
        ]
        for row in found
    ]


def _numbered(row: Exchange) -> str:
    return (
        str(row.seq) if row.reverses is None else str(_("%(seq)s, takes back %(reverses)s", seq=row.seq, reverses=row.reverses))
    )


def lines(found: Iterable[Exchange]) -> Iterator[list[Cell]]:
    """Every column that the figures came from, exact."""
    for row in found:
        yield [getattr(row, name) for name in FIELDS]
