"""The broker's list, and the lots that the broker points out."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query, shapes
from marketplace.api.fields import Body, Lines, Whole
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import answer, created, many, route
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.watch import days_open, list_about_to_lapse, list_disputes, list_unwanted
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.units import plain
from marketplace.market.queries.demands import get_demand
from marketplace.matching.actions.broker import propose
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.broker import list_proposals, why_not
from marketplace.matching.queries.survey import NearMiss, Survey, survey

FIRST = 100


class ProposalBody(Body):
    """A lot that may serve, and why."""

    listing_id = Whole("id of the listing", required=True)
    reason = Lines("for whoever placed the demand", required=True)


@route("GET", "/broker/near-misses", gives="NearMisses", tag="broker", query=query.PAGE)
@permission(Can.BROKER)
def list_near_misses() -> Response:
    """List listings that miss a demand by one thing only, nearest first. That is exactly one of distance, condition and period."""
    page, result = read_page(), survey(current_session(), current_actor())
    items = [_near_miss(miss) for miss in result.near_misses(page=page.number, page_size=page.size)]
    return many(items, total=len(result.misses), page=page, lookedAt=_looked_at(result))


@route("GET", "/broker/gaps", gives="Gaps", tag="broker")
@permission(Can.BROKER)
def show_gaps() -> Response:
    """Show the gaps between supply and demand, holds about to lapse, and disputes.

    Supply without demand, demand without supply, and lots that nobody wanted in 30 days.
    """
    session, actor = current_session(), current_actor()
    result = survey(session, actor)
    return answer(
        {
            "supplyWithoutDemand": _first(result.supply_without_demand, len(result.supply_without_demand), shapes.titled),
            "demandWithoutSupply": _first(result.demand_without_supply, len(result.demand_without_supply), shapes.titled),
            "unwanted": _first(*list_unwanted(session, actor, most=FIRST), shapes.titled),
            "lapsing": _first(*list_about_to_lapse(session, actor, most=FIRST), _reservation),
            "disputes": _first(*list_disputes(session, actor, most=FIRST), _reservation),
            "lookedAt": _looked_at(result),
        }
    )


@route(
    "POST", "/demands/<int:demand_id>/proposals", takes=ProposalBody(), gives="Proposal", status=201, tag="broker", refuses=(404,)
)
@permission(Can.BROKER)
def create_proposal(demand_id: int) -> Response:
    """Propose a listing to the organisation that placed a demand; it is notified once."""
    body = read_body(ProposalBody())
    made = propose(current_session(), current_actor(), listing_id=body["listing_id"], demand_id=demand_id, reason=body["reason"])
    return created(_proposal(made), "list_demand_proposals", demand_id=demand_id)


@route("GET", "/demands/<int:demand_id>/proposals", gives="Proposals", tag="broker", query=query.PAGE)
@permission(Can.READ_DEMANDS)
def list_demand_proposals(demand_id: int) -> Response:
    """What the broker pointed out and is still to be had. For who placed the demand, the reviewer and the broker."""
    page, session, actor = read_page(), current_session(), current_actor()
    rows = list_proposals(session, actor, get_demand(session, actor, demand_id))
    items = [_proposal(item) for item in rows[page.offset : page.offset + page.size]]
    return many(items, total=len(rows), page=page)


def _first(found: Sequence[Any], total: int, shape: Callable[[Any], shapes.Shape]) -> shapes.Shape:
    return {"total": total, "items": [shape(item) for item in found[:FIRST]]}


def _looked_at(found: Survey) -> shapes.Shape:
    return {"listings": found.listings, "demands": found.demands, "isAll": found.is_all}


def _near_miss(of: NearMiss) -> shapes.Shape:
    return {
        "listing": shapes.titled(of.listing),
        "demand": shapes.titled(of.demand),
        "kind": of.kind.value,
        "sentence": str(of.sentence),
        "distanceKm": shapes.number(of.distance_km),
        "owner": shapes.organisation_of(of.listing.organisation),
        "organisation": shapes.organisation_of(of.demand.organisation),
    }


def _reservation(row: Reservation) -> shapes.Shape:
    return {
        "id": row.id,
        "status": row.status,
        "listing": shapes.titled(row.listing),
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "organisation": shapes.organisation_of(row.organisation),
        "owner": shapes.organisation_of(row.owner),
        "expiresAt": shapes.moment(row.expires_at),
        "disputedAt": shapes.moment(row.disputed_at),
        "daysOpen": days_open(row),
    }


def _proposal(made: ProposalMade) -> shapes.Shape:
    _away, objections = why_not(current_session(), current_actor(), made)
    return {
        "id": made.id,
        "listing": shapes.titled(made.listing),
        "demand": shapes.titled(made.demand),
        "reason": made.reason,
        "proposedAt": shapes.moment(made.proposed_at),
        "objections": [str(objection) for objection in objections],
    }
