"""What was offered and asked for beside the ledger, and why supply was lost."""

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.exchange.queries.requests import Competition, count_competition
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer
from marketplace.impact.queries.sums import find_months
from marketplace.impact.queries.supply import Counted, Offered, Supply, get_supply
from marketplace.impact.rules.cut import NotTold
from marketplace.kernel import clock
from marketplace.kernel.formats import mass, number, percent, unknown
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.quartiles import Quartiles
from marketplace.market.queries.losses import Losses, LossSum, get_losses
from marketplace.market.rules.freshness import OUTCOME_LABELS, Outcome
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.writing import Cell
from marketplace.web.ui.figure_filters import Drawer, Filters, filters_of
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
    blueprint.get("/cijfers/vraag-en-aanbod")(supply)
    blueprint.get("/cijfers/verloren-aanbod")(losses)
    blueprint.get("/cijfers/verloren-aanbod.csv")(export_losses)


@permission(Can.READ_PERIOD_FIGURES)
@one_moment
def supply() -> str:
    """How much found a taker and how soon, what was lost, and what is asked for."""
    session, actor, today = current_session(), current_actor(), clock.today()
    municipalities, taxonomy = list_municipalities(session), get_taxonomy(session)
    filters = filters_of(request.args, municipalities, taxonomy, today=today, default=today.year)
    months = find_months(session)

    def address(chosen: Filters) -> str:
        return url_for("figures.supply", **chosen.values)

    drawer = Drawer(municipalities, taxonomy, today, months[0] if months else f"{today:%Y-%m}", address, address)
    return render_template(
        "figures/supply.html",
        bar=drawer.bar_of(filters),
        filters=filters,
        groups=_supply_groups(get_supply(session, actor, filters.cut), count_competition(session, actor, filters.cut)),
    )


def _supply_groups(found: Supply, asked: Competition | NotTold) -> list[tuple[Text, list[tuple[Text, str, Text | str]]]]:
    """Headings with lines: what it is, the figure, and what belongs beside it. What a filter does not apply to says so."""
    return [
        (_("What was offered"), [*_offered(found.offered), *_days(found.days)]),
        (_("What was lost"), _lost(found.lost)),
        (_("What is asked for"), [*_wanted(found.wanted), *_contested(asked)]),
    ]


def _offered(found: Offered | NotTold) -> list[tuple[Text, str, Text | str]]:
    if isinstance(found, NotTold):
        return [(_("Offered"), "–", found.reason)]
    part = percent(found.taken_share, 0) if found.taken_share is not None else "–"
    return [
        (_("Offered"), mass(found.mass_kg), ngettext("%(num)s lot", "%(num)s lots", found.lots)),
        (_("Reserved"), mass(found.reserved_kg), _("agreed, and not handed over yet")),
        (_("Found a taker"), mass(found.taken_kg), _("%(share)s of what was offered", share=part)),
    ]


def _days(found: Quartiles | NotTold | None) -> list[tuple[Text, str, Text | str]]:
    label = _("Days from listing to hand-over")
    if isinstance(found, NotTold):
        return [(label, "–", found.reason)]
    if found is None:
        return [(label, unknown(), _("nothing was handed over"))]
    first, third = number(found.first), number(found.third)
    said = _(
        "median of %(count)s transfers; half of them took %(first)s to %(third)s days",
        count=found.count,
        first=first,
        third=third,
    )
    return [(label, number(found.median), said)]


def _lost(found: Mapping[Outcome | None, Counted] | NotTold) -> list[tuple[Text, str, Text | str]]:
    if isinstance(found, NotTold):
        return [(_("Lost"), "–", found.reason)]
    return [
        (OUTCOME_LABELS[outcome] if outcome else NOT_SAID, mass(of.mass_kg), ngettext("%(num)s lot", "%(num)s lots", of.number))
        for outcome, of in found.items()
        if of.number
    ] or [(_("Lost"), number(0), _("nothing was lost in this period"))]


def _wanted(found: Counted | NotTold) -> list[tuple[Text, str, Text | str]]:
    if isinstance(found, NotTold):
        return [(_("Not found yet"), "–", found.reason)]
    return [(_("Not found yet"), mass(found.mass_kg), ngettext("%(num)s open demand", "%(num)s open demands", found.number))]


def _contested(found: Competition | NotTold) -> list[tuple[Text, str, Text | str]]:
    label = _("Asked for by more than one")
    if isinstance(found, NotTold):
        return [(label, "–", found.reason)]
    lots = str(ngettext("%(num)s lot", "%(num)s lots", found.contested))
    return [
        (
            label,
            lots,
            _("of %(lots)s lots that were asked for, in %(requests)s requests", lots=found.lots, requests=found.requests),
        )
    ]


@permission(Can.READ_LOSSES)
def losses() -> str:
    """Show what became of supply that was not taken on the bank."""
    session = current_session()
    row, taxonomy = get_losses(session, current_actor()), get_taxonomy(session)
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
        by_group=[[_group(taxonomy, slug), *_cells(of, places)] for slug, of in row.by_group.items()],
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


def _group(taxonomy: Taxonomy, slug: str) -> str:
    group = taxonomy.group(slug)
    return group.name if group else slug
