"""At the gate: the two sides agree on a time, and each takes photos. Only they see it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can
from marketplace.exchange.actions.transitions import locked
from marketplace.exchange.models import Appointment, GatePhoto, GatePhotoFile, Reservation
from marketplace.exchange.queries.gate import get_gate_photo, newest
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.queries.terms import terms_of
from marketplace.exchange.rules import gate as rules
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.rules.photos import StoredPicture, check_alt
from marketplace.market.rules.values import check_is_there
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def add_gate_photo(session: Session, actor: Actor, *, reservation_id: int, picture: StoredPicture, alt: str = "") -> GatePhoto:
    """Put a photo with the transfer, as the side that adds it. Refused before approval, and more than six of one side."""
    reservation = locked(session, actor, reservation_id, Can.MEET)
    status = ReservationStatus(reservation.status)
    mine = select(func.count()).where(
        GatePhoto.reservation_id == reservation_id, GatePhoto.organisation_id == actor.organisation_id
    )
    rules.check_gate_photo(status, present=session.scalar(mine) or 0)
    check_alt(alt)
    photo = GatePhoto(
        reservation_id=reservation_id,
        organisation_id=actor.organisation_id,
        moment=rules.photo_moment(status, is_owner=actor.organisation_id == reservation.owner_id).value,
        alt=alt,
        files={name: {"name": file, "width": width, "height": height} for name, (file, width, height) in picture.files.items()},
        created_at=clock.now(),
    )
    session.add(photo)
    session.flush()
    session.add_all(
        [GatePhotoFile(name=name, gate_photo_id=photo.id) for name in {file for file, _w, _h in picture.files.values()}]
    )
    audit.record(session, actor, action="gate_photo.add", object_type="reservation", object_id=reservation_id, photo=photo.id)
    return get_gate_photo(session, actor, reservation_id=reservation_id, photo_id=photo.id)


def propose_times(session: Session, actor: Actor, *, reservation_id: int, draft: AppointmentDraft) -> Reservation:
    """Propose up to three times, where to meet and what to know at the gate.

    Whatever stood before, agreed or not, is off. The same proposal sent again changes nothing. Refused: past times, more than
    three or none, and any reservation that is not approved.
    """
    reservation, draft = locked(session, actor, reservation_id, Can.MEET), draft.tidy()
    latest = newest(reservation)
    if latest is not None and _is_repeated(latest, actor, draft):
        return reservation
    rules.check_meeting(ReservationStatus(reservation.status))
    check_is_there(planned=reservation.listing.planned)
    rules.check_times(draft.times, available_from=terms_of(session, reservation).available_from, now=clock.now())
    rules.check_texts(draft)
    session.add(
        Appointment(
            reservation_id=reservation_id,
            proposed_by_id=actor.organisation_id,
            times=[_iso(time) for time in draft.times],
            place=draft.place,
            notes=draft.notes,
            created_at=clock.now(),
        )
    )
    return _record(session, actor, reservation, Notice.APPOINTMENT_PROPOSED, times=[_iso(time) for time in draft.times])


def agree_time(session: Session, actor: Actor, *, reservation_id: int, time: datetime) -> Reservation:
    """Choose one of the times that the other side proposed.

    The same choice again changes nothing. Within one organisation anyone chooses. Refused: a time that was not proposed or is
    past, the chooser's own proposal, and a choice after another one was made.
    """
    reservation, time = locked(session, actor, reservation_id, Can.MEET), time.replace(microsecond=0)
    latest = newest(reservation)
    if latest is not None and latest.agreed_time == time:
        return reservation
    rules.check_meeting(ReservationStatus(reservation.status))
    if latest is None:
        raise Conflict(_("No time has been proposed yet. Propose one yourself."), "time")
    is_own = latest.proposed_by_id == actor.organisation_id and not reservation.is_internal
    rules.check_choice(time, proposed=latest.moments, is_own=is_own, now=clock.now())
    if latest.agreed_time is not None:
        raise Conflict(_("A time has been agreed already. Propose other times if it has to be moved."), "time")
    latest.agreed_time, latest.agreed_at = time, clock.now()
    return _record(session, actor, reservation, Notice.APPOINTMENT_AGREED, time=_iso(time))


def propose_or_agree(session: Session, actor: Actor, *, reservation_id: int, draft: AppointmentDraft) -> Reservation:
    """Agree to a time that the other side proposed; propose anything else.

    It is an agreement when it is exactly one of those times and says nothing else about where and how.
    """
    latest = newest(locked(session, actor, reservation_id, Can.MEET))
    if latest is not None and _is_choice(latest, actor, draft.tidy()):
        return agree_time(session, actor, reservation_id=reservation_id, time=draft.times[0])
    return propose_times(session, actor, reservation_id=reservation_id, draft=draft)


def _is_repeated(latest: Appointment, actor: Actor, draft: AppointmentDraft) -> bool:
    values = (latest.proposed_by_id, latest.moments, latest.place, latest.notes)
    return values == (actor.organisation_id, draft.times, draft.place, draft.notes)


def _is_choice(latest: Appointment, actor: Actor, draft: AppointmentDraft) -> bool:
    if latest.proposed_by_id == actor.organisation_id or len(draft.times) != 1 or draft.times[0] not in latest.moments:
        return False
    is_same = draft.place in ("", latest.place) and draft.notes in ("", latest.notes)
    return is_same and latest.agreed_time in (None, draft.times[0])


def _record(session: Session, actor: Actor, reservation: Reservation, kind: Notice, **facts: Any) -> Reservation:
    session.flush()
    audit.record(session, actor, action=f"reservation.{kind.value}", object_type="reservation", object_id=reservation.id, **facts)
    from_owner = actor.organisation_id == reservation.owner_id
    if not reservation.is_internal:
        notify(
            session,
            kind,
            person_id=reservation.person_id if from_owner else reservation.listing.created_by_id,
            organisation_id=reservation.organisation_id if from_owner else reservation.owner_id,
            reservation_id=reservation.id,
            listing_id=reservation.listing_id,
            listing_title=reservation.listing.title,
            organisation=reservation.owner.name if from_owner else reservation.organisation.name,
            **facts,
        )
    return get_reservation(session, actor, reservation.id)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
