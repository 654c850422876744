"""Reservations: asking for a part of a listing, and every step up to confirmation."""

from datetime import datetime

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.reservation import (
    ApproveBody,
    HandoverBody,
    LateHandoverBody,
    ReasonBody,
    ReceiptBody,
    ReservationBody,
)
from marketplace.api.fields import ID_MAX
from marketplace.api.reading import read_body, read_id, read_page, read_since, read_value, read_words
from marketplace.api.routing import copied, created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.reservation import ReservationSchema, ReservationsSchema
from marketplace.api.shapes.warning import find_warnings
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import list_transfer_findings
from marketplace.exchange.queries.reservations import get_reservation as get_visible
from marketplace.exchange.queries.reservations import list_reservations as list_visible
from marketplace.exchange.queries.reservations import reservation_changes
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import after_commit, current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit

RESERVATION = "/reservations/<int:reservation_id>"
SIDES = ("asking", "owning")
FILTERS = (
    query.words("status", "where it stands", ReservationStatus, many=True),
    query.words("side", "which side your own organisation is on", SIDES, many=False),
    query.parameter("listing", "id of a listing", type="integer", minimum=1, maximum=ID_MAX),
    query.SINCE,
    *query.PAGE,
)


@route(
    "POST",
    "/listings/<int:listing_id>/reservations",
    takes=ReservationBody(),
    gives=ReservationSchema,
    status=201,
    tag="reservations",
)
@permission(Can.RESERVE)
def create_reservation(listing_id: int) -> Response:
    """Reserve a part of a listing, held at once; if less is left, the refusal says how much."""
    draft = drafts.new_reservation()
    session, actor = current_session(), current_actor()
    number = reserve.reserve(session, actor, listing_id=listing_id, draft=draft).id
    made = get_visible(after_commit(), actor, number)
    return created(write_reservation(made), "get_reservation", reservation_id=made.id)


@route("GET", "/reservations", gives=ReservationsSchema, tag="reservations", query=FILTERS, refuses=(409,))
@permission(Can.LIST_RESERVATIONS)
def list_reservations() -> Response:
    """List the reservations of your own organisation on either side.

    With updatedSince what has changed in them, for a system that keeps a copy.
    """
    since = read_since()
    if since is not None:
        part = reservation_changes(current_session(), current_actor(), since=since, size=read_page().size)
        return copied(ReservationsSchema, part, part.items)
    page, side = read_page(), read_value("side")
    statuses, listing_id = read_words("status", ReservationStatus), read_id("listing")
    rows, total = list_visible(
        current_session(),
        current_actor(),
        statuses=statuses,
        side=side if side in SIDES else "",
        listing_id=listing_id,
        page=page.number,
        page_size=page.size,
    )
    return many(ReservationsSchema, rows, total=total, page=page)


@route("GET", RESERVATION, gives=ReservationSchema, tag="reservations")
@permission(Can.READ_RESERVATION)
def get_reservation(reservation_id: int) -> Response:
    """One reservation, for either side."""
    return ok(write_reservation(get_visible(current_session(), current_actor(), reservation_id)))


def write_reservation(row: Reservation) -> Written:
    """One reservation, with what the rules say of it."""
    return ReservationSchema.write(row, gates=list_transfer_findings(current_session(), row))


@route("POST", f"{RESERVATION}/approve", takes=ApproveBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.DECIDE_RESERVATION)
def approve_reservation(reservation_id: int) -> Response:
    """Approve a reservation in full or in part, as the owner. One that waits may be approved instead of others."""
    values = read_body(ApproveBody())
    last, session, actor = values.get("hold_until"), current_session(), current_actor()
    until = last if last is None or isinstance(last, datetime) else clock.last_moment(last)
    part = drafts.measured(values, get_visible(session, actor, reservation_id).unit)
    approved = decide.approve(
        session,
        actor,
        reservation_id=reservation_id,
        hold_until=until,
        quantity=None if part is None else part.amount,
        reason=values.get("reason") or "",
    )
    return ok(write_reservation(approved))


@route("POST", f"{RESERVATION}/reject", takes=ReasonBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.DECIDE_RESERVATION)
def reject_reservation(reservation_id: int) -> Response:
    """Reject a reservation as the owner, and say why."""
    reason = read_body(ReasonBody())["reason"]
    return ok(
        ReservationSchema.write(decide.reject(current_session(), current_actor(), reservation_id=reservation_id, reason=reason))
    )


@route("POST", f"{RESERVATION}/cancel", takes=ReasonBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CANCEL_RESERVATION)
def cancel_reservation(reservation_id: int) -> Response:
    """Cancel a reservation, with a reason; either side may. Between the two signatures it is a proposal to the other side."""
    reason = read_body(ReasonBody())["reason"]
    return ok(
        ReservationSchema.write(decide.cancel(current_session(), current_actor(), reservation_id=reservation_id, reason=reason))
    )


@route("POST", f"{RESERVATION}/hand-over", takes=HandoverBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.HAND_OVER)
def hand_over_reservation(reservation_id: int) -> Response:
    """Record the hand-over, as the owner, with what was measured."""
    values = read_body(HandoverBody())
    session, actor = current_session(), current_actor()
    reserved = get_visible(session, actor, reservation_id)
    draft = drafts.new_handover(values, Quantity(reserved.quantity, Unit(reserved.unit)))
    return ok(ReservationSchema.write(hand_over.hand_over(session, actor, reservation_id=reservation_id, draft=draft)))


@route("POST", f"{RESERVATION}/late-hand-over", takes=LateHandoverBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.HAND_OVER_LATE)
def hand_over_late(reservation_id: int) -> Response:
    """Book, as the owner's coordinator, a hand-over from before the approval, and say why. It counts in the period of the booking."""
    values = read_body(LateHandoverBody())
    session, actor = current_session(), current_actor()
    reserved = get_visible(session, actor, reservation_id)
    draft = drafts.new_handover(values, Quantity(reserved.quantity, Unit(reserved.unit)))
    late = hand_over.hand_over_late(session, actor, reservation_id=reservation_id, draft=draft, reason=values["reason"])
    return ok(ReservationSchema.write(late))


@route("POST", f"{RESERVATION}/confirm", takes=ReceiptBody(), gives=ReservationSchema, tag="reservations")
@permission(Can.CONFIRM)
def confirm_reservation(reservation_id: int) -> Response:
    """Confirm what arrived, as the receiver. The ledger gets its row, or the two figures go into dispute."""
    values = read_body(ReceiptBody())
    session, actor = current_session(), current_actor()
    draft = drafts.new_receipt(values, get_visible(session, actor, reservation_id).unit)
    done = hand_over.confirm(session, actor, reservation_id=reservation_id, draft=draft)
    return ok(ReservationSchema.write(done, depot_warnings=find_warnings(done.depot_id)))
