"""How far the region is: the goals, their indicators, and what municipalities report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.impact.models import Goal, GoalVersion
from marketplace.impact.queries.bank import get_bank_by_year
from marketplace.impact.queries.reports import list_inputs
from marketplace.impact.queries.statistics import ZERO
from marketplace.impact.rules.goals import Decision, InForce, Measured, Target, check_target, valued
from marketplace.impact.rules.material_use import FIRST_YEAR, Indicator, YearInput, indicator, regional
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _
from marketplace.places.queries.region import areas


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a goal has come: what it measures, what counts, and its indicator."""

    goal: Goal
    counts: InForce
    indicator: Indicator

    @property
    def target(self) -> Target:
        """What counts here."""
        return self.counts.target

    @property
    def is_reached(self) -> bool:
        """Whether the share is at or above the target."""
        return self.indicator.has_reached(self.target.percent)

    @property
    def gap_points(self) -> Decimal | None:
        """How many percentage points the share lies below the target; None where there is no share."""
        share = self.indicator.share
        return None if share is None else self.target.percent - share * 100


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
        return next(one for one in self.versions if one.organisation is None)

    @property
    def own(self) -> list[GoalDecision]:
        """What counts for each municipality that decided for itself, by name."""
        newest = {one.organisation.id: one for one in reversed(self.versions) if one.organisation is not None}
        return sorted(newest.values(), key=lambda one: one.organisation.sort_key if one.organisation else "")


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


@dataclass(frozen=True, slots=True)
class GoalPlace:
    """The region or a municipality in one year. Its three goals, and what it received through the bank."""

    slug: str
    name: str
    standings: tuple[Standing, ...]
    bank_kg: Decimal
    includes_bank_kg: Decimal | None = None  # None: not reported, or the region


@dataclass(frozen=True, slots=True)
class GoalsOverview:
    """One year. `municipalities` is empty for the public; `trend` is the region's indicator of goals 1 and 2 per reported year.

    The public sees finished years only: no `years` or `trend` of this year.
    """

    year: int
    years: tuple[int, ...]
    region: GoalPlace
    municipalities: tuple[GoalPlace, ...]
    trend: tuple[tuple[int, Indicator], ...]


def get_goals(session: Session, actor: Actor, *, year: int | None = None) -> GoalsOverview:
    """The three goals in a year: the region, and for members each municipality.

    The public sees finished years only. By default, and for a year that the reader does not see, the last one with a share of the
    region; where there is none the last one that was reported.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    municipalities = list_municipalities(session)
    inhabitants = {area.slug: area.inhabitants for area in areas()}
    bank = get_bank_by_year(session)
    inputs = list_inputs(session)
    is_public = not may(actor, Can.READ_MEMBER_FIGURES)
    last = clock.today().year - is_public
    reported = sorted({when for (_organisation_id, when), one in inputs.items() if one.is_reported and when <= last})
    goals, counting = list_goals(session), _in_force(session)

    def over_all(indicator_of: Callable[[Organisation], Indicator]) -> Indicator:
        return regional([(indicator_of(one), inhabitants.get(one.slug, 0)) for one in municipalities])

    def region_in(when: int) -> Indicator:
        return over_all(lambda one: indicator(inputs.get((one.id, when))))

    requested = year if year is not None and FIRST_YEAR <= year <= last else None
    shared = [when for when in reported if region_in(when).share is not None]
    visible = requested or (shared or reported or [last])[-1]
    region = GoalPlace(
        slug="",
        name="",
        standings=_standings(goals, counting(None), region_in(visible), over_all(lambda _one: valued(None, None))),
        bank_kg=sum((bank.get((municipality.slug, visible), ZERO) for municipality in municipalities), ZERO),
    )
    return GoalsOverview(
        year=visible,
        years=tuple(sorted({*reported, last, visible}, reverse=True)),
        region=region,
        municipalities=()
        if is_public
        else tuple(_place(one, visible, inputs, bank, goals, counting(one.id)) for one in municipalities),
        trend=tuple((when, region_in(when)) for when in reported),
    )


Inputs = Mapping[tuple[int, int], YearInput]


def _place(
    organisation: Organisation,
    year: int,
    inputs: Inputs,
    bank: Mapping[tuple[str, int], Decimal],
    goals: Sequence[Goal],
    counts: Mapping[int, InForce],
) -> GoalPlace:
    values = inputs.get((organisation.id, year))
    return GoalPlace(
        slug=organisation.slug,
        name=organisation.name,
        standings=_standings(goals, counts, indicator(values), valued(None, None)),
        bank_kg=bank.get((organisation.slug, year), ZERO),
        includes_bank_kg=values.includes_bank_kg if values is not None and values.is_reported else None,
    )


def _standings(goals: Sequence[Goal], counts: Mapping[int, InForce], used: Indicator, worth: Indicator) -> tuple[Standing, ...]:
    """Each goal stands where what it measures does: the material use, or the valuations."""
    measured = {Measured.RENEWABLE_SHARE: used, Measured.VALUED_SHARE: worth}
    return tuple(Standing(goal, counts[goal.number], measured[Measured(goal.indicator)]) for goal in goals)


def list_goals(session: Session) -> Sequence[Goal]:
    """The goals that were adopted, by number."""
    return session.scalars(select(Goal).order_by(Goal.number)).all()


def get_goal(session: Session, number: int, *, for_update: bool = False) -> Goal:
    """The goal with this number, or Missing. `for_update`: nobody else decides about it until this is committed."""
    asked = select(Goal).where(Goal.number == number)
    goal = session.scalars(asked.with_for_update(key_share=True) if for_update else asked).one_or_none()
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
    by_id = {one.id: one for one in session.scalars(select(Organisation))}
    versions = [decision_of(one, by_id.get(one.organisation_id or 0)) for one in session.scalars(rows)]
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
    return _in_force(session)(organisation_id)


def targets_in_force(session: Session, organisation_id: int) -> list[dict[str, Any]]:
    """What an adopted year keeps: the region's targets of now, and the organisation's own.

    `thawed` of the rules reads it again.
    """
    counting = in_force(session, organisation_id=organisation_id).values()
    return [target.frozen() for one in counting for target in (one.region, one.own) if target is not None]


def _in_force(session: Session) -> Callable[[int | None], dict[int, InForce]]:
    """Read every version once; returns the question what counts for an organisation."""
    newest: dict[tuple[int | None, int], Target] = {}
    for version in session.scalars(_versions()):
        newest[version.organisation_id, version.number] = _target(version)  # the highest is the last

    def of(organisation_id: int | None) -> dict[int, InForce]:
        return {
            number: InForce(target, None if organisation_id is None else newest.get((organisation_id, number)))
            for (owner, number), target in newest.items()
            if owner is None
        }

    return of


def _versions() -> Select[GoalVersion]:
    return select(GoalVersion).order_by(GoalVersion.number, GoalVersion.version)


def _target(version: GoalVersion) -> Target:
    decision = Decision(version.body, version.decided_on, version.document, version.text)
    is_own = version.organisation_id is not None
    return Target(version.number, version.target_percent, version.target_year, version.version, is_own, decision)
