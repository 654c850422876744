"""Laying down the goals, and adopting what each of them asks."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.impact.models import Goal, GoalVersion
from marketplace.impact.queries.goals import GoalDecision, decision_of, get_goal_change
from marketplace.impact.rules.goals import Decision, Measured, Target
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.actions.windows import bump_catalogue
from marketplace.notices.actions import audit

KOERSDOCUMENT = Decision(body="Bestuurlijk overleg", document="Koersdocument Circulaire Economie Twente")
"""Where the three goals of the region stand. On which day they were adopted is not known here."""
FIRST_GOALS = (
    (Measured.RENEWABLE_SHARE, "Volledig circulair", "Fully circular", Target(1, Decimal(100), 2050)),
    (
        Measured.RENEWABLE_SHARE,
        "De helft minder uit eindige bronnen",
        "Half as much from finite sources",
        Target(2, Decimal(50), 2030),
    ),
    (Measured.VALUED_SHARE, "Weten wat het waard is", "Know what it is worth", Target(3, Decimal(50), 2035)),
)


def seed_goals(session: Session) -> int:
    """Seed the three goals that the region adopted; returns how many were added.

    100 % in 2050, 50 % in 2030, 50 % valued from 2035. Safe to run twice.
    """
    there = set(session.scalars(select(Goal.number)))
    missing = [goal for goal in FIRST_GOALS if goal[-1].number not in there]
    for indicator, name_nl, name_en, target in missing:
        session.add(Goal(number=target.number, indicator=indicator, name_nl=name_nl, name_en=name_en))
        session.flush()
        session.add(_row(target, KOERSDOCUMENT, organisation_id=None, person_id=None))
    session.flush()
    return len(missing)


def adopt_goal(
    session: Session,
    actor: Actor,
    *,
    number: int,
    organisation_slug: str | None,
    percent: Decimal,
    year: int,
    body: str,
    decided_on: date | None,
    document: str,
    text: str = "",
    version: int | None = None,
) -> GoalDecision:
    """Record what was decided about a goal, as a new version.

    For one municipality, looser or tighter than the region; or (without an organisation) for the region.

    A coordinator records what the own municipality decided; reviewer and administrator what the region did, and any municipality.
    `version` is the newest one that was read (0: none yet); None: whatever is there. Refused when somebody recorded another meanwhile.
    """
    decision = Decision(
        clean(body, field="body"), decided_on, clean(document, field="document"), clean(text, lines=True, field="text")
    )
    change = get_goal_change(
        session,
        actor,
        number=number,
        organisation_slug=organisation_slug,
        percent=percent,
        year=year,
        decision=decision,
        for_update=True,  # of two who decide at once the second waits here
    )
    if version is not None and version != change.version:
        raise Conflict(
            _("Somebody recorded another decision about this goal in the meantime. Look at what counts now, and try again."),
            current=change.version,
            changed=["version"],
        )
    organisation_id = None if change.organisation is None else change.organisation.id
    row = _row(
        change.after,
        decision,
        organisation_id=organisation_id,
        person_id=actor.person_id,
        version=change.version + 1,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        action="goal.adopt",
        object_type="goal",
        object_id=row.id,
        number=number,
        version=row.version,
        for_organisation_id=organisation_id,
        target_percent=percent,
        target_year=year,
        body=decision.body,
        document=decision.document,
    )
    bump_catalogue(session)
    return decision_of(row, change.organisation)


def _row(
    target: Target, decision: Decision, *, organisation_id: int | None, person_id: int | None, version: int = 1
) -> GoalVersion:
    return GoalVersion(
        number=target.number,
        organisation_id=organisation_id,
        version=version,
        target_percent=target.percent,
        target_year=target.year,
        body=decision.body,
        decided_on=decision.decided_on,
        document=decision.document,
        text=decision.text,
        set_at=clock.now(),
        set_by_id=person_id,
    )
