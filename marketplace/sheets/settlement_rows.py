"""The settlement of a depot as tables.

A row for each lot, stay and price, and the sum for each organisation.
"""

from collections.abc import Iterator
from decimal import Decimal

from marketplace.depots.rules.costs import PALLET
from marketplace.depots.rules.number import lot_number
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.sheets.workbook import Column
from marketplace.sheets.writing import Cell
from marketplace.stock.queries.settlement import Settlement

HEADER: tuple[Text | Column, ...] = (
    _("Organisation"),
    _("Lot"),
    _("Title"),
    _("From"),
    _("Last day"),
    Column(_("Days"), places=0),
    Column(_("Quantity × days"), places=3),
    _("Unit"),
    Column(_("Price per unit and week"), _("euro"), 4),
    Column(_("Amount"), _("euro"), 2),
    _("Note"),
)
TOTALS: tuple[Text | Column, ...] = (
    _("Organisation"),
    Column(_("Lots"), places=0),
    Column(_("Days"), places=0),
    Column(_("Amount"), _("euro"), 2),
    _("Note"),
)


def lines(settlement: Settlement) -> Iterator[list[Cell]]:
    """Write the rows by organisation, lot and day. The last day is the last that counts; an amount without a price is empty."""
    for row in settlement.rows:
        item = row.charge
        yield [
            row.organisation,
            lot_number(row.lot_id),
            row.title,
            item.first_on,
            item.last_on,
            item.days,
            item.amount_days,
            str(_("pallet places") if item.unit == PALLET else Unit(item.unit).label),
            item.euros_per_week,
            _euros(item.cents),
            str(_("no price for this unit in these days")) if item.cents is None else None,
        ]


def totals(settlement: Settlement) -> Iterator[list[Cell]]:
    """Write the sum for each organisation."""
    for total in settlement.totals:
        yield [total.organisation, total.lots, total.cost.days, _euros(total.cost.cents), _note(total.unpriced)]


def lines_with_totals(settlement: Settlement) -> Iterator[list[Cell]]:
    """Write the rows, and below them the sums, in one table."""
    yield from lines(settlement)
    for organisation, _lots, days, euros, note in totals(settlement):
        yield [organisation, str(_("Total")), *[None] * 3, days, *[None] * 3, euros, note]


def _euros(cents: int | None) -> Cell:
    return None if cents is None else Decimal(cents) / 100


def _note(unpriced: int) -> Cell:
    return str(_("not complete: rows without a price: %(rows)s", rows=str(unpriced))) if unpriced else None
