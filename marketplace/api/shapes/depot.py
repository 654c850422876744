"""Storage places: the public point, and the exact one for people who may know it."""

from collections.abc import Iterator
from typing import NamedTuple

from marketplace.api.fields import Codes, Day, Degrees, Integer, Line, LineOrNull, Quantity, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.place import ExactSchema
from marketplace.depots.models import Depot
from marketplace.depots.rules.opening import clock_of, hours_of
from marketplace.kernel.geo import Point, public_point


class Opened(NamedTuple):
    """One time at which it is open."""

    day: str
    opens_at: str
    closes_at: str


def _public(depot: Depot) -> Point:
    return public_point(Point(depot.lat, depot.lon))


def _week(depot: Depot) -> Iterator[Opened]:
    for day, spans in hours_of(depot.opening).items():
        yield from (Opened(day.value, clock_of(span.opens), clock_of(span.closes)) for span in spans)


class _OpeningSchema(Shape):
    """When it is open on a day of the week."""

    day = Line()
    opens_at = Line()
    closes_at = Line()


class _CapacitySchema(Shape):
    """How much of one kind fits."""

    kind = Line()
    amount = Quantity()


class _RateSchema(Shape):
    """What one unit costs a week, from a day on."""

    id = Integer()
    unit = Line()
    euros_per_week = Quantity(shape={"pattern": r"^[0-9]+(\.[0-9]{1,4})?$"})
    from_on = Day()


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
    is_public = YesNo("whether it has a page for everybody")
    opening = List(Part(_OpeningSchema), "empty: not known", get=_week)
    opening_note = LineOrNull("what hours cannot say")
    collecting = LineOrNull("what may be collected and how")
    takes = Codes("slugs of groups of materials; empty: everything", attribute="taken_groups")
    storers = Line("who may store here: owner, municipalities or members")
    longest_stay_days = Integer("null: no limit", allow_none=True)
    bays = Codes("those that are in use", get=lambda depot: [bay.name for bay in depot.bays if bay.is_active])
    capacities = List(Part(_CapacitySchema), "a kind that is not here is not counted")
    rates = List(Part(_RateSchema), "by the day from which they count")
    keepers = List(
        Integer(), "ids of the people who keep it, for themselves and the coordinator of the organisation", optional=True
    )
    calendar_address = LineOrNull(
        "where your own calendar subscribes to what comes and goes, without a token; null: not made yet; for whoever may read that",
        optional=True,
    )
    exact = Part(ExactSchema, optional=True)


class DepotsSchema(PageSchema):
    """A page of storage places."""

    items = List(Part(DepotSchema))
