"""Reserving part of a lot, and the steps of the transfer after it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from marketplace.accounts.policy import Can
from marketplace.exchange import actions as exchange
from marketplace.exchange import queries
from marketplace.kernel.language import Text, _
from marketplace.market.queries import get_listing, list_demands
from marketplace.materials.queries import taxonomy
from marketplace.web.answers import attempt, done, page
from marketplace.web.paging import PAGE_SIZE, paged
from marketplace.web.request import current_actor, current_session, permission
from marketplace.web.reservations import forms, meeting
from marketplace.web.reservations.transfer import Transfer
from marketplace.web.returned import returned
from marketplace.web.states import RESERVATION_BADGES

blueprint = Blueprint("reservations", __name__)
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
    reservation = right and attempt(form, lambda: exchange.reserve(session, actor, listing_id=listing_id, draft=form.draft()))
    if reservation:
        return done(_("It is held for you."), url_for("reservations.show", reservation_id=reservation.id))
    return page("reservations/create.html", form, listing=listing, material=material)


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
    found, place = paged(lambda page: queries.list_reservations(session, actor, side=side, page=page, page_size=PAGE_SIZE))
    return render_template(
        "reservations/list_reservations.html", reservations=found, badges=RESERVATION_BADGES, side=side, **place
    )


@blueprint.get("/reserveringen/<int:reservation_id>")
@permission(Can.READ_RESERVATION)
def show(reservation_id: int) -> Any:
    """Where this transfer stands, what comes next and who does it."""
    return _page(reservation_id)


def _page(reservation_id: int, sent: Any = None) -> Any:
    session, actor = current_session(), current_actor()
    reservation = queries.get_reservation(session, actor, reservation_id)
    transfer = Transfer.of(session, actor, reservation)
    sheets = forms.sheets(sent, reservation, taxonomy(session).vehicles)
    gate = meeting.Gate.of(session, actor, reservation, sent)
    return page("reservations/show.html", sent, reservation=reservation, transfer=transfer, forms_by_step=sheets, gate=gate)


def _step(reservation_id: int, form: Any, verb: Callable[..., Any], sentence: Text, **facts: Callable[[], Any]) -> Any:
    """One step: its form, its verb, and back to the page, which tells what comes next. Asked for without a form, it is only that page."""
    if returned() is not None:
        return _page(reservation_id, form)
    if request.method != "POST":
        return redirect(url_for("reservations.show", reservation_id=reservation_id), 303)
    right = form.validate()
    session, actor = current_session(), current_actor()
    if right and attempt(
        form, lambda: verb(session, actor, reservation_id=reservation_id, **{name: read() for name, read in facts.items()})
    ):
        return done(sentence, url_for("reservations.show", reservation_id=reservation_id))
    return _page(reservation_id, form)


@blueprint.route("/reserveringen/<int:reservation_id>/goedkeuren", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def approve(reservation_id: int) -> Any:
    """The owner agrees."""
    form = forms.ApproveForm()
    return _step(reservation_id, form, exchange.approve, _("Approved. The asker has been told."), hold_until=form.until)


@blueprint.route("/reserveringen/<int:reservation_id>/afwijzen", methods=("GET", "POST"))
@permission(Can.DECIDE_RESERVATION)
def reject(reservation_id: int) -> Any:
    """The owner says no, and why."""
    form = forms.RejectForm()
    return _step(reservation_id, form, exchange.reject, _("Rejected. The asker has been told why."), reason=form.because)


@blueprint.route("/reserveringen/<int:reservation_id>/annuleren", methods=("GET", "POST"))
@permission(Can.CANCEL_RESERVATION)
def cancel(reservation_id: int) -> Any:
    """One of the two sides steps back, and says why."""
    form = forms.CancelForm()
    return _step(reservation_id, form, exchange.cancel, _("Cancelled. The other side has been told why."), reason=form.because)


@blueprint.route("/reserveringen/<int:reservation_id>/overdragen", methods=("GET", "POST"))
@permission(Can.HAND_OVER)
def hand_over(reservation_id: int) -> Any:
    """The owner enters what was measured."""
    session, actor = current_session(), current_actor()
    form = forms.HandoverForm()
    form.about(queries.get_reservation(session, actor, reservation_id), taxonomy(session).vehicles)
    return _step(
        reservation_id, form, exchange.hand_over, _("Entered. The receiver has been asked to confirm."), draft=form.draft
    )


@blueprint.route("/reserveringen/<int:reservation_id>/bevestigen", methods=("GET", "POST"))
@permission(Can.CONFIRM)
def confirm(reservation_id: int) -> Any:
    """The receiver agrees: the transfer is complete and counted."""
    return _step(reservation_id, forms.ConfirmForm(), exchange.confirm, _("Confirmed. The transfer is complete and counted."))


meeting.register(blueprint, _step)
