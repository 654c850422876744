"""What the page of a transfer tells and asks at the gate: the appointment, the photos and the papers."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.queries import gate
from marketplace.exchange.queries.gate import list_gate_photos
from marketplace.exchange.rules.gate import GATE_PHOTOS_MAX, MOMENT_LABELS, WITH_NOTE, WITH_PHOTOS, PhotoMoment
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel.language import Text
from marketplace.web.papers import meeting_place
from marketplace.web.reservations.meeting_forms import AgreeForm, GatePhotoForm, ProposeForm


@dataclass(frozen=True, slots=True)
class Gate:
    """What the page tells and asks about meeting: `appointment` and `place` for the two sides only, photos for all who may follow the transfer."""

    appointment: Any
    place: str
    is_side: bool
    is_readable: bool
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
        latest = gate.newest(reservation) if is_side else None
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


def _as_sent(form: Any, sent: Any) -> Any:
    return sent if isinstance(sent, form) else form(formdata=None)
