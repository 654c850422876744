"""Organisations that ask to join, for the administrator."""

from flask import Response

from marketplace.accounts.actions import organisations as accounts
from marketplace.accounts.models import JoinRequest
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import get_join_request, get_organisation, list_join_requests
from marketplace.api import query
from marketplace.api.bodies.joining import read_acceptance
from marketplace.api.bodies.people import AcceptJoinBody, DeclineJoinBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.people import JoinRequestSchema, JoinRequestsSchema
from marketplace.http.request import current_actor, current_session, permission

JOIN_REQUEST = "/join-requests/<int:request_id>"


@route("GET", "/join-requests", gives=JoinRequestsSchema, tag="people", query=query.PAGE)
@permission(Can.MANAGE_ORGANISATIONS)
def list_requests_to_join() -> Response:
    """List the organisations that ask to join.

    First those that wait, oldest first, then the last hundred that were answered.
    """
    page = read_page()
    rows = list_join_requests(current_session(), current_actor())
    visible = [_written(row) for row in rows[page.offset : page.offset + page.size]]
    return many(JoinRequestsSchema, visible, total=len(rows), page=page)


@route("GET", JOIN_REQUEST, gives=JoinRequestSchema, tag="people")
@permission(Can.MANAGE_ORGANISATIONS)
def show_join_request(request_id: int) -> Response:
    """One request to join."""
    return ok(_written(get_join_request(current_session(), current_actor(), request_id)))


@route("POST", f"{JOIN_REQUEST}/accept", takes=AcceptJoinBody(), gives=JoinRequestSchema, tag="people")
@permission(Can.MANAGE_ORGANISATIONS)
def accept_join_request(request_id: int) -> Response:
    """Create the organisation that asked, and invite the asker as its coordinator. Without a body it becomes what was asked for."""
    acceptance, session, actor = read_acceptance(), current_session(), current_actor()
    draft = acceptance.of(get_join_request(session, actor, request_id))
    accounts.accept_request(session, actor, request_id=request_id, draft=draft)
    return ok(_written(get_join_request(session, actor, request_id)))


@route("POST", f"{JOIN_REQUEST}/decline", takes=DeclineJoinBody(), gives=JoinRequestSchema, tag="people")
@permission(Can.MANAGE_ORGANISATIONS)
def decline_join_request(request_id: int) -> Response:
    """Decline a request to join, with a reason."""
    reason, session, actor = read_body(DeclineJoinBody())["reason"], current_session(), current_actor()
    return ok(_written(accounts.decline_request(session, actor, request_id=request_id, reason=reason)))


def _written(row: JoinRequest) -> Written:
    became = None if row.organisation_id is None else get_organisation(current_session(), row.organisation_id)
    return JoinRequestSchema.write(row, organisation=became)
