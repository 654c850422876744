"""Setting the goals, and tightening them."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.impact.models import Goal
from marketplace.impact.queries.goals import find_target
from marketplace.impact.rules.goals import REGIONAL_TARGETS, Target, check_tightened, effective
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _
from marketplace.market.actions.revision import bump_catalogue
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
