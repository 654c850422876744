"""How far the region is: the goals, their indicators, and what municipalities report."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """What was reported of a year before that was replaced."""

    version: int
    reported_at: datetime
    mass_kg: Decimal
    reused_kg: Decimal
    includes_bank_kg: Decimal


@dataclass(frozen=True, slots=True)
class MaterialUseYear:
    """What a municipality reported of a year, and what it had reported before, newest first. Version 0: nothing yet."""

    organisation: Organisation
    year: int
    includes_bank_kg: Decimal | None
    includes_bank_as_of: date | None
    version: int
    rows: tuple[UseRow, ...]
    bank_kg: Decimal
    earlier: tuple[EarlierReport, ...]


def get_goals(session: Session, actor: Actor, *, year: int | None = None) -> GoalsOverview:
    """The three goals in a year: the region, and for members each municipality.

    The public sees finished years only. By default, and for a year that the reader does not see, the last one with a share of the
    region; where there is none the last one that was reported.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    municipalities = list_municipalities(session)
    inhabitants = {area.slug: area.inhabitants for area in areas()}
    bank = _bank_by_year(session)
    inputs = _inputs(session, bank)
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
            masses.get(report.id, {}),
            report.includes_bank_kg,
            bank.get((slugs.get(report.organisation_id, ""), report.year), ZERO),
        )
        for report in session.scalars(select(MaterialUseReport).order_by(MaterialUseReport.version))  # the highest is the last
    }


def _bank_by_year(session: Session) -> dict[tuple[str, int], Decimal]:
    """What each organisation received through the bank, by its slug and the year, in kg."""
    year = cast(func.substr(MonthPair.month, 1, 4), Integer)
    rows = session.execute(select(MonthPair.to_slug, year, func.sum(MonthPair.mass_kg)).group_by(MonthPair.to_slug, year))
    return {(slug, when): mass_kg for slug, when, mass_kg in rows}


def find_report(session: Session, *, organisation_id: int, year: int) -> MaterialUseReport | None:
    """The report of a municipality on a year, in its newest version."""
    reports = list_reports(session, organisation_id=organisation_id, year=year)
    return reports[0] if reports else None


def list_reports(session: Session, *, organisation_id: int, year: int) -> Sequence[MaterialUseReport]:
    """Every version of a municipality's report on a year, newest first."""
    versions = select(MaterialUseReport).where(
        MaterialUseReport.organisation_id == organisation_id, MaterialUseReport.year == year
    )
    return session.scalars(versions.order_by(MaterialUseReport.version.desc())).all()


def get_bank_mass(session: Session, *, slug: str, year: int) -> Decimal:
    """What an organisation received through the bank in a year, in kg."""
    return _bank_by_year(session).get((slug, year), ZERO)


def get_material_use(session: Session, actor: Actor, *, year: int, organisation_slug: str | None = None) -> MaterialUseYear:
    """Get what a municipality reported of a year, by default the actor's own. For its own people and the reviewer."""
    organisation = get_organisation_by_slug(session, organisation_slug or actor.organisation_slug)
    require(actor, Can.READ_MATERIAL_USE, organisation.id, hidden=True)
    reports = list_reports(session, organisation_id=organisation.id, year=year)
    rows: dict[int, list[UseRow]] = {report.id: [] for report in reports}
    for row in session.scalars(
        select(MaterialUse).where(MaterialUse.report_id.in_(rows)).order_by(MaterialUse.group_slug, MaterialUse.origin)
    ):
        rows[row.report_id].append(UseRow(row.group_slug, row.origin, row.mass_kg))
    newest = reports[0] if reports else None
    return MaterialUseYear(
        organisation=organisation,
        year=year,
        includes_bank_kg=newest.includes_bank_kg if newest is not None else None,
        includes_bank_as_of=newest.includes_bank_as_of if newest is not None else None,
        version=newest.version if newest is not None else 0,
        rows=tuple(rows[newest.id]) if newest is not None else (),
        bank_kg=get_bank_mass(session, slug=organisation.slug, year=year),
        earlier=tuple(
            EarlierReport(
                report.version,
                report.reported_at,
                sum((row.mass_kg for row in rows[report.id]), ZERO),
                sum((row.mass_kg for row in rows[report.id] if row.origin == Origin.REUSED), ZERO),
                report.includes_bank_kg,
            )
            for report in reports[1:]
        ),
    )
