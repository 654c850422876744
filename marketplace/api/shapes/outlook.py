"""What comes free and what is needed in the years ahead."""

from marketplace.api.fields import Day, Line, LineOrNull, Number
from marketplace.api.schema import List, Part, Shape
from marketplace.market.rules.listing import Certainty
from marketplace.outlook.rules import ZERO


def _sure(certainty: Certainty) -> Number:
    """What of it comes free with that certainty."""
    return Number(get=lambda row: row.by_certainty.get(certainty, ZERO))


class _CertaintySchema(Shape):
    """What comes free, by how sure that is; in kilograms."""

    idea = _sure(Certainty.IDEA)
    budgeted = _sure(Certainty.BUDGETED)
    tendered = _sure(Certainty.TENDERED)
    in_execution = _sure(Certainty.IN_EXECUTION)


class _QuarterSchema(Shape):
    """A quarter, all groups and municipalities together."""

    quarter = Line("for example 2027-K3", get=lambda row: str(row.quarter))
    first_day = Day(get=lambda row: row.quarter.first)
    present_kg = Number("on offer now, or from a day in this quarter")
    planned_kg = Number("planned and on offer, by its last day")
    expected_kg = Number("comes free of passports and is not on offer yet, by its last day")
    needed_kg = Number("asked for and not found yet, by its first day")
    gap_kg = Number("present + planned + expected - needed; below 0: what lacks")
    by_certainty = Part(_CertaintySchema, "of planned and expected", get=lambda row: row)


class _OutlookSchema(_QuarterSchema):
    """A quarter of one group of materials in one municipality."""

    group = Line("slug of a group of materials")
    municipality = LineOrNull("slug; null: outside the region")


class OutlookSchema(Shape):
    """Four years ahead, this quarter first."""

    as_of = Day()
    totals = List(Part(_QuarterSchema), "each of the sixteen quarters")
    rows = List(Part(_OutlookSchema), "what stands in them, by quarter, group and municipality")
