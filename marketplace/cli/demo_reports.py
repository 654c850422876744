"""What municipalities report in the demonstration: three years in which every state is seen.

Three years ago few were adopted, two years ago enough for a figure of the region, and last year everybody is somewhere else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from marketplace.accounts.policy import Actor
from marketplace.cli.demo_lots import Cast
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import add_remark, adopt, send_back, start_review, submit
from marketplace.impact.queries.bank import get_bank_mass
from marketplace.impact.queries.reports import inhabitants_of
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import UseRow
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.units import Unit, round_down

FEW = ("borne", "hengelo")  # of the inhabitants 16.7 %
ENOUGH = ("almelo", "borne", "enschede", "hengelo", "hof-van-twente", "losser")  # 62.7 %
INCLUDE_THE_BANK = ("enschede", "hengelo")
DAYS_ENOUGH = timedelta(days=100)
KG_EACH = 320  # that comes in per inhabitant and year
# kilograms for 1 000 kg of input: group, primary, biobased, reused, recycled
USE = (
    ("bestrating", 210, 0, 34, 21),
    ("fundering", 60, 0, 12, 205),
    ("asfalt", 150, 0, 6, 78),
    ("grond", 70, 0, 64, 0),
    ("betonelementen", 38, 0, 3, 7),
    ("riolering", 22, 0, 1, 2),
    ("hout", 2, 9, 1, 0),
    ("straatmeubilair", 4, 0, 1, 0),
)
# of the whole territory and of what stays and leaves: group, origin, kilograms for 1 000 kg of input, scope, flow
AROUND = (
    ("bestrating", "primary", 820, "territory", "in"),
    ("fundering", "recycled", 940, "territory", "in"),
    ("bestrating", "primary", 96_000, "organisation", "stock"),
    ("asfalt", "unknown", 88, "organisation", "out"),
    ("grond", "unknown", 210, "organisation", "out"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did about a report, at that moment."""

    at: datetime
    run: Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Story:
    """One municipality's report of one year.

    Told by fractions of the time between the end of the year and October, or now.
    """

    cast: Cast
    slug: str
    year: int
    chance: Random

    @property
    def coordinator(self) -> Actor:
        """The one that reports."""
        return self.cast[f"coordinator.{self.slug}"]

    def at(self, fraction: float) -> datetime:
        """A moment of that time, in office hours where there are days enough."""
        first = datetime(self.year + 1, 1, 1, tzinfo=clock.AMSTERDAM)
        last = min(clock.now(), datetime(self.year + 1, 10, 1, tzinfo=clock.AMSTERDAM) if self.is_long_ago else clock.now())
        moment = clock.local(first + (last - first) * fraction)
        at_work = moment.replace(hour=9 + moment.hour % 8)
        return at_work if last - first > DAYS_ENOUGH and at_work < last else moment

    @property
    def is_long_ago(self) -> bool:
        """Whether it is of a year before the last one."""
        return self.year < clock.today().year - 1

    def saved(
        self,
        fraction: float,
        *,
        without: tuple[str, ...] = (),
        per_mille: int = 1000,
        explanation: str = "",
        around: bool = False,
    ) -> Step:
        """Somebody fills it in. `without`: groups or origins that are left out."""
        scale = Decimal(inhabitants_of(self.slug) * KG_EACH) * per_mille / 1000
        rows = [
            UseRow(group, origin, round_down(scale * part / 1000 * self.chance.randint(85, 115) / 100, Unit.PIECE))
            for group, *parts in USE
            for origin, part in zip(("primary", "biobased", "reused", "recycled"), parts, strict=True)
            if part and group not in without and origin not in without
        ]
        if around:
            rows += [
                UseRow(group, origin, round_down(scale * part / 1000, Unit.PIECE), *of) for group, origin, part, *of in AROUND
            ]
        return Step(self.at(fraction), partial(self._save, rows, explanation))

    def _save(self, rows: list[UseRow], explanation: str, session: Session) -> None:
        included = Decimal(0)
        if self.slug in INCLUDE_THE_BANK:
            reused_kg = sum((row.mass_kg for row in rows if row.origin == "reused" and row.flow == "in"), Decimal(0))
            included = max(min(get_bank_mass(session, slug=self.slug, year=self.year), reused_kg), Decimal(0))
        report_material_use(
            session,
            self.coordinator,
            organisation_slug=self.slug,
            year=self.year,
            rows=rows,
            includes_bank_kg=included,
            includes_bank_as_of=clock.today(),
            explanation=explanation,
        )

    def submitted(self, fraction: float) -> Step:
        """The coordinator submits it."""
        return Step(
            self.at(fraction), lambda session: submit(session, self.coordinator, organisation_slug=self.slug, year=self.year)
        )

    def looked_at(self, fraction: float) -> Step:
        """The AO CE begins with it."""
        return Step(
            self.at(fraction),
            lambda session: start_review(session, self.cast["aoce"], organisation_slug=self.slug, year=self.year),
        )

    def sent_back(self, fraction: float, question: str) -> Step:
        """The AO CE asks something."""
        return Step(
            self.at(fraction),
            lambda session: send_back(session, self.cast["aoce"], organisation_slug=self.slug, year=self.year, question=question),
        )

    def answered(self, fraction: float, text: str) -> Step:
        """The coordinator answers."""
        return Step(
            self.at(fraction),
            lambda session: add_remark(session, self.coordinator, organisation_slug=self.slug, year=self.year, text=text),
        )

    def adopted(self, fraction: float, number: int) -> Step:
        """The AO CE adopts it, by a decision of the college on that day."""

        def run(session: Session) -> None:
            decision = Decision(
                "College van burgemeester en wethouders",
                clock.today(),
                f"Collegebesluit {clock.today().year}-{number:04d}",
                f"Het materiaalgebruik van {self.year} is vastgesteld zoals de gemeente het heeft ingediend.",
            )
            adopt(session, self.cast["aoce"], organisation_slug=self.slug, year=self.year, decision=decision)

        return Step(self.at(fraction), run)


