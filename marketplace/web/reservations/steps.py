"""The page of one transfer, and how a step on it is taken.

The one act of its reader with what is folded below it, the meeting, and what was agreed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.models import Appointment, GatePhoto, Reservation
from marketplace.exchange.queries import gate, reservations
from marketplace.exchange.queries.destination import list_transfer_findings
from marketplace.exchange.queries.gate import list_gate_photos, newest
from marketplace.exchange.queries.reservations import find_spot, phone_shown_to
from marketplace.exchange.rules.gate import GATE_PHOTOS_MAX, MOMENT_LABELS, WITH_NOTE, WITH_PHOTOS, PhotoMoment
from marketplace.exchange.rules.reservation import OPEN, ReservationStatus
from marketplace.exchange.rules.terms import OPEN_TO_CHANGE, TERM_LABELS, Terms, changed_terms
from marketplace.http.papers import meeting_place, term_text
from marketplace.http.request import current_actor, current_session
from marketplace.http.rights import declared_right
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import VehicleClass
from marketplace.web.reservations import step_forms
from marketplace.web.reservations.forms import AcceptTermsForm, AgreeForm, DeclineTermsForm, ProposeForm, TermsForm
from marketplace.web.reservations.step_forms import StepForm
from marketplace.web.reservations.transfer import Transfer
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.papers import papers_of
from marketplace.web.ui.photo_form import PhotoForm
from marketplace.web.ui.plans import condition_of_reservation
from marketplace.web.ui.region_map import SmallMap, near_map
from marketplace.web.ui.reporting import Reporting, reporting_of
from marketplace.web.ui.returned import returned
from marketplace.web.ui.talk import LATEST, talk_of

AnyForm = TypeVar("AnyForm", bound=Form)
_S = ReservationStatus
LATEST_BESIDE_A_FORM = 1  # message: the page stays within two screens of a phone
CONTESTED_OR_DONE = (_S.DISPUTED, _S.COMPLETED)


FORMS: dict[str, type[StepForm]] = {
    "approve": step_forms.ApproveForm,
    "reject": step_forms.RejectForm,
    "cancel": step_forms.CancelForm,
    "propose_cancel": step_forms.ProposeCancelForm,
    "no_show": step_forms.NoShowForm,
    "accept_offer": step_forms.PlainForm,
    "agree_cancel": step_forms.PlainForm,
    "hand_over": step_forms.HandoverForm,
    "late_hand_over": step_forms.LateHandoverForm,
    "object": step_forms.ObjectForm,
    "decide_objection": step_forms.DecideObjectionForm,
    "confirm": step_forms.ConfirmForm,
    "dispute": step_forms.DisputeForm,
    "resolve": step_forms.ResolveForm,
    "return": step_forms.ReturnForm,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The form that was sent, of which step."""

    step: str
    form: Form


def _sheets(sent: Sent | None, reservation: Reservation, vehicles: Iterable[VehicleClass]) -> dict[str, StepForm]:
    """Make the form of every step by its name. The one that was sent as it was sent, the others as they begin."""
    existing = tuple(vehicles)
    made = {step: _as_sent(form, sent.form if sent and sent.step == step else None) for step, form in FORMS.items()}
    for form in made.values():
        form.prepare(reservation, existing)
    return made


def _judged(sheet: StepForm) -> None:
    """Whoever decides between two figures agrees with nobody, and says why."""
    quantity, reason = sheet["quantity"], sheet["reason"]
    quantity.label.text, quantity.description = _("Which quantity counts?"), ""
    reason.description, reason.flags.required = _("Both sides read this."), True


