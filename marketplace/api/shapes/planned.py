"""How the days of a planned listing moved."""

from marketplace.api.fields import Choice, Day, Integer, Line, Moment, Number
from marketplace.api.schema import List, PageSchema, Part, Shape, Written
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.market.rules.listing import Certainty
from marketplace.planned.queries import Source


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


class ReliabilitySchema(Shape):
    """How plans turned out against the period that was first said."""

    due = Integer("what came, and what should have come by now")
    within = Integer("of these, what came within the period")
    early = Integer("what came before it")
    late = Integer("what came after it, or is not there yet")
    withdrawn = Integer("plans that were withdrawn; in none of the others")
    median_slip_days = Number("of what came: days after its period, negative before it; null: nothing came", allow_none=True)


class _ByCertaintySchema(ReliabilitySchema):
    """The same of what was first said to be so sure."""

    certainty = Choice(Certainty)


class SourceSchema(ReliabilitySchema):
    """The same of one organisation."""

    organisation = Part(OrganisationSchema)
    by_certainty = List(Part(_ByCertaintySchema))


def write_source(source: Source) -> Written:
    """One organisation, all together and by how sure it was said to be."""
    by_certainty = [_ByCertaintySchema.write(reliability, certainty=sure) for sure, reliability in source.by_certainty]
    return SourceSchema.write(source.together, organisation=source.organisation, by_certainty=by_certainty)


class SourcesSchema(PageSchema):
    """The organisations of which a plan was due or withdrawn, by name, and everybody together."""

    items = List(Part(SourceSchema))
    together = Part(ReliabilitySchema)
