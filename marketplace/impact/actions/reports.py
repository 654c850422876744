"""Reporting what was put to use, and asking for it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.impact.models import MaterialUse, MaterialUseReport
from marketplace.impact.queries.reports import (
    ASK_AGAIN_AFTER,
    ASKED,
    OF,
    MaterialUseYear,
    Reporting,
    find_report,
    get_bank_mass,
    get_material_use,
    get_reporting,
    last_year,
)
from marketplace.impact.rules.material_use import ZERO, UseRow, check_included, check_rows, check_year
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.market.actions.revision import bump_catalogue
from marketplace.materials.queries import taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def report_material_use(
    session: Session,
    actor: Actor,
    *,
    organisation_slug: str,
    year: int,
    rows: Sequence[UseRow],
    includes_bank_kg: Decimal = ZERO,
    includes_bank_as_of: date | None = None,
    version: int | None = None,
) -> MaterialUseYear:
    """Replace what a municipality said of a year; the report before it stays as a version.

    No rows above zero: the year counts as not reported again. `version` is the one that was read (0: nothing yet); None takes whatever
    stands there. `includes_bank_kg` is how much of what is not primary came through the bank, as it stood on `includes_bank_as_of`. Refused
    when somebody reported meanwhile, when a row has an unknown group or origin, is negative or stands there twice, and when more is
    included than was reported so or received.
    """
    organisation = get_organisation_by_slug(session, organisation_slug)
    require(actor, Can.EDIT_MATERIAL_USE, organisation.id)
    today = clock.today()
    check_year(year, last=today.year)
    stored = check_rows(rows, groups=[group.slug for group in taxonomy(session).groups])
    as_of = check_included(
        stored,
        year=year,
        included_kg=includes_bank_kg,
        as_of=includes_bank_as_of,
        bank_kg=get_bank_mass(session, slug=organisation.slug, year=year),
        today=today,
    )
    report = MaterialUseReport(
        organisation_id=organisation.id,
        year=year,
        version=_next_version(session, organisation.id, year, known=version),
        includes_bank_kg=includes_bank_kg,
        includes_bank_as_of=as_of,
        reported_at=clock.now(),
        reported_by_id=actor.person_id,
    )
    try:
        with session.begin_nested():
            session.add(report)
    except IntegrityError as error:  # of two people who save at once, the second is refused
        raise _changed_meanwhile(report.version) from error
    for row in stored:
        session.add(MaterialUse(report_id=report.id, group_slug=row.group_slug, origin=row.origin, mass_kg=row.mass_kg))
    session.flush()
    audit.record(
        session,
        actor,
        action="material_use.report",
        object_type="material_use_report",
        object_id=report.id,
        year=year,
        version=report.version,
        includes_bank_kg=includes_bank_kg,
        mass_kg=sum((row.mass_kg for row in stored), ZERO),
    )
    bump_catalogue(session)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)


def ask_for_report(session: Session, actor: Actor, *, organisation_slug: str, year: int) -> Reporting:
    """Ask a municipality for its report of a year that is over; its coordinators are notified.

    Refused when it has reported, and when somebody asked in the last 14 days.
    """
    require(actor, Can.ASK_FOR_REPORT)
    check_year(year, last=last_year())
    organisation = get_organisation_by_slug(session, organisation_slug)
    if not organisation.is_municipality:
        raise Invalid(_("Only municipalities report what they put to use. Choose a municipality."), "organisation")
    session.refresh(organisation, with_for_update={"key_share": True})  # of two clicks the second waits here
    missing = {one.organisation.id: one for one in get_reporting(session, actor, year=year).missing}.get(organisation.id)
    if missing is None:
        raise Conflict(_("%(organisation)s has reported %(year)s already.", organisation=organisation.name, year=str(year)))
    if missing.asked_on is not None and not missing.may_be_asked:
        raise Conflict(
            _(
                "%(organisation)s was asked on %(day)s. Ask again from %(again)s on.",
                organisation=organisation.name,
                day=missing.asked_on,
                again=missing.asked_on + ASK_AGAIN_AFTER,
            )
        )
    notify(session, Notice.REPORT_ASKED, organisation_id=organisation.id, year=str(year))
    audit.record(session, actor, action=ASKED, object_type=OF, object_id=organisation.id, year=year)
    return get_reporting(session, actor, year=year)


def _next_version(session: Session, organisation_id: int, year: int, *, known: int | None) -> int:
    report = find_report(session, organisation_id=organisation_id, year=year)
    existing = 0 if report is None else report.version
    if known is not None and known != existing:
        raise _changed_meanwhile(existing)
    return existing + 1


def _changed_meanwhile(current: int) -> Conflict:
    return Conflict(
        _("Somebody reported this year in the meantime. Open the page again, look at what is there, and report what is missing."),
        current=current,
        changed=["rows"],
    )
