"""Contested transfers: the order of requests, offers, disputes, and returns."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import bodies, drafts, query, shapes
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes.reservations import RESERVATION
from marketplace.api.routing import answer, many, route
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import get_reservation as get_visible
from marketplace.http.request import current_actor, current_session, permission


@route("GET", "/listings/<int:listing_id>/requests", gives="Requests", tag="reservations", query=query.PAGE)
@permission(Can.READ_REQUESTS)
def list_listing_requests(listing_id: int) -> Response:
    """List the requests for a listing of your own organisation, best first. Those that are not approved yet, each score spelled out."""
    page, rows = read_page(), list_requests(current_session(), current_actor(), listing_id).claims
    visible = rows[page.offset : page.offset + page.size]
    return many([shapes.ranked_request(item) for item in visible], total=len(rows), page=page)


@route("POST", f"{RESERVATION}/accept-offer", takes=bodies.NothingBody(), gives="Reservation", tag="reservations")
@permission(Can.CONFIRM)
def accept_offer(reservation_id: int) -> Response:
    """Who waited says yes within 48 hours; the owner then answers."""
    read_body(bodies.NothingBody())
    return answer(shapes.reservation(reserve.accept_offer(current_session(), current_actor(), reservation_id=reservation_id)))


@route("POST", f"{RESERVATION}/dispute", takes=bodies.DisputeBody(), gives="Reservation", tag="reservations")
@permission(Can.CONFIRM)
def dispute_reservation(reservation_id: int) -> Response:
    """The receiver does not agree with what was handed over, and says why."""
    values = read_body(bodies.DisputeBody())
    session, actor = current_session(), current_actor()
    figure = drafts.measured(values, get_visible(session, actor, reservation_id).unit)
    disputed = hand_over.dispute(session, actor, reservation_id=reservation_id, reason=values["reason"], quantity=figure)
    return answer(shapes.reservation(disputed))


@route("POST", f"{RESERVATION}/resolve", takes=bodies.ResolveBody(), gives="Reservation", tag="reservations")
@permission(Can.RESOLVE)
def resolve_reservation(reservation_id: int) -> Response:
    """Enter a figure that one side accepts. The other side's own figure, or the broker's, settles the dispute."""
    values = read_body(bodies.ResolveBody())
    session, actor = current_session(), current_actor()
    figure = drafts.measured(values, get_visible(session, actor, reservation_id).unit)
    assert figure is not None
    resolved = hand_over.resolve(
        session,
        actor,
        reservation_id=reservation_id,
        quantity=figure,
        reason=values.get("reason") or "",
        write_off_reason=values.get("write_off_reason") or "",
    )
    return answer(shapes.reservation(resolved))


@route("POST", f"{RESERVATION}/agree-cancel", takes=bodies.NothingBody(), gives="Reservation", tag="reservations")
@permission(Can.CANCEL_RESERVATION)
def agree_cancel(reservation_id: int) -> Response:
    """Between the two signatures: the other side accepts that it is called off."""
    read_body(bodies.NothingBody())
    return answer(shapes.reservation(decide.agree_cancel(current_session(), current_actor(), reservation_id=reservation_id)))


@route("POST", f"{RESERVATION}/return", takes=bodies.ReturnBody(), gives="Reservation", tag="reservations")
@permission(Can.RETURN)
def return_reservation(reservation_id: int) -> Response:
    """Take a part back after completion. It becomes a lot of its own, with a reversing row in the month of the return."""
    values = read_body(bodies.ReturnBody())
    session, actor = current_session(), current_actor()
    draft = drafts.new_return(values, get_visible(session, actor, reservation_id).unit)
    return answer(shapes.reservation(hand_over.return_part(session, actor, reservation_id=reservation_id, draft=draft)))


@route("POST", f"{RESERVATION}/no-show", takes=bodies.NoShowBody(), gives="Reservation", tag="reservations")
@permission(Can.HAND_OVER)
def report_no_show(reservation_id: int) -> Response:
    """Nobody came to collect it: the hold ends, and it is counted."""
    reason = read_body(bodies.NoShowBody()).get("reason") or ""
    session, actor = current_session(), current_actor()
    return answer(shapes.reservation(decide.no_show(session, actor, reservation_id=reservation_id, reason=reason)))
