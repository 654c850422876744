"""What the clock does with reservations: each once, however often or late it runs."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK
from marketplace.exchange.actions.decide import end
from marketplace.exchange.actions.hand_over import complete_by_clock
from marketplace.exchange.actions.transitions import note, notify_side, offer_next
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation, is_reminder_due, list_waiting_to_expire
from marketplace.exchange.queries.terms import find_ordered_to_confirm
from marketplace.exchange.rules.reservation import STEPS, ReservationStatus, Step, reminder
from marketplace.kernel import clock
from marketplace.kernel.language import _, in_default_locale
from marketplace.market.actions import counters
from marketplace.market.actions.windows import bump_catalogue
from marketplace.notices.rules.kinds import Notice

# who must act before the last day: the owner, the asker, or both
_MUST_ACT = {
    ReservationStatus.REQUESTED: (True,),
    ReservationStatus.OFFERED: (False,),
    ReservationStatus.APPROVED: (True, False),
    ReservationStatus.HANDED_OVER: (False,),
}


def _behind_lock(session: Session, reservation_id: int) -> Reservation:
    counters.lock(session, find_reservation(session, reservation_id).listing_id)
    return find_reservation(session, reservation_id)


def expire(session: Session, *, reservation_id: int) -> bool:
    """Let a reservation lapse whose time has come, and offer it to the next on the list.

    After hand-over it counts as confirmed instead, or goes to the broker. Returns whether anything happened.
    """
    reservation = _behind_lock(session, reservation_id)
    if reservation.expires_at is None or reservation.expires_at > clock.now():
        return False
    if reservation.status == ReservationStatus.HANDED_OVER:
        complete_by_clock(session, reservation)
        return True
    if ReservationStatus(reservation.status) not in STEPS[Step.EXPIRE][0]:
        return False
    end(session, CLOCK, reservation, Step.EXPIRE, Notice.RESERVATION_EXPIRED, reservation.reason)
    return True


def expire_waiting(session: Session, *, reservation_id: int) -> bool:
    """A waiting request ends when the lot will not come any more; whether it waited still."""
    reservation = _behind_lock(session, reservation_id)
    if reservation.status != ReservationStatus.WAITING or not list_waiting_to_expire(session, reservation_id):
        return False
    reason = in_default_locale(_("Nothing came free in time."))
    end(session, CLOCK, reservation, Step.EXPIRE, Notice.WAITING_ENDED, reason)
    return True


def remind(session: Session, *, reservation_id: int) -> bool:
    """Remind the person who must act: three days ahead, one day ahead and on the last day.

    Once for each; a late clock sends only the nearest one.
    """
    reservation = _behind_lock(session, reservation_id)
    sides = _MUST_ACT.get(ReservationStatus(reservation.status), ())
    until = reservation.expires_at
    if not sides or until is None or not is_reminder_due(until, reservation.reminded_days):
        return False
    last_day, today = clock.local(until).date(), clock.today()
    reservation = note(session, CLOCK, reservation, "remind", reminded_days=reminder(last_day, today))
    is_handed_over = reservation.status == ReservationStatus.HANDED_OVER
    ordered = find_ordered_to_confirm(session, reservation) if is_handed_over else None
    for owner in sides:
        notify_side(
            session,
            Notice.RESERVATION_EXPIRING,
            reservation,
            owner=owner,
            days=(last_day - today).days,
            status=reservation.status,
            ordered=ordered,
        )
    return True


def offer(session: Session, *, listing_id: int) -> bool:
    """Offer what is free of a lot to whoever waits for it; whether anything was offered."""
    if offer_next(session, listing_id) == 0:
        return False
    bump_catalogue(session)
    return True
