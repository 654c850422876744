"""Reserving part of a lot, and the steps of the transfer after it, up to the papers."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.actions import decide, gate, reserve, terms
from marketplace.exchange.actions import hand_over as hand_over_actions
from marketplace.exchange.actions.gate import add_gate_photo
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries import reservations
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.dossiers import dossier_answer
from marketplace.http.papers import calendar_answer, note_answer
from marketplace.http.request import current_actor, current_session, database, one_moment, permission
from marketplace.http.rights import require_for_address
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.gates import asks_destination
from marketplace.market.queries.listings import get_listing
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.web.reservations import forms
from marketplace.web.reservations.forms import AcceptTermsForm, AgreeForm, DeclineTermsForm, ProposeForm, TermsForm
from marketplace.web.reservations.parts import Listed
from marketplace.web.reservations.steps import Sent, take_step, transfer_page
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.lots import picture
from marketplace.web.ui.paging import PAGE_SIZE, paged
from marketplace.web.ui.photo_form import PHOTO_FORM_BYTES_MAX, PhotoForm
from marketplace.web.ui.plans import condition_of_listing, period_of
from marketplace.web.ui.returned import returned
from marketplace.web.ui.states import RESERVATION_BADGES

blueprint = Blueprint("reservations", __name__)
ONE = "/reserveringen/<int:reservation_id>"
METHODS = ("GET", "POST")
SIDES = ("owning", "asking")


@blueprint.route("/aanbod/<int:listing_id>/reserveren", methods=METHODS)
@permission(Can.RESERVE)
def create(listing_id: int) -> ResponseReturnValue:
    """Claim part of a lot: what is asked is held at once."""
    form = forms.ReserveForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    material = get_taxonomy(session).material_by_id(listing.material_id)
    demands = _own_demands(session, material)
    form.prepare(listing, demands, request.args, totals_under_way(session, demands))
    reservation = is_valid and attempt(form, lambda: reserve.reserve(session, actor, listing_id=listing_id, draft=form.draft()))
    if reservation:
        waits = reservation.status == ReservationStatus.WAITING
        message = (
            _("You are on the waiting list. We will let you know when something is free.") if waits else _("It is held for you.")
        )
        return done(message, url_for("reservations.show", reservation_id=reservation.id))
    cover = picture(listing.photos[0], Written(listing.title)) if listing.photos else None
    facts = {"waits": _is_full(listing), "asks_soil": asks_destination(session, material)}
    return page(
        "reservations/create.html",
        form,
        listing=listing,
        material=material,
        cover=cover,
        condition=condition_of_listing(listing),
        period=period_of(listing),
        **facts,
    )


def _is_full(listing: Listing) -> bool:
    """Whether something of it is taken, so that waiting may be an option."""
    return bool(listing.held > 0)


def _own_demands(session: Session, material: Material) -> list[Demand]:
    """The own open demands for which this material is fit."""
    fit = tuple(item.id for item in get_taxonomy(session).served_by(material))
    return list_demands(session, current_actor(), mine=True, material_ids=fit, page_size=100)[0]


@blueprint.get("/reserveringen")
@permission(Can.LIST_RESERVATIONS)
def list_reservations() -> ResponseReturnValue:
    """The reservations of the own organisation, on either side."""
    requested, session, actor = request.args.get("side", ""), current_session(), current_actor()
    side = requested if requested in SIDES else ""
    rows, place = paged(lambda page: reservations.list_reservations(session, actor, side=side, page=page, page_size=PAGE_SIZE))
    listed = [Listed.of(session, actor, row) for row in rows]
    return render_template("reservations/list_reservations.html", rows=listed, side=side, **place)


@blueprint.get(ONE)
@permission(Can.READ_RESERVATION)
def show(reservation_id: int) -> ResponseReturnValue:
    """Show where this transfer stands, what comes next and whose step it is."""
    return transfer_page(reservation_id)


@blueprint.route(f"{ONE}/goedkeuren", methods=METHODS)
@permission(Can.DECIDE_RESERVATION)
def approve(reservation_id: int) -> ResponseReturnValue:
    """The owner agrees."""
    message = _("Approved. Whoever asked has been notified.")
    facts = {"hold_until": "until", "quantity": "approved", "reason": "because", "meeting": "meeting"}
    return take_step(reservation_id, "approve", _approve, message, **facts)


def _approve(
    session: Session, actor: Actor, *, reservation_id: int, meeting: AppointmentDraft | None, **facts: Any
) -> Reservation:
    """Approve it, and propose when it can be collected where the owner said so at once."""
    approved = decide.approve(session, actor, reservation_id=reservation_id, **facts)
    return gate.propose_times(session, actor, reservation_id=reservation_id, draft=meeting) if meeting else approved


@blueprint.route(f"{ONE}/afwijzen", methods=METHODS)
@permission(Can.DECIDE_RESERVATION)
def reject(reservation_id: int) -> ResponseReturnValue:
    """The owner says no, and why."""
    message = _("Rejected. Whoever asked has been given your reason.")
    return take_step(reservation_id, "reject", decide.reject, message, reason="because")


@blueprint.route(f"{ONE}/annuleren", methods=METHODS)
@permission(Can.CANCEL_RESERVATION)
def cancel(reservation_id: int) -> ResponseReturnValue:
    """One of the two sides steps back, and says why."""
    message = _("Cancelled. The other side has been given your reason.")
    return take_step(reservation_id, "cancel", decide.cancel, message, reason="because")


@blueprint.route(f"{ONE}/overdragen", methods=METHODS)
@permission(Can.HAND_OVER)
def hand_over(reservation_id: int) -> ResponseReturnValue:
    """The owner enters what was measured."""
    message = _("Entered. The receiver has been asked to confirm.")
    return take_step(reservation_id, "hand_over", hand_over_actions.hand_over, message, draft="draft")


@blueprint.route(f"{ONE}/bevestigen", methods=METHODS)
@permission(Can.CONFIRM)
def confirm(reservation_id: int) -> ResponseReturnValue:
    """Confirm what arrived, as the receiver. The transfer is completed and counted, or the two figures differ too much."""
    return take_step(reservation_id, "confirm", hand_over_actions.confirm, _confirmed, draft="draft")


def _confirmed(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.DISPUTED:
        return _("Your figure differs too much from the owner’s. The owner has been asked to look at it.")
    return _("The transfer is completed and counted.")


def _step(
    reservation_id: int, step: str, form: Form, verb: Callable[..., Any], sentence: Text, **facts: Callable[[], Any]
) -> ResponseReturnValue:
    """Take one step, whose form is looked at before the writing session opens.

    A photo is developed then. Asked for without a form it is the page.
    """
    if returned() is not None:
        return transfer_page(reservation_id, Sent(step, form))
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
    return transfer_page(reservation_id, Sent(step, form))


@blueprint.route(f"{ONE}/afspraak", methods=METHODS)
@permission(Can.MEET)
def propose_times(reservation_id: int) -> ResponseReturnValue:
    """One side proposes when and where."""
    form, message = ProposeForm(), _("Proposed. The other side has been asked to choose.")
    return _step(reservation_id, "propose_times", form, gate.propose_times, message, draft=form.draft)


@blueprint.route(f"{ONE}/afspraak/kiezen", methods=METHODS)
@permission(Can.MEET)
def agree_time(reservation_id: int) -> ResponseReturnValue:
    """The other side chooses."""
    form, message = AgreeForm(), _("Agreed. The other side has been notified.")
    return _step(reservation_id, "agree_time", form, gate.agree_time, message, time=form.chosen)


@blueprint.route(f"{ONE}/afspraken", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def propose_terms(reservation_id: int) -> ResponseReturnValue:
    """One side proposes other terms."""
    form, message = TermsForm(), _("Proposed. The terms stay as they were agreed until the other side accepts.")
    facts = {"draft": form.draft, "confirm_unusual": form.is_unusual}
    return _step(reservation_id, "propose_terms", form, terms.propose_terms, message, **facts)


@blueprint.route(f"{ONE}/afspraken/akkoord", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def accept_terms(reservation_id: int) -> ResponseReturnValue:
    """The other side accepts."""
    return _step(
        reservation_id, "answer_terms", AcceptTermsForm(), terms.accept_terms, _("Accepted. The new terms count from now on.")
    )


@blueprint.route(f"{ONE}/afspraken/afwijzen", methods=METHODS)
@permission(Can.CHANGE_TERMS)
def decline_terms(reservation_id: int) -> ResponseReturnValue:
    """The other side declines."""
    form, message = DeclineTermsForm(), _("Declined. The terms stay as they were agreed.")
    return _step(reservation_id, "answer_terms", form, terms.decline_terms, message, reason=form.because)


@blueprint.route(f"{ONE}/foto", methods=METHODS)
@permission(Can.MEET, max_body_bytes=PHOTO_FORM_BYTES_MAX)
def add_photo(reservation_id: int) -> ResponseReturnValue:
    """A photo of the hand-over."""
    with database().read() as before:  # no picture is processed for people who may not add it
        require(current_actor(), Can.MEET, get_reservation(before, current_actor(), reservation_id))
    form, message = PhotoForm(), _("The photo is added.")
    return _step(reservation_id, "add_photo", form, add_gate_photo, message, picture=form.stored, alt=form.words)


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


@blueprint.get(f"{ONE}/voortgezet-gebruik.pdf")
@permission(Can.READ_DOSSIER)
@one_moment
def dossier(reservation_id: int) -> ResponseReturnValue:
    """The dossier of continued use."""
    return dossier_answer(current_session(), current_actor(), reservation_id)


@blueprint.get("/aanbod/<int:listing_id>/aanvragen")
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


@blueprint.route(f"{ONE}/aannemen", methods=METHODS)
@permission(Can.CONFIRM)
def accept_offer(reservation_id: int) -> ResponseReturnValue:
    """Who waited says yes."""
    message = _("You have accepted it. The owner now answers.")
    return take_step(reservation_id, "accept_offer", reserve.accept_offer, message)


@blueprint.route(f"{ONE}/betwisten", methods=METHODS)
@permission(Can.CONFIRM)
def dispute(reservation_id: int) -> ResponseReturnValue:
    """The receiver does not agree."""
    message = _("The owner has been informed that you do not agree, and why.")
    return take_step(reservation_id, "dispute", hand_over_actions.dispute, message, reason="because", quantity="figure")


@blueprint.route(f"{ONE}/oplossen", methods=METHODS)
@permission(Can.RESOLVE)
def resolve(reservation_id: int) -> ResponseReturnValue:
    """A figure that one side can live with, or the broker's."""
    facts = {"quantity": "figure", "reason": "because", "write_off_reason": "gone", "confirm_unusual": "is_unusual"}
    return take_step(reservation_id, "resolve", hand_over_actions.resolve, _resolved, **facts)


