"""What depots save and cost, for whoever answers for the region."""

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer
from marketplace.impact.rules.cut import Cut
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.queries.figures import AllDepots, DepotRow, find_first_day, get_depot_figures
from marketplace.web.savings.shown import COLUMNS, FILE_HEADER, groups_of, lines_of, table_of
from marketplace.web.ui.figure_filters import Drawer, Filters
from marketplace.web.ui.period import period_of

blueprint = Blueprint("savings", __name__)


@blueprint.get("/cijfers/depots")
@permission(Can.READ_DEPOT_FIGURES)
@one_moment
def show() -> str:
    """What came and went, how long it lay, what that cost and saved."""
    session, today, filters = current_session(), clock.today(), _filters()
    figures, slug = _depot_figures(filters), request.args.get("depot", "")
    chosen = next((row for row in figures.rows if str(row.depot.id) == slug), None)

    def address(filters: Filters) -> str:
        return url_for("savings.show", depot=chosen.depot.id if chosen else None, **filters.values)

    def link(row: DepotRow) -> str:
        href = url_for("savings.show", depot=row.depot.id, **filters.values)
        return Markup('<a href="{}">{}</a>').format(href, row.depot.name)

    first = find_first_day(session) or today
    rows, total = table_of(figures, link)
    return render_template(
        "savings/show.html",
        bar=Drawer([], get_taxonomy(session), today, f"{first:%Y-%m}", address, address).bar_of(filters),
        filters=filters,
        chosen=chosen,
        groups=groups_of(chosen.figures if chosen else figures.total) if figures.rows else [],
        columns=COLUMNS,
        rows=rows,
        total=total if len(rows) > 1 else None,
    )


@blueprint.get("/cijfers/depots.csv")
@permission(Can.READ_DEPOT_FIGURES)
@one_moment
def export() -> Response:
    """The same of every depot as a file, exact."""
    filters = _filters()
    name = "-".join((str(_("materials-bank-depots")), *filters.slugs))
    return table_answer(name, FILE_HEADER, lines_of(_depot_figures(filters)))


def _filters() -> Filters:
    today = clock.today()
    return Filters(period_of(request.args, today=today, default=today.year))


def _depot_figures(filters: Filters) -> AllDepots:
    return get_depot_figures(current_session(), current_actor(), Cut(filters.period.first, filters.period.last))
