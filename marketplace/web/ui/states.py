"""The state of things as a word with a colour beside it: tones of the badge macro."""

from marketplace.exchange.rules.reservation import STATUS_LABELS, ReservationStatus
from marketplace.impact.rules.reports import STATUS_LABELS as REPORT_STATUS_LABELS
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel.language import Text, _
from marketplace.kernel.models import TaskState
from marketplace.market.rules.demand import DEMAND_STATUS_LABELS, DemandStatus
from marketplace.market.rules.listing import LISTING_STATUS_LABELS, ListingStatus

Badge = tuple[Text, str]

LISTING_BADGES: dict[str, Badge] = {
    status.value: (LISTING_STATUS_LABELS[status], tone)
    for status, tone in (
        (ListingStatus.DRAFT, "neutral"),
        (ListingStatus.PUBLISHED, "good"),
        (ListingStatus.CLOSED, "done"),
        (ListingStatus.WITHDRAWN, "stop"),
    )
}
DEMAND_BADGES: dict[str, Badge] = {
    status.value: (DEMAND_STATUS_LABELS[status], tone)
    for status, tone in (
        (DemandStatus.DRAFT, "neutral"),
        (DemandStatus.OPEN, "good"),
        (DemandStatus.FULFILLED, "done"),
        (DemandStatus.WITHDRAWN, "stop"),
        (DemandStatus.LAPSED, "stop"),
    )
}
RESERVATION_BADGES: dict[str, Badge] = {
    status.value: (STATUS_LABELS[status], tone)
    for status, tone in (
        (ReservationStatus.WAITING, "neutral"),
        (ReservationStatus.OFFERED, "wait"),
        (ReservationStatus.REQUESTED, "wait"),
        (ReservationStatus.APPROVED, "good"),
        (ReservationStatus.HANDED_OVER, "good"),
        (ReservationStatus.DISPUTED, "stop"),
        (ReservationStatus.COMPLETED, "done"),
        (ReservationStatus.REJECTED, "stop"),
        (ReservationStatus.CANCELLED, "stop"),
        (ReservationStatus.EXPIRED, "stop"),
    )
}
REPORT_BADGES: dict[str, Badge] = {
    status.value: (REPORT_STATUS_LABELS[status], tone)
    for status, tone in (
        (ReportStatus.CONCEPT, "neutral"),
        (ReportStatus.SUBMITTED, "wait"),
        (ReportStatus.IN_REVIEW, "wait"),
        (ReportStatus.SENT_BACK, "stop"),
        (ReportStatus.ADOPTED, "good"),
        (ReportStatus.SUPERSEDED, "neutral"),
    )
}
TASK_BADGES: dict[str, Badge] = {
    TaskState.QUEUED.value: (_("waits"), "wait"),
    TaskState.RUNNING.value: (_("busy"), "wait"),
    TaskState.DONE.value: (_("done"), "good"),
    TaskState.FAILED.value: (_("failed"), "stop"),
    TaskState.CANCELLED.value: (_("cancelled"), "neutral"),
}
