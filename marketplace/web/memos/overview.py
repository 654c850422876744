"""How often the bank was searched first, and why it was bought new all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.formats import number
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.memos.models import Memo
from marketplace.memos.queries.figures import MemoSum, get_memo_figures, list_explained_purchases, list_memos_in
from marketplace.memos.rules.memo import DECIDED_LABELS, WHY_LABELS, Decision, WhyNew
from marketplace.memos.rules.record import read_searched
from marketplace.sheets.writing import Cell
from marketplace.web.ui.figure_filters import Bar, Drawer, Filters, filters_of
from marketplace.web.ui.tonnes import in_tonnes, places_of

FIRST_MONTH = "2026-11"  # the first memo was made in it
SHOWN = 20
ASKED = ("vanaf", "tot", "groep")
COLUMNS = (_("Searches"), _("Something fitted"), _("Bought new anyway"), _("Searched (tonnes)"), _("Bought new (tonnes)"))
HEADER = [
    _("Memo"),
    _("Day"),
    _("Organisation"),
    _("Project"),
    _("Material"),
    _("Material group"),
    _("Quantity"),
    _("Unit"),
    _("Mass (kg)"),
    _("Lots that fitted"),
    _("Lots that nearly fitted"),
    _("What was done"),
    _("Reason"),
    _("In their own words"),
    _("Reference of the purchase"),
    _("Bought new"),
    _("Unit of what was bought new"),
    _("Bought new (kg)"),
    _("Concluded on"),
]


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of memos."""
    blueprint.get("/eerst-de-bank/overzicht")(show_overview)
    blueprint.get("/eerst-de-bank/overzicht.csv")(export_overview)


@permission(Can.READ_MEMO_FIGURES)
@one_moment
def show_overview() -> str:
    """Show counts, tonnes and reasons of a period, by organisation and by group of materials."""
    session, actor = current_session(), current_actor()
    taxonomy, filters = get_taxonomy(session), _filters()
    figures = get_memo_figures(session, actor, filters.cut)
    places = places_of(figures.total.mass_kg)
    return render_template(
        "memos/show_overview.html",
        bar=_bar(filters, taxonomy),
        filters=filters,
        total=figures.total,
        sums=_sums(figures.total),
        reasons=[
            [str(WHY_LABELS[reason]), number(of.memos), in_tonnes(of.mass_kg, places)]
            for reason, of in figures.reasons.items()
            if of.memos
        ],
        columns=[(str(label), "number") for label in COLUMNS],
        by_organisation=_rows(figures.by_organisation, places),
        by_group=_rows({_group(taxonomy, slug): of for slug, of in figures.by_group.items()}, places),
        whole=[str(_("Total")), *_cells(figures.total, places)],
        is_all=may(actor, Can.READ_ALL_MEMOS),
        despite=[_despite(memo) for memo in list_explained_purchases(session, actor, filters.cut, most=SHOWN)],
        export=url_for("memos.export_overview", **filters.values),
    )


@permission(Can.READ_MEMO_FIGURES)
@one_moment
def export_overview() -> Response:
    """Every memo of the period, newest first, exact."""
    filters = _filters()
    name = "-".join(("materialenbank-eerst-de-bank", *filters.slugs))
    return table_answer(name, HEADER, _lines(list_memos_in(current_session(), current_actor(), filters.cut)))


def _filters() -> Filters:
    """What the address asks: the period, the municipality and the group."""
    session, today = current_session(), clock.today()
    filters = filters_of(request.args, list_municipalities(session), get_taxonomy(session), today=today, default=today.year)
    is_all = may(current_actor(), Can.READ_ALL_MEMOS)
    return replace(filters, municipality=filters.municipality if is_all else "", through="", reach="", soil="")


def _bar(filters: Filters, taxonomy: Taxonomy) -> Bar:
    def address(chosen: Filters) -> str:
        return url_for("memos.show_overview", **chosen.values)

    drawer = Drawer(list_municipalities(current_session()), taxonomy, clock.today(), FIRST_MONTH, address, address)
    bar = drawer.bar_of(filters)
    names = (*ASKED, "gemeente") if may(current_actor(), Can.READ_ALL_MEMOS) else ASKED
    return replace(bar, fields=[field for field in bar.fields if field.name in names])


def _sums(total: MemoSum) -> list[tuple[Text, str]]:
    """The searches by what came of them."""
    return [
        (_("Something fitted"), number(total.fitted)),
        (_("Nothing fitted"), number(total.not_fitted)),
        (DECIDED_LABELS[Decision.FROM_BANK], number(total.from_bank)),
        (DECIDED_LABELS[Decision.BOUGHT_NEW], number(total.bought_new)),
        (_("of which something fitted"), number(total.despite)),
        (DECIDED_LABELS[Decision.WAITS], number(total.waits)),
        (_("To be concluded"), number(total.open)),
    ]


def _rows(sums: Mapping[str, MemoSum], places: int) -> list[list[str]]:
    return [[name, *_cells(of, places)] for name, of in sums.items()]


def _cells(of: MemoSum, places: int) -> list[str]:
    return [
        number(of.searches),
        number(of.fitted),
        number(of.despite),
        in_tonnes(of.mass_kg, places),
        in_tonnes(of.bought_kg, places),
    ]


def _group(taxonomy: Taxonomy, slug: str) -> str:
    group = taxonomy.group(slug)
    return group.name if group else slug


def _despite(memo: Memo) -> tuple[str, str, Text, Written, str]:
    """What the list says of a memo of what was bought all the same."""
    conclusion = memo.conclusion
    assert conclusion is not None and conclusion.reason is not None
    address = url_for("memos.show", memo_id=memo.id)
    return memo.name, memo.organisation.name, WHY_LABELS[WhyNew(conclusion.reason)], Written(conclusion.explanation), address


def _lines(memos: list[Memo]) -> Iterator[list[Cell]]:
    """The rows of the file; the masses add up to the totals on the page."""
    for memo in memos:
        searched, conclusion = read_searched(memo.search), memo.conclusion
        yield [
            memo.name,
            memo.searched_on,
            memo.organisation.name,
            searched.project,
            str(searched.material_name),
            str(searched.group_name),
            searched.quantity.amount,
            str(searched.quantity.unit.label),
            memo.mass_kg,
            memo.fitting,
            memo.nearly,
            str(DECIDED_LABELS[Decision(conclusion.decision)] if conclusion else _("To be concluded")),
            str(WHY_LABELS[WhyNew(conclusion.reason)]) if conclusion and conclusion.reason else "",
            conclusion.explanation if conclusion else "",
            conclusion.purchase_reference if conclusion else "",
            conclusion.bought if conclusion else None,
            str(Unit(conclusion.bought_unit).label) if conclusion and conclusion.bought_unit else "",
            conclusion.bought_kg if conclusion else None,
            clock.local(conclusion.concluded_at).date() if conclusion else None,
        ]
