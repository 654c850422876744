"""Places: those that words may mean, and the spot itself."""

from marketplace.api.fields import Degrees, Line
from marketplace.api.schema import List, PageSchema, Part, Shape


class ExactSchema(Shape):
    """The spot itself, for people who may know it."""

    lat = Degrees()
    lon = Degrees()
    address = Line("null where there is none, or you may know the point only", allow_none=True)


class PlaceSchema(Shape):
    """A place that words may mean."""

    name = Line()
    label = Line()
    municipality = Line(attribute="municipality_slug", allow_none=True)
    postcode = Line(allow_none=True)
    basis = Line()
    lat = Degrees(attribute="point.lat")
    lon = Degrees(attribute="point.lon")


class PlacesSchema(PageSchema):
    """A page of such places."""

    items = List(Part(PlaceSchema))
