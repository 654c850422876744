"""Saying that a listing or a demand is still so, and why supply was lost."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query, shapes
from marketplace.api.fields import Body, Choice, Lines
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes import demands, listings
from marketplace.api.routing import answer, many, route
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.units import plain
from marketplace.market.queries.losses import Loss, LossSum, get_losses
from marketplace.market.rules.freshness import Outcome, Refreshed
from marketplace.matching.actions import publish as matching


class RefreshBody(Body):
    """Whether a listing is still there."""

    answer = Choice(Refreshed, "absent: still; gone closes it")
    outcome = Choice(Outcome, "with gone: what became of the rest")
    reason = Lines("with gone: why it found no taker")


class RefreshDemandBody(Body):
    """Whether a demand still holds."""

    answer = Choice((Refreshed.STILL, Refreshed.GONE), "absent: still; gone withdraws it")


@route("POST", "/listings/<int:listing_id>/refresh", takes=RefreshBody(), gives="Listing", tag="listings")
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
    return answer(listings.shown(listing))


@route("POST", "/demands/<int:demand_id>/refresh", takes=RefreshDemandBody(), gives="Demand", tag="demands")
@permission(Can.EDIT_DEMAND)
def refresh_demand(demand_id: int) -> Response:
    """Say that it is still needed, or not any more; a stale demand is matched again."""
    body = read_body(RefreshDemandBody()).get("answer") or Refreshed.STILL
    demand = matching.refresh_demand(current_session(), current_actor(), demand_id=demand_id, answer=body)
    return answer(demands.shown(demand))


@route("GET", "/losses", gives="Losses", tag="figures", query=query.PAGE)
@permission(Can.READ_LOSSES)
def list_losses() -> Response:
    """Supply that left the bank without a taker, newest first, and what became of it. For reviewer, administrator and broker."""
    page, result = read_page(), get_losses(current_session(), current_actor())
    return many(
        [_loss(row) for row in result.rows[page.offset : page.offset + page.size]],
        total=len(result.rows),
        page=page,
        totals=_sum(result.total),
        byOutcome=[{"outcome": outcome.value if outcome else None, **_sum(of)} for outcome, of in result.by_outcome.items()],
        byMaterialGroup=[{"group": group, **_sum(of)} for group, of in result.by_group.items()],
    )


def _sum(of: LossSum) -> shapes.Shape:
    return {"lots": of.lots, "massKg": shapes.number(of.mass_kg)}


def _loss(of: Loss) -> shapes.Shape:
    return {
        "listing": {"id": of.listing_id, "title": of.title},
        "organisation": of.organisation,
        "material": shapes.material(of.material),
        "quantity": plain(of.quantity.amount),
        "unit": of.quantity.unit.value,
        "massKg": shapes.number(of.mass_kg),
        "outcome": of.outcome.value if of.outcome else None,
        "reason": of.reason or None,
        "lostOn": shapes.day(of.lost_on),
    }
