"""How far region and municipalities are from the goals by year, and how much is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.impact.models import AdoptedYear, Goal
from marketplace.impact.queries.adopted import get_coverage_minimum, list_adopted, list_inputs
from marketplace.impact.queries.bank import get_bank_by_year
from marketplace.impact.queries.goals import Decided, get_decided, list_goals
from marketplace.impact.rules.goals import InForce, Measured, Target, valued_share
from marketplace.impact.rules.material_use import (
    FIRST_YEAR,
    NOTHING_KNOWN,
    ZERO,
    Indicator,
    Scope,
    YearInput,
    indicator,
    regional,
)
from marketplace.impact.rules.path import Comparison, Path, compare, path_to
from marketplace.kernel import clock
from marketplace.places.queries.region import areas
from marketplace.valuations.queries.goal import valued_by_year
from marketplace.valuations.rules.share import ValuedMass, add_masses


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a goal has come in a year: what it measures, what counts, and its indicator.

    `now`: what counts today, which is another goal where that was decided after the year was adopted.
    """

    goal: Goal
    counts: InForce
    now: InForce
    indicator: Indicator
    year: int

    @property
    def target(self) -> Target:
        """What counts here."""
        return self.counts.target

    @property
    def path(self) -> Path:
        """What is still to go, and how much of that a year."""
        return path_to(self.target, self.indicator, year=self.year)


@dataclass(frozen=True, slots=True)
class GoalPlace:
    """The region (no slug) or a municipality in one year. Its goals, and where their figures come from.

    `adopted_by`: how many of those that reported adopted the year, and `adopted` is the share of those alone, whoever reads. `scopes`:
    whose material use is counted, by how many. `change`: since the year before, over the same reporters that adopted both.
    """

    slug: str
    name: str
    standings: tuple[Standing, ...]
    bank_kg: Decimal
    adopted_by: int
    scopes: Mapping[Scope, int]
    change: Comparison | None
    adopted: Indicator
    includes_bank_kg: Decimal | None = None  # None: not reported, or the region
    worth: ValuedMass | None = None  # of goal 3; None: nothing is known

    @property
    def used(self) -> Indicator:
        """The share of the material use, whichever goal asks for it."""
        indicators = (standing.indicator for standing in self.standings if standing.goal.indicator == Measured.RENEWABLE_SHARE)
        return next(indicators, NOTHING_KNOWN)

    @property
    def nearest(self) -> Standing | None:
        """The goal about material use whose year comes first."""
        standings = [standing for standing in self.standings if standing.goal.indicator == Measured.RENEWABLE_SHARE]
        return min(standings, key=lambda standing: (standing.target.year, standing.goal.number), default=None)

    @property
    def is_adopted(self) -> bool | None:
        """Whether all that is counted was adopted; None: nothing is counted."""
        return self.adopted_by == self.used.reported if self.used.reported else None


@dataclass(frozen=True, slots=True)
class GoalsOverview:
    """One year. `municipalities` is empty for the public; `trend` is the region's or the chosen municipality's, by reported year.

    The public sees adopted years only, members what is reported as well: a place says by how many it was adopted.
    """

    year: int
    years: tuple[int, ...]
    region: GoalPlace
    municipalities: tuple[GoalPlace, ...]
    trend: tuple[tuple[int, GoalPlace], ...]


