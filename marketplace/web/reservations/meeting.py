"""The steps at the gate: proposing and choosing a time, adding a photo; and the papers as files."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for

from marketplace.accounts.policy import Can, require
from marketplace.exchange.actions import gate
from marketplace.exchange.actions.gate import add_gate_photo
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.kernel.language import Text, _
from marketplace.web.answers import attempt, done
from marketplace.web.papers import calendar_answer, note_answer
from marketplace.web.request import current_actor, current_session, database, permission
from marketplace.web.reservations.meeting_forms import AgreeForm, GatePhotoForm, ProposeForm
from marketplace.web.reservations.step_forms import Sent
from marketplace.web.reservations.stepping import transfer_page
from marketplace.web.returned import returned

ONE = "/reserveringen/<int:reservation_id>"
METHODS = ("GET", "POST")
PHOTO_FORM_BYTES_MAX = 21 * 1024 * 1024


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of reservations."""
    for path, view in (("afspraak", propose_times), ("afspraak/kiezen", agree_time), ("foto", add_photo)):
        blueprint.route(f"{ONE}/{path}", methods=METHODS)(view)
    blueprint.get(f"{ONE}/afspraak.ics")(calendar)
    blueprint.get(f"{ONE}/overdrachtsbon.pdf")(note)


def _step(reservation_id: int, form: Any, verb: Callable[..., Any], sentence: Text, **facts: Callable[[], Any]) -> Any:
    """One step: its form is looked at before the writing session opens, since a photo is developed then. Asked for without a form it is the page."""
    if returned() is not None:
        return transfer_page(reservation_id, Sent("", form))
    if request.method != "POST":
        return redirect(url_for("reservations.show", reservation_id=reservation_id), 303)
    right = form.validate()
    session, actor = current_session(), current_actor()
    if right and attempt(
        form, lambda: verb(session, actor, reservation_id=reservation_id, **{name: read() for name, read in facts.items()})
    ):
        return done(sentence, url_for("reservations.show", reservation_id=reservation_id))
    return transfer_page(reservation_id, Sent("", form))


@permission(Can.MEET)
def propose_times(reservation_id: int) -> Any:
    """One side proposes when and where."""
    form, told = ProposeForm(), _("Proposed. The other side has been asked to choose.")
    return _step(reservation_id, form, gate.propose_times, told, draft=form.draft)


@permission(Can.MEET)
def agree_time(reservation_id: int) -> Any:
    """The other side chooses."""
    form, told = AgreeForm(), _("Agreed. The other side has been told.")
    return _step(reservation_id, form, gate.agree_time, told, time=form.chosen)


@permission(Can.MEET, max_body_bytes=PHOTO_FORM_BYTES_MAX)
def add_photo(reservation_id: int) -> Any:
    """A photo of the hand-over."""
    with database().read() as before:  # no picture is worked on for who may not add it
        require(current_actor(), Can.MEET, get_reservation(before, current_actor(), reservation_id))
    form, told = GatePhotoForm(), _("The photo is added.")
    return _step(reservation_id, form, add_gate_photo, told, picture=form.stored, alt=form.words)


@permission(Can.MEET)
def calendar(reservation_id: int) -> Any:
    """The appointment for a calendar."""
    return calendar_answer(current_session(), current_actor(), reservation_id)


@permission(Can.READ_RESERVATION)
def note(reservation_id: int) -> Any:
    """The hand-over note."""
    return note_answer(current_session(), current_actor(), reservation_id)
