"""What each organisation is to get and to pay for what changed hands, as a file."""

from collections.abc import Iterable
from decimal import Decimal

from flask import Blueprint, Response, request

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import table_answer, workbook_answer
from marketplace.impact.queries.statistics import Statistics, get_statistics
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.sheets.workbook import Column, Sheet
from marketplace.sheets.writing import Cell
from marketplace.web.ui.figure_filters import Filters, filters_of

NAME = _("settlement")
CENTS = Decimal(100)
BALANCES = (
    _("Organisation"),
    Column(_("To get"), _("euro"), 2),
    Column(_("To pay"), _("euro"), 2),
    Column(_("Balance"), _("euro"), 2),
    Column(_("Gave to others"), _("kg"), 3),
    Column(_("Received from others"), _("kg"), 3),
    Column(_("Balance"), _("kg"), 3),
)
PAIRS = (
    _("From"),
    _("To"),
    Column(_("Exchanges"), "", 0),
    Column(_("Mass"), _("kg"), 3),
    Column(_("The receiver pays the giver"), _("euro"), 2),
)


def register(blueprint: Blueprint) -> None:
    """Give these files to the area of exchanges."""
    blueprint.get("/cijfers/verrekening.csv")(export_settlement)
    blueprint.get("/cijfers/verrekening.xlsx")(export_settlement_workbook)


@permission(Can.READ_PERIOD_FIGURES)
@one_moment
def export_settlement() -> Response:
    """The balance of each organisation, in euros and in kilograms."""
    filters = _filters()
    statistics = get_statistics(current_session(), current_actor(), filters.cut)
    return table_answer(_name(filters), BALANCES, balances(statistics))


@permission(Can.READ_PERIOD_FIGURES)
@one_moment
def export_settlement_workbook() -> Response:
    """The same as sheets, with what each pays to each other one."""
    filters = _filters()
    statistics = get_statistics(current_session(), current_actor(), filters.cut)
    sheets = [Sheet(_("Balance"), BALANCES, balances(statistics)), Sheet(_("Payments by pair"), PAIRS, pairs(statistics))]
    return workbook_answer(_name(filters), sheets, title=NAME)


def balances(statistics: Statistics) -> Iterable[list[Cell]]:
    """Of every organisation that gave or received; the balances add up to zero."""
    for row in statistics.by_municipality:
        to_get, to_pay = row.to_get_cents / CENTS, row.to_pay_cents / CENTS
        gave, got = row.given_to_others_kg, row.received_from_others_kg
        yield [row.name, to_get, to_pay, to_get - to_pay, gave, got, gave - got]


def pairs(statistics: Statistics) -> Iterable[list[Cell]]:
    """Between whom something moved, heaviest first. Nobody pays for what stayed within one organisation."""
    for pair in statistics.by_pair:
        totals = pair.totals
        if pair.is_within:
            continue
        yield [pair.giver_name, pair.receiver_name, totals.exchanges, totals.mass_kg, totals.price_cents / CENTS]


def _filters() -> Filters:
    session = current_session()
    return filters_of(request.args, list_municipalities(session), get_taxonomy(session), today=clock.today(), default=None)


def _name(filters: Filters) -> str:
    return "-".join(("materialenbank", str(NAME), *filters.slugs))
