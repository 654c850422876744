"""What comes free and what is needed, as a table. Masses in kilograms."""

from collections.abc import Iterator

from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import CERTAINTY_LABELS, Certainty
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.outlook.queries import Ahead
from marketplace.outlook.rules import ZERO, Source
from marketplace.sheets.workbook import Column
from marketplace.sheets.writing import Cell

HEADER: tuple[Text | Column, ...] = (
    _("Quarter"),
    _("Material group"),
    _("Municipality"),
    *(Column(source.label, "kg", 3) for source in Source),
    Column(_("Left over, or lacking where below 0"), "kg", 3),
    *(Column(CERTAINTY_LABELS[certainty], "kg", 3) for certainty in Certainty),
)


def lines(outlook: Ahead, taxonomy: Taxonomy) -> Iterator[list[Cell]]:
    """Write the rows by quarter, group and municipality. Outside the region the municipality is empty."""
    for row in outlook.rows:
        group = taxonomy.group(row.group)
        masses = (row.present_kg, row.planned_kg, row.expected_kg, row.needed_kg, row.gap_kg)
        sure = (row.by_certainty.get(certainty, ZERO) for certainty in Certainty)
        yield [str(row.quarter), group.name if group else row.group, row.municipality, *masses, *sure]
