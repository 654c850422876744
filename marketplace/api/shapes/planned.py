"""How the days of a planned listing moved."""

from marketplace.api.fields import Choice, Day, Integer, Line, Moment
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.market.rules.listing import Certainty


class DateChangeSchema(Shape):
    """One time that the days moved, or the day on which it came. It never changes."""

    id = Integer()
    at = Moment()
    old_earliest = Day()
    old_latest = Day()
    old_certainty = Choice(Certainty)
    new_earliest = Day("null: it came", allow_none=True)
    new_latest = Day(allow_none=True)
    new_certainty = Choice(Certainty, allow_none=True)
    came_on = Day("the day from which it was there; null: the days moved", allow_none=True)
    reason = Line()


class DateChangesSchema(PageSchema):
    """Every time that the days of a listing moved, oldest first."""

    items = List(Part(DateChangeSchema))
