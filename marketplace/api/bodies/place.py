"""Where something is."""

from marketplace.api.fields import Degrees, Line
from marketplace.api.schema import Body
from marketplace.kernel.geo import EAST, NORTH, SOUTH, WEST
from marketplace.places.queries.gazetteer import LONGEST_QUERY

LATITUDE = {"minimum": SOUTH, "maximum": NORTH}
LONGITUDE = {"minimum": WEST, "maximum": EAST}


class Placed(Body):
    """Where something is: a place, or a point."""

    place = Line("a place name or postcode; lat and lon count before it", longest=LONGEST_QUERY)
    lat = Degrees("latitude, WGS84, between 50.30 and 54.00", shape=LATITUDE)
    lon = Degrees("longitude, WGS84, between 2.60 and 7.95", shape=LONGITUDE)
