"""The kinds of notice by theme, in the order in which a reader chooses their mail."""

from marketplace.kernel.language import Text, _
from marketplace.notices.rules.kinds import (
    FOR_ADMINISTRATORS,
    FOR_ADVISERS,
    FOR_BOTH_SIDES_OF_A_REPORT,
    FOR_COORDINATORS,
    FOR_REVIEWERS,
    Notice,
)
from marketplace.notices.rules.settling import SETTLING

THEMES: tuple[tuple[Text, tuple[Notice, ...]], ...] = (
    (
        _("Requests and reservations"),
        (
            Notice.RESERVATION_REQUESTED,
            Notice.RESERVATION_WAITING,
            Notice.RESERVATION_APPROVED,
            Notice.RESERVATION_REJECTED,
            Notice.RESERVATION_DISPLACED,
            Notice.WAITING_ENDED,
            Notice.RESERVATION_OFFERED,
            Notice.RESERVATION_EXPIRING,
            Notice.RESERVATION_EXPIRED,
            Notice.RESERVATION_CANCELLED,
        ),
    ),
    (
        _("Collecting and handing over"),
        (
            Notice.APPOINTMENT_PROPOSED,
            Notice.APPOINTMENT_AGREED,
            Notice.HANDED_OVER,
            Notice.COMPLETED,
            Notice.DISPUTED,
            Notice.DISPUTE_ANSWERED,
            Notice.CANCEL_PROPOSED,
            Notice.RETURNED,
            Notice.REVERSED,
            *SETTLING,
            Notice.NO_SHOW,
            Notice.RECALL_FREED,
        ),
    ),
    (
        _("Your lots in a depot"),
        (Notice.LOT_TAKEN_IN, Notice.LOT_COUNTED_DOWN, Notice.LOT_WRITTEN_OFF, Notice.ARRIVAL_DECLINED),
    ),
    (_("The depot that you keep"), (Notice.ARRIVAL_ANNOUNCED, Notice.ARRIVAL_CALLED_OFF, Notice.LOT_SAID_GONE)),
    (_("Questions and messages"), (Notice.QUESTION_ASKED, Notice.QUESTION_ANSWERED, Notice.MESSAGE)),
    (
        _("Found for you"),
        (
            Notice.NEW_MATCH,
            Notice.SAVED_SEARCH,
            Notice.FAVOURITE_CHANGED,
            Notice.FAVOURITE_GONE,
            Notice.PROPOSAL,
            Notice.LOT_OFFERED,
            Notice.CHAIN_OFFERED,
        ),
    ),
    (
        _("Keeping your lots and demands up to date"),
        (
            Notice.LISTING_FRESHNESS,
            Notice.LISTING_STALE,
            Notice.DEMAND_FRESHNESS,
            Notice.DEMAND_STALE,
            Notice.PAPER_EXPIRING,
        ),
    ),
    (
        _("Opinions and rules"),
        (Notice.OPINION_GIVEN, Notice.GATE_LIFTED, Notice.REQUIREMENT_NEW, Notice.REQUIREMENT_MISSED),
    ),
    (_("For the adviser"), FOR_ADVISERS),
    (_("For the coordinator"), FOR_COORDINATORS),
    (_("For the AO CE"), FOR_REVIEWERS),
    (_("Messages about reports"), FOR_BOTH_SIDES_OF_A_REPORT),
    (_("For the administrator"), FOR_ADMINISTRATORS),
)