def get_goals(session: Session, actor: Actor, *, year: int | None = None, municipality: str = "") -> GoalsOverview:
    """The goals in a year: the region, and for members each municipality.

    The public sees adopted years only. By default, and for a year that the reader does not see, the last one with a share of the
    region; where there is none the last one of which something is known. `municipality`: whose years the trend is, for members.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    is_public = not may(actor, Can.READ_MEMBER_FIGURES)
    figures = _gathered(session, is_public=is_public)
    last = clock.today().year - is_public
    requested = year if year is not None and FIRST_YEAR <= year <= last else None
    shared = [when for when in figures.years if figures.used(when).share is not None]
    visible = requested or (shared or figures.years or [last])[-1]
    chosen = (
        None
        if is_public
        else next((organisation for organisation in figures.municipalities if organisation.slug == municipality), None)
    )
    return GoalsOverview(
        year=visible,
        years=tuple(sorted({*figures.years, last, visible}, reverse=True)),
        region=figures.region(visible),
        municipalities=()
        if is_public
        else tuple(figures.place(organisation, visible) for organisation in figures.municipalities),
        trend=tuple(
            (when, figures.region(when) if chosen is None else figures.place(chosen, when))
            for when in figures.years
            if chosen is None or (chosen.id, when) in figures.inputs
        ),
    )


Key = tuple[int, int]  # of an organisation and a year


@dataclass(frozen=True)
class _Figures:
    """What every figure is worked out from, read once: by organisation id and year."""

    goals: Sequence[Goal]
    decided: Decided
    municipalities: Sequence[Organisation]
    inputs: Mapping[Key, YearInput]
    adopted: Mapping[Key, AdoptedYear]
    scopes: Mapping[Key, Scope]
    bank: Mapping[tuple[str, int], Decimal]
    minimum_percent: Decimal
    worth: Mapping[Key, ValuedMass]

    @cached_property
    def years(self) -> list[int]:
        """Every year of which the reader sees something, oldest first."""
        return sorted({year for (_organisation_id, year), values in self.inputs.items() if values.is_reported})

    @cached_property
    def inhabitants(self) -> dict[int, int]:
        """How many people live in each municipality."""
        inhabitants = {area.slug: area.inhabitants for area in areas()}
        return {municipality.id: inhabitants.get(municipality.slug, 0) for municipality in self.municipalities}

    def used(self, year: int, *, adopted_only: bool = False) -> Indicator:
        """The share of the region's material use."""
        each = self._each(year, adopted_only=adopted_only)
        return regional([(each[key], people) for key, people in self.inhabitants.items()], self.minimum_percent)

    def region(self, year: int) -> GoalPlace:
        """The region in a year. What counts is what did when the last of its municipalities adopted it."""
        adopted = [adoption for (_organisation_id, when), adoption in self.adopted.items() if when == year]
        earlier = [when for when in self.years if when < year and any(key[1] == when for key in self.adopted)]
        counted = [municipality.id for municipality in self.municipalities if self._indicator((municipality.id, year)).reported]
        each = [(self._valued((key, year)), people) for key, people in self.inhabitants.items()]
        worth = regional(each, self.minimum_percent)
        return GoalPlace(
            slug="",
            name="",
            standings=self._standings(
                self.decided.now(None), self.decided.region_in_force(adopted), self.used(year), worth, year
            ),
            bank_kg=sum((self._bank_kg(municipality, year) for municipality in self.municipalities), ZERO),
            adopted_by=len(adopted),
            scopes=Counter(self.scopes[organisation_id, year] for organisation_id in counted),
            change=self._change(self.inhabitants, earlier[-1] if earlier else None, year),
            adopted=self.used(year, adopted_only=True),
            worth=add_masses(self.worth[key, year] for key in self.inhabitants if (key, year) in self.worth),
        )

    def place(self, organisation: Organisation, year: int) -> GoalPlace:
        """A municipality in a year."""
        key = (organisation.id, year)
        values, adopted = self.inputs.get(key), self.adopted.get(key)
        at_adoption = {} if adopted is None else self.decided.in_force_at(adopted)
        earlier = [when for organisation_id, when in self.adopted if organisation_id == organisation.id and when < year]
        return GoalPlace(
            slug=organisation.slug,
            name=organisation.name,
            standings=self._standings(
                self.decided.now(organisation.id), at_adoption, self._indicator(key), self._valued(key), year
            ),
            bank_kg=self._bank_kg(organisation, year),
            adopted_by=int(adopted is not None),
            scopes=Counter([self.scopes[key]] if self._indicator(key).reported else []),
            change=self._change({organisation.id: 1}, max(earlier, default=None), year),
            adopted=NOTHING_KNOWN if adopted is None else self._indicator(key),
            includes_bank_kg=values.includes_bank_kg if values is not None and values.is_reported else None,
            worth=self.worth.get(key),
        )

    def _indicator(self, key: Key) -> Indicator:
        return indicator(self.inputs.get(key))

    def _valued(self, key: Key) -> Indicator:
        return valued_share(self.worth.get(key))

    def _each(self, year: int, *, adopted_only: bool) -> dict[int, Indicator]:
        keys = {municipality.id: (municipality.id, year) for municipality in self.municipalities}
        return {
            organisation_id: NOTHING_KNOWN if adopted_only and key not in self.adopted else self._indicator(key)
            for organisation_id, key in keys.items()
        }

    def _bank_kg(self, organisation: Organisation, year: int) -> Decimal:
        adopted = self.adopted.get((organisation.id, year))
        return self.bank.get((organisation.slug, year), ZERO) if adopted is None else adopted.as_input.bank_kg

    def _change(self, people: Mapping[int, int], before: int | None, year: int) -> Comparison | None:
        """Since the adopted year before, over those that adopted both."""
        if before is None:
            return None
        earlier, later = self._each(before, adopted_only=True), self._each(year, adopted_only=True)
        return compare(earlier, later, people, year_before=before, minimum_percent=self.minimum_percent)

    def _standings(
        self, now: Mapping[int, InForce], at_adoption: Mapping[int, InForce], used: Indicator, worth: Indicator, year: int
    ) -> tuple[Standing, ...]:
        """Each goal stands where what it measures does: the material use, or the valuations.

        `at_adoption`: what counted when the year was adopted.
        """
        measured = {Measured.RENEWABLE_SHARE: used, Measured.VALUED_SHARE: worth}
        return tuple(
            Standing(goal, {**now, **at_adoption}[goal.number], now[goal.number], measured[Measured(goal.indicator)], year)
            for goal in self.goals
        )


def _gathered(session: Session, *, is_public: bool) -> _Figures:
    """Everything that the reader sees. Reported years that are not adopted are for members."""
    inputs, municipalities = list_inputs(session), list_municipalities(session)
    return _Figures(
        goals=list_goals(session),
        decided=get_decided(session),
        municipalities=municipalities,
        inputs=inputs.adopted if is_public else {**inputs.reported, **inputs.adopted},
        adopted={(adoption.organisation_id, adoption.year): adoption for adoption in list_adopted(session)},
        scopes=inputs.scopes,
        bank=get_bank_by_year(session),
        minimum_percent=get_coverage_minimum(session),
        worth=valued_by_year(
            session, [municipality.id for municipality in municipalities], range(FIRST_YEAR, clock.today().year + 1)
        ),
    )
