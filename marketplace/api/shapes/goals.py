"""How far the goals are, and what was decided about them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Lines, Moment, Number, Sentence, YesNo
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.impact.models import FigureSetting
from marketplace.impact.queries.standings import GoalPlace, Standing
from marketplace.impact.rules.goals import Measured
from marketplace.impact.rules.material_use import Indicator, Scope
from marketplace.impact.rules.path import bounds
from marketplace.kernel.units import THOUSANDTH
from marketplace.valuations.rules.method import SHADOW


class _Figure(NamedTuple):
    """A goal at a place in a year."""

    standing: Standing
    place: GoalPlace

    @property
    def used(self) -> Indicator:
        """Its indicator."""
        return self.standing.indicator

    @property
    def counted(self) -> GoalPlace | None:
        """The place, where anything of the material use is counted for this goal."""
        return self.place if self.used.reported and not self.is_of_value else None

    @property
    def is_of_value(self) -> bool:
        """Whether it is about what was valued, and not about the material use."""
        return self.standing.goal.indicator == Measured.VALUED_SHARE


def _percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


def _rounded(points: Decimal | None) -> Decimal | None:
    return None if points is None else points.quantize(THOUSANDTH)


def _inhabitants_percent(indicator: Indicator) -> Decimal | None:
    return _rounded(_percent(indicator.inhabitants_share))


def _coverage(figure: _Figure) -> Decimal:
    """Of one municipality all or nothing."""
    share = _inhabitants_percent(figure.used)
    return Decimal(100 * figure.used.reported) if share is None else share


def _bound(which: int) -> Callable[[_Figure], Decimal | None]:
    def of(figure: _Figure) -> Decimal | None:
        limits = bounds(figure.used)
        return None if limits is None else _percent(limits[which])

    return of


def _if_reported(name: str) -> Callable[[_Figure], Decimal | None]:
    """A figure of the indicator that is null where there is no share."""
    return lambda figure: None if figure.used.share is None else getattr(figure.used, name)


class _ScopeSchema(Shape):
    """Whose material use is counted, by how many municipalities."""

    scope = Choice(Scope)
    municipalities = Integer()


class _ChangeSchema(Shape):
    """Since an earlier year, over the municipalities that adopted both."""

    since_year = Integer(attribute="year_before")
    points = Number("percentage points; null: by too few", allow_none=True, get=lambda change: _rounded(change.points))
    municipalities = Integer("in both years", attribute="reporters")


class _ValuedSchema(Shape):
    """What was valued in the twelve months up to the end of the year, or up to today."""

    valued_mass_kg = Number(attribute="valued_kg")
    passported_mass_kg = Number(attribute="passported_kg")
    owned_mass_kg = Number("owned or maintained: what the share is of", attribute="owned_kg")
    has_estimate = YesNo("false: of some nothing is estimated, and what has a passport counts there as all that there is")
    passported_share_percent = Number(
        "the part of what has a passport that was valued", allow_none=True, get=lambda of: _percent(of.share_of_passports)
    )
    note = Sentence("what kind of value this is", get=lambda _of: SHADOW)


class GoalSchema(Shape):
    """How far a goal is."""

    number = Integer(attribute="standing.goal.number")
    name = Line(attribute="standing.goal.name")
    indicator = Choice(Measured, "what it measures", attribute="standing.goal.indicator")
    target_percent = Number(attribute="standing.target.percent")
    target_year = Integer(attribute="standing.target.year")
    target_version = Integer("of the decision, see /goals/{number}/versions", attribute="standing.target.version")
    is_own = YesNo("whether the municipality decided it for itself", attribute="standing.target.is_own")
    deviates = YesNo("whether that is another goal than the region's", attribute="standing.counts.deviates")
    share_percent = Number("null: not reported, or by too few", allow_none=True, get=lambda figure: _percent(figure.used.share))
    adopted = YesNo(
        "whether every report that is counted is adopted; null: nothing is counted",
        allow_none=True,
        get=lambda figure: figure.counted and figure.counted.is_adopted,
    )
    adopted_share_percent = Number(
        "the same of the adopted reports alone, which is what the public sees; null: none, or too few",
        allow_none=True,
        get=lambda figure: figure.counted and _percent(figure.counted.adopted.share),
    )
    low = Number(
        "the least that the share of all that are asked can be, in percent; null while one of them has not reported: "
        "how much it uses is not known, so that nothing can be said",
        allow_none=True,
        get=_bound(0),
    )
    high = Number("the most, likewise", allow_none=True, get=_bound(1))
    renewable_mass_kg = Number(
        allow_none=True, get=lambda figure: None if figure.is_of_value else _if_reported("renewable_kg")(figure)
    )
    total_mass_kg = Number(allow_none=True, get=_if_reported("total_kg"))
    reported_by = Integer("how many municipalities reported", attribute="used.reported")
    adopted_by = Integer("how many of those are adopted", get=lambda figure: figure.counted.adopted_by if figure.counted else 0)
    asked_of = Integer(attribute="used.asked_of")
    coverage = Number("how many percent of the inhabitants live where was reported", get=_coverage)
    reported_inhabitants_percent = Number(
        "the same of the region; a share of the region asks for at least what /goals/coverage says, at the start half. "
        "null: of one municipality",
        allow_none=True,
        get=lambda figure: _inhabitants_percent(figure.used),
    )
    scopes = List(
        Part(_ScopeSchema),
        get=lambda figure: [
            {"scope": scope, "municipalities": count}
            for scope, count in sorted(((figure.counted and figure.counted.scopes) or {}).items())
        ],
    )
    valued = Part(
        _ValuedSchema,
        "of the goal about what was valued; null: of another goal, or nothing is known",
        allow_none=True,
        get=lambda figure: figure.place.worth if figure.is_of_value else None,
    )
    points_to_go = Number(
        "percentage points; null: reached, or not known",
        allow_none=True,
        get=lambda figure: _rounded(figure.standing.path.points),
    )
    years_to_go = Integer("null where pointsToGo is, and when the year is over", allow_none=True, attribute="standing.path.years")
    points_per_year = Number(
        "what each of those years still has to bring",
        allow_none=True,
        get=lambda figure: _rounded(figure.standing.path.points_a_year),
    )
    change = Part(
        _ChangeSchema,
        "null: no earlier year that was adopted",
        allow_none=True,
        get=lambda figure: figure.counted and figure.counted.change,
    )


class _RegionSchema(Shape):
    """The goals of the region."""

    goals = List(Part(GoalSchema), get=lambda place: [_Figure(standing, place) for standing in place.standings])
    bank_mass_kg = Number(attribute="bank_kg")


class _ReportingSchema(_RegionSchema):
    """The goals of a municipality."""

    organisation = Part(OrganisationSchema, get=lambda place: place)
    includes_bank_kg = Number(allow_none=True)


class GoalsSchema(Shape):
    """The region, and for members every municipality."""

    year = Integer()
    years = List(Integer())
    region = Part(_RegionSchema)
    municipalities = List(Part(_ReportingSchema), optional=True, get=lambda overview: overview.municipalities or None)


class Coverage(NamedTuple):
    """The setting that counts, and every one that was made."""

    percent: Decimal
    settings: Sequence[FigureSetting]


class _CoverageSettingSchema(Shape):
    """A setting, and why it was made."""

    percent = Number(get=lambda setting: Decimal(setting.value))
    reason = Lines()
    set_at = Moment()


class CoverageSchema(Shape):
    """From which percentage of the inhabitants the region has a figure.

    The settings newest first.
    """

    percent = Number()
    settings = List(Part(_CoverageSettingSchema), "empty: it is as it was at the start")


class GoalVersionSchema(Shape):
    """What was decided about a goal. A version never changes."""

    number = Integer(attribute="target.number")
    organisation = Part(OrganisationSchema, "null: the region", allow_none=True)
    version = Integer(attribute="target.version")
    percent = Number(attribute="target.percent")
    year = Integer(attribute="target.year")
    body = LineOrNull("who decided; null: not known", attribute="target.decision.body")
    date = Day("null: not known", attribute="target.decision.decided_on", allow_none=True)
    document = LineOrNull("where the decision stands; null: not known", attribute="target.decision.document")
    text = Lines("why", attribute="target.decision.text")
    set_at = Moment("when it was recorded here")


class GoalVersionsSchema(Shape):
    """A goal with everything that was decided about it, newest first."""

    number = Integer(attribute="goal.number")
    name = Line(attribute="goal.name")
    indicator = Choice(Measured, attribute="goal.indicator")
    versions = List(Part(GoalVersionSchema))
