"""The kinds of notices, how often each is mailed, and how long a letter is retried."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from marketplace.kernel import clock
from marketplace.kernel.language import Text, _

LEASE = timedelta(minutes=5)
TRIES_MAX = 9  # about two days in all
DAY = timedelta(days=1)
WEEKLY_ON = 0  # Monday
WEEKLY_AT = time(7)


def back_off(attempts: int) -> timedelta:
    """Work out how long to wait after so many failed tries. 1, 4, 16 minutes and so on, at most twelve hours."""
    return min(timedelta(minutes=4 ** max(0, attempts - 1)), timedelta(hours=12))


class Notice(StrEnum):
    """The kinds of notice; `wording.py` says how each reads."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    JOIN_REQUESTED = "join_requested"
    JOIN_DECLINED = "join_declined"
    RESERVATION_REQUESTED = "reservation_requested"
    RESERVATION_WAITING = "reservation_waiting"
    RESERVATION_APPROVED = "reservation_approved"
    RESERVATION_REJECTED = "reservation_rejected"
    RESERVATION_CANCELLED = "reservation_cancelled"
    RESERVATION_EXPIRED = "reservation_expired"
    HANDED_OVER = "handed_over"
    COMPLETED = "completed"
    RESERVATION_DISPLACED = "reservation_displaced"
    WAITING_ENDED = "waiting_ended"
    RESERVATION_OFFERED = "reservation_offered"
    RESERVATION_EXPIRING = "reservation_expiring"
    DISPUTED = "disputed"
    DISPUTE_ANSWERED = "dispute_answered"
    CANCEL_PROPOSED = "cancel_proposed"
    DISPUTE_TO_DECIDE = "dispute_to_decide"
    UNCONFIRMED = "unconfirmed"
    UNCONFIRMED_TO_DECIDE = "unconfirmed_to_decide"
    TERMS_PROPOSED = "terms_proposed"
    TERMS_ACCEPTED = "terms_accepted"
    TERMS_DECLINED = "terms_declined"
    NO_SHOW = "no_show"
    OBJECTED = "objected"
    OBJECTION_TO_DECIDE = "objection_to_decide"
    OBJECTION_UPHELD = "objection_upheld"
    OBJECTION_REJECTED = "objection_rejected"
    RETURNED = "returned"
    REVERSED = "reversed"
    DATES_MOVED = "dates_moved"
    DATES_CONFIRMED = "dates_confirmed"
    DATES_DECLINED = "dates_declined"
    DATES_UNANSWERED = "dates_unanswered"
    PLAN_CAME = "plan_came"
    PLAN_SHORT = "plan_short"
    PLAN_OVERDUE = "plan_overdue"
    PLAN_FRESHNESS = "plan_freshness"
    APPOINTMENT_PROPOSED = "appointment_proposed"
    APPOINTMENT_AGREED = "appointment_agreed"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    MESSAGE = "message"
    NEW_MATCH = "new_match"
    SAVED_SEARCH = "saved_search"
    FAVOURITE_CHANGED = "favourite_changed"
    FAVOURITE_GONE = "favourite_gone"
    LISTING_FRESHNESS = "listing_freshness"
    LISTING_STALE = "listing_stale"
    DEMAND_FRESHNESS = "demand_freshness"
    DEMAND_STALE = "demand_stale"
    PAPER_EXPIRING = "paper_expiring"
    PROPOSAL = "proposal"
    REMINDED = "reminded"
    REPORT_ASKED = "report_asked"
    REPORT_NOT_SUBMITTED = "report_not_submitted"
    REPORT_SUBMITTED = "report_submitted"
    REPORT_WAITING = "report_waiting"
    REPORT_SENT_BACK = "report_sent_back"
    REPORT_REMARK = "report_remark"
    REPORT_ADOPTED = "report_adopted"
    FACTORS_HANDED_IN = "factors_handed_in"
    FACTORS_USED = "factors_used"
    FACTORS_DECLINED = "factors_declined"
    LOT_OFFERED = "lot_offered"
    CHAIN_OFFERED = "chain_offered"
    OPINION_ASKED = "opinion_asked"
    OPINION_GIVEN = "opinion_given"
    GATE_LIFTED = "gate_lifted"
    REQUIREMENT_NEW = "requirement_new"
    REQUIREMENT_MISSED = "requirement_missed"
    RECALLED = "recalled"
    RECALL_FREED = "recall_freed"
    LOT_TAKEN_IN = "lot_taken_in"
    LOT_COUNTED_DOWN = "lot_counted_down"
    LOT_WRITTEN_OFF = "lot_written_off"
    LOT_SAID_GONE = "lot_said_gone"
    ARRIVAL_ANNOUNCED = "arrival_announced"
    ARRIVAL_CALLED_OFF = "arrival_called_off"
    ARRIVAL_DECLINED = "arrival_declined"
    LETTER_GIVEN_UP = "letter_given_up"


