"""The figures of the ledger."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.accounts.policy import Can, may, require
from marketplace.exchange.queries.reservations import list_choices, list_reservations
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer
from marketplace.impact.queries.statistics import FEW_TRANSFERS, STATISTICS, get_statistics, get_totals
from marketplace.kernel import clock
from marketplace.ledger.queries import ExchangeFilter, list_exchanges
from marketplace.market.queries.listings import find_pictured
from marketplace.materials.queries import taxonomy
from marketplace.web.figures import dashboard, factors, losses
from marketplace.web.figures import tables as rows
from marketplace.web.ui.exchange_rows import exchange_rows
from marketplace.web.ui.jobs import picture_of
from marketplace.web.ui.paging import paged

blueprint = Blueprint("figures", __name__)
losses.register(blueprint)
PAGE_SIZE = 50
UNDERWAY = (ReservationStatus.APPROVED, ReservationStatus.HANDED_OVER, ReservationStatus.DISPUTED)


@blueprint.get("/cijfers")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """How much, how far, what it saved.

    The totals for everybody, charts and tables for members, years and pairs for the region.
    """
    session, actor = current_session(), current_actor()
    period = _period()
    statistics = get_statistics(session, actor, period.cut)
    before = get_totals(session, actor, period.before) if period.before else None
    totals, link = statistics.totals, partial(_exchanges_address, period)
    is_sparse = totals.exchanges < FEW_TRANSFERS
    tiles = dashboard.tiles_of(totals, before)
    return render_template(
        "figures/show.html",
        statistics=statistics,
        totals=totals,
        period=period,
        said_until=dashboard.said_until(period, statistics.since) if statistics.since else "",
        years_shown=dashboard.years_of(period, statistics.since, today=clock.today()),
        tiles=tiles,
        is_compared=any(tile.trend for tile in tiles),
        is_sparse=is_sparse and not statistics.is_public,
        net=dashboard.from_avoided_to_net(totals),
        definition=lambda name: url_for("figures.method", _anchor=name),
        time=dashboard.over_time(statistics, period),
        exchanges_in=lambda key: link(month=key),
        balances=dashboard.balance_of(statistics.by_municipality),
        largest_flows=dashboard.flows_of(statistics.by_pair),
        whole=dashboard.matrix_of(statistics.by_municipality, statistics.by_pair),
        by_group=rows.group_table(statistics),
        **(_few(period) if is_sparse and not statistics.is_public else {}),
        link=link,
        follows=may(actor, Can.LIST_RESERVATIONS),
        sees_all=may(actor, Can.READ_ALL_EXCHANGES),
    )


def _period() -> dashboard.Period:
    """The year in the address, for whoever may see a part of the ledger."""
    may_choose = may(current_actor(), Can.READ_PERIOD_FIGURES)
    return dashboard.period_of(request.args.get("jaar", ""), may_choose=may_choose, today=clock.today())


def _exchanges_address(
    period: dashboard.Period, *, giver: str = "", receiver: str = "", organisation: str = "", group: str = "", month: str = ""
) -> str:
    """Where the rows stand from which a figure is summed.

    Empty where the reader does not see all of them.
    """
    actor = current_actor()
    if not may(actor, Can.READ_ALL_EXCHANGES) and actor.organisation_slug not in (giver, receiver, organisation):
        return ""
    when = {"jaar": month} if len(month) == 4 else {"maand": month} if month else {"jaar": period.year}
    asked = {"van": giver, "naar": receiver, "organisatie": organisation, "groep": group, **when}
    known: dict[str, Any] = {name: value or None for name, value in asked.items()}
    return url_for("exchanges.list_exchanges", **known)


def _few(period: dashboard.Period) -> dict[str, Any]:
    """What stands in the place of charts while there are few transfers.

    The rows that the reader may see, and how much is underway.
    """
    session, actor = current_session(), current_actor()
    wanted = ExchangeFilter(first_month=period.cut.first, last_month=period.cut.last)
    found, _total = list_exchanges(session, actor, page=1, page_size=FEW_TRANSFERS, wanted=wanted)
    lots = find_pictured(session, (row.listing_id for row in found))
    underway = 0
    if period.until == clock.today() and may(actor, Can.LIST_RESERVATIONS):
        _rows, underway = list_reservations(session, actor, statuses=UNDERWAY, page_size=1)
    return {
        "latest_rows": exchange_rows(found, taxonomy(session)),
        "pictures": {number: picture_of(lot) for number, lot in lots.items()},
        "underway": underway,
    }


@blueprint.get("/cijfers.csv")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def export() -> Response:
    """One table as a file: of everything, or of the year that is asked for."""
    key, period = request.args.get("table", "totals"), _period() if request.args.get("jaar") else dashboard.EVERYTHING
    if key != "totals":
        require(current_actor(), Can.READ_MEMBER_FIGURES)
    table = rows.table_for(get_statistics(current_session(), current_actor(), period.cut), key)
    return table_answer("-".join(filter(None, ("materialenbank", key, str(period.year or "")))), table.header, table.lines)


@blueprint.get("/cijfers/hoe-wij-rekenen")
@permission(Can.READ_PUBLIC_FIGURES)
def method() -> str:
    """Show where every figure comes from. Formulas, weights, factors, their sources and how sure they are."""
    reference = taxonomy(current_session())
    return render_template(
        "figures/method.html",
        reference=reference,
        definitions=STATISTICS,
        formulas=factors.FORMULAS,
        sources=factors.SOURCES,
        vehicle_columns=factors.VEHICLE_COLUMNS,
        vehicles=factors.vehicle_rows(reference),
        material_columns=factors.MATERIAL_COLUMNS,
        groups=factors.material_rows(reference),
    )


@blueprint.get("/cijfers/keuzes")
@permission(Can.READ_CHOICES)
@one_moment
def choices() -> str:
    """Where an owner chose another request than the one that stood higher, and why."""
    session, actor = current_session(), current_actor()
    result, place = paged(lambda page: list_choices(session, actor, page=page, page_size=PAGE_SIZE), PAGE_SIZE)
    return render_template("figures/choices.html", choices=result, **place)
