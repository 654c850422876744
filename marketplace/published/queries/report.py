"""Everything that a report of a year says, as plain values.

One reading for the PDF, the XLSX and what is kept. What municipalities used counts as they adopted it. The figures of the bank are those of
the ledger in the months of the year; a part that could betray one transfer is named only where its receiver adopted the year, and never
with its kilometres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.impact.models import AdoptedYear
from marketplace.impact.queries.adopted import get_coverage_minimum, list_adopted, list_booked_later, list_taken_back_later
from marketplace.impact.queries.goals import list_goals
from marketplace.impact.queries.statistics import Statistics, StatisticsRow, get_statistics
from marketplace.impact.rules.cut import Cut
from marketplace.impact.rules.goals import InForce, Measured, thawed, valued_share
from marketplace.impact.rules.material_use import Indicator, indicator, regional
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import ExchangeFilter, get_head, list_exchanges
from marketplace.ledger.rules import RowKind, Totals
from marketplace.materials.queries import get_taxonomy
from marketplace.places.queries.region import areas
from marketplace.published.queries.published import next_number
from marketplace.published.queries.restatements import RestatedYear, list_restatements
from marketplace.published.rules import ZERO, check_adopted, check_year_over
from marketplace.valuations.queries.goal import valued_by_year
from marketplace.valuations.rules.share import ValuedMass, add_masses

ROWS_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Adopted:
    """A municipality's year as it was adopted, and who decided that."""

    slug: str
    name: str
    scope: str
    inhabitants: int
    indicator: Indicator
    bank_kg: Decimal
    includes_bank_kg: Decimal
    body: str
    decided_on: date
    document: str
    adopted_on: date
    factor_version: int


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal, what was asked when the year was adopted, and how far it was."""

    number: int
    name: str
    counts: InForce
    indicator: Indicator
    worth: ValuedMass | None = None  # of goal 3


@dataclass(frozen=True, slots=True)
class Part:
    """A municipality, a material group or a month. `given_mass_kg` of a municipality only; no name: those that are not adopted."""

    key: str
    name: str
    totals: Totals
    given_mass_kg: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Flow:
    """What went from one to another. No names: what went to those that have not adopted."""

    giver: str
    receiver: str
    exchanges: int
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a year, of the region or of one municipality (`slug`, `name`)."""

    year: int
    slug: str
    name: str
    organisation_id: int | None
    number: int
    made_at: datetime
    adopted: tuple[Adopted, ...]
    missing: tuple[str, ...]
    coverage: Indicator
    goals: tuple[GoalLine, ...]
    totals: Totals
    received: Totals
    given_mass_kg: Decimal
    by_municipality: tuple[Part, ...]
    by_group: tuple[Part, ...]
    by_month: tuple[Part, ...]
    flows: tuple[Flow, ...]
    corrections: tuple[Exchange, ...]
    booked_later: tuple[Exchange, ...]
    taken_back_later: tuple[Exchange, ...]
    factor_version: int
    factor_versions: tuple[int, ...]
    ledger_seq: int
    ledger_hash: str
    restatements: tuple[RestatedYear, ...]

    @property
    def is_regional(self) -> bool:
        """Whether it is about all municipalities together."""
        return not self.slug


def get_report(session: Session, *, year: int, slug: str = "") -> Report:
    """Read what the next report of a year says, of the region unless a municipality is named. Refused while nothing of it is adopted."""
    slug = "" if slug == REGION_SLUG else slug
    check_year_over(year, today_year=clock.today().year)
    organisation = get_organisation_by_slug(session, slug) if slug else None
    name = organisation.name if organisation is not None else ""
    every = list_adopted(session, year=year)
    chosen = [adoption for adoption in every if not slug or adoption.organisation_slug == slug]
    check_adopted(len(chosen), year=year, name=name or None)
    adopted = tuple(_adopted(adoption) for adoption in chosen)
    named = {adoption.organisation_slug for adoption in every} | {slug}
    statistics = get_statistics(session, OPERATOR, Cut(f"{year}-01", f"{year}-12", (slug,) if slug else ()))
    own = next((row for row in statistics.by_municipality if row.key == slug), None)
    seq, digest = get_head(session)
    municipalities = list_municipalities(session)
    corrections, later = _corrections(session, year, slug), _booked_later(session, year, slug)
    return Report(
        year=year,
        slug=slug,
        name=name,
        organisation_id=None if organisation is None else organisation.id,
        number=next_number(session, year=year, slug=slug),
        made_at=clock.now(),
        adopted=adopted,
        missing=() if slug else tuple(municipality.name for municipality in municipalities if municipality.slug not in named),
        coverage=_over_all(session, adopted),
        goals=_goals(session, chosen, adopted, is_regional=not slug),
        totals=statistics.totals,
        received=own.totals if own is not None else statistics.totals,
        given_mass_kg=own.given_mass_kg if own is not None else ZERO,
        by_municipality=() if slug else _by_municipality(statistics.by_municipality, named),
        by_group=_parts(statistics.by_material_group),
        by_month=_parts(statistics.by_month),
        flows=_flows(statistics, named),
        corrections=corrections,
        booked_later=later,
        taken_back_later=_taken_back_later(session, year, slug),
        factor_version=get_taxonomy(session).version,
        factor_versions=tuple(sorted({adoption.factor_version for adoption in adopted})),
        ledger_seq=seq,
        ledger_hash=digest,
        restatements=() if slug else tuple(list_restatements(session, year=year)),
    )