def transfer_page(reservation_id: int, sent: Sent | None = None) -> ResponseReturnValue:
    """Show where the transfer stands, with the form of every step that the reader can take.

    The one that was sent as it was sent.
    """
    session, actor = current_session(), current_actor()
    reservation = reservations.get_reservation(session, actor, reservation_id)
    transfer = Transfer.of(session, actor, reservation)
    contacts = (transfer.owner_contact, transfer.asker_contact)
    made = _sheets(sent, reservation, get_taxonomy(session).vehicles)
    judges = actor.organisation_id not in (reservation.owner_id, reservation.organisation_id)
    if judges:
        _judged(made["resolve"])
    reason = made["approve"]["reason"]
    form = sent.form if sent else None
    agreement, meeting = Agreement.of(actor, reservation, form), Meeting.of(session, actor, reservation, transfer, form)
    acts = Acts.of(transfer, meeting, agreement, sent.step if sent else "")
    most = LATEST_BESIDE_A_FORM if transfer.results or (acts.first and not transfer.versus) else LATEST
    return page(
        "reservations/show.html",
        form,
        reservation=reservation,
        transfer=transfer,
        findings=list_transfer_findings(session, reservation),
        forms_by_step=made,
        agreement=agreement,
        gate=meeting,
        lot_papers=papers_of(session, actor, reservation.listing),
        talk=talk_of(session, actor, reservation, most=most),
        phones={contact.id: phone_shown_to(actor, contact, reservation) for contact in contacts if contact is not None},
        acts=acts,
        condition=condition_of_reservation(actor, reservation),
        judges=judges,
        reporting=_reporting(session, reservation, transfer),
        may_write_off=judges or actor.organisation_id == reservation.owner_id,
        explains_choice=transfer.queue.passed_over or reason.errors or reason.data,
    )


def _reporting(session: Session, reservation: Reservation, transfer: Transfer) -> Reporting | None:
    """What the receiver reports before use, counted from the agreed time or the day of need."""
    if reservation.status not in OPEN:
        return None
    latest = newest(reservation)
    agreed = latest.agreed_time if latest else None
    begins_on = clock.local(agreed).date() if agreed else reservation.needed_by
    return reporting_of(session, transfer.material, begins_on)


_FIRST = (  # what comes before what, as the one next act
    *("agree_cancel", "answer_terms", "agree_time", "accept_offer", "confirm", "settle", "approve", "hand_over"),
    *("object", "decide_objection", "propose_times"),
)
_FOLDED = (
    *("confirm", "hand_over", "resolve", "dispute", "answer_terms", "propose_times", "late_hand_over", "return"),
    *("no_show", "reject", "cancel", "propose_cancel"),
)
_WHOEVER_WAITS = ("approve", "settle")  # what one may do without being the one for whom it waits


