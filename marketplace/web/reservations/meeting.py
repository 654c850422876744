"""At the gate, as the page of a reservation shows it: the appointment, the photos and the papers; and the steps that belong to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange import appointments
from marketplace.exchange.gate_photos import add_gate_photo, list_gate_photos
from marketplace.exchange.gate_rules import GATE_PHOTOS_MAX, MOMENT_LABELS, WITH_NOTE, WITH_PHOTOS, PhotoMoment
from marketplace.exchange.queries import get_reservation
from marketplace.exchange.rules import ReservationStatus
from marketplace.kernel.language import Text, _
from marketplace.web.papers import calendar_answer, meeting_place, note_answer
from marketplace.web.request import current_actor, current_session, database, permission
from marketplace.web.reservations.meeting_forms import AgreeForm, GatePhotoForm, ProposeForm

PHOTO_FORM_BYTES_MAX = 21 * 1024 * 1024
Step = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the page tells and asks about meeting: `appointment` and `place` for the two sides only, photos for all who may follow the transfer."""

    appointment: Any
    place: str
    is_side: bool
    can_propose: bool
    can_choose: bool
    photos: list[tuple[Any, Text]]
    can_add_photo: bool
    has_note: bool
    propose_form: ProposeForm
    agree_form: AgreeForm
    photo_form: GatePhotoForm

    @classmethod
    def of(cls, session: Any, actor: Actor, reservation: Any, sent: Any = None) -> "Gate":
        """Gather it for this reader; the form that was sent as it was sent."""
        status, is_side = ReservationStatus(reservation.status), may(actor, Can.MEET, reservation)
        latest = appointments.newest(reservation) if is_side else None
        photos = list_gate_photos(session, actor, reservation_id=reservation.id)
        mine = sum(photo.organisation_id == actor.organisation_id for photo in photos)
        from_other = latest is not None and (latest.proposed_by_id != actor.organisation_id or reservation.is_internal)
        can_propose = is_side and status is ReservationStatus.APPROVED
        agree_form = _as_sent(AgreeForm, sent)
        agree_form.about(latest)
        return cls(
            appointment=latest,
            place=meeting_place(reservation, latest) if latest else "",
            is_side=is_side,
            can_propose=can_propose,
            can_choose=can_propose and from_other and latest is not None and latest.agreed_time is None,
            photos=[(photo, MOMENT_LABELS[PhotoMoment(photo.moment)]) for photo in photos],
            can_add_photo=is_side and status in WITH_PHOTOS and mine < GATE_PHOTOS_MAX,
            has_note=status in WITH_NOTE,
            propose_form=_as_sent(ProposeForm, sent),
            agree_form=agree_form,
            photo_form=_as_sent(GatePhotoForm, sent),
        )


def _as_sent(form: Any, sent: Any) -> Any:
    return sent if isinstance(sent, form) else form(formdata=None)


def register(blueprint: Blueprint, step: Step) -> None:
    """Give these steps to the area of reservations. `step` looks at a form, does its verb, and goes back to the page."""

    @blueprint.route("/reserveringen/<int:reservation_id>/afspraak", methods=("GET", "POST"))
    @permission(Can.MEET)
    def propose_times(reservation_id: int) -> Any:
        """One side proposes when and where."""
        form = ProposeForm()
        return step(
            reservation_id,
            form,
            appointments.propose_times,
            _("Proposed. The other side has been asked to choose."),
            draft=form.draft,
        )

    @blueprint.route("/reserveringen/<int:reservation_id>/afspraak/kiezen", methods=("GET", "POST"))
    @permission(Can.MEET)
    def agree_time(reservation_id: int) -> Any:
        """The other side chooses."""
        form = AgreeForm()
        return step(reservation_id, form, appointments.agree_time, _("Agreed. The other side has been told."), time=form.chosen)

    @blueprint.route("/reserveringen/<int:reservation_id>/foto", methods=("GET", "POST"))
    @permission(Can.MEET, max_body_bytes=PHOTO_FORM_BYTES_MAX)
    def add_photo(reservation_id: int) -> Any:
        """A photo of the hand-over."""
        with database().read() as before:  # no picture is worked on for who may not add it
            require(current_actor(), Can.MEET, get_reservation(before, current_actor(), reservation_id))
        form = GatePhotoForm()
        return step(reservation_id, form, add_gate_photo, _("The photo is added."), picture=form.stored, alt=form.words)

    @blueprint.get("/reserveringen/<int:reservation_id>/afspraak.ics")
    @permission(Can.MEET)
    def calendar(reservation_id: int) -> Any:
        """The appointment for a calendar."""
        return calendar_answer(current_session(), current_actor(), reservation_id)

    @blueprint.get("/reserveringen/<int:reservation_id>/overdrachtsbon.pdf")
    @permission(Can.READ_RESERVATION)
    def note(reservation_id: int) -> Any:
        """The hand-over note."""
        return note_answer(current_session(), current_actor(), reservation_id)
