"""Storage places: the public point, and the exact one for people who may know it."""

from marketplace.api.fields import Degrees, Integer, Line, LineOrNull, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.place import ExactSchema
from marketplace.depots.models import Depot
from marketplace.kernel.geo import Point, public_point


def _public(depot: Depot) -> Point:
    return public_point(Point(depot.lat, depot.lon))


class DepotSchema(Shape):
    """A storage place."""

    id = Integer()
    name = Line()
    organisation = Part(OrganisationSchema)
    place_name = Line()
    municipality = LineOrNull()
    lat = Degrees(get=lambda depot: _public(depot).lat)
    lon = Degrees(get=lambda depot: _public(depot).lon)
    is_active = YesNo("false: it takes no new lots")
    exact = Part(ExactSchema, optional=True)


class DepotsSchema(PageSchema):
    """A page of storage places."""

    items = List(Part(DepotSchema))
