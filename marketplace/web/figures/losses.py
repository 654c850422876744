"""Why supply was lost, for whoever answers for the region. By outcome and by material group, and lot by lot as a file."""

from flask import Blueprint, Response, render_template

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, permission
from marketplace.http.tables import table_answer
from marketplace.kernel.formats import number
from marketplace.kernel.language import _
from marketplace.market.queries.losses import Losses, LossSum, get_losses
from marketplace.market.rules.freshness import OUTCOME_LABELS
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.writing import Cell
from marketplace.web.ui.tonnes import in_tonnes, places_of

NOT_SAID = _("Not said")
SUM_COLUMNS = (_("Lots"), _("Mass (tonnes)"))
SHOWN = 50
HEADER = [
    _("Day"),
    _("Lot"),
    _("Organisation"),
    _("Material"),
    _("Material group"),
    _("Quantity"),
    _("Unit"),
    _("Mass (kg)"),
    _("What became of it"),
    _("Reason"),
]


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of figures."""
    blueprint.get("/cijfers/verloren-aanbod")(losses)
    blueprint.get("/cijfers/verloren-aanbod.csv")(export_losses)


@permission(Can.READ_LOSSES)
def losses() -> str:
    """Show what became of supply that was not taken on the bank."""
    session = current_session()
    row, materials = get_losses(session, current_actor()), taxonomy(session)
    places = places_of(row.total.mass_kg)
    return render_template(
        "figures/losses.html",
        found=row,
        labels=OUTCOME_LABELS,
        not_said=NOT_SAID,
        columns=[(str(label), "number") for label in SUM_COLUMNS],
        by_outcome=[
            [str(OUTCOME_LABELS[one] if one else NOT_SAID), *_cells(of, places)] for one, of in row.by_outcome.items() if of.lots
        ],
        by_group=[[_group(materials, slug), *_cells(of, places)] for slug, of in row.by_group.items()],
        total=[str(_("Total")), *_cells(row.total, places)],
        shown=row.rows[:SHOWN],
    )


@permission(Can.READ_LOSSES)
def export_losses() -> Response:
    """Every lot of which something was lost, newest first, exact."""
    return table_answer("materialenbank-verloren-aanbod", HEADER, lines(get_losses(current_session(), current_actor())))


def lines(found: Losses) -> list[list[Cell]]:
    """The rows of the file; the masses add up to the total on the page."""
    return [
        [
            row.lost_on,
            row.title,
            row.organisation,
            row.material.name,
            row.material.group.name,
            row.quantity.amount,
            str(row.quantity.unit.label),
            row.mass_kg,
            str(OUTCOME_LABELS[row.outcome] if row.outcome else NOT_SAID),
            row.reason,
        ]
        for row in found.rows
    ]


def _cells(of: LossSum, places: int) -> list[str]:
    return [number(of.lots), in_tonnes(of.mass_kg, places)]


def _group(known: Taxonomy, slug: str) -> str:
    group = known.group(slug)
    return group.name if group else slug
