"""What several municipalities need together, as a table: a row for each need."""

from collections.abc import Iterator

from marketplace.joint.queries.needs import JointNeed
from marketplace.kernel.language import Text, _
from marketplace.sheets.workbook import Column
from marketplace.sheets.writing import Cell

HEADER: tuple[Text | Column, ...] = (
    _("Number"),
    _("Need"),
    _("Municipality"),
    _("Material"),
    _("Needed from"),
    _("Needed until"),
    _("Asked for"),
    _("Received"),
    _("Under way"),
    _("Still to be found"),
    _("Unit"),
    _("Needed, in the unit of the total"),
    _("Covered by the bank"),
    _("To buy"),
    _("Unit of the total"),
    Column(_("To buy, mass"), "kg", 3),
    Column(_("Farthest distance of the need"), "km", 3),
    Column(_("Within"), "km", 0),
)


def lines(need: JointNeed) -> Iterator[list[Cell]]:
    """The needs, by municipality and number."""
    for row in need.rows:
        demand = row.demand
        yield [
            demand.id,
            demand.title,
            demand.organisation.name,
            need.material.name,
            demand.needed_from,
            demand.needed_until,
            demand.quantity,
            demand.fulfilled,
            row.under_way,
            row.to_find,
            str(row.unit.label),
            row.needed,
            row.covered,
            row.rest,
            str(need.unit.label),
            need.mass_kg(row.rest),
            demand.max_distance_km,
            need.question.within_km,
        ]
