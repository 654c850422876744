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
from marketplace.impact.rules.cut import NoFigure
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


def _supply_groups(
    supply_figures: Supply, competition: Competition | NoFigure
) -> list[tuple[Text, list[tuple[Text, str, Text | str]]]]:
    """Headings with lines: what it is, the figure, and what belongs beside it. What a filter does not apply to says so."""
    return [
        (_("What was offered"), [*_offered(supply_figures.offered), *_days(supply_figures.days)]),
        (_("What was lost"), _lost(supply_figures.lost)),
        (_("What is asked for"), [*_wanted(supply_figures.wanted), *_contested(competition)]),
    ]


def _offered(offered: Offered | NoFigure) -> list[tuple[Text, str, Text | str]]:
    if isinstance(offered, NoFigure):
        return [(_("Offered"), "–", offered.reason)]
    part = percent(offered.taken_share, 0) if offered.taken_share is not None else "–"
    return [
        (_("Offered"), mass(offered.mass_kg), ngettext("%(num)s lot", "%(num)s lots", offered.lots)),
        (_("Reserved"), mass(offered.reserved_kg), _("agreed, and not handed over yet")),
        (_("Found a taker"), mass(offered.taken_kg), _("%(share)s of what was offered", share=part)),
    ]


def _days(days: Quartiles | NoFigure | None) -> list[tuple[Text, str, Text | str]]:
    label = _("Days from listing to hand-over")
    if isinstance(days, NoFigure):
        return [(label, "–", days.reason)]
    if days is None:
        return [(label, unknown(), _("nothing was handed over"))]
    first, third = number(days.first), number(days.third)
    if first == third:
        note = _("median of %(count)s transfers; at least half of them took just as long", count=days.count)
    else:
        note = _(
            "median of %(count)s transfers; half of them took %(first)s to %(third)s days",
            count=days.count,
            first=first,
            third=third,
        )
    return [(label, number(days.median), note)]


def _lost(lost: Mapping[Outcome | None, Counted] | NoFigure) -> list[tuple[Text, str, Text | str]]:
    if isinstance(lost, NoFigure):
        return [(_("Lost"), "–", lost.reason)]
    return [
        (OUTCOME_LABELS[outcome] if outcome else NOT_SAID, mass(of.mass_kg), ngettext("%(num)s lot", "%(num)s lots", of.number))
        for outcome, of in lost.items()
        if of.number
    ] or [(_("Lost"), number(0), _("nothing was lost in this period"))]


def _wanted(wanted: Counted | NoFigure) -> list[tuple[Text, str, Text | str]]:
    if isinstance(wanted, NoFigure):
        return [(_("Not found yet"), "–", wanted.reason)]
    return [(_("Not found yet"), mass(wanted.mass_kg), ngettext("%(num)s open demand", "%(num)s open demands", wanted.number))]


def _contested(competition: Competition | NoFigure) -> list[tuple[Text, str, Text | str]]:
    label = _("Asked for by more than one")
    if isinstance(competition, NoFigure):
        return [(label, "–", competition.reason)]
    lots = str(ngettext("%(num)s lot", "%(num)s lots", competition.contested))
    return [
        (
            label,
            lots,
            _(
                "of %(lots)s lots that were asked for, in %(requests)s requests",
                lots=competition.lots,
                requests=competition.requests,
            ),
        )
    ]


@permission(Can.READ_LOSSES)
def losses() -> str:
    """Show what became of supply that was not taken on the bank."""
    session = current_session()
    lost, taxonomy = get_losses(session, current_actor()), get_taxonomy(session)
    places = places_of(lost.total.mass_kg)
    return render_template(
        "figures/losses.html",
        lost=lost,
        labels=OUTCOME_LABELS,
        not_said=NOT_SAID,
        columns=[(str(label), "number") for label in SUM_COLUMNS],
        by_outcome=[
            [str(OUTCOME_LABELS[outcome] if outcome else NOT_SAID), *_cells(of, places)]
            for outcome, of in lost.by_outcome.items()
            if of.lots
        ],
        by_group=[[_group(taxonomy, slug), *_cells(of, places)] for slug, of in lost.by_group.items()],
        total=[str(_("Total")), *_cells(lost.total, places)],
        lots=lost.rows[:SHOWN],
    )


@permission(Can.READ_LOSSES)
def export_losses() -> Response:
    """Every lot of which something was lost, newest first, exact."""
    return table_answer("materialenbank-verloren-aanbod", HEADER, lines(get_losses(current_session(), current_actor())))


def lines(lost: Losses) -> list[list[Cell]]:
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
        for row in lost.rows
    ]


def _cells(of: LossSum, places: int) -> list[str]:
    return [number(of.lots), in_tonnes(of.mass_kg, places)]


def _group(taxonomy: Taxonomy, slug: str) -> str:
    group = taxonomy.group(slug)
    return group.name if group else slug
