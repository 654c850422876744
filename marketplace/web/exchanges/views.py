"""The rows of the ledger that the reader may see, as a list, as a file and line by line."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import ledger_answer, ledger_lines_answer
from marketplace.impact.queries.sums import find_months
from marketplace.kernel import clock
from marketplace.kernel.formats import quantity
from marketplace.kernel.language import _
from marketplace.ledger.queries import ExchangeFilter, get_exchange, get_exchanged_mass, list_exchanges, list_of_same_reservation
from marketplace.ledger.rules import RowKind, chained
from marketplace.materials.queries import get_taxonomy, taxonomy_of_version
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.exchanges import lacking, settlement
from marketplace.web.exchanges.arithmetic import booking_of, lines_of
from marketplace.web.exchanges.filters import ExchangeQuery, side_in_words
from marketplace.web.exchanges.forms import ReverseForm
from marketplace.web.ui.exchange_rows import ROW_PLACES, exchange_rows
from marketplace.web.ui.figure_filters import Drawer, filters_of
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.journeys import journey_of
from marketplace.web.ui.paging import paged
from marketplace.web.ui.search_address import Chip
from marketplace.web.ui.tonnes import in_tonnes

blueprint = Blueprint("exchanges", __name__)
settlement.register(blueprint)
lacking.register(blueprint)
PAGE_SIZE = 50


@blueprint.get("/cijfers/uitwisselingen", endpoint="list_exchanges")
@permission(Can.READ_EXCHANGES)
@one_moment
def show_list() -> str:
    """The rows of the ledger that the reader may see, newest first.

    Of a giver, a receiver, a group or a period, where that is asked.
    """
    session, actor, taxonomy = current_session(), current_actor(), get_taxonomy(current_session())
    organisations, today, months = list_organisations(session), clock.today(), find_months(session)
    municipalities = [organisation for organisation in organisations if organisation.is_municipality]
    names = {organisation.slug: organisation.name for organisation in organisations}
    query = _query(organisations, taxonomy)
    result, place = paged(
        lambda number: list_exchanges(session, actor, page=number, page_size=PAGE_SIZE, wanted=query.filter), PAGE_SIZE
    )
    sides = tuple(Chip(side_in_words(key, names[slug]), _address(query.without(key))) for key, slug in query.sides.items())
    drawer = Drawer(
        municipalities,
        taxonomy,
        today,
        months[0] if months else f"{today:%Y-%m}",
        lambda filters: _address(replace(query, filters=filters)),
        lambda filters: _address(ExchangeQuery(filters, {})),
        tuple(query.sides.items()),
        sides,
    )
    return render_template(
        "exchanges/list_exchanges.html",
        rows=exchange_rows(result, taxonomy),
        query=query,
        bar=drawer.bar_of(query.filters),
        sum_tonnes=in_tonnes(get_exchanged_mass(session, actor, query.filter), ROW_PLACES),
        sees_all=may(actor, Can.READ_ALL_EXCHANGES),
        address=lambda number: url_for("exchanges.list_exchanges", **query.values, page=number),
        **place,
    )


def _query(organisations: Sequence[Organisation], taxonomy: Taxonomy) -> ExchangeQuery:
    """Which rows the address asks for."""
    municipalities = [organisation for organisation in organisations if organisation.is_municipality]
    filters = filters_of(request.args, municipalities, taxonomy, today=clock.today(), default=None)
    return ExchangeQuery.of(request.args, filters, {organisation.slug: organisation.name for organisation in organisations})


def _filter() -> ExchangeFilter:
    session = current_session()
    return _query(list_organisations(session), get_taxonomy(session)).filter


def _address(query: ExchangeQuery) -> str:
    return url_for("exchanges.list_exchanges", **query.values)


@blueprint.get("/cijfers/uitwisselingen.csv")
@permission(Can.READ_EXCHANGES)
@one_moment
def export() -> Response:
    """The same rows as a file, oldest first, with all that their figures came from."""
    return ledger_answer(current_session(), current_actor(), _filter())


@blueprint.get("/cijfers/uitwisselingen.jsonl")
@permission(Can.READ_EXCHANGES)
@one_moment
def export_lines() -> Response:
    """The same rows as JSON lines: each as it was hashed."""
    return ledger_lines_answer(current_session(), current_actor(), _filter())


@blueprint.get("/cijfers/uitwisselingen/<int:seq>")
@permission(Can.READ_EXCHANGES)
@one_moment
def show(seq: int) -> ResponseReturnValue:
    """One row line by line, so that an auditor redoes it with a pencil."""
    return _exchange_page(seq, ReverseForm())


@blueprint.post("/cijfers/uitwisselingen/<int:seq>/terugboeken")
@permission(Can.REVERSE_EXCHANGE)
def reverse(seq: int) -> ResponseReturnValue:
    """Take back what is left of a transfer, with a reason, and show the row that does so."""
    form = ReverseForm()
    if form.validate_on_submit():
        reason = form.reason.data or ""
        row = attempt(form, lambda: reverse_exchange(current_session(), current_actor(), seq=seq, reason=reason))
        if row is not None:
            return done(
                _("The transfer has been taken back in the ledger. Both sides are told."), url_for("exchanges.show", seq=row.seq)
            )
    return _exchange_page(seq, form)


def _exchange_page(seq: int, form: ReverseForm) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = get_exchange(session, actor, seq=seq)
    of_same = list_of_same_reservation(session, row)
    was = next((exchange for exchange in of_same if exchange.seq == row.reverses), None)
    taxonomy = taxonomy_of_version(session, row.factor_version)
    left = row.quantity + sum(exchange.quantity for exchange in of_same if exchange.reverses == row.seq)
    return page(
        "exchanges/show.html",
        form,
        row=row,
        words=exchange_rows([row], taxonomy)[0],
        lines=lines_of(row, was, taxonomy),
        booking=booking_of(row),
        journey=journey_of(session, actor, row),
        others=exchange_rows([exchange for exchange in of_same if exchange.seq != row.seq], taxonomy),
        holds=chained(row.previous_hash, row.canonical) == row.hash,
        follows=may(actor, Can.LIST_RESERVATIONS),
        left=quantity(left, row.unit),
        may_reverse=row.kind == RowKind.TRANSFER and left > 0 and may(actor, Can.REVERSE_EXCHANGE),
    )