def _resolved(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.DISPUTED:
        return _("Your proposal has been sent to the other side.")
    return _("Settled. The transfer is completed and counted.")


@blueprint.route(f"{ONE}/terugtrekken", methods=METHODS)
@permission(Can.CANCEL_RESERVATION)
def propose_cancel(reservation_id: int) -> ResponseReturnValue:
    """Between the two signatures stepping back is a proposal."""
    return take_step(reservation_id, "propose_cancel", decide.cancel, _proposed, reason="because")


def _proposed(reservation: Reservation) -> Text:
    if reservation.status == ReservationStatus.CANCELLED:
        return _("Cancelled together. What was held is free again.")
    return _("Your proposal has been sent to the other side.")


@blueprint.route(f"{ONE}/samen-annuleren", methods=METHODS)
@permission(Can.CANCEL_RESERVATION)
def agree_cancel(reservation_id: int) -> ResponseReturnValue:
    """The other side accepts that it is cancelled."""
    message = _("Cancelled together. What was held is free again.")
    return take_step(reservation_id, "agree_cancel", decide.agree_cancel, message)


@blueprint.route(f"{ONE}/niet-opgehaald", methods=METHODS)
@permission(Can.HAND_OVER)
def no_show(reservation_id: int) -> ResponseReturnValue:
    """Nobody came to collect it."""
    message = _("Noted. What was held is free again.")
    return take_step(reservation_id, "no_show", decide.no_show, message, reason="because")


@blueprint.route(f"{ONE}/retour", methods=METHODS)
@permission(Can.RETURN)
def return_part(reservation_id: int) -> ResponseReturnValue:
    """A part comes back."""
    return take_step(reservation_id, "return", hand_over_actions.return_part, _returned, draft="draft")


def _returned(outcome: tuple[Reservation, bool]) -> Text:
    _reservation, is_repeated = outcome
    if is_repeated:
        return _("This return was entered already, less than a minute ago. It counts once.")
    return _("Entered. What came back is on offer again as a lot of its own.")


@blueprint.route(f"{ONE}/achteraf-overdragen", methods=METHODS)
@permission(Can.HAND_OVER_LATE)
def hand_over_late(reservation_id: int) -> ResponseReturnValue:
    """A coordinator books a hand-over of before the approval."""
    message = _("Entered. The receiver has been asked to confirm.")
    return take_step(reservation_id, "late_hand_over", hand_over_actions.hand_over_late, message, draft="draft", reason="because")


@blueprint.route(f"{ONE}/bezwaar", methods=METHODS)
@permission(Can.CONFIRM)
def object_to_no_show(reservation_id: int) -> ResponseReturnValue:
    """The asker says why a no-show is not right."""
    message = _("The owner and the broker of the region have been notified. Until the broker decides it does not count.")
    return take_step(reservation_id, "object", decide.object_to_no_show, message, reason="because")


@blueprint.route(f"{ONE}/bezwaar-beslissen", methods=METHODS)
@permission(Can.BROKER)
def decide_objection(reservation_id: int) -> ResponseReturnValue:
    """The broker decides."""
    message = _("Decided. Both sides have been notified.")
    facts = {"is_upheld": "is_upheld", "reason": "because"}
    return take_step(reservation_id, "decide_objection", decide.decide_objection, message, **facts)
