"""The broker reminds the sides of a transfer that stands still."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.actions.transitions import notify_side
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.queries.watch import REMINDED, find_reminders
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice

REMIND_AGAIN_AFTER = timedelta(days=7)


def remind(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """Remind both sides to agree on a time, or the receiver to confirm.

    Refused for a transfer that waits for neither, and within seven days after the last reminder.
    """
    require(actor, Can.BROKER)
    reservation = get_reservation(session, actor, reservation_id)
    if reservation.status not in (ReservationStatus.APPROVED, ReservationStatus.HANDED_OVER):
        raise Conflict(_("Nothing waits for the two sides here now. Open the transfer to see what happened."))
    statement = select(Reservation.id).where(Reservation.id == reservation_id)
    session.execute(statement.with_for_update(key_share=True))  # of two clicks the second waits here
    last = find_reminders(session, [reservation_id]).get(reservation_id)
    if last is not None and last + REMIND_AGAIN_AFTER > clock.today():
        again = last + REMIND_AGAIN_AFTER
        raise Conflict(_("They were reminded on %(day)s. Remind again from %(again)s on.", day=last, again=again))
    waits_for_both = reservation.status == ReservationStatus.APPROVED and not reservation.is_internal
    for owner in (True, False) if waits_for_both else (False,):
        notify_side(session, Notice.REMINDED, reservation, owner=owner)
    audit.record(session, actor, action=REMINDED, object_type="reservation", object_id=reservation_id)
    return reservation
