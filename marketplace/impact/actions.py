"""Setting the goals, tightening them, and reporting what was put to use."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.impact.models import Goal, MaterialUse, MaterialUseReport
from marketplace.impact.queries.goals import MaterialUseYear, find_report, find_target, get_material_use
from marketplace.impact.rules.goals import REGIONAL_TARGETS, Target, UseRow, check_rows, check_tightened, check_year, effective
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.language import _
from marketplace.market.actions.revision import bump_catalogue
from marketplace.materials.queries import taxonomy
from marketplace.notices.actions import audit


def seed_goals(session: Session) -> int:
    """Seed the three goals that the region adopted; returns how many were added.

    100 % in 2050, 50 % in 2030, 50 % valued from 2035. Safe to run twice.
    """
    there = set(session.scalars(select(Goal.number).where(Goal.organisation_id.is_(None))))
    missing = [target for target in REGIONAL_TARGETS if target.number not in there]
    for target in missing:
        session.add(_row(target, organisation_id=None, person_id=None))
    session.flush()
    return len(missing)


def tighten_goal(
    session: Session,
    actor: Actor,
    *,
    number: int,
    target_percent: Decimal,
    target_year: int,
    organisation_slug: str | None = None,
) -> Target:
    """Tighten a goal to a higher percentage or an earlier year, as a new version.

    For one municipality, or (without an organisation) for the region. Never looser.

    A coordinator tightens the goals of their own municipality; reviewer and administrator those of the region and of every
    municipality.
    """
    organisation = None
    if organisation_slug is not None and organisation_slug != REGION_SLUG:
        organisation = get_organisation_by_slug(session, organisation_slug)
        if not may(actor, Can.MANAGE_GOALS):
            require(actor, Can.TIGHTEN_GOAL, organisation.id)
        if not organisation.is_municipality:
            raise Invalid(_("Only the region and its municipalities have goals. Choose a municipality."), "organisation")
    else:
        require(actor, Can.MANAGE_GOALS)
    seed_goals(session)
    region = find_target(session, number=number, organisation_id=None)
    if region is None:
        raise Missing(_("There are three goals: 1, 2 and 3. Choose one of them."))
    organisation_id = None if organisation is None else organisation.id
    own = None if organisation is None else find_target(session, number=number, organisation_id=organisation.id)
    tightened = check_tightened(effective(own, region), percent=target_percent, year=target_year, this_year=clock.today().year)
    newest = own if organisation is not None else region
    row = _row(
        tightened, organisation_id=organisation_id, person_id=actor.person_id, version=1 if newest is None else newest.version + 1
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        action="goal.tighten",
        object_type="goal",
        object_id=row.id,
        number=number,
        version=row.version,
        for_organisation_id=organisation_id,
        target_percent=target_percent,
        target_year=target_year,
    )
    bump_catalogue(session)
    return Target(number, row.target_percent, row.target_year, row.version, organisation_id is not None)


def _row(target: Target, *, organisation_id: int | None, person_id: int | None, version: int = 1) -> Goal:
    return Goal(
        number=target.number,
        organisation_id=organisation_id,
        version=version,
        target_percent=target.percent,
        target_year=target.year,
        set_at=clock.now(),
        set_by_id=person_id,
    )


def report_material_use(
    session: Session,
    actor: Actor,
    *,
    organisation_slug: str,
    year: int,
    includes_bank: bool,
    rows: Sequence[UseRow],
    version: int | None = None,
) -> MaterialUseYear:
    """Replace what a municipality said of a year. No rows above zero: the year counts as not reported again.

    `version` is the one that was read (0: nothing yet); None takes whatever stands there. Refused when somebody reported meanwhile, and
    when a row has an unknown group or origin, is negative or stands there twice.
    """
    organisation = get_organisation_by_slug(session, organisation_slug)
    require(actor, Can.EDIT_MATERIAL_USE, organisation.id)
    check_year(year, this_year=clock.today().year)
    stored = check_rows(rows, groups=[group.slug for group in taxonomy(session).groups])
    report = _claim(session, actor, organisation_id=organisation.id, year=year, includes_bank=includes_bank, version=version)
    session.execute(delete(MaterialUse).where(MaterialUse.report_id == report.id))
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
        includes_bank=includes_bank,
        mass_kg=sum((row.mass_kg for row in stored), Decimal(0)),
    )
    bump_catalogue(session)
    return get_material_use(session, actor, year=year, organisation_slug=organisation_slug)


def _claim(
    session: Session, actor: Actor, *, organisation_id: int, year: int, includes_bank: bool, version: int | None
) -> MaterialUseReport:
    """Claim the report's row at its next version, by one conditional statement.

    Of two people who save at once, the second is refused.
    """
    report = find_report(session, organisation_id=organisation_id, year=year)
    if version is not None and version != (0 if report is None else report.version):
        raise _changed_meanwhile(0 if report is None else report.version)
    values = {"includes_bank": includes_bank, "reported_at": clock.now(), "reported_by_id": actor.person_id}
    if report is None:
        report = MaterialUseReport(organisation_id=organisation_id, year=year, version=1, **values)
        try:
            with session.begin_nested():
                session.add(report)
        except IntegrityError as error:
            raise _changed_meanwhile(1) from error
        return report
    existing = report.version
    moved = session.execute(
        update(MaterialUseReport)
        .where(MaterialUseReport.id == report.id, MaterialUseReport.version == existing)
        .values(**values, version=existing + 1)
        .execution_options(synchronize_session=False)
        .returning(MaterialUseReport.id)
    ).one_or_none()
    if moved is None:
        raise _changed_meanwhile(existing + 1)
    session.refresh(report)
    return report


def _changed_meanwhile(current: int) -> Conflict:
    return Conflict(
        _("Somebody reported this year in the meantime. Open the page again, look at what is there, and report what is missing."),
        current=current,
        changed=["rows"],
    )