class Cadence(StrEnum):
    """How often a kind is mailed. The inbox has everything at once."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class State(StrEnum):
    """The state of the mail of one notice to one reader.

    Dropped: there is no reader any more, the reader does not want it, or an administrator dropped it.
    """

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


class Failure(StrEnum):
    """Why a letter did not go out.

    Our post, its mailbox for now, or the letter or its mailbox for ever.
    """

    POST = "post"
    MAILBOX_LATER = "mailbox_later"
    FOR_EVER = "for_ever"


CADENCE_LABELS: dict[Cadence, Text] = {
    Cadence.AT_ONCE: _("At once"),
    Cadence.DAILY: _("Once a day"),
    Cadence.WEEKLY: _("Once a week"),
    Cadence.NEVER: _("Never"),
}
SECURITY = (  # never suppressed, never delayed
    Notice.INVITATION,
    Notice.PASSWORD_RESET,
    Notice.PASSWORD_CHANGED,
    Notice.JOIN_DECLINED,
    Notice.RECALLED,
)
MAIL_ONLY = (Notice.INVITATION, Notice.PASSWORD_RESET, Notice.JOIN_DECLINED)  # a secret link, or a reader without an inbox
FOR_COORDINATORS = (
    Notice.REPORT_ASKED,
    Notice.REPORT_NOT_SUBMITTED,
    Notice.REPORT_SENT_BACK,
    Notice.REPORT_ADOPTED,
    Notice.FACTORS_USED,
    Notice.FACTORS_DECLINED,
)
FOR_REVIEWERS = (Notice.REPORT_SUBMITTED, Notice.REPORT_WAITING, Notice.FACTORS_HANDED_IN)
FOR_BOTH_SIDES_OF_A_REPORT = (Notice.REPORT_REMARK,)
FOR_ADVISERS = (Notice.OPINION_ASKED,)
FOR_ADMINISTRATORS = (Notice.LETTER_GIVEN_UP, Notice.JOIN_REQUESTED)
CHOOSABLE = tuple(kind for kind in Notice if kind not in SECURITY)
_GATHERED = (
    Notice.NEW_MATCH,  # domain.md: by mail at most once a day
    Notice.SAVED_SEARCH,
    Notice.FAVOURITE_CHANGED,
    Notice.FAVOURITE_GONE,
    Notice.LISTING_FRESHNESS,
    Notice.LISTING_STALE,
    Notice.DEMAND_FRESHNESS,
    Notice.DEMAND_STALE,
    Notice.PAPER_EXPIRING,
    Notice.LETTER_GIVEN_UP,
)


def default_cadence(kind: Notice) -> Cadence:
    """Give the cadence for a reader who chose nothing.

    At once what somebody must act on or waits for, once a day what may wait.
    """
    return Cadence.DAILY if kind in _GATHERED else Cadence.AT_ONCE


def due_at(cadence: Cadence, now: datetime) -> datetime:
    """Work out when a notice of this moment may be mailed at the earliest.

    A weekly one on the next Monday at seven, the others now.
    """
    if cadence is not Cadence.WEEKLY:
        return now
    today = clock.local(now).date()
    monday = today + timedelta(days=(WEEKLY_ON - today.weekday()) % 7)
    at = datetime.combine(monday, WEEKLY_AT, clock.AMSTERDAM)
    return at if at > now else datetime.combine(monday + timedelta(days=7), WEEKLY_AT, clock.AMSTERDAM)


def end_of_day(now: datetime) -> datetime:
    """Midnight in Twente: a digest takes along what would be due later the same day."""
    return datetime.combine(clock.local(now).date() + DAY, time(), clock.AMSTERDAM)
