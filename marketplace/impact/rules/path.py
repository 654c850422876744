"""How far a goal still is, what that asks of each year, and how two years compare. Checkable with a pencil.

A share of 23 % in 2027 with a goal of 50 % in 2030 has 27 percentage points to go in 3 years: 9 a year. Two years are compared over
those who stand in both, so that a change is never that somebody else reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.impact.rules.goals import Target
from marketplace.impact.rules.material_use import NOTHING_KNOWN, ZERO, Indicator, regional
from marketplace.kernel.formats import number, rounded
from marketplace.kernel.language import Text, _, ngettext

SMALLEST_POINTS = Decimal("0.1")


class Way(StrEnum):
    """How a share stands to its target."""

    UNKNOWN = "unknown"
    TOO_FEW = "too_few"
    UNDERWAY = "underway"
    TOO_LATE = "too_late"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Path:
    """What is still to go. In percentage points, in years, and in points a year; None where there is nothing to go or to know."""

    way: Way
    points: Decimal | None = None
    years: int | None = None

    @property
    def points_a_year(self) -> Decimal | None:
        """How much each year still has to bring."""
        return self.points / self.years if self.points is not None and self.years else None


def path_to(target: Target, indicator: Indicator, *, year: int) -> Path:
    """How a share of this year stands to its target."""
    if indicator.share is None:
        return Path(Way.TOO_FEW if indicator.reported and not indicator.is_of_enough else Way.UNKNOWN)
    if indicator.has_reached(target.percent):
        return Path(Way.REACHED)
    points = target.percent - max(indicator.renewable_kg, ZERO) * 100 / indicator.total_kg
    years = target.year - year
    return Path(Way.UNDERWAY, points, years) if years > 0 else Path(Way.TOO_LATE, points)


def say_path(name: str, target: Target, indicator: Indicator, *, year: int) -> Text:
    """The same in a sentence, as in “Borne: 23% in 2027, 27 percentage points to go in 3 years”."""
    path = path_to(target, indicator, year=year)
    if path.way is Way.UNKNOWN:
        return _("%(name)s: nothing is known for %(year)s", name=name, year=str(year))
    if path.way is Way.TOO_FEW:
        return say_too_few(indicator)
    share = number(rounded((indicator.share or Decimal(0)) * 100, 1))
    if path.way is Way.REACHED:
        return _(
            "%(name)s: %(share)s%% in %(year)s, the goal of %(percent)s%% in %(target_year)s is reached",
            name=name,
            share=share,
            year=str(year),
            percent=number(target.percent),
            target_year=str(target.year),
        )
    points = say_points(path.points or Decimal(0))
    if path.way is Way.TOO_LATE:
        return _(
            "%(name)s: %(share)s%% in %(year)s, %(points)s percentage points below the goal of %(target_year)s",
            name=name,
            share=share,
            year=str(year),
            points=points,
            target_year=str(target.year),
        )
    return ngettext(
        "%(name)s: %(share)s%% in %(year)s, %(points)s percentage points to go in %(num)s year",
        "%(name)s: %(share)s%% in %(year)s, %(points)s percentage points to go in %(num)s years",
        path.years or 0,
        name=name,
        share=share,
        year=str(year),
        points=points,
    )


def say_too_few(indicator: Indicator) -> Text:
    """Why there is no figure of the region: how many there are, and how much of the inhabitants."""
    return _(
        "No figure for the region yet: %(reported)s of the %(asked)s municipalities, %(inhabitants)s%% of the inhabitants",
        reported=str(indicator.reported),
        asked=str(indicator.asked_of),
        inhabitants=number(rounded((indicator.inhabitants_share or Decimal(0)) * 100, 1)),
    )


def say_points(points: Decimal) -> str:
    """Percentage points with at most one decimal. What is left is never written as nothing."""
    value = rounded(points, 1)
    return number(value) if value or not points else f"< {number(SMALLEST_POINTS)}"


def bounds(indicator: Indicator) -> tuple[Decimal, Decimal] | None:
    """Between what the share of everybody lies. None while somebody is silent: nobody knows how much they use."""
    return (
        (indicator.share, indicator.share) if indicator.share is not None and indicator.reported == indicator.asked_of else None
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two years over the same reporters."""

    year_before: int
    before: Indicator
    after: Indicator

    @property
    def reporters(self) -> int:
        """How many stand in both years."""
        return self.after.reported

    @property
    def points(self) -> Decimal | None:
        """By how many percentage points the share changed; None where those in both are too few."""
        if self.before.share is None or self.after.share is None:
            return None
        return (self.after.share - self.before.share) * 100


def compare(
    before: Mapping[int, Indicator],
    after: Mapping[int, Indicator],
    inhabitants: Mapping[int, int],
    *,
    year_before: int,
    minimum_percent: Decimal,
) -> Comparison | None:
    """Compare two years of the region over those who reported both; None where nobody did.

    `inhabitants` names everybody who is asked, by the same keys.
    """
    both = {key for key in inhabitants if _is_reported(before, key) and _is_reported(after, key)}

    def over(year: Mapping[int, Indicator]) -> Indicator:
        each = [(year[key] if key in both else NOTHING_KNOWN, people) for key, people in inhabitants.items()]
        return regional(each, minimum_percent)

    return Comparison(year_before, over(before), over(after)) if both else None


def _is_reported(year: Mapping[int, Indicator], key: int) -> bool:
    return key in year and bool(year[key].reported)
