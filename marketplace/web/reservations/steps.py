"""The page of one transfer, what it asks at the gate, and how a step on it is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.models import Appointment, GatePhoto, Reservation
from marketplace.exchange.queries import gate, reservations
from marketplace.exchange.queries.gate import list_gate_photos
from marketplace.exchange.queries.reservations import phone_shown_to
from marketplace.exchange.rules.gate import GATE_PHOTOS_MAX, MOMENT_LABELS, WITH_NOTE, WITH_PHOTOS, PhotoMoment
from marketplace.exchange.rules.reservation import STATUS_LABELS, ReservationStatus
from marketplace.exchange.rules.terms import OPEN_TO_CHANGE, TERM_LABELS, Terms, changed_terms
from marketplace.http.papers import meeting_place, term_text
from marketplace.http.request import current_actor, current_session
from marketplace.http.rights import declared_right
from marketplace.kernel.db import Session
from marketplace.kernel.formats import short_date
from marketplace.kernel.language import Text, _
from marketplace.materials.queries import taxonomy
from marketplace.web.reservations.forms import AcceptTermsForm, AgreeForm, DeclineTermsForm, GatePhotoForm, ProposeForm, TermsForm
from marketplace.web.reservations.step_forms import FORMS, Sent, sheets
from marketplace.web.reservations.transfer import Transfer, day_of
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.returned import returned
from marketplace.web.ui.talk import talk_of

AnyForm = TypeVar("AnyForm", bound=Form)


def transfer_page(reservation_id: int, sent: Sent | None = None) -> ResponseReturnValue:
    """Show where the transfer stands, with the form of every step that the reader can take.

    The one that was sent as it was sent.
    """
    session, actor = current_session(), current_actor()
    reservation = reservations.get_reservation(session, actor, reservation_id)
    transfer = Transfer.of(session, actor, reservation)
    contacts = (transfer.owner_contact, transfer.asker_contact)
    made = sheets(sent, reservation, taxonomy(session).vehicles)
    judges = actor.organisation_id not in (reservation.owner_id, reservation.organisation_id)
    reason = made["approve"]["reason"]
    return page(
        "reservations/show.html",
        sent.form if sent else None,
        reservation=reservation,
        transfer=transfer,
        timeline=timeline(reservation),
        forms_by_step=made,
        agreement=Agreement.of(actor, reservation, sent.form if sent else None),
        gate=Gate.of(session, actor, reservation, sent.form if sent else None),
        talk=talk_of(session, actor, reservation),
        phones={one.id: phone_shown_to(actor, one, reservation) for one in contacts if one is not None},
        sent_step=sent.step if sent else "",
        judges=judges,
        may_write_off=judges or actor.organisation_id == reservation.owner_id,
        explains_choice=transfer.passed_over or reason.errors or reason.data,
    )


ENDED = (ReservationStatus.REJECTED, ReservationStatus.CANCELLED, ReservationStatus.EXPIRED)


def timeline(reservation: Reservation) -> list[tuple[Text, str, str | None]]:
    """(step, state, when) for the progress line; one that ended early stops where it ended."""
    status = ReservationStatus(reservation.status)
    message: list[tuple[Text, date | None]] = [
        (_("Requested"), day_of(reservation.requested_at)),
        (_("Approved"), day_of(reservation.approved_at)),
        (_("Handed over"), reservation.handed_over_on),
        (STATUS_LABELS[ReservationStatus.COMPLETED], day_of(reservation.completed_at)),
    ]
    done: list[tuple[Text, str, str | None]] = [(label, "done", short_date(day)) for label, day in message if day]
    if status in ENDED:
        return [*done, (STATUS_LABELS[status], "stop", short_date(day_of(reservation.ended_at)))]
    left = [label for label, day in message if not day]
    if status in (ReservationStatus.WAITING, ReservationStatus.OFFERED, ReservationStatus.DISPUTED):
        since = reservation.disputed_at or reservation.offered_at or reservation.waiting_since
        here = (STATUS_LABELS[status], "now", short_date(day_of(since)))
        return [*done, here, *((label, "todo", None) for label in left)]
    return [*done, *((label, "now" if place == 0 else "todo", None) for place, label in enumerate(left))]


def take_step(
    reservation_id: int, step: str, verb: Callable[..., Any], sentence: Callable[[Any], Text] | Text, **facts: str
) -> ResponseReturnValue:
    """Take one step: its form, its verb, and back to the page, which says what comes next.

    `facts` names for each argument of the verb the method of the form that gives it. Asked for without a form, it is only that
    page.
    """
    if request.method != "POST" and returned() is None:
        return redirect(url_for("reservations.show", reservation_id=reservation_id), 303)
    form = FORMS[step]()
    session, actor = current_session(), current_actor()
    reservation = reservations.get_reservation(session, actor, reservation_id)
    form.prepare(reservation, taxonomy(session).vehicles)
    sent = Sent(step, form)
    if returned() is not None:
        return transfer_page(reservation_id, sent)
    is_valid = form.validate()
    if not is_valid and (right := declared_right()) is not None:
        require(actor, right, reservation)
    made = is_valid and attempt(
        form,
        lambda: verb(
            session, actor, reservation_id=reservation_id, **{name: getattr(form, read)() for name, read in facts.items()}
        ),
    )
    if not made:
        return transfer_page(reservation_id, sent)
    values = sentence(made) if callable(sentence) and not isinstance(sentence, Text) else sentence
    return done(values, url_for("reservations.show", reservation_id=reservation_id))


@dataclass(frozen=True, slots=True)
class Gate:
    """What the page says and asks about meeting.

    `appointment` and `place` for the two sides only, photos for all who may follow the transfer.
    """

    appointment: Appointment | None
    place: str
    is_side: bool
    is_readable: bool
    can_propose: bool
    can_choose: bool
    photos: list[tuple[GatePhoto, Text]]
    can_add_photo: bool
    has_note: bool
    propose_form: ProposeForm
    agree_form: AgreeForm
    photo_form: GatePhotoForm

    @classmethod
    def of(cls, session: Session, actor: Actor, reservation: Reservation, sent: Form | None = None) -> "Gate":
        """Gather it for this reader; the form that was sent as it was sent."""
        status, is_side = ReservationStatus(reservation.status), may(actor, Can.MEET, reservation)
        latest = gate.newest(reservation) if is_side else None
        photos = list_gate_photos(session, actor, reservation_id=reservation.id)
        mine = sum(photo.organisation_id == actor.organisation_id for photo in photos)
        from_other = latest is not None and (latest.proposed_by_id != actor.organisation_id or reservation.is_internal)
        can_propose = is_side and status is ReservationStatus.APPROVED
        agree_form = _as_sent(AgreeForm, sent)
        agree_form.prepare(latest)
        return cls(
            appointment=latest,
            place=meeting_place(session, actor, reservation, latest) if latest else "",
            is_side=is_side,
            is_readable=gate.may_read_gate(actor, reservation),
            can_propose=can_propose,
            can_choose=can_propose and from_other and latest is not None and latest.agreed_time is None,
            photos=[(photo, MOMENT_LABELS[PhotoMoment(photo.moment)]) for photo in photos],
            can_add_photo=is_side and status in WITH_PHOTOS and mine < GATE_PHOTOS_MAX,
            has_note=status in WITH_NOTE,
            propose_form=_as_sent(ProposeForm, sent),
            agree_form=agree_form,
            photo_form=_as_sent(GatePhotoForm, sent),
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed, what is proposed, and the forms that change it. `terms` is None before approval."""

    terms: Terms | None
    rows: list[tuple[Text, Any]]
    proposed: Any
    changes: list[tuple[Text, Any, Any]]
    history: list[Any]
    can_propose: bool
    can_answer: bool
    form: TermsForm
    accept_form: AcceptTermsForm
    decline_form: DeclineTermsForm

    @classmethod
    def of(cls, actor: Actor, reservation: Reservation, sent: Any = None) -> "Agreement":
        """Gather it for this reader; the form that was sent as it was sent."""
        terms, pending = reservation.terms, reservation.proposed_terms
        is_open = ReservationStatus(reservation.status) in OPEN_TO_CHANGE and may(actor, Can.CHANGE_TERMS, reservation)
        changes = [] if terms is None or pending is None else changed_terms(terms, pending.terms)
        return cls(
            terms=terms,
            rows=[] if terms is None else [(label, term_text(terms, name)) for name, label in TERM_LABELS.items()],
            proposed=pending,
            changes=[
                (TERM_LABELS[name], term_text(terms, name), term_text(pending.terms, name))
                for name in changes
                if terms is not None and pending is not None
            ],
            history=[version for version in reservation.terms_versions if version.number > 1 and version.status == "agreed"],
            can_propose=is_open,
            can_answer=is_open and pending is not None and pending.proposed_by_id != actor.organisation_id,
            form=_as_sent(TermsForm, sent),
            accept_form=_as_sent(AcceptTermsForm, sent),
            decline_form=_as_sent(DeclineTermsForm, sent),
        )


def _as_sent(form: type[AnyForm], sent: Form | None) -> AnyForm:
    return sent if isinstance(sent, form) else form(formdata=None)
