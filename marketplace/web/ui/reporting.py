"""What must be reported to an authority about a lot, and by which day."""

from dataclasses import dataclass
from datetime import date

from marketplace.advice.queries.notifications import list_notifications
from marketplace.advice.rules.notifications import Notification, Work
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.materials.rules.taxonomy import Material

OF_THE_RECEIVER = (Work.USE, Work.STORE)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to report. `by`: the last day, where it is known when the work begins; `is_late`: that day is past."""

    notification: Notification
    by: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Reporting:
    """What whoever gets a lot has to report. `begins_on`: the day from which the last days are counted."""

    duties: tuple[Duty, ...]
    begins_on: date | None


def reporting_of(session: Session, material: Material, begins_on: date | None) -> Reporting | None:
    """Gather it for a material that is put to use on this day. None where nothing is to be reported."""
    today = clock.today()
    duties = []
    for notification in list_notifications(session):
        if notification.work in OF_THE_RECEIVER and notification.concerns(material):
            by = notification.last_day(begins_on) if begins_on else None
            duties.append(Duty(notification, by, by is not None and by < today))
    return Reporting(tuple(duties), begins_on) if duties else None
