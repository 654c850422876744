"""Tables of prices: the versions, what a new one would change, and taking it into use."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.sheets import FILE_BODY_MAX, read_factor_list
from marketplace.http.tables import table_answer
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.valuations.actions.prices import draft_prices, use_prices
from marketplace.valuations.models import PriceTable
from marketplace.valuations.queries import prices
from marketplace.valuations.rules.prices import NAMES
from marketplace.web.prices import shown
from marketplace.web.prices.forms import UseForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.paging import paged
from marketplace.web.ui.sheet_form import SheetForm

blueprint = Blueprint("prices", __name__)
READS, LOADS = permission(Can.READ_PRICES), permission(Can.LOAD_PRICES)
TABLES, PRICES_SHOWN, MOST = "/paspoorten/prijzen", 50, 100_000


@blueprint.get(TABLES)
@READS
@one_moment
def index() -> str:
    """The table in use, those before it, and those that are only looked at."""
    session, actor = current_session(), current_actor()
    uses, in_use = prices.list_uses(session, actor), prices.find_newest_table(session)
    tables = {table.id: table for table in prices.list_price_tables(session, actor)}
    return render_template(
        "prices/index.html",
        in_use=in_use,
        uses=[(use, tables[use.table_id]) for use in uses],
        drafts=prices.list_drafts(session, actor) if may(actor, Can.LOAD_PRICES) else [],
        names=_names(),
        may_load=may(actor, Can.LOAD_PRICES),
        **(_prices(in_use) if in_use else {"rows": [], "current": 1, "last": 1, "total": 0}),
    )


@blueprint.route(f"{TABLES}/nieuw", methods=["GET", "POST"])
@permission(Can.LOAD_PRICES, max_body_bytes=FILE_BODY_MAX)
def load() -> ResponseReturnValue:
    """Choose a file; where every row fits, look at what it would change."""
    form = SheetForm()
    file = attempt(form, lambda: read_factor_list(*form.content())) if form.validate_on_submit() else None
    loaded = None
    if file is not None:
        loaded = attempt(form, lambda: draft_prices(current_session(), current_actor(), file=file))
    if loaded is not None:
        if loaded.ignored:
            flash(str(_("These columns were not read: %(names)s.", names=", ".join(loaded.ignored))), "info")
        return redirect(url_for("prices.show", table_id=loaded.table.id), 303)
    return page("prices/load.html", form, names=NAMES, in_use=prices.find_newest_table(current_session()))


@blueprint.get(f"{TABLES}/<int:table_id>")
@READS
@one_moment
def show(table_id: int) -> ResponseReturnValue:
    """One table with its prices; before it is in use, what it would change."""
    newest = prices.find_newest_table(current_session())
    return _table_page(table_id, UseForm(data={"seen": str(newest.id if newest else 0)}))


@blueprint.post(f"{TABLES}/<int:table_id>/gebruiken")
@LOADS
def use(table_id: int) -> ResponseReturnValue:
    """Take a table into use: a new one, or a former one again."""
    session, actor, form = current_session(), current_actor(), UseForm()
    used = (
        attempt(form, lambda: use_prices(session, actor, table_id=table_id, seen=form.number, sure=bool(form.sure.data)))
        if form.validate_on_submit()
        else None
    )
    if used is None:
        return _table_page(table_id, form)
    return done(
        _("Table %(number)s is in use. What was valued before stays as it is.", number=str(table_id)), url_for("prices.index")
    )


@blueprint.get(f"{TABLES}/<int:table_id>.csv")
@READS
def download(table_id: int) -> Response:
    """A table as a file that can be changed and loaded again."""
    session = current_session()
    table = prices.get_price_table(session, current_actor(), table_id)
    rows = prices.list_prices(session, table, limit=MOST)
    name = _("materials-bank-prices-%(number)s", number=str(table.id))
    return table_answer(name, shown.HEADER, shown.file_lines(rows, get_taxonomy(session)))


def _table_page(table_id: int, form: UseForm) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    table, in_use = prices.get_price_table(session, actor, table_id), prices.find_newest_table(session)
    if form.refusal is not None:
        form.seen.data = str(in_use.id if in_use else 0)
    is_in_use, may_load = in_use is not None and in_use.id == table.id, may(actor, Can.LOAD_PRICES)
    changes = [] if is_in_use or not may_load else prices.changes_of(session, table)
    parts = prices.count_parts_of(session, {change.key.material_id for change in changes})
    return page(
        "prices/show.html",
        form,
        table=table,
        in_use=in_use,
        is_in_use=is_in_use,
        was_used=prices.is_used(session, table),
        may_load=may_load,
        changes=shown.changes_shown(changes, get_taxonomy(session), parts),
        much=sum(change.is_much for change in changes),
        names=_names(),
        **_prices(table),
    )


def _prices(table: PriceTable) -> dict[str, Any]:
    """A page of the prices of a table."""
    session = current_session()
    rows, place = paged(
        lambda number: (
            prices.list_prices(session, table, offset=(number - 1) * PRICES_SHOWN, limit=PRICES_SHOWN),
            table.prices,
        ),
        PRICES_SHOWN,
    )
    return {"rows": shown.prices_shown(rows, get_taxonomy(session)), **place}


def _names() -> dict[int, str]:
    """The names of the organisations that tables came from."""
    return {organisation.id: organisation.name for organisation in list_organisations(current_session())}
