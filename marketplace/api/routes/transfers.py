"""Contested transfers: the order of requests, offers, disputes, and returns."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.bodies.reservation import (
    DecisionBody,
    DeclineBody,
    DisputeBody,
    NoShowBody,
    ObjectionBody,
    ResolveBody,
    ReturnBody,
    TermsBody,
)
from marketplace.api.reading import location_of, read_body, read_page
from marketplace.api.routes.reservations import RESERVATION
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.reservation import RankedRequestSchema, RequestsSchema, ReservationSchema, ReturnedSchema
from marketplace.api.shapes.warning import find_warnings
from marketplace.exchange.actions import decide, hand_over, reserve, terms
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import get_reservation as get_visible
from marketplace.http.request import current_actor, current_session, permission


@route("GET", "/listings/<int:listing_id>/requests", gives=RequestsSchema, tag="reservations", query=query.PAGE)
@permission(Can.READ_REQUESTS)
def list_listing_requests(listing_id: int) -> Response:
    """List the requests for a listing of your own organisation, best first. Only those that are not approved yet, each with its score spelled out."""
    page, rows = read_page(), list_requests(current_session(), current_actor(), listing_id).claims
    visible = rows[page.offset : page.offset + page.size]
    items = [
        RankedRequestSchema.write(ranked.reservation, rank=ranked.place, score=ranked.score.points, reasons=ranked.score.reasons)
        for ranked in visible
    ]
    return many(RequestsSchema, items, total=len(rows), page=page)


@route("POST", f"{RESERVATION}/accept-offer", takes=NothingBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CONFIRM)
def accept_offer(reservation_id: int) -> Response:
    """Accept an offer within 48 hours, as whoever waited for it; the owner then decides."""
    read_body(NothingBody())
    return ok(ReservationSchema.write(reserve.accept_offer(current_session(), current_actor(), reservation_id=reservation_id)))


@route("POST", f"{RESERVATION}/dispute", takes=DisputeBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CONFIRM)
def dispute_reservation(reservation_id: int) -> Response:
    """Dispute what was handed over, as the receiver, and say why."""
    values = read_body(DisputeBody())
    session, actor = current_session(), current_actor()
    figure = drafts.measured(values, get_visible(session, actor, reservation_id).unit)
    disputed = hand_over.dispute(session, actor, reservation_id=reservation_id, reason=values["reason"], quantity=figure)
    return ok(ReservationSchema.write(disputed))


@route("POST", f"{RESERVATION}/resolve", takes=ResolveBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.RESOLVE)
def resolve_reservation(reservation_id: int) -> Response:
    """Enter a figure that one side accepts. The other side's own figure, or the broker's, settles the dispute."""
    values = read_body(ResolveBody())
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
        confirm_unusual=bool(values.get("confirm_unusual")),
    )
    return ok(ReservationSchema.write(resolved))


@route("POST", f"{RESERVATION}/agree-cancel", takes=NothingBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CANCEL_RESERVATION)
def agree_cancel(reservation_id: int) -> Response:
    """Agree, between the two signatures, with the cancellation that the other side proposed."""
    read_body(NothingBody())
    return ok(ReservationSchema.write(decide.agree_cancel(current_session(), current_actor(), reservation_id=reservation_id)))


@route("POST", f"{RESERVATION}/return", takes=ReturnBody(), gives=ReturnedSchema, tag="reservations")
@permission(Can.RETURN)
def return_reservation(reservation_id: int) -> Response:
    """Take a part back after completion. It becomes a lot of its own, with a reversing row in the month of the return and a haul for the way back.

    The same body again within a minute is the same return: the answer says `repeated`.
    """
    values = read_body(ReturnBody())
    location = location_of(values, required=False)
    session, actor = current_session(), current_actor()
    draft = drafts.new_return(values, get_visible(session, actor, reservation_id).unit, location)
    returned, is_repeated = hand_over.return_part(session, actor, reservation_id=reservation_id, draft=draft)
    warnings = find_warnings(draft.depot_id)
    return ok(ReturnedSchema.write(returned, repeated=is_repeated, depot_warnings=warnings))


@route("POST", f"{RESERVATION}/no-show", takes=NoShowBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.HAND_OVER)
def report_no_show(reservation_id: int) -> Response:
    """Report that nobody came to collect it: the hold ends, and the no-show is counted."""
    reason = read_body(NoShowBody()).get("reason") or ""
    session, actor = current_session(), current_actor()
    return ok(ReservationSchema.write(decide.no_show(session, actor, reservation_id=reservation_id, reason=reason)))


@route("POST", f"{RESERVATION}/object", takes=ObjectionBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CONFIRM)
def object_to_no_show(reservation_id: int) -> Response:
    """Object to a no-show, as the asker, once. It does not count for the ranking until the broker has decided."""
    reason = read_body(ObjectionBody())["reason"]
    session, actor = current_session(), current_actor()
    return ok(ReservationSchema.write(decide.object_to_no_show(session, actor, reservation_id=reservation_id, reason=reason)))


@route("POST", f"{RESERVATION}/decide-objection", takes=DecisionBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.BROKER)
def decide_objection(reservation_id: int) -> Response:
    """Decide, as the broker, whether a no-show counts, and say why."""
    values, session, actor = read_body(DecisionBody()), current_session(), current_actor()
    decided = decide.decide_objection(
        session, actor, reservation_id=reservation_id, is_upheld=values["upheld"], reason=values["reason"]
    )
    return ok(ReservationSchema.write(decided))


@route("POST", f"{RESERVATION}/propose-terms", takes=TermsBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CHANGE_TERMS)
def propose_terms(reservation_id: int) -> Response:
    """Propose other terms for this transfer; they count once the other side accepts."""
    draft, confirmed = drafts.new_terms()
    session, actor = current_session(), current_actor()
    proposed = terms.propose_terms(session, actor, reservation_id=reservation_id, draft=draft, confirm_unusual=confirmed)
    return ok(ReservationSchema.write(proposed))


@route("POST", f"{RESERVATION}/accept-terms", takes=NothingBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CHANGE_TERMS)
def accept_terms(reservation_id: int) -> Response:
    """Accept the terms proposed: from now on the note prints and the ledger books them."""
    read_body(NothingBody())
    return ok(ReservationSchema.write(terms.accept_terms(current_session(), current_actor(), reservation_id=reservation_id)))


@route("POST", f"{RESERVATION}/decline-terms", takes=DeclineBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CHANGE_TERMS)
def decline_terms(reservation_id: int) -> Response:
    """Decline the terms proposed: they stay as they were agreed."""
    reason = read_body(DeclineBody()).get("reason") or ""
    session, actor = current_session(), current_actor()
    return ok(ReservationSchema.write(terms.decline_terms(session, actor, reservation_id=reservation_id, reason=reason)))