def _adopted(adoption: AdoptedYear) -> Adopted:
    return Adopted(
        slug=adoption.organisation_slug,
        name=adoption.organisation_name,
        scope=adoption.scope,
        inhabitants=adoption.inhabitants,
        indicator=indicator(adoption.as_input),
        bank_kg=sum(adoption.bank_by_origin.values(), ZERO),
        includes_bank_kg=adoption.includes_bank_kg,
        body=adoption.body,
        decided_on=adoption.decided_on,
        document=adoption.document,
        adopted_on=clock.local(adoption.adopted_at).date(),
        factor_version=adoption.factor_version,
    )


def _over_all(session: Session, adopted: Sequence[Adopted]) -> Indicator:
    """The region's share over those that adopted; with how many of the inhabitants."""
    by_slug = {adoption.slug: adoption for adoption in adopted}
    each = [
        (by_slug[area.slug].indicator, by_slug[area.slug].inhabitants)
        if area.slug in by_slug
        else (indicator(None), area.inhabitants)
        for area in areas()
    ]
    return regional(each, get_coverage_minimum(session))


def _goals(
    session: Session, chosen: Sequence[AdoptedYear], adopted: Sequence[Adopted], *, is_regional: bool
) -> tuple[GoalLine, ...]:
    """The goals as they were in force at the last adoption, of the region or the municipality."""
    last = max(chosen, key=lambda adoption: adoption.adopted_at)
    counts = thawed(last.targets)
    used = _over_all(session, adopted) if is_regional else adopted[0].indicator
    worth, of_worth = _valued(session, last, is_regional=is_regional)
    measured = {Measured.RENEWABLE_SHARE: used, Measured.VALUED_SHARE: of_worth}
    return tuple(
        GoalLine(
            goal.number,
            goal.name,
            InForce(counts[goal.number].region) if is_regional else counts[goal.number],
            measured[Measured(goal.indicator)],
            worth if goal.indicator == Measured.VALUED_SHARE else None,
        )
        for goal in list_goals(session)
        if goal.number in counts
    )


def _valued(session: Session, last: AdoptedYear, *, is_regional: bool) -> tuple[ValuedMass | None, Indicator]:
    """What was valued in the twelve months up to the end of the year, and its share."""
    ids = {municipality.slug: municipality.id for municipality in list_municipalities(session)}
    masses = valued_by_year(session, list(ids.values()), [last.year])
    if not is_regional:
        worth = masses.get((last.organisation_id, last.year))
        return worth, valued_share(worth)
    each = [(valued_share(masses.get((ids.get(area.slug, 0), last.year))), area.inhabitants) for area in areas()]
    return add_masses(masses.values()), regional(each, get_coverage_minimum(session))


def _by_municipality(rows: Sequence[StatisticsRow], named: set[str]) -> tuple[Part, ...]:
    """Those that adopted the year, each; the others together, so that it all adds up."""
    parts = [Part(row.key, row.name, row.totals, row.given_mass_kg) for row in rows if row.key in named]
    others = [row for row in rows if row.key not in named]
    if any(row.totals.exchanges or row.totals.mass_kg or row.given_mass_kg for row in others):
        parts.append(Part("", "", Totals.over(row.totals for row in others), sum((row.given_mass_kg for row in others), ZERO)))
    return tuple(parts)


def _parts(rows: Sequence[StatisticsRow]) -> tuple[Part, ...]:
    return tuple(Part(row.key, row.name, row.totals) for row in rows)


def _flows(statistics: Statistics, named: set[str]) -> tuple[Flow, ...]:
    """From whom to whom, heaviest first; to those that have not adopted in one line."""
    flows = [
        Flow(pair.giver_name, pair.receiver_name, pair.totals.exchanges, pair.totals.mass_kg)
        for pair in statistics.by_pair
        if pair.receiver in named
    ]
    others = [pair.totals for pair in statistics.by_pair if pair.receiver not in named]
    if others:
        flows.append(Flow("", "", sum(totals.exchanges for totals in others), sum((totals.mass_kg for totals in others), ZERO)))
    return tuple(flows)


def _corrections(session: Session, year: int, slug: str) -> tuple[Exchange, ...]:
    """The rows that take back something, counted in the year, oldest first."""
    wanted = ExchangeFilter(
        organisations=(slug,) if slug else (), kinds=(RowKind.REVERSAL.value,), first_month=f"{year}-01", last_month=f"{year}-12"
    )
    rows, _total = list_exchanges(session, OPERATOR, page=1, page_size=ROWS_MOST, wanted=wanted)
    return tuple(reversed(rows))


def _booked_later(session: Session, year: int, slug: str) -> tuple[Exchange, ...]:
    """What happened in the year and was booked when it was over, oldest first."""
    return tuple(
        booked.row
        for booked in list_booked_later(session, OPERATOR, year)
        if not slug or slug in (booked.row.from_slug, booked.row.to_slug)
    )


def _taken_back_later(session: Session, year: int, slug: str) -> tuple[Exchange, ...]:
    """What counts in the year and was taken back when it was over, oldest first."""
    rows = list_taken_back_later(session, OPERATOR, year)
    return tuple(row for row in rows if not slug or slug in (row.from_slug, row.to_slug))
