"""Places on the earth: points, distances, and figures by which a database compares them.

No database extension is needed.

A place is stored three ways: latitude and longitude for people, earth-centred x, y, z in whole metres (ECEF on WGS84) for the
database. There `dx*dx + dy*dy + dz*dz` is the squared chord, and ordering by it is ordering by distance. Over the Netherlands the
chord, bent back to an arc, differs less than 2 m from the geodesic; booked distances are always the geodesic itself.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from geopy.distance import geodesic

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

SOUTH, NORTH, WEST, EAST = 50.30, 54.00, 2.60, 7.95
EARTH_AXIS_M = 6_378_137.0  # WGS84, semi-major axis
EARTH_E2 = 6.694379990141317e-3  # WGS84, first eccentricity squared
EARTH_RADIUS_M = 6_384_000.0  # mean radius of curvature of the ellipsoid at 52° N
BOX_MARGIN = 1.01
BOX_MARGIN_M = 5.0  # for the rounding to whole metres, which counts only in a very small box
GRID_LAT_STEP = 45  # ten-thousandths of a degree: 500.7 m
GRID_LON_STEP = 73  # ten-thousandths of a degree: 497 m at 52.3° N
METRE = Decimal("0.001")
DISTANCES_KEPT = 16_384  # the same pairs are asked again and again, and a geodesic takes 70 µs
_GEODESIC = geodesic()  # one for all, so that WGS84 is worked out once


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees on WGS84. Refused: what lies outside the Netherlands and its edge, which is most often lat and lon swapped."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (SOUTH <= self.lat <= NORTH and WEST <= self.lon <= EAST):
            raise Invalid(
                _(
                    "That point is not in the Netherlands. Latitude lies between 50.30 and 54.00, longitude between 2.60 and 7.95."
                ),
                "place",
            )


class Box(NamedTuple):
    """What lies within a radius lies within this box; the reverse is for the chord to decide."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, point: Point) -> bool:
        """Whether the point lies in it, or on its edge."""
        return self.south <= point.lat <= self.north and self.west <= point.lon <= self.east


@lru_cache(maxsize=DISTANCES_KEPT)
def ecef_m(point: Point) -> tuple[int, int, int]:
    """Earth-centred x, y, z on WGS84 at height zero, in whole metres."""
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    normal = EARTH_AXIS_M / math.sqrt(1 - EARTH_E2 * math.sin(lat) ** 2)
    flat = normal * math.cos(lat)
    return round(flat * math.cos(lon)), round(flat * math.sin(lon)), round(normal * (1 - EARTH_E2) * math.sin(lat))


def chord2_m2(radius_km: float) -> float:
    """Compute the squared chord in m² that belongs to a distance over the ground. Compare it with `dx*dx + dy*dy + dz*dz`."""
    return (2 * EARTH_RADIUS_M * math.sin(radius_km * 1000 / (2 * EARTH_RADIUS_M))) ** 2


def chord_to_arc_km(chord2_in_m2: float) -> float:
    """The distance over the ground in km that belongs to a squared chord in m²."""
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord2_in_m2) / (2 * EARTH_RADIUS_M))) / 1000


def chord2_between_m2(a: Point, b: Point) -> int:
    """The squared chord between two points in m², as the database computes it."""
    (x, y, z), (x2, y2, z2) = ecef_m(a), ecef_m(b)
    return (x - x2) ** 2 + (y - y2) ** 2 + (z - z2) ** 2


def bounding_box(point: Point, radius_km: float) -> Box:
    """Compute the box that holds everything within the radius, with 1 % to spare.

    An index reads it before any distance is computed.
    """
    angle = (radius_km * 1000 * BOX_MARGIN + BOX_MARGIN_M) / EARTH_RADIUS_M
    dlat = math.degrees(angle)
    dlon = math.degrees(math.asin(min(1.0, math.sin(min(angle, math.pi / 2)) / math.cos(math.radians(point.lat)))))
    return Box(point.lat - dlat, point.lat + dlat, point.lon - dlon, point.lon + dlon)


def public_point(point: Point) -> Point:
    """Compute the nearest corner of a fixed grid of about 500 m.

    The same for everyone and for ever, so asking twice reveals nothing more.
    """
    return Point(_on_grid(point.lat, GRID_LAT_STEP, SOUTH), _on_grid(point.lon, GRID_LON_STEP, WEST))


def _on_grid(degrees: float, step: int, lowest: float) -> float:
    """The nearest line of the grid that is not below `lowest`.

    Above the other edge none is nearest: there the last line lies on the edge, or less than half a step inside it.
    """
    first = math.ceil(lowest * 10_000 / step)
    return max(first, round(degrees * 10_000 / step)) * step / 10_000


@lru_cache(maxsize=DISTANCES_KEPT)
def _geodesic_km(a: Point, b: Point) -> float:
    return float(_GEODESIC.measure((a.lat, a.lon), (b.lat, b.lon)))


def distance_km(a: Point, b: Point) -> Decimal:
    """The geodesic on WGS84 in km, to the metre: what matches show and the ledger books."""
    return Decimal(repr(_geodesic_km(a, b))).quantize(METRE, rounding=ROUND_HALF_UP)


def apart_km(a: Point, b: Point, *, exact: bool) -> Decimal:
    """How far two points lie apart, or, where that may not be known, their public points."""
    return distance_km(a, b) if exact else distance_km(public_point(a), public_point(b))


def whole_km(a: Point, b: Point) -> int:
    """The geodesic in whole kilometres, rounded half up once. The chord answers; only beside a half kilometre the geodesic is asked."""
    km = chord_to_arc_km(chord2_between_m2(a, b))
    if abs(km - math.floor(km) - 0.5) < 0.004:
        km = _geodesic_km(a, b)
    return math.floor(km + 0.5)
