"""The figures of the ledger."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.accounts.policy import Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.exchange.queries.reservations import list_choices, list_reservations
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer, workbook_answer
from marketplace.impact.queries.adopted import list_booked_later, list_taken_back_later
from marketplace.impact.queries.statistics import FEW_TRANSFERS, get_statistics, get_totals
from marketplace.impact.rules.statistics import STATISTICS
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.ledger.queries import list_exchanges
from marketplace.ledger.rules import RowKind, Totals
from marketplace.market.queries.listings import find_pictured
from marketplace.materials.queries import get_taxonomy
from marketplace.sheets.workbook import Sheet
from marketplace.web.figures import dashboard, factors, losses, sentences
from marketplace.web.figures import tables as rows
from marketplace.web.ui.charts import columns
from marketplace.web.ui.exchange_rows import exchange_rows
from marketplace.web.ui.figure_filters import Drawer, Filters, filters_of
from marketplace.web.ui.jobs import picture_of
from marketplace.web.ui.paging import paged
from marketplace.web.ui.period import period_of

blueprint = Blueprint("figures", __name__)
losses.register(blueprint)
PAGE_SIZE, LATE_SHOWN = 50, 20
UNDERWAY = (ReservationStatus.APPROVED, ReservationStatus.HANDED_OVER, ReservationStatus.DISPUTED)


@blueprint.get("/cijfers")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """How much, how far, what it saved.

    The totals for everybody, charts and tables for members, years and pairs for the region.
    """
    session, actor = current_session(), current_actor()
    municipalities, filters = list_municipalities(session), _filters(clock.today().year)
    statistics = get_statistics(session, actor, filters.cut)
    before = get_totals(session, actor, filters.before) if filters.before and statistics.has_pairs else None
    totals, link = statistics.totals, partial(_exchanges_address, filters)
    is_sparse = totals.exchanges < FEW_TRANSFERS
    tiles = dashboard.tiles_of(totals, before)
    bars = dashboard.over_time(statistics, filters.period)
    since = statistics.since or f"{clock.today():%Y-%m}"
    return render_template(
        "figures/show.html",
        statistics=statistics,
        totals=totals,
        filters=filters,
        period=filters.period,
        period_in_words=filters.period.in_words(since, clock.today()),
        bar=Drawer(municipalities, get_taxonomy(session), clock.today(), since, _address, _address).bar_of(filters),
        tiles=tiles,
        is_compared=any(tile.trend for tile in tiles),
        is_sparse=is_sparse and not statistics.is_public,
        net=dashboard.from_avoided_to_net(totals),
        definition=lambda name: url_for("figures.method", _anchor=name),
        time=columns("time", bars),
        exchanges_in=lambda key: link(month=key),
        balances=dashboard.balance_of(statistics.by_municipality),
        largest_flows=dashboard.flows_of(statistics.by_pair),
        flow_map=dashboard.map_of(statistics.by_pair),
        avoided=rows.avoided_of(totals),
        sure=rows.sure_of(totals),
        reach=rows.reach_of(statistics),
        settled=rows.settlement_of(statistics.by_municipality),
        seen={
            "net": sentences.of_net(totals),
            "time": sentences.of_time(bars),
            "balance": sentences.of_balance(statistics.by_municipality),
            "flows": sentences.of_flows(statistics.by_pair),
            "groups": sentences.of_groups(statistics.by_material_group, totals),
        },
        whole=dashboard.matrix_of(statistics.by_municipality, statistics.by_pair),
        by_group=rows.group_table(statistics),
        **_later(filters, totals),
        **(_few(filters) if is_sparse and not statistics.is_public else {}),
        tables=rows.tables_of(statistics),
        link=link,
        follows=may(actor, Can.LIST_RESERVATIONS),
        sees_all=may(actor, Can.READ_ALL_EXCHANGES),
    )


def _filters(default: int | None) -> Filters:
    """What the address asks; everything for whoever may not see a part of the ledger."""
    session = current_session()
    if not may(current_actor(), Can.READ_PERIOD_FIGURES):
        return Filters()
    return filters_of(request.args, list_municipalities(session), get_taxonomy(session), today=clock.today(), default=default)


def _address(filters: Filters) -> str:
    return url_for("figures.show", **filters.values)


def _exchanges_address(
    filters: Filters, *, giver: str = "", receiver: str = "", organisation: str = "", group: str = "", month: str = ""
) -> str:
    """Where the rows stand from which a figure is summed.

    Empty where the reader does not see all of them.
    """
    actor = current_actor()
    if not may(actor, Can.READ_ALL_EXCHANGES) and actor.organisation_slug not in (giver, receiver, organisation):
        return ""
    narrowed = replace(filters, group=group or filters.group)
    if month:
        period = period_of({"jaar" if len(month) == 4 else "maand": month}, today=clock.today(), default=None)
        narrowed = replace(narrowed, period=period)
    sides: dict[str, Any] = {"van": giver or None, "naar": receiver or None, "organisatie": organisation or None}
    return url_for("exchanges.list_exchanges", **sides, **narrowed.values)


def _later(filters: Filters, totals: Totals) -> dict[str, Any]:
    """What was booked late, as far as the reader may see.

    Of a year what was booked or taken back when it was over, and what counts in another month than it happened.
    """
    session, actor, year = current_session(), current_actor(), filters.period.year
    if not may(actor, Can.READ_EXCHANGES):
        return {"booked_later": [], "taken_back": [], "late_rows": []}
    taxonomy = get_taxonomy(session)
    is_over = year and year < clock.today().year
    later = list_booked_later(session, actor, year) if year and is_over else []
    taken_back = list_taken_back_later(session, actor, year) if year and is_over else []
    wanted = replace(filters.rows, is_late=True)
    late = list_exchanges(session, actor, page=1, page_size=LATE_SHOWN, wanted=wanted)[0] if totals.late_rows else []
    in_words = exchange_rows([booked.row for booked in later], taxonomy)
    counts = [booked.counts_in_its_year for booked in later]
    return {
        "booked_later": list(zip(in_words, counts, strict=True)),
        "taken_back": exchange_rows(taken_back, taxonomy),
        "late_rows": exchange_rows(late, taxonomy),
    }


def _few(filters: Filters) -> dict[str, Any]:
    """What stands in the place of charts while there are few transfers.

    The rows that the reader may see, and how much is underway.
    """
    session, actor = current_session(), current_actor()
    wanted = replace(filters.rows, kinds=(RowKind.TRANSFER, RowKind.REVERSAL))
    exchanges, _total = list_exchanges(session, actor, page=1, page_size=FEW_TRANSFERS, wanted=wanted)
    lots = find_pictured(session, (row.listing_id for row in exchanges if row.listing_id is not None))
    underway = 0
    if filters.period.until(clock.today()) == clock.today() and may(actor, Can.LIST_RESERVATIONS):
        _rows, underway = list_reservations(session, actor, statuses=UNDERWAY, page_size=1)
    return {
        "latest_rows": exchange_rows(exchanges, get_taxonomy(session)),
        "pictures": {number: picture_of(lot) for number, lot in lots.items()},
        "underway": underway,
    }


@blueprint.get("/cijfers.csv")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def export() -> Response:
    """One table as a file: of everything, or of what is asked for."""
    key, filters = request.args.get("table", "totals"), _filters(None)
    if key != "totals":
        require(current_actor(), Can.READ_MEMBER_FIGURES)
    table = rows.table_for(get_statistics(current_session(), current_actor(), filters.cut), key)
    return table_answer("-".join(("materialenbank", key, *filters.slugs)), table.header, table.lines)


@blueprint.get("/cijfers.xlsx")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def export_workbook() -> Response:
    """Every table that the reader may see as one file of sheets."""
    filters = _filters(None)
    statistics = get_statistics(current_session(), current_actor(), filters.cut)
    sheets = [
        Sheet(str(label), [str(head) for head in table.header], table.lines)
        for key, label in rows.tables_of(statistics).items()
        for table in [rows.table_for(statistics, key)]
    ]
    name = "-".join(("materialenbank", *filters.slugs))
    return workbook_answer(name, sheets, title=_("Figures"))


@blueprint.get("/cijfers/hoe-wij-rekenen")
@permission(Can.READ_PUBLIC_FIGURES)
def method() -> str:
    """Show where every figure comes from. Formulas, weights, factors, their sources and how sure they are."""
    taxonomy = get_taxonomy(current_session())
    return render_template(
        "figures/method.html",
        reference=taxonomy,
        definitions=STATISTICS,
        formulas=factors.FORMULAS,
        sources=factors.SOURCES,
        vehicle_columns=factors.VEHICLE_COLUMNS,
        vehicles=factors.vehicle_rows(taxonomy),
        material_columns=factors.MATERIAL_COLUMNS,
        groups=factors.material_rows(taxonomy, current_actor()),
    )


@blueprint.get("/cijfers/keuzes")
@permission(Can.READ_CHOICES)
@one_moment
def choices() -> str:
    """Where an owner chose another request than the one that stood higher, and why."""
    session, actor = current_session(), current_actor()
    result, place = paged(lambda page: list_choices(session, actor, page=page, page_size=PAGE_SIZE), PAGE_SIZE)
    return render_template("figures/choices.html", choices=result, **place)
