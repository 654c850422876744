"""Reminders of years that are not submitted, and of reports that wait for the AO CE."""

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import CLOCK
from marketplace.accounts.queries.people import list_reviewers
from marketplace.impact.actions.reports import hold
from marketplace.impact.models import MaterialUseReport
from marketplace.impact.queries.adopted import (
    OF,
    REMINDED,
    REPORT,
    REVIEW_REMINDED,
    list_municipalities_to_remind,
    list_reports_to_remind,
)
from marketplace.impact.queries.reports import last_year
from marketplace.kernel import clock
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def remind_municipality(session: Session, *, organisation_id: int) -> bool:
    """Remind a municipality of the last year that it has not submitted. False: another worker was first, or it has."""
    organisation = session.get_one(Organisation, organisation_id)
    hold(session, organisation)
    if organisation_id not in list_municipalities_to_remind(session):
        return False
    year = last_year()
    notify(session, Notice.REPORT_NOT_SUBMITTED, organisation_id=organisation_id, slug=organisation.slug, year=str(year))
    audit.record(session, CLOCK, action=REMINDED, object_type=OF, object_id=organisation_id, year=year)
    return True


def remind_reviewers(session: Session, *, report_id: int) -> bool:
    """Remind the AO CE of a report that waits for it. False: another worker was first, or it waits no longer."""
    report = session.get_one(MaterialUseReport, report_id)
    organisation = session.get_one(Organisation, report.organisation_id)
    hold(session, organisation)
    session.refresh(report)
    if report_id not in list_reports_to_remind(session) or report.submitted_at is None:
        return False
    for person_id in list_reviewers(session):
        notify(
            session,
            Notice.REPORT_WAITING,
            person_id=person_id,
            organisation=organisation.name,
            slug=organisation.slug,
            year=str(report.year),
            since=clock.local(report.submitted_at).date().isoformat(),
        )
    audit.record(session, CLOCK, action=REVIEW_REMINDED, object_type=REPORT, object_id=report_id, year=report.year)
    return True
