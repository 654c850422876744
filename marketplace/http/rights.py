"""The right to what an address names, asked before what was sent is judged.

So somebody without it learns nothing of the form.
"""

from flask import current_app, request

from marketplace.accounts.policy import Can, require
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.lots import get_lot
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http.request import current_actor, database
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing
from marketplace.passports.queries.assets import get_asset
from marketplace.recalls.queries.traces import get_traced
from marketplace.valuations.queries.runs import get_run

OF_A_TRACE = (Can.TRACE_LOT, Can.BLOCK_LOT)  # what whoever once had a lot has a right to as well


def declared_right() -> Can | None:
    """The right that the view of this request declares."""
    permission: Can | None = getattr(current_app.view_functions.get(request.endpoint or ""), "permission", None)
    return permission


def require_for_address() -> None:
    """Refuse whoever has no right to the object in the address.

    The right is the one that the view declares.

    For a request that is refused in any case: the verb asks the same of what it changes. Reads in a short transaction of its own.
    """
    what = declared_right()
    named, actor = request.view_args or {}, current_actor()
    if what is None or not named:
        return
    with database().read() as reading:
        if "listing_id" in named:
            require(actor, what, get_listing(reading, actor, named["listing_id"]))
        elif "reservation_id" in named:
            require(actor, what, get_reservation(reading, actor, named["reservation_id"]))
        elif "demand_id" in named:
            require(actor, what, get_demand(reading, actor, named["demand_id"]))
        elif "depot_id" in named:
            require(actor, what, get_depot(reading, named["depot_id"]))
        elif "lot_id" in named and what in OF_A_TRACE:
            require(actor, what, get_traced(reading, actor, named["lot_id"]))
        elif "lot_id" in named:
            require(actor, what, get_lot(reading, actor, named["lot_id"]))
        elif "asset_id" in named:
            require(actor, what, get_asset(reading, actor, named["asset_id"]))
        elif "valuation_id" in named:
            require(actor, what, get_run(reading, actor, named["valuation_id"]))
