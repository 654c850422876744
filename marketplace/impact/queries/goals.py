"""The goals, what was decided about them, and what counts for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.impact.models import AdoptedYear, Goal, GoalVersion
from marketplace.impact.rules.goals import Decision, InForce, Target, check_target, thawed
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _


@dataclass(frozen=True, slots=True)
class GoalDecision:
    """A version of a goal. What was decided, for whom (None: the region), and when that was recorded."""

    target: Target
    organisation: Organisation | None
    set_at: datetime


@dataclass(frozen=True, slots=True)
class GoalHistory:
    """A goal with everything that was decided about it, newest first."""

    goal: Goal
    versions: tuple[GoalDecision, ...]

    @property
    def region(self) -> GoalDecision:
        """What counts for the region."""
        return next(decision for decision in self.versions if decision.organisation is None)

    @property
    def own(self) -> list[GoalDecision]:
        """What counts for each municipality that decided for itself, by name."""
        newest = {decision.organisation.id: decision for decision in reversed(self.versions) if decision.organisation is not None}
        return sorted(newest.values(), key=lambda decision: decision.organisation.sort_key if decision.organisation else "")


@dataclass(frozen=True, slots=True)
class GoalChange:
    """What a decision would change. For whom, what counts now, what would count, and the newest version so far."""

    goal: Goal
    organisation: Organisation | None
    before: Target
    after: Target
    version: int
    region: Target

    @property
    def deviates(self) -> bool:
        """Whether a municipality would ask something else of itself than the region does."""
        return self.organisation is not None and not self.after.asks_as(self.region)


def list_goals(session: Session) -> Sequence[Goal]:
    """The goals that were adopted, by number."""
    return session.scalars(select(Goal).order_by(Goal.number)).all()


def get_goal(session: Session, number: int, *, for_update: bool = False) -> Goal:
    """The goal with this number, or Missing. `for_update`: nobody else decides about it until this is committed."""
    query = select(Goal).where(Goal.number == number)
    goal = session.scalars(query.with_for_update(key_share=True) if for_update else query).one_or_none()
    if goal is None:
        raise Missing(_("There is no goal %(number)s. Choose one from the list of goals.", number=str(number)))
    return goal


def are_goals_seeded(session: Session) -> bool:
    """Whether the three goals that the region adopted are rows."""
    return (session.scalar(select(func.count()).select_from(Goal)) or 0) >= 3


def get_goal_history(session: Session, actor: Actor, *, number: int) -> GoalHistory:
    """A goal with everything that was decided about it, newest first.

    Of the region, and for members of every municipality; the public reads the region's.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    goal = get_goal(session, number)
    rows = _versions().where(GoalVersion.number == goal.number).order_by(None).order_by(GoalVersion.id.desc())
    if not may(actor, Can.READ_MEMBER_FIGURES):
        rows = rows.where(GoalVersion.organisation_id.is_(None))
    by_id = {organisation.id: organisation for organisation in session.scalars(select(Organisation))}
    versions = [decision_of(version, by_id.get(version.organisation_id or 0)) for version in session.scalars(rows)]
    return GoalHistory(goal, tuple(versions))


def decision_of(version: GoalVersion, organisation: Organisation | None) -> GoalDecision:
    """A row as a decision, with whose it is."""
    return GoalDecision(_target(version), organisation, version.set_at)


def get_goal_change(
    session: Session,
    actor: Actor,
    *,
    number: int,
    organisation_slug: str | None,
    percent: Decimal,
    year: int,
    decision: Decision,
    for_update: bool = False,
) -> GoalChange:
    """What a decision would change. Refused where the actor may not record it, or where it cannot be."""
    organisation = _get_owner(session, actor, organisation_slug)
    goal = get_goal(session, number, for_update=for_update)
    counts = in_force(session, organisation_id=None if organisation is None else organisation.id)[goal.number]
    newest = counts.region if organisation is None else counts.own
    after = check_target(counts.target, percent=percent, year=year, decision=decision, today=clock.today())
    return GoalChange(goal, organisation, counts.target, after, 0 if newest is None else newest.version, counts.region)


def _get_owner(session: Session, actor: Actor, organisation_slug: str | None) -> Organisation | None:
    """The municipality whose goal it is; None: the region. Refused where the actor may not."""
    if organisation_slug is None or organisation_slug == REGION_SLUG:
        require(actor, Can.MANAGE_GOALS)
        return None
    organisation = get_organisation_by_slug(session, organisation_slug)
    require(actor, Can.ADOPT_GOAL, organisation.id)
    if not organisation.is_municipality:
        raise Invalid(_("Only the region and its municipalities have goals. Choose a municipality."), "organisation")
    return organisation


def in_force(session: Session, *, organisation_id: int | None) -> dict[int, InForce]:
    """What counts now by number of the goal, for a municipality or (None) the region."""
    return get_decided(session).now(organisation_id)


def targets_in_force(session: Session, organisation_id: int) -> list[dict[str, Any]]:
    """What an adopted year keeps: the region's targets of now, and the organisation's own.

    `thawed` of the rules reads it again.
    """
    counting = in_force(session, organisation_id=organisation_id).values()
    return [target.frozen() for targets in counting for target in (targets.region, targets.own) if target is not None]


@dataclass(frozen=True, slots=True)
class Decided:
    """Every version of every goal, by whose it is (None: the region), number and version."""

    targets: Mapping[tuple[int | None, int, int], Target]

    def now(self, organisation_id: int | None) -> dict[int, InForce]:
        """What counts now by number of the goal, for a municipality or (None) the region."""
        newest = {
            (owner, number): target for (owner, number, _version), target in self.targets.items()
        }  # the last is the highest
        own = (
            {}
            if organisation_id is None
            else {number: target for (owner, number), target in newest.items() if owner == organisation_id}
        )
        return {number: InForce(target, own.get(number)) for (owner, number), target in newest.items() if owner is None}

    def in_force_at(self, adopted: AdoptedYear) -> dict[int, InForce]:
        """What counted when a municipality's year was adopted, with the decision behind it."""
        return {
            number: InForce(
                self._with_decision(None, targets.region),
                None if targets.own is None else self._with_decision(adopted.organisation_id, targets.own),
            )
            for number, targets in thawed(adopted.targets).items()
        }

    def region_in_force(self, adopted: Iterable[AdoptedYear]) -> dict[int, InForce]:
        """What counted for the region when the last of these was adopted."""
        newest = dict[int, Target]()
        for adoption in adopted:
            for number, counted in thawed(adoption.targets).items():
                newest[number] = max(counted.region, newest.get(number, counted.region), key=lambda target: target.version)
        return {number: InForce(self._with_decision(None, target)) for number, target in newest.items()}

    def _with_decision(self, owner: int | None, target: Target) -> Target:
        stored = self.targets.get((owner, target.number, target.version))
        return target if stored is None else replace(target, decision=stored.decision)


def get_decided(session: Session) -> Decided:
    """Everything that was decided about the goals."""
    return Decided({(row.organisation_id, row.number, row.version): _target(row) for row in session.scalars(_versions())})


def _versions() -> Select[GoalVersion]:
    return select(GoalVersion).order_by(GoalVersion.number, GoalVersion.version)


def _target(version: GoalVersion) -> Target:
    decision = Decision(version.body, version.decided_on, version.document, version.text)
    is_own = version.organisation_id is not None
    return Target(version.number, version.target_percent, version.target_year, version.version, is_own, decision)
