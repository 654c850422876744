"""Exceptions: competing requests, offers, disputes, mutual cancellation, and returns. Offers come from the waiting list."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.web.reservations.steps import take_step
from marketplace.web.ui.states import RESERVATION_BADGES

ONE = "/reserveringen/<int:reservation_id>"
METHODS = ("GET", "POST")


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of reservations."""
    blueprint.get("/aanbod/<int:listing_id>/aanvragen")(requests)
    for path, view in (
        ("aannemen", accept_offer),
        ("betwisten", dispute),
        ("oplossen", resolve),
        ("terugtrekken", propose_cancel),
        ("samen-annuleren", agree_cancel),
        ("niet-opgehaald", no_show),
        ("retour", return_part),
        ("achteraf-overdragen", hand_over_late),
        ("bezwaar", object_to_no_show),
        ("bezwaar-beslissen", decide_objection),
    ):
        blueprint.route(f"{ONE}/{path}", methods=METHODS)(view)


@permission(Can.READ_REQUESTS)
def requests(listing_id: int) -> ResponseReturnValue:
    """List the requests for one lot that are not approved yet, best first. Each score is spelled out."""
    session, actor = current_session(), current_actor()
    queue = list_requests(session, actor, listing_id)
    return render_template(
        "reservations/requests.html",
        queue=queue,
        listing=queue.listing,
        free=Amount(queue.free, Unit(queue.listing.unit)),
        passed_over={
            claim.reservation.id: queue.passed_over(claim.reservation, claim.reservation.quantity) for claim in queue.claims
        },
        decides=may(actor, Can.EDIT_LISTING, queue.listing),
        badges=RESERVATION_BADGES,
    )


@permission(Can.CONFIRM)
def accept_offer(reservation_id: int) -> ResponseReturnValue:
    """Who waited says yes."""
    message = _("You have accepted it. The owner now answers.")
    return take_step(reservation_id, "accept_offer", reserve.accept_offer, message)


@permission(Can.CONFIRM)
def dispute(reservation_id: int) -> ResponseReturnValue:
    """The receiver does not agree."""
    message = _("The owner has been informed that you do not agree, and why.")
    return take_step(reservation_id, "dispute", hand_over.dispute, message, reason="because", quantity="figure")


@permission(Can.RESOLVE)
def resolve(reservation_id: int) -> ResponseReturnValue:
    """A figure that one side can live with, or the broker's."""
    facts = {"quantity": "figure", "reason": "because", "write_off_reason": "gone", "confirm_unusual": "is_unusual"}
    return take_step(reservation_id, "resolve", hand_over.resolve, _resolved, **facts)


def _resolved(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.DISPUTED:
        return _("Your proposal has been sent to the other side.")
    return _("Settled. The transfer is completed and counted.")


@permission(Can.CANCEL_RESERVATION)
def propose_cancel(reservation_id: int) -> ResponseReturnValue:
    """Between the two signatures stepping back is a proposal."""
    return take_step(reservation_id, "propose_cancel", decide.cancel, _proposed, reason="because")


def _proposed(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.CANCELLED:
        return _("Cancelled together. What was held is free again.")
    return _("Your proposal has been sent to the other side.")


@permission(Can.CANCEL_RESERVATION)
def agree_cancel(reservation_id: int) -> ResponseReturnValue:
    """The other side accepts that it is cancelled."""
    message = _("Cancelled together. What was held is free again.")
    return take_step(reservation_id, "agree_cancel", decide.agree_cancel, message)


@permission(Can.HAND_OVER)
def no_show(reservation_id: int) -> ResponseReturnValue:
    """Nobody came to collect it."""
    message = _("Noted. What was held is free again.")
    return take_step(reservation_id, "no_show", decide.no_show, message, reason="because")


@permission(Can.RETURN)
def return_part(reservation_id: int) -> ResponseReturnValue:
    """A part comes back."""
    return take_step(reservation_id, "return", hand_over.return_part, _returned, draft="draft")


def _returned(outcome: tuple[Reservation, bool]) -> Text:
    _reservation, is_repeated = outcome
    if is_repeated:
        return _("This return was entered already, less than a minute ago. It counts once.")
    return _("Entered. What came back is on offer again as a lot of its own.")


@permission(Can.HAND_OVER_LATE)
def hand_over_late(reservation_id: int) -> ResponseReturnValue:
    """A coordinator books a hand-over of before the approval."""
    message = _("Entered. The receiver has been asked to confirm.")
    return take_step(reservation_id, "late_hand_over", hand_over.hand_over_late, message, draft="draft", reason="because")


@permission(Can.CONFIRM)
def object_to_no_show(reservation_id: int) -> ResponseReturnValue:
    """The asker says why a no-show is not right."""
    message = _("The owner and the broker of the region have been notified. Until the broker decides it does not count.")
    return take_step(reservation_id, "object", decide.object_to_no_show, message, reason="because")


@permission(Can.BROKER)
def decide_objection(reservation_id: int) -> ResponseReturnValue:
    """The broker decides."""
    message = _("Decided. Both sides have been notified.")
    facts = {"is_upheld": "is_upheld", "reason": "because"}
    return take_step(reservation_id, "decide_objection", decide.decide_objection, message, **facts)
