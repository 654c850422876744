"""Saying that a listing or a demand is still so, and why supply was lost."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.demand import RefreshDemandBody
from marketplace.api.bodies.listing import RefreshBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes import demands, listings
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.demand import DemandSchema
from marketplace.api.shapes.listing import ListingSchema
from marketplace.api.shapes.losses import LossesSchema
from marketplace.http.request import current_actor, current_session, permission
from marketplace.market.queries.losses import get_losses
from marketplace.market.rules.freshness import Refreshed
from marketplace.matching.actions import publish as matching


@route("POST", "/listings/<int:listing_id>/refresh", takes=RefreshBody(), gives=ListingSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def refresh_listing(listing_id: int) -> Response:
    """Refresh a listing: it is still there, has changed, or is gone. A stale listing comes back into the catalogue."""
    body = read_body(RefreshBody())
    listing = matching.refresh_listing(
        current_session(),
        current_actor(),
        listing_id=listing_id,
        answer=body.get("answer") or Refreshed.STILL,
        outcome=body.get("outcome"),
        reason=body.get("reason") or "",
    )
    return ok(listings.write_listing(listing))


@route("POST", "/demands/<int:demand_id>/refresh", takes=RefreshDemandBody(), gives=DemandSchema, tag="demands")
@permission(Can.EDIT_DEMAND)
def refresh_demand(demand_id: int) -> Response:
    """Say that a demand is still needed, or no longer; a stale one is matched again."""
    body = read_body(RefreshDemandBody()).get("answer") or Refreshed.STILL
    demand = matching.refresh_demand(current_session(), current_actor(), demand_id=demand_id, answer=body)
    return ok(demands.write_demand(demand))


@route("GET", "/losses", gives=LossesSchema, tag="figures", query=query.PAGE)
@permission(Can.READ_LOSSES)
def list_losses() -> Response:
    """Supply that left the bank without a taker, newest first, and what became of it. For reviewer, administrator and broker."""
    page, result = read_page(), get_losses(current_session(), current_actor())
    return many(
        LossesSchema,
        result.rows[page.offset : page.offset + page.size],
        total=len(result.rows),
        page=page,
        totals=result.total,
        by_outcome=result.by_outcome.items(),
        by_material_group=result.by_group.items(),
    )
