"""Reserving part of a lot, and the steps of the transfer after it, up to the papers."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.exchange.actions import decide, gate, reserve, terms
from marketplace.exchange.actions import hand_over as hand_over_actions
from marketplace.exchange.actions.gate import add_gate_photo
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries import reservations
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.papers import calendar_answer, note_answer
from marketplace.http.request import current_actor, current_session, database, one_moment, permission
from marketplace.http.rights import require_for_address
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.listings import get_listing
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.web.reservations import contested, forms
from marketplace.web.reservations.forms import AcceptTermsForm, AgreeForm, DeclineTermsForm, GatePhotoForm, ProposeForm, TermsForm
from marketplace.web.reservations.step_forms import Sent
from marketplace.web.reservations.steps import take_step, transfer_page
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.paging import PAGE_SIZE, paged
from marketplace.web.ui.returned import returned
from marketplace.web.ui.states import RESERVATION_BADGES

blueprint = Blueprint("reservations", __name__)
contested.register(blueprint)
ONE = "/reserveringen/<int:reservation_id>"
METHODS = ("GET", "POST")
PHOTO_FORM_BYTES_MAX = 21 * 1024 * 1024
SIDES = ("owning", "asking")


@blueprint.route("/aanbod/<int:listing_id>/reserveren", methods=("GET", "POST"))
@permission(Can.RESERVE)
def create(listing_id: int) -> ResponseReturnValue:
    """Claim part of a lot: what is asked is held at once."""
    form = forms.ReserveForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    material = taxonomy(session).material_by_id(listing.material_id)
    demands = _own_demands(session, material)
    form.prepare(listing, demands, request.args, totals_under_way(session, demands))
    reservation = is_valid and attempt(form, lambda: reserve.reserve(session, actor, listing_id=listing_id, draft=form.draft()))
    if reservation:
        waits = reservation.status == ReservationStatus.WAITING
        message = (
            _("You are on the waiting list. We will let you know when something is free.") if waits else _("It is held for you.")
        )
        return done(message, url_for("reservations.show", reservation_id=reservation.id))
    return page("reservations/create.html", form, listing=listing, material=material, waits=_is_full(listing))


def _is_full(listing: Listing) -> bool:
    """Whether something of it is taken, so that waiting may be an option."""
    return bool(listing.held > 0)


def _own_demands(session: Session, material: Material) -> list[Demand]:
    """The own open demands for which this material is fit."""
    fit = tuple(item.id for item in taxonomy(session).served_by(material))
    return list_demands(session, current_actor(), mine=True, material_ids=fit, page_size=100)[0]


@blueprint.get("/reserveringen")
@permission(Can.LIST_RESERVATIONS)
def list_reservations() -> ResponseReturnValue:
    """The reservations of the own organisation, on either side."""
    requested, session, actor = request.args.get("side", ""), current_session(), current_actor()
    side = requested if requested in SIDES else ""
    rows, place = paged(lambda page: reservations.list_reservations(session, actor, side=side, page=page, page_size=PAGE_SIZE))
    return render_template(
        "reservations/list_reservations.html", reservations=rows, badges=RESERVATION_BADGES, side=side, **place
    )


@blueprint.get("/reserveringen/<int:reservation_id>")
@permission(Can.READ_RESERVATION)
def show(reservation_id: int) -> ResponseReturnValue:
    """Show where this transfer stands, what comes next and whose step it is."""
    return transfer_page(reservation_id)


@blueprint.route("/reserveringen/<int:reservation_id>/goedkeuren", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def approve(reservation_id: int) -> ResponseReturnValue:
    """The owner agrees."""
    message = _("Approved. The asker has been notified.")
    facts = {"hold_until": "until", "quantity": "approved", "reason": "because"}
    return take_step(reservation_id, "approve", decide.approve, message, **facts)


@blueprint.route("/reserveringen/<int:reservation_id>/afwijzen", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def reject(reservation_id: int) -> ResponseReturnValue:
    """The owner says no, and why."""
    message = _("Rejected. The asker has been given your reason.")
    return take_step(reservation_id, "reject", decide.reject, message, reason="because")


@blueprint.route("/reserveringen/<int:reservation_id>/annuleren", methods=("GET", "POST"))
@permission(Can.CANCEL_RESERVATION)
def cancel(reservation_id: int) -> ResponseReturnValue:
    """One of the two sides steps back, and says why."""
    message = _("Cancelled. The other side has been given your reason.")
    return take_step(reservation_id, "cancel", decide.cancel, message, reason="because")


@blueprint.route("/reserveringen/<int:reservation_id>/overdragen", methods=("GET", "POST"))
@permission(Can.HAND_OVER)
def hand_over(reservation_id: int) -> ResponseReturnValue:
    """The owner enters what was measured."""
    message = _("Entered. The receiver has been asked to confirm.")
    return take_step(reservation_id, "hand_over", hand_over_actions.hand_over, message, draft="draft")


@blueprint.route("/reserveringen/<int:reservation_id>/bevestigen", methods=("GET", "POST"))
@permission(Can.CONFIRM)
def confirm(reservation_id: int) -> ResponseReturnValue:
    """Confirm what arrived, as the receiver. The transfer is completed and counted, or the two figures differ too much."""
    return take_step(reservation_id, "confirm", hand_over_actions.confirm, _confirmed, draft="draft")


def _confirmed(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.DISPUTED:
        return _("Your figure differs too much from the owner’s. The owner has been asked to look at it.")
    return _("The transfer is completed and counted.")


def _step(
    reservation_id: int, form: Form, verb: Callable[..., Any], sentence: Text, **facts: Callable[[], Any]
) -> ResponseReturnValue:
    """Take one step, whose form is looked at before the writing session opens.

    A photo is developed then. Asked for without a form it is the page.
    """
    if returned() is not None:
        return transfer_page(reservation_id, Sent("", form))
    if request.method != "POST":
        return redirect(url_for("reservations.show", reservation_id=reservation_id), 303)
    is_valid = form.validate()
    if not is_valid:
        require_for_address()
    session, actor = current_session(), current_actor()
    if is_valid and attempt(
        form, lambda: verb(session, actor, reservation_id=reservation_id, **{name: read() for name, read in facts.items()})
    ):
        return done(sentence, url_for("reservations.show", reservation_id=reservation_id))
    return transfer_page(reservation_id, Sent("", form))


@blueprint.route(f"{ONE}/afspraak", methods=METHODS)
@permission(Can.MEET)
def propose_times(reservation_id: int) -> ResponseReturnValue:
    """One side proposes when and where."""
    form, message = ProposeForm(), _("Proposed. The other side has been asked to choose.")
    return _step(reservation_id, form, gate.propose_times, message, draft=form.draft)


@blueprint.route(f"{ONE}/afspraak/kiezen", methods=METHODS)
@permission(Can.MEET)
def agree_time(reservation_id: int) -> ResponseReturnValue:
    """The other side chooses."""
    form, message = AgreeForm(), _("Agreed. The other side has been notified.")
    return _step(reservation_id, form, gate.agree_time, message, time=form.chosen)


@blueprint.route(f"{ONE}/afspraken", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def propose_terms(reservation_id: int) -> ResponseReturnValue:
    """One side proposes other terms."""
    form, message = TermsForm(), _("Proposed. The terms stay as they were agreed until the other side accepts.")
    facts = {"draft": form.draft, "confirm_unusual": form.is_unusual}
    return _step(reservation_id, form, terms.propose_terms, message, **facts)


@blueprint.route(f"{ONE}/afspraken/akkoord", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def accept_terms(reservation_id: int) -> ResponseReturnValue:
    """The other side accepts."""
    return _step(reservation_id, AcceptTermsForm(), terms.accept_terms, _("Accepted. The new terms count from now on."))


@blueprint.route(f"{ONE}/afspraken/afwijzen", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def decline_terms(reservation_id: int) -> ResponseReturnValue:
    """The other side declines."""
    form, message = DeclineTermsForm(), _("Declined. The terms stay as they were agreed.")
    return _step(reservation_id, form, terms.decline_terms, message, reason=form.because)


@blueprint.route(f"{ONE}/foto", methods=METHODS)
@permission(Can.MEET, max_body_bytes=PHOTO_FORM_BYTES_MAX)
def add_photo(reservation_id: int) -> ResponseReturnValue:
    """A photo of the hand-over."""
    with database().read() as before:  # no picture is processed for people who may not add it
        require(current_actor(), Can.MEET, get_reservation(before, current_actor(), reservation_id))
    form, message = GatePhotoForm(), _("The photo is added.")
    return _step(reservation_id, form, add_gate_photo, message, picture=form.stored, alt=form.words)


@blueprint.get(f"{ONE}/afspraak.ics")
@permission(Can.MEET)
def calendar(reservation_id: int) -> ResponseReturnValue:
    """The appointment for a calendar."""
    return calendar_answer(current_session(), current_actor(), reservation_id)


@blueprint.get(f"{ONE}/overdrachtsbon.pdf")
@permission(Can.READ_RESERVATION)
@one_moment
def note(reservation_id: int) -> ResponseReturnValue:
    """The hand-over note."""
    return note_answer(current_session(), current_actor(), reservation_id)
