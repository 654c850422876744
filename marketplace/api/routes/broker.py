"""The broker's list, and the lots that the broker points out."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.demand import ProposalBody
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.broker import First, GapsSchema, NearMissesSchema, ProposalSchema, ProposalsSchema
from marketplace.api.shapes.reservation import ReservationSchema
from marketplace.exchange.queries.watch import (
    list_about_to_lapse,
    list_disputes,
    list_objections,
    list_unconfirmed,
    list_unwanted,
)
from marketplace.http.request import current_actor, current_session, permission
from marketplace.market.queries.demands import get_demand
from marketplace.matching.actions.broker import propose
from marketplace.matching.actions.remind import remind
from marketplace.matching.queries.broker import list_proposals
from marketplace.matching.queries.survey import survey

FIRST = 100


@route("GET", "/broker/near-misses", gives=NearMissesSchema, tag="broker", query=query.PAGE)
@permission(Can.BROKER)
def list_near_misses() -> Response:
    """List listings that miss a demand by one thing only, nearest first. That is exactly one of distance, condition and period."""
    page, result = read_page(), survey(current_session(), current_actor())
    rows = result.near_misses(page=page.number, page_size=page.size)
    return many(NearMissesSchema, rows, total=len(result.misses), page=page, looked_at=result)


@route("GET", "/broker/gaps", gives=GapsSchema, tag="broker")
@permission(Can.BROKER)
def show_gaps() -> Response:
    """Show the gaps between supply and demand, holds about to lapse, and disputes.

    Supply without demand, demand without supply, and lots that nobody wanted in 30 days.
    """
    session, actor = current_session(), current_actor()
    result = survey(session, actor)
    return ok(
        GapsSchema.write(
            None,
            supply_without_demand=First(result.supply_without_demand[:FIRST], len(result.supply_without_demand)),
            demand_without_supply=First(result.demand_without_supply[:FIRST], len(result.demand_without_supply)),
            unwanted=First(*list_unwanted(session, actor, most=FIRST)),
            lapsing=First(*list_about_to_lapse(session, actor, most=FIRST)),
            disputes=First(*list_disputes(session, actor, most=FIRST)),
            unconfirmed=First(*list_unconfirmed(session, actor, most=FIRST)),
            objections=First(*list_objections(session, actor, most=FIRST)),
            looked_at=result,
        )
    )


@route("POST", "/demands/<int:demand_id>/proposals", takes=ProposalBody(), gives=ProposalSchema, status=201, tag="broker")
@permission(Can.BROKER)
def create_proposal(demand_id: int) -> Response:
    """Propose a listing to the organisation that placed a demand; it is notified once."""
    body = read_body(ProposalBody())
    made = propose(current_session(), current_actor(), listing_id=body["listing_id"], demand_id=demand_id, reason=body["reason"])
    return created(ProposalSchema.write(made), "list_demand_proposals", demand_id=demand_id)


@route("POST", "/reservations/<int:reservation_id>/remind", takes=NothingBody(), gives=ReservationSchema, tag="broker")
@permission(Can.BROKER)
def remind_sides(reservation_id: int) -> Response:
    """Remind both sides to agree on a time, or the receiver to confirm."""
    read_body(NothingBody())
    return ok(ReservationSchema.write(remind(current_session(), current_actor(), reservation_id=reservation_id)))


@route("GET", "/demands/<int:demand_id>/proposals", gives=ProposalsSchema, tag="broker", query=query.PAGE)
@permission(Can.READ_DEMANDS)
def list_demand_proposals(demand_id: int) -> Response:
    """What the broker pointed out and is still available. For whoever placed the demand, the reviewer and the broker."""
    page, session, actor = read_page(), current_session(), current_actor()
    rows = list_proposals(session, actor, get_demand(session, actor, demand_id))
    return many(ProposalsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)
