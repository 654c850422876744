"""Exchanges and their totals."""

from decimal import Decimal

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.reservation import ReverseBody
from marketplace.api.reading import (
    read_body,
    read_flag,
    read_months,
    read_page,
    read_period,
    read_point,
    read_value,
    read_values,
    read_word,
    read_words,
)
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.depot_figures import AllDepotFiguresSchema
from marketplace.api.shapes.exchange import ExchangeSchema, ExchangesSchema, WholeExchangeSchema, write_exchange
from marketplace.api.shapes.figures import (
    Beside,
    PublicStatisticsSchema,
    StatisticsSchema,
)
from marketplace.api.shapes.material import current_taxonomy
from marketplace.exchange.actions import booking
from marketplace.exchange.queries.requests import count_competition
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import ledger_answer, ledger_lines_answer
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.queries.supply import get_supply
from marketplace.impact.rules.cut import Between, Cut
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.text import tokens
from marketplace.ledger.queries import ExchangeFilter, get_exchange
from marketplace.ledger.queries import list_exchanges as list_visible
from marketplace.ledger.rules import Lack, RowKind, Through
from marketplace.market.queries.demands import listings_within
from marketplace.sheets.ledger_rows import JSON_LINES_TYPE
from marketplace.stock.queries.figures import get_depot_figures
from marketplace.stock.queries.legs import find_journey, sees_legs

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
KIND = query.words("kind", "kind of row", RowKind, many=True)
EXCHANGE_FILTERS = (
    query.parameter("q", "words that stand in the name of one side or of the material"),
    query.FROM,
    query.UNTIL,
    query.ORGANISATION,
    query.parameter("fromOrganisation", "slug of the giver", many=True),
    query.parameter("toOrganisation", "slug of the receiver", many=True),
    query.parameter("fromMonth", "first month in which a row counts", pattern=MONTH),
    query.parameter("untilMonth", "last month in which a row counts", pattern=MONTH),
    query.MUNICIPALITY,
    query.MATERIAL_GROUPS,
    query.MATERIALS,
    KIND,
    query.words("lacks", "transfers that still count and lack any of these", Lack, many=True),
    query.NEAR,
    query.parameter("place", "a place name or postcode around which the lot lay, by its public point"),
    query.RADIUS,
    *query.PAGE,
)
CUT = (
    query.parameter("from", "first month of a period, for the region", pattern=MONTH),
    query.parameter("until", "last month of a period, for the region", pattern=MONTH),
    query.parameter("municipality", "slug of a municipality on either side, for the region", many=True),
    query.parameter("materialGroup", "slug of a material group, for the region", many=True),
    query.words("kind", "kind of row, for the region", RowKind, many=True),
    query.words("through", "direct, or through a depot; rows before version 3 say neither; for the region", Through, many=False),
    query.words("between", "within one organisation, or between two, for the region", Between, many=False),
    query.parameter("withoutBulk", "true: without sand and soil, for the region", type="boolean"),
    query.parameter("q", "words that stand in the name of one side or of the material, for the region"),
    query.NEAR,
    query.parameter("place", "a place name or postcode around which the lot lay, by its public point; for the region"),
    query.RADIUS,
)


@route("GET", "/exchanges", gives=ExchangesSchema, tag="figures", query=EXCHANGE_FILTERS)
@permission(Can.READ_EXCHANGES)
@one_moment
def list_exchanges() -> Response:
    """List rows of the ledger: your own organisation's, or all for reviewer and administrator."""
    page, (first, last), around = read_page(), read_period(), _read_around()
    session, taxonomy = current_session(), current_taxonomy()
    wanted = ExchangeFilter(
        first,
        last,
        read_values("organisation"),
        read_values("materialGroup"),
        read_values("material"),
        read_values("municipality"),
        read_words("kind", RowKind),
        listings_within(*around) if around else None,
        _read_words_of_rows(),
        read_values("fromOrganisation"),
        read_values("toOrganisation"),
        *read_months("fromMonth", "untilMonth"),
        lacks=read_words("lacks", Lack),
    )
    query.check_organisations(session, wanted.givers, "fromOrganisation")
    query.check_organisations(session, wanted.receivers, "toOrganisation")
    query.check_organisations(session, wanted.municipalities, "municipality")
    query.check_groups(taxonomy, wanted.groups)
    query.check_materials(taxonomy, wanted.materials)
    query.check_organisations(session, wanted.organisations)
    rows, total = list_visible(session, current_actor(), page=page.number, page_size=page.size, wanted=wanted)
    return many(ExchangesSchema, rows, total=total, page=page)


