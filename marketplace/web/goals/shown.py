"""What stands in the cards and tables of goals, in words."""

from dataclasses import dataclass

from marketplace.impact.queries.standings import GoalPlace, GoalsOverview, Standing
from marketplace.impact.rules.goals import Measured
from marketplace.impact.rules.material_use import SCOPE_LABELS
from marketplace.impact.rules.path import Comparison, Way, say_path, say_points
from marketplace.kernel.formats import number, percent, rounded
from marketplace.kernel.language import Text, _, ngettext


@dataclass(frozen=True, slots=True)
class Row:
    """A municipality or the region beside a goal."""

    place: GoalPlace
    standing: Standing
    sentence: Text
    change: Text
    a_year: Text | str


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the region, or of the municipality that is shown."""

    year: int
    place: GoalPlace
    share: Text | str
    change: Text


def find_place(overview: GoalsOverview, slug: str) -> GoalPlace:
    """The municipality that the address names, as far as the reader sees it; else the region."""
    return next((municipality for municipality in overview.municipalities if slug and municipality.slug == slug), overview.region)


def tabs_of(overview: GoalsOverview) -> list[Standing]:
    """The goals beside which municipalities can be laid: those about material use."""
    return [standing for standing in overview.region.standings if standing.goal.indicator == Measured.RENEWABLE_SHARE]


def places_table(overview: GoalsOverview, tab: Standing) -> list[Row]:
    """Every municipality beside one goal, and the region last."""
    return (
        [row_of(place, tab.goal.number) for place in (*overview.municipalities, overview.region)]
        if overview.municipalities
        else []
    )


def years_table(overview: GoalsOverview) -> list[Year]:
    """Every year of the place that is shown, newest first."""
    return [Year(year, place, say_share(place), say_change(place.change)) for year, place in reversed(overview.trend)]


def row_of(place: GoalPlace, goal: int) -> Row:
    """A place beside a goal."""
    standing = next(standing for standing in place.standings if standing.goal.number == goal)
    return Row(place, standing, say_standing(place, standing), say_change(place.change), say_a_year(standing))


def say_standing(place: GoalPlace, standing: Standing) -> Text:
    """How far it is, in a sentence."""
    return say_path(name_of(place), standing.target, standing.indicator, year=standing.year)


def name_of(place: GoalPlace) -> str:
    """The municipality, or the region in the reader's language."""
    return place.name or str(_("The region"))


def say_share(place: GoalPlace) -> Text | str:
    """A share, or why there is none."""
    if place.used.share is not None:
        return percent(place.used.share)
    return _("too few") if place.used.reported and not place.used.is_of_enough else _("not reported")


def say_change(change: Comparison | None) -> Text:
    """By how much it changed since which year, and over how many."""
    if change is None:
        return _("no earlier year that was adopted")
    if change.points is None:
        return ngettext(
            "since %(year)s: %(num)s municipality in both years, too few to compare",
            "since %(year)s: %(num)s municipalities in both years, too few to compare",
            change.reporters,
            year=str(change.year_before),
        )
    sign = "+" if rounded(change.points, 1) > 0 else "−" if rounded(change.points, 1) < 0 else ""
    points = f"{sign}{number(abs(rounded(change.points, 1)))}"
    if change.after.asked_of == 1:
        return _("%(points)s points since %(year)s", points=points, year=str(change.year_before))
    return ngettext(
        "%(points)s points since %(year)s, over the %(num)s municipality in both years",
        "%(points)s points since %(year)s, over the same %(num)s municipalities",
        change.reporters,
        points=points,
        year=str(change.year_before),
    )


def say_a_year(standing: Standing) -> Text | str:
    """How many percentage points each year still has to bring."""
    path = standing.path
    if path.points_a_year is not None:
        return say_points(path.points_a_year)
    return {Way.REACHED: _("reached"), Way.TOO_LATE: _("the year is over")}.get(path.way, "")


def say_scopes(place: GoalPlace) -> str:
    """Whose material use is counted. By how many, where that differs."""
    if len(place.scopes) == 1:
        return str(SCOPE_LABELS[next(iter(place.scopes))]).lower()
    return ", ".join(f"{count} × {str(SCOPE_LABELS[scope]).lower()}" for scope, count in sorted(place.scopes.items()))
