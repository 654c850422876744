"""What a depot costs, expects and warns of."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Response

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import list_organisations_by_id
from marketplace.api import query
from marketplace.api.reading import read_page, read_query_day, read_value
from marketplace.api.routing import many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.depot_books import (
    CostsSchema,
    DepotWatchSchema,
    SettlementSchema,
    TransferSchema,
    WatchesSchema,
    WatchSchema,
    WeekSchema,
    written,
)
from marketplace.api.shapes.lot import LotSchema
from marketplace.api.shapes.warning import warnings_of
from marketplace.depots.queries.costs import LotCharge
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.quarter import quarter_of, read_quarter
from marketplace.exchange.queries.gate import Call, get_depot_week
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.stock.queries.lying import Show, list_lying
from marketplace.stock.queries.settlement import Total, get_costs, get_settlement
from marketplace.stock.queries.warnings import Trouble, get_trouble, list_own_troubles

LAST_DAY = date(2199, 12, 1)
QUARTER = query.parameter(
    "quarter", "for example 2026-Q4; absent: the last one that has ended", pattern=r"^20[0-9]{2}-[KQkq][1-4]$", example="2026-Q4"
)
FROM = query.parameter("from", "the first day; absent: today", format="date")


class Charged(NamedTuple):
    """A row of a settlement, with whose it was."""

    organisation: Organisation
    row: LotCharge


class Paying(NamedTuple):
    """What an organisation pays."""

    organisation: Organisation
    total: Total


@route("GET", "/depots/<int:depot_id>/settlement", gives=SettlementSchema, tag="lots", query=(QUARTER, *query.PAGE))
@permission(Can.READ_DEPOTS)
@one_moment
def show_settlement(depot_id: int) -> Response:
    """Settle a quarter of a depot.

    A row for each lot, stay and price, and the sum of each organisation. Whoever reads the stock of the depot sees every organisation; others their own.
    """
    session, today, page = current_session(), clock.today(), read_page()
    typed = read_value("quarter")
    quarter = read_quarter(typed, today) if typed else quarter_of(today).previous
    settlement = get_settlement(session, current_actor(), depot_id, quarter)
    rows = settlement.rows[page.offset : page.offset + page.size]
    organisations = list_organisations_by_id(
        session, [*(row.organisation_id for row in rows), *(total.organisation_id for total in settlement.totals)]
    )
    return many(
        SettlementSchema,
        [Charged(organisations[row.organisation_id], row) for row in rows],
        total=len(settlement.rows),
        page=page,
        depot=settlement.depot,
        quarter=written(settlement.quarter),
        is_over=settlement.is_over,
        open_until=settlement.quarter.open_until,
        closed_at=settlement.closed_at,
        is_of_all=settlement.is_of_all,
        totals=_paying(organisations, settlement.totals),
    )


@route("GET", "/depots/<int:depot_id>/costs", gives=CostsSchema, tag="lots")
@permission(Can.READ_DEPOTS)
@one_moment
def show_depot_costs(depot_id: int) -> Response:
    """Add up what lying in a depot has cost so far, for each organisation.

    Whoever reads the stock of the depot sees every organisation; others their own.
    """
    session = current_session()
    costs = get_costs(session, current_actor(), depot_id)
    organisations = list_organisations_by_id(session, [total.organisation_id for total in costs.totals])
    return ok(CostsSchema.write(costs, items=_paying(organisations, costs.totals)))


@route("GET", "/depots/<int:depot_id>/week", gives=WeekSchema, tag="lots", query=(FROM,))
@permission(Can.READ_STOCK)
def show_depot_week(depot_id: int) -> Response:
    """List what comes to a depot and leaves it in a week, by day."""
    session, first = current_session(), read_query_day("from") or clock.today()
    if not date(2000, 1, 1) <= first <= LAST_DAY:
        raise Invalid(_("Enter a day from 2000 up to and including 2199."), "from")
    depot = get_depot(session, depot_id)
    week = get_depot_week(session, current_actor(), depot, first)

    def calls(*, is_bringing: bool) -> list[Any]:
        return [_transfer(call) for call in week.calls if call.is_bringing is is_bringing]

    return ok(WeekSchema.write(week, depot=depot, bringing=calls(is_bringing=True), collecting=calls(is_bringing=False)))


@route("GET", "/depots/warnings", gives=WatchesSchema, tag="lots", query=query.PAGE)
@permission(Can.READ_STOCK)
def list_depot_warnings() -> Response:
    """List the depots in which something is not as it should be, by name.

    Those that you keep; for the broker and the AO CE every depot. Holding more than fits, or for too long, is allowed, and reported.
    """
    page, rows = read_page(), list_own_troubles(current_session(), current_actor())
    visible = rows[page.offset : page.offset + page.size]
    return many(WatchesSchema, [_watched(trouble) for trouble in visible], total=len(rows), page=page)


@route("GET", "/depots/<int:depot_id>/warnings", gives=DepotWatchSchema, tag="lots", query=query.PAGE)
@permission(Can.READ_STOCK)
def show_depot_warnings(depot_id: int) -> Response:
    """Say of what a depot holds more than fits, and which lots lie there too long."""
    session, actor, page = current_session(), current_actor(), read_page()
    depot = get_depot(session, depot_id)
    trouble = get_trouble(session, actor, depot)
    lying, total = list_lying(session, actor, depot, show=Show.TOO_LONG, page=page.number, page_size=page.size)
    return many(
        DepotWatchSchema,
        [LotSchema.write(row.lot, listing=row.listing.id if row.listing else None) for row in lying],
        total=total,
        page=page,
        depot=depot,
        over=warnings_of(depot, trouble.over),
        too_long=trouble.too_long,
        since=trouble.longest,
        missing=trouble.missing,
        longest_stay_days=depot.longest_stay_days,
    )


def _watched(trouble: Trouble) -> Written:
    return WatchSchema.write(trouble, over=warnings_of(trouble.depot, trouble.over))


def _transfer(call: Call) -> Written:
    return TransferSchema.write(call)


def _paying(organisations: dict[int, Organisation], totals: Sequence[Total]) -> list[Paying]:
    return [Paying(organisations[total.organisation_id], total) for total in totals]