def _read_around() -> tuple[Point, Decimal] | None:
    """The point of `near` or `place` and the kilometres around it, or neither."""
    point, radius_km = read_point()
    if point is not None and radius_km is None:
        raise Invalid(_("A place needs a radius here. Send radiusKm as well."), "radiusKm")
    return None if point is None or radius_km is None else (point, radius_km)


def _read_words_of_rows() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The words of `q`, each with the materials that it names."""
    taxonomy = current_taxonomy()
    return tuple((word, tuple(item.slug for item in taxonomy.search(word))) for word in tokens(read_value("q")))


@route("GET", "/exchanges/<int:seq>", gives=WholeExchangeSchema, tag="figures")
@permission(Can.READ_EXCHANGES)
@one_moment
def show_exchange(seq: int) -> Response:
    """One row of the ledger. A transfer of what was driven to or from a depot before: in all its legs, with what is saved by all of them."""
    session, actor = current_session(), current_actor()
    row = get_exchange(session, actor, seq=seq)
    return ok(write_exchange(row, find_journey(session, row), sees_legs=sees_legs(actor, row)))


@route("POST", "/exchanges/<int:seq>/reverse", takes=ReverseBody(), gives=ExchangeSchema, tag="figures", refuses=(404,))
@permission(Can.REVERSE_EXCHANGE)
def reverse_exchange(seq: int) -> Response:
    """Reverse what is left of a transfer, as the AO CE, with a reason: the row that does so.

    Mass, price, avoided and processing are taken back, never kilometres. The lot does not get its quantity back; a demand needs it again.
    """
    session = current_session()
    row = booking.reverse_exchange(session, current_actor(), seq=seq, reason=read_body(ReverseBody())["reason"])
    return ok(ExchangeSchema.write(row))


@route("GET", "/ledger.csv", gives=None, tag="figures", media_type="text/csv")
@permission(Can.READ_EXCHANGES)
@one_moment
def get_ledger() -> Response:
    """Get the same rows as a table, oldest first, with all that their figures came from.

    Notation follows `Accept-Language`: semicolons and decimal commas in Dutch, commas and points in English.
    """
    return ledger_answer(current_session(), current_actor())


@route("GET", "/ledger.jsonl", gives=None, tag="figures", media_type=JSON_LINES_TYPE)
@permission(Can.READ_EXCHANGES)
@one_moment
def get_ledger_lines() -> Response:
    """Get the same rows as JSON lines, each as it was hashed, with its hash and the one before.

    `hash` is SHA-256 over previousHash, a line feed and the row without these two: keys sorted, no blanks.
    """
    return ledger_lines_answer(current_session(), current_actor())


@route("GET", "/statistics", gives=StatisticsSchema, tag="figures", query=CUT, refuses=(403,))
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show_statistics() -> Response:
    """The totals; with a token also by municipality, material group and month.

    For the region also by giver and receiver. A part of the ledger is for the region: its few transfers would tell partners and the public where something lay.
    """
    cut = Cut(
        *read_months(),
        read_values("municipality"),
        read_values("materialGroup"),
        read_words("kind", RowKind),
        read_word("through", Through),
        read_word("between", Between),
        read_flag("withoutBulk"),
        _read_around(),
        _read_words_of_rows(),
    )
    session, actor = current_session(), current_actor()
    statistics = get_statistics(session, actor, cut)
    query.check_organisations(session, cut.municipalities, "municipality")
    query.check_groups(current_taxonomy(), cut.groups)
    if not statistics.has_pairs:
        return ok((PublicStatisticsSchema if statistics.is_public else StatisticsSchema).write(statistics))
    beside = Beside(get_supply(session, actor, cut), count_competition(session, actor, cut))
    return ok(StatisticsSchema.write(statistics, beside=beside))


@route("GET", "/depots/figures", gives=AllDepotFiguresSchema, tag="figures", query=CUT[:2])
@permission(Can.READ_DEPOT_FIGURES)
@one_moment
def show_depot_figures() -> Response:
    """What depots took in and gave out, and what lying there cost and saved.

    For reviewer, administrator and broker.
    """
    return ok(AllDepotFiguresSchema.write(get_depot_figures(current_session(), current_actor(), Cut(*read_months()))))