def list_steps(cast: Cast) -> list[Step]:
    """Everything that was done about reports, in order of time."""
    last = clock.today().year - 1
    steps = [*_adopted_by(cast, FEW, last - 2), *_adopted_by(cast, ENOUGH, last - 1), *_last_year(cast, last)]
    return sorted(steps, key=lambda step: step.at)


def run_steps(session: Session, steps: list[Step], *, until: datetime, since: datetime) -> None:
    """Do what was done until a moment, and take it from the list.

    Nothing of it before `since`, so that time goes on.
    """
    while steps and steps[0].at <= until:
        step = steps.pop(0)
        with clock.frozen(max(step.at, since)):
            step.run(session)


def _adopted_by(cast: Cast, slugs: tuple[str, ...], year: int) -> Iterator[Step]:
    for number, slug in enumerate(slugs):
        story = Story(cast, slug, year, Random(f"{slug} {year}"))
        later = number / 40
        yield story.saved(0.15 + later)
        yield story.submitted(0.25 + later)
        yield story.looked_at(0.4 + later)
        yield story.adopted(0.6 + later, 112 + 7 * number)


def _last_year(cast: Cast, year: int) -> Iterator[Step]:
    """Last year, in the order of how far each is."""
    hengelo, borne, almelo, enschede, hof, rijssen, oldenzaal, losser, wierden = (
        Story(cast, slug, year, Random(f"{slug} {year}"))
        for slug in (
            *("hengelo", "borne", "almelo", "enschede", "hof-van-twente"),
            *("rijssen-holten", "oldenzaal", "losser", "wierden"),
        )
    )
    yield from (
        oldenzaal.saved(0.1, around=True),
        oldenzaal.submitted(0.15),
        oldenzaal.looked_at(0.3),
        oldenzaal.adopted(0.5, 214),
    )
    yield from (borne.saved(0.12), borne.submitted(0.2), borne.looked_at(0.32), borne.adopted(0.52, 219))
    reason = "Er zijn dit jaar geen bruggen en banken vervangen: daarom is er geen hout."
    yield from (almelo.saved(0.3, without=("hout",), explanation=reason), almelo.submitted(0.4), almelo.looked_at(0.96))
    yield from (enschede.saved(0.7), enschede.submitted(0.985))
    yield from (hof.saved(0.3), hof.submitted(0.5), hof.saved(0.6), hof.submitted(0.7))
    few = "Wij hebben dit jaar geen grote werken uitgevoerd: het onderhoud schuift door naar volgend jaar."
    yield from (rijssen.saved(0.6, per_mille=200, explanation=few), rijssen.submitted(0.9))
    none = "Asfalt ontbreekt: dat leggen onze aannemers, en zij hebben nog niets opgegeven."
    yield from (hengelo.saved(0.3, without=("asfalt",), explanation=none), hengelo.submitted(0.4))
    yield hengelo.sent_back(0.8, "De Enschedesestraat is in dat jaar opnieuw aangelegd. Kunt u het asfalt alsnog opgeven?")
    yield hengelo.answered(0.97, "Wij vragen de weegbonnen op bij de aannemer en dienen daarna opnieuw in.")
    yield from (losser.saved(0.5), losser.saved(0.8))
    yield wierden.saved(0.95, without=("primary",))
