"""The settlement of a depot: what lying there cost in a quarter, on a page and as files."""

from flask import Blueprint, Response, render_template, request

from marketplace.accounts.policy import Can
from marketplace.depots.rules.quarter import quarter_of, read_quarter
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer, workbook_answer
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.sheets.settlement_rows import HEADER, TOTALS, lines, lines_with_totals, totals
from marketplace.sheets.workbook import Sheet
from marketplace.stock.queries.settlement import get_settlement, list_quarters


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of a depot's files."""
    blueprint.get("/depots/<int:depot_id>/afrekening")(settlement)
    blueprint.get("/depots/<int:depot_id>/afrekening/<string:quarter>.<any(csv,xlsx):kind>")(settlement_file)


@permission(Can.READ_DEPOTS)
@one_moment
def settlement(depot_id: int) -> str:
    """What each organisation pays for a quarter, by default the one that has ended last."""
    session, today = current_session(), clock.today()
    typed = request.args.get("kwartaal", "")
    quarter = read_quarter(typed, today) if typed else quarter_of(today).previous
    settled = get_settlement(session, current_actor(), depot_id, quarter)
    quarters = list_quarters(session, depot_id)
    choices = quarters if quarter in quarters else sorted([*quarters, quarter], reverse=True)
    return render_template("depot_files/settlement.html", settlement=settled, quarters=choices)


@permission(Can.READ_DEPOTS)
@one_moment
def settlement_file(depot_id: int, quarter: str, kind: str) -> Response:
    """The same with a row for each lot, stay and price, as CSV or XLSX."""
    settled = get_settlement(current_session(), current_actor(), depot_id, read_quarter(quarter, clock.today()))
    name = "-".join((str(_("depot-settlement")), str(settled.depot.id), str(settled.quarter)))
    if kind == "csv":
        return table_answer(name, HEADER, lines_with_totals(settled))
    title = _("Settlement of %(depot)s, %(quarter)s", depot=settled.name, quarter=str(settled.quarter))
    sheets = (Sheet(_("Lots"), HEADER, lines(settled)), Sheet(_("Organisations"), TOTALS, totals(settled)))
    return workbook_answer(name, sheets, title=title, made_at=settled.closed_at)
