"""How far the region is: the goals, their indicators, and what municipalities report."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities, list_organisations
from marketplace.impact.models import Goal, MaterialUse, MaterialUseReport
from marketplace.impact.queries.statistics import ZERO
from marketplace.impact.rules.goals import (
    FIRST_YEAR,
    REGIONAL_TARGETS,
    Indicator,
    Origin,
    Target,
    UseRow,
    YearInput,
    effective,
    indicator,
    regional,
    valued,
)
from marketplace.kernel import clock
from marketplace.ledger.models import MonthPair

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
    includes_bank: bool | None = None  # None: not reported, or the region


@dataclass(frozen=True, slots=True)
class GoalsOverview:
    """One year. `municipalities` is empty for the public; `trend` is the region's indicator of goals 1 and 2 per reported year."""

    year: int
    years: tuple[int, ...]
    region: GoalPlace
    municipalities: tuple[GoalPlace, ...]
    trend: tuple[tuple[int, Indicator], ...]


@dataclass(frozen=True, slots=True)
class MaterialUseYear:
    """What a municipality reported of a year. Version 0: nothing yet."""

    organisation: Organisation
    year: int
    includes_bank: bool | None
    version: int
    rows: tuple[UseRow, ...]
    bank_kg: Decimal


def get_goals(session: Session, actor: Actor, *, year: int | None = None) -> GoalsOverview:
    """The three goals in a year: the region, and for members each municipality.

    By default, and for a year before 2015 or after this one, the last year in which a municipality reported.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    municipalities = list_municipalities(session)
    bank = _bank_by_year(session)
    inputs = _inputs(session, bank)
    reported = sorted({when for (_organisation_id, when), one in inputs.items() if one.is_reported})
    this_year = clock.today().year
    requested = year if year is not None and FIRST_YEAR <= year <= this_year else None
    visible = requested or (reported[-1] if reported else this_year)
    targets = _targets(session)

    def region_in(when: int) -> Indicator:
        return regional(inputs.get((municipality.id, when)) for municipality in municipalities)

    region = GoalPlace(
        slug="",
        name="",
        standings=_standings([targets[None, number] for number in GOAL_NUMBERS], region_in(visible)),
        bank_kg=sum((bank.get((municipality.slug, visible), ZERO) for municipality in municipalities), ZERO),
    )
    return GoalsOverview(
        year=visible,
        years=tuple(sorted({*reported, this_year, visible}, reverse=True)),
        region=region,
        municipalities=tuple(_place(municipality, visible, inputs, bank, targets) for municipality in municipalities)
        if may(actor, Can.READ_MEMBER_FIGURES)
        else (),
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
        standings=_standings(goals, indicator(values)),
        bank_kg=bank.get((organisation.slug, year), ZERO),
        includes_bank=values.includes_bank if values is not None and values.is_reported else None,
    )


def _standings(targets: Iterable[Target], share: Indicator) -> tuple[Standing, ...]:
    return tuple(Standing(target, share if target.number != 3 else valued(None, None)) for target in targets)


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


def _inputs(session: Session, bank: Mapping[tuple[str, int], Decimal]) -> dict[tuple[int, int], YearInput]:
    """Every reported year by organisation id and year, with what the bank brought in it."""
    slugs = {organisation.id: organisation.slug for organisation in list_organisations(session)}
    masses: dict[int, dict[Origin, Decimal]] = defaultdict(dict)
    sums = select(MaterialUse.report_id, MaterialUse.origin, func.sum(MaterialUse.mass_kg)).group_by(
        MaterialUse.report_id, MaterialUse.origin
    )
    for report_id, origin, mass_kg in session.execute(sums):
        masses[report_id][Origin(origin)] = mass_kg
    return {
        (report.organisation_id, report.year): YearInput(
            masses.get(report.id, {}), report.includes_bank, bank.get((slugs.get(report.organisation_id, ""), report.year), ZERO)
        )
        for report in session.scalars(select(MaterialUseReport))
    }


def _bank_by_year(session: Session) -> dict[tuple[str, int], Decimal]:
    """What each organisation received through the bank, by its slug and the year, in kg."""
    year = cast(func.substr(MonthPair.month, 1, 4), Integer)
    rows = session.execute(select(MonthPair.to_slug, year, func.sum(MonthPair.mass_kg)).group_by(MonthPair.to_slug, year))
    return {(slug, when): mass_kg for slug, when, mass_kg in rows}


def find_report(session: Session, *, organisation_id: int, year: int) -> MaterialUseReport | None:
    """The report of a municipality on a year."""
    return session.scalars(
        select(MaterialUseReport).where(MaterialUseReport.organisation_id == organisation_id, MaterialUseReport.year == year)
    ).one_or_none()


def get_material_use(session: Session, actor: Actor, *, year: int, organisation_slug: str | None = None) -> MaterialUseYear:
    """Get what a municipality reported of a year, by default the actor's own. For its own people and the reviewer."""
    organisation = get_organisation_by_slug(session, organisation_slug or actor.organisation_slug)
    require(actor, Can.READ_MATERIAL_USE, organisation.id, hidden=True)
    report = find_report(session, organisation_id=organisation.id, year=year)
    rows: Iterable[MaterialUse] = ()
    if report is not None:
        rows = session.scalars(
            select(MaterialUse).where(MaterialUse.report_id == report.id).order_by(MaterialUse.group_slug, MaterialUse.origin)
        )
    return MaterialUseYear(
        organisation=organisation,
        year=year,
        includes_bank=report.includes_bank if report is not None else None,
        version=report.version if report is not None else 0,
        rows=tuple(UseRow(row.group_slug, row.origin, row.mass_kg) for row in rows),
        bank_kg=_bank_by_year(session).get((organisation.slug, year), ZERO),
    )
