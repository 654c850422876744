"""How far the region is: the goals, their indicators, and what municipalities report."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.impact.models import Goal
from marketplace.impact.queries.reports import get_bank_by_year, list_inputs
from marketplace.impact.queries.statistics import ZERO
from marketplace.impact.rules.goals import REGIONAL_TARGETS, Target, effective, valued
from marketplace.impact.rules.material_use import FIRST_YEAR, Indicator, YearInput, indicator, regional
from marketplace.kernel import clock
from marketplace.places.queries.region import areas

GOAL_NUMBERS = tuple(target.number for target in REGIONAL_TARGETS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a goal has come: its target and its indicator."""

    target: Target
    indicator: Indicator

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
    inputs = list_inputs(session, bank)
    is_public = not may(actor, Can.READ_MEMBER_FIGURES)
    last = clock.today().year - is_public
    reported = sorted({when for (_organisation_id, when), one in inputs.items() if one.is_reported and when <= last})
    targets = _targets(session)

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
        standings=_standings(
            [targets[None, number] for number in GOAL_NUMBERS], region_in(visible), over_all(lambda _one: valued(None, None))
        ),
        bank_kg=sum((bank.get((municipality.slug, visible), ZERO) for municipality in municipalities), ZERO),
    )
    return GoalsOverview(
        year=visible,
        years=tuple(sorted({*reported, last, visible}, reverse=True)),
        region=region,
        municipalities=()
        if is_public
        else tuple(_place(municipality, visible, inputs, bank, targets) for municipality in municipalities),
        trend=tuple((when, region_in(when)) for when in reported),
    )


Inputs = Mapping[tuple[int, int], YearInput]


def _place(
    organisation: Organisation,
    year: int,
    inputs: Inputs,
    bank: Mapping[tuple[str, int], Decimal],
    targets: Mapping[tuple[int | None, int], Target],
) -> GoalPlace:
    values = inputs.get((organisation.id, year))
    goals = [effective(targets.get((organisation.id, number)), targets[None, number]) for number in GOAL_NUMBERS]
    return GoalPlace(
        slug=organisation.slug,
        name=organisation.name,
        standings=_standings(goals, indicator(values), valued(None, None)),
        bank_kg=bank.get((organisation.slug, year), ZERO),
        includes_bank_kg=values.includes_bank_kg if values is not None and values.is_reported else None,
    )


def _standings(targets: Iterable[Target], used: Indicator, worth: Indicator) -> tuple[Standing, ...]:
    """Goals 1 and 2 stand where the material use is, goal 3 where the valuations are."""
    return tuple(Standing(target, worth if target.number == 3 else used) for target in targets)


def are_goals_seeded(session: Session) -> bool:
    """Whether the three goals that the region adopted are rows."""
    return (
        session.scalar(select(func.count()).select_from(Goal).where(Goal.organisation_id.is_(None), Goal.version == 1)) or 0
    ) >= 3


def find_target(session: Session, *, number: int, organisation_id: int | None) -> Target | None:
    """The newest version of a goal of the region (no organisation) or of a municipality's own."""
    return _targets(session).get((organisation_id, number))


def _targets(session: Session) -> dict[tuple[int | None, int], Target]:
    """Map the newest version of each goal by organisation (None: the region) and number. The region's three are always there."""
    rows = session.scalars(select(Goal).order_by(Goal.version))
    adopted: dict[tuple[int | None, int], Target] = {(None, target.number): target for target in REGIONAL_TARGETS}
    return adopted | {
        (row.organisation_id, row.number): Target(
            row.number, row.target_percent, row.target_year, row.version, row.organisation_id is not None
        )
        for row in rows
    }
