"""How far the goals are, and what was decided about them."""

from collections.abc import Callable
from decimal import Decimal

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Lines, Moment, Number, YesNo
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.impact.queries.standings import Standing
from marketplace.impact.rules.goals import Measured


def _share_percent(standing: Standing) -> Decimal | None:
    return None if standing.indicator.share is None else standing.indicator.share * 100


def _inhabitants_percent(standing: Standing) -> Decimal | None:
    share = standing.indicator.inhabitants_share
    return None if share is None else (share * 100).quantize(Decimal("0.001"))


def _if_reported(name: str) -> Callable[[Standing], Decimal | None]:
    """A figure of the indicator that is null where nothing was reported."""
    return lambda standing: None if standing.indicator.share is None else getattr(standing.indicator, name)


class GoalSchema(Shape):
    """How far a goal is."""

    number = Integer(attribute="target.number")
    target_percent = Number(attribute="target.percent")
    target_year = Integer(attribute="target.year")
    is_own = YesNo("whether the municipality decided it for itself", attribute="target.is_own")
    share_percent = Number("null: not reported, or by too few", allow_none=True, get=_share_percent)
    renewable_mass_kg = Number(allow_none=True, get=_if_reported("renewable_kg"))
    total_mass_kg = Number(allow_none=True, get=_if_reported("total_kg"))
    reported_by = Integer("how many municipalities reported", attribute="indicator.reported")
    asked_of = Integer(attribute="indicator.asked")
    reported_inhabitants_percent = Number(
        "how many of the region's inhabitants live where was reported; a share of the region asks for at least half. "
        "null: of one municipality",
        allow_none=True,
        get=_inhabitants_percent,
    )


class _RegionSchema(Shape):
    """The goals of the region."""

    goals = List(Part(GoalSchema), attribute="standings")
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
