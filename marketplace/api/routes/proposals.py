"""Proposals: parts of several listings that together cover a demand. They can all be asked for at once."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.reading import read_body
from marketplace.api.routing import ok, route
from marketplace.api.shapes.match import PartsProposalSchema, RequestedPartsSchema
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http.request import current_actor, current_session, permission
from marketplace.market.queries.demands import get_demand
from marketplace.matching.actions.request import request_parts
from marketplace.matching.queries.proposals import propose_parts

PROPOSAL = "/demands/<int:demand_id>/proposal"


@route("GET", PROPOSAL, gives=PartsProposalSchema, tag="demands")
@permission(Can.READ_MATCHES)
def get_proposal(demand_id: int) -> Response:
    """Propose how listings can together cover a demand of your own organisation."""
    session, actor = current_session(), current_actor()
    return ok(PartsProposalSchema.write(propose_parts(session, actor, get_demand(session, actor, demand_id))))


@route("POST", PROPOSAL, takes=NothingBody(), gives=RequestedPartsSchema, status=201, tag="demands")
@permission(Can.EDIT_DEMAND)
def request_proposal(demand_id: int) -> Response:
    """Reserve every part that is proposed now, all or none."""
    read_body(NothingBody())
    session, actor = current_session(), current_actor()
    made = [get_reservation(session, actor, item.id) for item in request_parts(session, actor, demand_id=demand_id)]
    response = ok(RequestedPartsSchema.write(None, items=made))
    response.status_code = 201
    return response
