"""Reserving part of a lot, and the steps of the transfer after it."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.policy import Can
from marketplace.exchange.actions import decide, reserve
from marketplace.exchange.actions import hand_over as hand_over_actions
from marketplace.exchange.queries import reservations
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel.language import _
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.listings import get_listing
from marketplace.materials.queries import taxonomy
from marketplace.web.answers import attempt, done, page
from marketplace.web.paging import PAGE_SIZE, paged
from marketplace.web.request import current_actor, current_session, permission
from marketplace.web.reservations import contested, forms, meeting
from marketplace.web.reservations.stepping import take_step, transfer_page
from marketplace.web.states import RESERVATION_BADGES

blueprint = Blueprint("reservations", __name__)
contested.register(blueprint)
meeting.register(blueprint)
SIDES = ("owning", "asking")


@blueprint.route("/aanbod/<int:listing_id>/reserveren", methods=("GET", "POST"))
@permission(Can.RESERVE)
def create(listing_id: int) -> Any:
    """Claim part of a lot: what is asked is held at once."""
    form = forms.ReserveForm()
    right = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    material = taxonomy(session).material_by_id(listing.material_id)
    form.about(listing, _own_demands(session, material), request.args)
    reservation = right and attempt(form, lambda: reserve.reserve(session, actor, listing_id=listing_id, draft=form.draft()))
    if reservation:
        waits = reservation.status == ReservationStatus.WAITING
        told = _("You are on the waiting list. We tell you when something is free.") if waits else _("It is held for you.")
        return done(told, url_for("reservations.show", reservation_id=reservation.id))
    return page("reservations/create.html", form, listing=listing, material=material, waits=_is_full(listing))


def _is_full(listing: Any) -> bool:
    """Whether something of it is spoken for, so that waiting may be the way on."""
    return bool(listing.held > 0)


def _own_demands(session: Any, material: Any) -> list[Any]:
    """The own open demands for which this material is fit."""
    fit = tuple(one.id for one in taxonomy(session).served_by(material))
    return list_demands(session, current_actor(), mine=True, material_ids=fit, page_size=100)[0]


@blueprint.get("/reserveringen")
@permission(Can.LIST_RESERVATIONS)
def list_reservations() -> Any:
    """The reservations of the own organisation, on either side."""
    asked, session, actor = request.args.get("side", ""), current_session(), current_actor()
    side = asked if asked in SIDES else ""
    found, place = paged(lambda page: reservations.list_reservations(session, actor, side=side, page=page, page_size=PAGE_SIZE))
    return render_template(
        "reservations/list_reservations.html", reservations=found, badges=RESERVATION_BADGES, side=side, **place
    )


@blueprint.get("/reserveringen/<int:reservation_id>")
@permission(Can.READ_RESERVATION)
def show(reservation_id: int) -> Any:
    """Where this transfer stands, what comes next and who does it."""
    return transfer_page(reservation_id)


@blueprint.route("/reserveringen/<int:reservation_id>/goedkeuren", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def approve(reservation_id: int) -> Any:
    """The owner agrees."""
    told = _("Approved. The asker has been told.")
    facts = {"hold_until": "until", "quantity": "approved", "reason": "because"}
    return take_step(reservation_id, "approve", decide.approve, told, **facts)


@blueprint.route("/reserveringen/<int:reservation_id>/afwijzen", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def reject(reservation_id: int) -> Any:
    """The owner says no, and why."""
    told = _("Rejected. The asker has been told why.")
    return take_step(reservation_id, "reject", decide.reject, told, reason="because")


@blueprint.route("/reserveringen/<int:reservation_id>/annuleren", methods=("GET", "POST"))
@permission(Can.CANCEL_RESERVATION)
def cancel(reservation_id: int) -> Any:
    """One of the two sides steps back, and says why."""
    told = _("Cancelled. The other side has been told why.")
    return take_step(reservation_id, "cancel", decide.cancel, told, reason="because")


@blueprint.route("/reserveringen/<int:reservation_id>/overdragen", methods=("GET", "POST"))
@permission(Can.HAND_OVER)
def hand_over(reservation_id: int) -> Any:
    """The owner enters what was measured."""
    told = _("Entered. The receiver has been asked to confirm.")
    return take_step(reservation_id, "hand_over", hand_over_actions.hand_over, told, draft="draft")


@blueprint.route("/reserveringen/<int:reservation_id>/bevestigen", methods=("GET", "POST"))
@permission(Can.CONFIRM)
def confirm(reservation_id: int) -> Any:
    """The receiver says what arrived: the transfer is complete and counted, or the two figures differ too much."""
    return take_step(reservation_id, "confirm", hand_over_actions.confirm, _confirmed, draft="draft")


def _confirmed(reservation: Any) -> Any:
    if reservation.status == ReservationStatus.DISPUTED:
        return _("Your figure differs too much from the owner’s. The owner has been asked to look at it.")
    return _("Confirmed. The transfer is complete and counted.")
