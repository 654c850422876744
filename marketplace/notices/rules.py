"""The kinds of notices."""

from datetime import timedelta
from enum import StrEnum

LEASE = timedelta(minutes=5)
TRIES_MAX = 9  # about two days in all


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: 1, 4, 16 minutes and so on, at most twelve hours."""
    return min(timedelta(minutes=4 ** max(0, attempts - 1)), timedelta(hours=12))


class Notice(StrEnum):
    """What people must be told. Each kind has two templates, `templates/mail/<kind>.txt` and `.html`."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    RESERVATION_REQUESTED = "reservation_requested"
    RESERVATION_APPROVED = "reservation_approved"
    RESERVATION_REJECTED = "reservation_rejected"
    RESERVATION_CANCELLED = "reservation_cancelled"
    RESERVATION_EXPIRED = "reservation_expired"
    HANDED_OVER = "handed_over"
    COMPLETED = "completed"
    RESERVATION_DISPLACED = "reservation_displaced"
    RESERVATION_OFFERED = "reservation_offered"
    RESERVATION_EXPIRING = "reservation_expiring"
    DISPUTED = "disputed"
    DISPUTE_ANSWERED = "dispute_answered"
    CANCEL_PROPOSED = "cancel_proposed"
    NO_SHOW = "no_show"
    RETURNED = "returned"
    APPOINTMENT_PROPOSED = "appointment_proposed"
    APPOINTMENT_AGREED = "appointment_agreed"
    NEW_MATCH = "new_match"
    SAVED_SEARCH = "saved_search"
    LISTING_FRESHNESS = "listing_freshness"
    LISTING_STALE = "listing_stale"
    DEMAND_FRESHNESS = "demand_freshness"
    DEMAND_STALE = "demand_stale"
    PROPOSAL = "proposal"


DAILY = (Notice.NEW_MATCH,)  # domain.md: by mail at most once a day; what came in meanwhile goes along in one letter
DAY = timedelta(days=1)
