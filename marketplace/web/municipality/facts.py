"""What everybody may know of one municipality: its adopted years, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug, list_municipalities
from marketplace.impact.models import AdoptedYear, Goal
from marketplace.impact.queries.adopted import get_coverage_minimum, list_adopted
from marketplace.impact.queries.bank import BankYear, get_bank_year
from marketplace.impact.queries.goals import in_force, list_goals
from marketplace.impact.queries.standings import Standing
from marketplace.impact.rules.goals import InForce, Measured, thawed, valued_share
from marketplace.impact.rules.material_use import NOTHING_KNOWN, Indicator, Origin, Scope, indicator, regional
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.places.queries.region import areas
from marketplace.valuations.queries.goal import valued_by_year
from marketplace.valuations.rules.share import ValuedMass


@dataclass(frozen=True, slots=True)
class Used:
    """What was put to use of one origin. None: what came through the bank and stands in no report."""

    origin: Origin | None
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class YearFacts:
    """One adopted year, as it was then. Nothing in it rests on what was booked since.

    `used` adds up to `total_kg`. Of the bank no distance is exact, for few transfers would tell where something lay.
    """

    adopted: AdoptedYear
    scope: Scope
    used: tuple[Used, ...]
    total_kg: Decimal
    bank: BankYear
    region: Indicator


@dataclass(frozen=True, slots=True)
class MunicipalityFacts:
    """A municipality. `year_facts`: the year that is asked for, by default the last that was adopted; None: none was.

    `goals`: by what counted when that year was adopted, else by what counts now; `trend`: the share in each adopted year, oldest first;
    `last_year`: the last one that is over.
    """

    organisation: Organisation
    inhabitants: int
    last_year: int
    years: tuple[int, ...]
    year_facts: YearFacts | None
    goals: tuple[Standing, ...]
    trend: tuple[tuple[int, Indicator], ...]
    worth: ValuedMass | None = None  # of goal 3; None: nothing is known

    @property
    def is_up_to_date(self) -> bool:
        """Whether the last year that is over was adopted."""
        return self.last_year in self.years


@dataclass(frozen=True, slots=True)
class MunicipalityLine:
    """A municipality in the list. Its newest adopted year with the share; None: none was adopted."""

    organisation: Organisation
    year: int | None
    indicator: Indicator


def list_municipality_lines(session: Session, actor: Actor) -> list[MunicipalityLine]:
    """List every municipality, with its newest adopted year."""
    require(actor, Can.READ_PUBLIC_FIGURES)
    newest = {
        adopted_year.organisation_id: adopted_year for adopted_year in list_adopted(session)
    }  # by year: the highest is the last
    return [
        MunicipalityLine(municipality, year.year, indicator(year.as_input))
        if (year := newest.get(municipality.id))
        else MunicipalityLine(municipality, None, NOTHING_KNOWN)
        for municipality in list_municipalities(session)
    ]


def get_municipality_facts(session: Session, actor: Actor, *, slug: str, year: int | None = None) -> MunicipalityFacts:
    """Get what everybody may know of a municipality. Missing: no municipality, or a year of it that was not adopted."""
    require(actor, Can.READ_PUBLIC_FIGURES)
    organisation = get_organisation_by_slug(session, slug)
    if not organisation.is_municipality:
        raise Missing(_("There is no municipality with this address. Choose one from the list."))
    every = list_adopted(session)
    own = {adopted_year.year: adopted_year for adopted_year in every if adopted_year.organisation_id == organisation.id}
    if year is not None and year not in own:
        raise Missing(_("%(name)s has no adopted figures for %(year)s.", name=organisation.name, year=str(year)))
    adopted = own[year or max(own)] if own else None
    year_facts = (
        None
        if adopted is None
        else _year_facts(session, adopted, [adopted_year for adopted_year in every if adopted_year.year == adopted.year])
    )
    now = in_force(session, organisation_id=organisation.id)
    counts = {**now, **thawed(adopted.targets)} if adopted else now
    share = indicator(adopted.as_input) if adopted else NOTHING_KNOWN
    of_year = adopted.year if adopted else clock.today().year
    worth = valued_by_year(session, [organisation.id], [of_year]).get((organisation.id, of_year))
    return MunicipalityFacts(
        organisation=organisation,
        inhabitants=adopted.inhabitants if adopted else _inhabitants().get(organisation.slug, 0),
        last_year=clock.today().year - 1,
        years=tuple(sorted(own, reverse=True)),
        year_facts=year_facts,
        goals=tuple(_standings(list_goals(session), counts, now, (share, valued_share(worth)), of_year)),
        trend=tuple((when, indicator(own[when].as_input)) for when in sorted(own)),
        worth=worth,
    )


def _standings(
    goals: Sequence[Goal],
    counts: Mapping[int, InForce],
    now: Mapping[int, InForce],
    shares: tuple[Indicator, Indicator],
    year: int,
) -> list[Standing]:
    """The goals that counted, each with what it measures: the material use, or the valuations."""
    measured = dict(zip((Measured.RENEWABLE_SHARE, Measured.VALUED_SHARE), shares, strict=True))
    return [Standing(goal, counts[goal.number], now[goal.number], measured[Measured(goal.indicator)], year) for goal in goals]


def _year_facts(session: Session, adopted: AdoptedYear, of_year: Sequence[AdoptedYear]) -> YearFacts:
    values = adopted.as_input
    by_origin = [Used(origin, mass_kg) for origin, mass_kg in values.by_origin.items()]
    beside = [Used(None, values.added_kg)] if values.added_kg else []
    return YearFacts(
        adopted=adopted,
        scope=Scope(adopted.scope),
        used=(*by_origin, *beside),
        total_kg=values.total_kg,
        bank=get_bank_year(session, slug=adopted.organisation_slug, year=adopted.year, until_seq=adopted.ledger_seq),
        region=_region(session, of_year),
    )


def _region(session: Session, of_year: Sequence[AdoptedYear]) -> Indicator:
    """The region in this year, over those that adopted it, each with the inhabitants of then."""
    adopted = {adopted_year.organisation_slug: adopted_year for adopted_year in of_year}
    each = [
        (indicator(adopted[slug].as_input), adopted[slug].inhabitants) if slug in adopted else (NOTHING_KNOWN, inhabitants)
        for slug, inhabitants in _inhabitants().items()
    ]
    return regional(each, get_coverage_minimum(session))


def _inhabitants() -> dict[str, int]:
    return {area.slug: area.inhabitants for area in areas()}
