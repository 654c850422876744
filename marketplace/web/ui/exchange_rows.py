"""Rows of the ledger in words, for a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.kernel.formats import km, quantity, short_date
from marketplace.kernel.language import _
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.tonnes import in_tonnes

ROW_PLACES = 2


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A row of the ledger in words: what a reader compares. A reversing row says which row it takes back."""

    row: Exchange
    number: str
    material: str
    happened_on: str
    quantity: str
    tonnes: str
    road: str
    net: str


def exchange_rows(rows: Sequence[Exchange], taxonomy: Taxonomy) -> list[ExchangeRow]:
    """Tonnes only, and two decimals all the way down."""
    return [
        ExchangeRow(
            row,
            _numbered(row),
            material.name if (material := taxonomy.find_material(row.material_slug)) else row.material_slug,
            short_date(row.happened_on),
            quantity(row.quantity, row.unit),
            in_tonnes(row.mass_kg, ROW_PLACES),
            km(row.road_km),
            in_tonnes(row.net_kgco2e, ROW_PLACES),
        )
        for row in rows
    ]


def _numbered(row: Exchange) -> str:
    if row.reservation_id is None:
        return str(_("row %(seq)s, leg to or from a depot", seq=row.seq))
    if row.kind == RowKind.HAUL:
        return str(_("row %(seq)s, way back", seq=row.seq))
    if row.reverses is None:
        return str(_("row %(seq)s", seq=row.seq))
    return str(_("row %(seq)s, reverses %(reverses)s", seq=row.seq, reverses=row.reverses))
