"""The appointment to collect: one side proposes times, the other chooses one of them or proposes others. Only the two sides see it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange import gate_rules as rules
from marketplace.exchange.gate_rules import AppointmentDraft
from marketplace.exchange.models import Appointment, Reservation
from marketplace.exchange.queries import SEES_EXACT, get_reservation
from marketplace.exchange.rules import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market import counters
from marketplace.notices import audit
from marketplace.notices.actions import notify
from marketplace.notices.rules import Notice


def propose_times(session: Session, actor: Actor, *, reservation_id: int, draft: AppointmentDraft) -> Reservation:
    """Propose up to three times, where to meet and what to know at the gate; what stood before, agreed or not, is off. The same proposal
    sent again changes nothing. Refused: past times, more than three or none, and any reservation that is not approved."""
    reservation, draft = _locked(session, actor, reservation_id), draft.tidy()
    latest = newest(reservation)
    if latest is not None and _is_repeated(latest, actor, draft):
        return reservation
    rules.check_meeting(ReservationStatus(reservation.status))
    rules.check_times(draft.times, available_from=reservation.listing.available_from, now=clock.now())
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
    return _told(session, actor, reservation, Notice.APPOINTMENT_PROPOSED, times=[_iso(time) for time in draft.times])


def agree_time(session: Session, actor: Actor, *, reservation_id: int, time: datetime) -> Reservation:
    """Choose one of the times that the other side proposed; the same choice again changes nothing. Within one organisation anybody chooses.
    Refused: a time that was not proposed or is past, one's own proposal, and a choice after another one was made."""
    reservation, time = _locked(session, actor, reservation_id), time.replace(microsecond=0)
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
    return _told(session, actor, reservation, Notice.APPOINTMENT_AGREED, time=_iso(time))


def propose_or_agree(session: Session, actor: Actor, *, reservation_id: int, draft: AppointmentDraft) -> Reservation:
    """Choose, where this is exactly one of the times that the other side proposed and says nothing else about where and how; else propose."""
    latest = newest(_locked(session, actor, reservation_id))
    if latest is not None and _is_choice(latest, actor, draft.tidy()):
        return agree_time(session, actor, reservation_id=reservation_id, time=draft.times[0])
    return propose_times(session, actor, reservation_id=reservation_id, draft=draft)


def newest(reservation: Reservation) -> Appointment | None:
    """The proposal that counts; None when nobody has proposed anything."""
    return reservation.appointments[-1] if reservation.appointments else None


def _locked(session: Session, actor: Actor, reservation_id: int) -> Reservation:
    """The reservation behind the lock of its listing: two sides may propose at the same moment."""
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.MEET, reservation)
    counters.lock(session, reservation.listing_id)
    return get_reservation(session, actor, reservation_id)


def _is_repeated(latest: Appointment, actor: Actor, draft: AppointmentDraft) -> bool:
    told = (latest.proposed_by_id, latest.moments, latest.place, latest.notes)
    return told == (actor.organisation_id, draft.times, draft.place, draft.notes)


def _is_choice(latest: Appointment, actor: Actor, draft: AppointmentDraft) -> bool:
    if latest.proposed_by_id == actor.organisation_id or len(draft.times) != 1 or draft.times[0] not in latest.moments:
        return False
    is_same = draft.place in ("", latest.place) and draft.notes in ("", latest.notes)
    return is_same and latest.agreed_time in (None, draft.times[0])


def _told(session: Session, actor: Actor, reservation: Reservation, kind: Notice, **facts: Any) -> Reservation:
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


def may_read_gate(actor: Actor, reservation: Reservation) -> bool:
    """Who reads where to meet and what to know at the gate: the owner's side, and the holder as long as the reservation stands."""
    if not may(actor, Can.MEET, reservation):
        return False
    return actor.organisation_id == reservation.owner_id or reservation.status in SEES_EXACT
