"""Transfers in the ledger of which something is not known, and what that is."""

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import ExchangeFilter, list_exchanges
from marketplace.ledger.rules import Lack, ReplacesPurchase
from marketplace.materials.queries import get_taxonomy
from marketplace.web.ui.exchange_rows import exchange_rows
from marketplace.web.ui.paging import paged

PAGE_SIZE = 50
LACKS: dict[Lack, Text] = {
    Lack.WEIGHT: _("no measured weight"),
    Lack.FACTOR: _("no carbon factor"),
    Lack.PRICE: _("no price of new"),
    Lack.USE: _("not said whether it replaces a purchase"),
}


def register(blueprint: Blueprint) -> None:
    """Give this page to the area of exchanges."""
    blueprint.get("/cijfers/onvolledig")(incomplete)


@permission(Can.READ_EXCHANGES)
@one_moment
def incomplete() -> str:
    """List the transfers that lack something, newest first: all, or those that lack one thing."""
    session, actor = current_session(), current_actor()
    chosen = next((lack for lack in Lack if lack.value == request.args.get("mist")), None)
    wanted = ExchangeFilter(lacks=(chosen,) if chosen else tuple(Lack))
    result, place = paged(lambda page: list_exchanges(session, actor, page=page, page_size=PAGE_SIZE, wanted=wanted), PAGE_SIZE)
    return render_template(
        "exchanges/incomplete.html",
        rows=[(row, lacks_of(row.row)) for row in exchange_rows(result, get_taxonomy(session))],
        choices=[("", _("everything"), chosen is None), *((lack.value, label, lack is chosen) for lack, label in LACKS.items())],
        sees_all=may(actor, Can.READ_ALL_EXCHANGES),
        address=lambda number: url_for("exchanges.incomplete", mist=chosen, page=number),
        **place,
    )


def lacks_of(row: Exchange) -> list[Text]:
    """What is not known of a transfer, in words."""
    use = row.replaces_purchase or ReplacesPurchase.NOT_SAID
    is_missing = {
        Lack.WEIGHT: row.kg_basis == "taxonomy" and row.unit not in (Unit.TONNE, Unit.KG),
        Lack.FACTOR: row.carbon_factor is None,
        Lack.PRICE: row.purchase_cents is None and use != ReplacesPurchase.NO,
        Lack.USE: use == ReplacesPurchase.NOT_SAID,
    }
    return [label for lack, label in LACKS.items() if is_missing[lack]]