@dataclass(frozen=True, slots=True)
class Acts:
    """The one next act of this reader, and those that are folded below it. `opened`: the folded one that was sent and refused."""

    first: str
    folded: tuple[str, ...]
    opened: str

    @classmethod
    def of(cls, transfer: Transfer, meeting: "Meeting", agreement: "Agreement", sent: str) -> "Acts":
        """Put what the reader can do in its order."""
        can = set(transfer.possible)
        can |= {"settle"} if "resolve" in can and transfer.to_agree_with else set()
        can |= {"answer_terms"} if agreement.can_answer else set()
        can |= {"agree_time"} if meeting.can_choose else set()
        can |= {"propose_times"} if meeting.can_propose else set()
        fit: Iterable[str] = _FIRST if transfer.upcoming.mine else _WHOEVER_WAITS
        first = next((act for act in fit if act in can), "")
        return cls(first, tuple(act for act in _FOLDED if act in can and act != first), sent)


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
    form.prepare(reservation, get_taxonomy(session).vehicles)
    sent = Sent(step, form)
    if returned() is not None:
        return transfer_page(reservation_id, sent)
    is_valid = form.validate()
    if not is_valid and (needed := declared_right()) is not None:
        require(actor, needed, reservation)
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
class Meeting:
    """When, where and with whom, as far as this reader may know; and what is asked about it.

    `appointment` and `place` for the two sides only, photos for all who may follow the transfer. `map`: around the exact point, or
    with a circle around the public one. `route`: where to drive to. `stands`: whether it is a card of its own, or folded away because the material
    has moved.
    """

    appointment: Appointment | None
    place: str
    with_whom: str
    phone: str
    mail: str
    map: SmallMap | None
    is_exact: bool
    route: str
    hint: Text | None
    stands: bool
    has_calendar: bool
    is_readable: bool
    can_propose: bool
    can_choose: bool
    photos: list[tuple[GatePhoto, Text]]
    can_add_photo: bool
    has_note: bool
    propose_form: ProposeForm
    agree_form: AgreeForm
    photo_form: PhotoForm

    @classmethod
    def of(
        cls, session: Session, actor: Actor, reservation: Reservation, transfer: Transfer, sent: Form | None = None
    ) -> "Meeting":
        """Gather it for this reader; the form that was sent as it was sent."""
        status, is_side = ReservationStatus(reservation.status), may(actor, Can.MEET, reservation)
        latest = gate.newest(reservation) if is_side else None
        photos = list_gate_photos(session, actor, reservation_id=reservation.id)
        mine = sum(photo.organisation_id == actor.organisation_id for photo in photos)
        from_other = latest is not None and (latest.proposed_by_id != actor.organisation_id or reservation.is_internal)
        can_propose = is_side and status is _S.APPROVED and not reservation.listing.planned
        agree_form = _as_sent(AgreeForm, sent)
        agree_form.prepare(latest)
        owns = actor.organisation_id == reservation.owner_id
        contact = transfer.asker_contact if owns else transfer.owner_contact
        spot = transfer.exact.lot if transfer.exact else find_spot(session, actor, reservation.listing)
        listing, is_agreed = reservation.listing, latest is not None and latest.agreed_time is not None
        return cls(
            appointment=latest,
            place=_place(session, actor, reservation, transfer, latest),
            with_whom=contact.name if contact else "",
            phone=phone_shown_to(actor, contact, reservation) or "",
            mail=(contact.email or "") if contact else "",
            map=near_map(spot.lat, spot.lon) if spot else near_map(listing.public_lat, listing.public_lon),
            is_exact=spot is not None,
            route=f"{transfer.exact.lot.lat:.5f},{transfer.exact.lot.lon:.5f}" if transfer.exact and contact else "",
            hint=_hint(status, reservation, transfer, owns=owns, is_side=is_side),
            stands=status not in CONTESTED_OR_DONE,
            has_calendar=is_agreed and status is _S.APPROVED,
            is_readable=gate.may_read_gate(actor, reservation),
            can_propose=can_propose,
            can_choose=can_propose and from_other and latest is not None and latest.agreed_time is None,
            photos=[(photo, MOMENT_LABELS[PhotoMoment(photo.moment)]) for photo in photos],
            can_add_photo=is_side and status in WITH_PHOTOS and mine < GATE_PHOTOS_MAX,
            has_note=status in WITH_NOTE,
            propose_form=_as_sent(ProposeForm, sent),
            agree_form=agree_form,
            photo_form=_as_sent(PhotoForm, sent),
        )


def _place(session: Session, actor: Actor, reservation: Reservation, transfer: Transfer, latest: Appointment | None) -> str:
    """Where to meet as agreed, else where the lot lies, as exactly as the reader may know."""
    if latest is not None and gate.may_read_gate(actor, reservation):
        return meeting_place(session, actor, reservation, latest)
    exact = transfer.exact
    return exact.address or exact.place_name if exact else reservation.listing.place_name


def _hint(status: ReservationStatus, reservation: Reservation, transfer: Transfer, *, owns: bool, is_side: bool) -> Text | None:
    """When more of the place is seen, and by whom. Nothing where the reader has it all."""
    undecided = status in (_S.WAITING, _S.OFFERED, _S.REQUESTED)
    if owns and undecided and not reservation.is_internal:
        return _(
            "%(asker)s sees the address, names and email addresses once you have approved.", asker=reservation.organisation.name
        )
    if transfer.names:
        return None
    if undecided and is_side:
        return _("The exact place, names and email addresses appear here once the owner has approved.")
    return _("Only the two sides see the exact place, names and email addresses, as long as the transfer goes ahead.")


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
