"""Reporting what was put to use, and asking for it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.impact.models import MaterialUse, MaterialUseReport
from marketplace.impact.queries.adopted import ASKED, OF, find_adopted
from marketplace.impact.queries.bank import get_bank_mass
from marketplace.impact.queries.reports import (
    ASK_AGAIN_AFTER,
    MaterialUseYear,
    Reporting,
    find_report,
    get_material_use,
    get_reporting,
    last_year,
)
from marketplace.impact.rules.material_use import ZERO, Scope, UseRow, check_included, check_rows, check_year
from marketplace.impact.rules.reports import WORDS_LENGTH_MAX
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.actions.windows import bump_catalogue
from marketplace.materials.queries import get_taxonomy
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
    scope: str = Scope.ORGANISATION,
    explanation: str = "",
) -> MaterialUseYear:
    """Store what a municipality says of a year as a concept, in a new version.

    The versions before it stay.
    No rows above zero: the year counts as not reported again. `version` is the one that was read (0: nothing yet); None takes whatever
    stands there. `includes_bank_kg` is how much of what is not primary came through the bank, as it stood on `includes_bank_as_of`; `scope`
    is whose rows count for the goals. Refused when the year is adopted, when somebody reported meanwhile, when a row has an unknown group
    or origin, is negative or stands there twice, when more is included than was received, and when more is included than was reported so
    and no `explanation` is given.
    """
    organisation = get_organisation_by_slug(session, organisation_slug)
    require(actor, Can.EDIT_MATERIAL_USE, organisation.id)
    today = clock.today()
    check_year(year, last=today.year)
    if scope not in set(Scope):
        raise Invalid(_("Choose whose material it is: organisation or territory."), "scope")
    explanation = clean(explanation, lines=True, longest=WORDS_LENGTH_MAX, field="explanation")
    hold(session, organisation)
    if find_adopted(session, organisation_id=organisation.id, year=year) is not None:
        raise Conflict(
            _(
                "The year %(year)s of %(organisation)s is adopted and stays as it is.",
                year=str(year),
                organisation=organisation.name,
            )
        )
    stored = check_rows(rows, groups=[group.slug for group in get_taxonomy(session).groups])
    as_of = check_included(
        stored,
        year=year,
        included_kg=includes_bank_kg,
        as_of=includes_bank_as_of,
        bank_kg=get_bank_mass(session, slug=organisation.slug, year=year),
        today=today,
        scope=scope,
        is_explained=bool(explanation),
    )
    report = MaterialUseReport(
        organisation_id=organisation.id,
        year=year,
        version=_next_version(session, organisation.id, year, version=version),
        scope=scope,
        explanation=explanation,
        includes_bank_kg=includes_bank_kg,
        includes_bank_as_of=as_of,
        reported_at=clock.now(),
        reported_by_id=actor.person_id,
    )
    session.add(report)
    session.flush()
    session.add_all(MaterialUse(report_id=report.id, **asdict(row)) for row in stored)
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


def hold(session: Session, organisation: Organisation) -> None:
    """Keep everybody else from a municipality's reports until this is committed. Refused where it is no municipality."""
    if not organisation.is_municipality:
        raise Invalid(_("Only municipalities report what they put to use. Choose a municipality."), "organisation")
    session.refresh(organisation, with_for_update={"key_share": True})


def ask_for_report(session: Session, actor: Actor, *, organisation_slug: str, year: int) -> Reporting:
    """Ask a municipality for its report of a year that is over; its coordinators are notified.

    Refused when it has reported, and when somebody asked in the last 14 days.
    """
    require(actor, Can.ASK_FOR_REPORT)
    check_year(year, last=last_year())
    organisation = get_organisation_by_slug(session, organisation_slug)
    hold(session, organisation)  # of two clicks the second waits here
    missing = {state.organisation.id: state for state in get_reporting(session, actor, year=year).missing}.get(organisation.id)
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


def _next_version(session: Session, organisation_id: int, year: int, *, version: int | None) -> int:
    report = find_report(session, organisation_id=organisation_id, year=year)
    existing = 0 if report is None else report.version
    if version is not None and version != existing:
        raise changed_meanwhile(existing)
    return existing + 1


def changed_meanwhile(current: int) -> Conflict:
    """Why a change of a version that is no longer the newest is refused."""
    return Conflict(
        _("Somebody reported this year in the meantime. Open the page again, look at what is there, and report what is missing."),
        current=current,
        changed=["rows"],
    )
