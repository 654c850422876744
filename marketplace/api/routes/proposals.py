"""Proposals: parts of several listings that together cover a demand. They can all be asked for at once."""

from flask import Response, jsonify

from marketplace.accounts.policy import Can
from marketplace.api import bodies, shapes
from marketplace.api.reading import read_body
from marketplace.api.routing import answer, route
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.units import plain
from marketplace.market.queries.demands import get_demand
from marketplace.matching.actions.request import request_parts
from marketplace.matching.queries.proposals import Proposal, ProposedPart, propose_parts

PROPOSAL = "/demands/<int:demand_id>/proposal"


@route("GET", PROPOSAL, gives="PartsProposal", tag="demands")
@permission(Can.READ_MATCHES)
def get_proposal(demand_id: int) -> Response:
    """Propose how listings can together cover a demand of your own organisation."""
    session, actor = current_session(), current_actor()
    return answer(shown(propose_parts(session, actor, get_demand(session, actor, demand_id))))


@route("POST", PROPOSAL, takes=bodies.NothingBody(), gives="RequestedParts", status=201, tag="demands")
@permission(Can.EDIT_DEMAND)
def request_proposal(demand_id: int) -> Response:
    """Reserve every part that is proposed now, all or none."""
    read_body(bodies.NothingBody())
    session, actor = current_session(), current_actor()
    made = [get_reservation(session, actor, item.id) for item in request_parts(session, actor, demand_id=demand_id)]
    response = jsonify({"items": [shapes.reservation(item) for item in made]})
    response.status_code = 201
    return response


def shown(of: Proposal) -> shapes.Shape:
    """Shape a proposal for the answer. `covered + missing = needed`, and what the parts cover is `covered + surplus`, all in the demand's unit."""
    return {
        "needed": plain(of.plan.needed.amount),
        "unit": of.plan.needed.unit.value,
        "underWay": plain(of.under_way.amount),
        "covered": plain(of.plan.covered.amount),
        "surplus": plain(of.plan.surplus.amount),
        "missing": plain(of.plan.missing.amount),
        "massKg": shapes.number(of.plan.mass_kg),
        "tonneKm": shapes.number(of.plan.tonne_km),
        "parts": [_part(part) for part in of.parts],
        "sentences": [str(sentence) for sentence in of.sentences],
    }


def _part(of: ProposedPart) -> shapes.Shape:
    return {
        "listing": shapes.titled(of.listing),
        "quantity": plain(of.takes.amount),
        "unit": of.takes.unit.value,
        "covers": plain(of.covers.amount),
        "distanceKm": shapes.number(of.distance_km),
        "roadKm": shapes.number(of.road_km),
        "tonneKm": shapes.number(of.tonne_km),
        "massKg": shapes.number(of.mass_kg),
    }
