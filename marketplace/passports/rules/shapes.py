"""The line or area of an asset, as GeoJSON (RFC 7946) writes it: longitude first, WGS84."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _

VERTICES_MAX = 5_000
PLACES = 7  # a centimetre
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_NO_GEOMETRY = _("This is no line or area that can be read. Send a GeoJSON geometry: Point, LineString, Polygon or Multi….")


def clean_shape(given: Any) -> dict[str, Any]:
    """A GeoJSON geometry with its coordinates to the centimetre and without heights.

    Refused at field `shape`: another type, what is not numbers, a point outside the Netherlands, a line of one point, an area
    whose ring is not closed, and more than 5 000 points.
    """
    kind = given.get("type") if isinstance(given, Mapping) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        raise Invalid(_NO_GEOMETRY, "shape")
    counted = count(1)
    coordinates = _clean(given.get("coordinates"), _DEPTH[kind], counted)
    if kind.endswith("LineString"):
        for line in [coordinates] if kind == "LineString" else coordinates:
            if len(line) < 2:
                raise Invalid(_("A line has at least two points."), "shape")
    if kind.endswith("Polygon"):
        for ring in (ring for area in ([coordinates] if kind == "Polygon" else coordinates) for ring in area):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise Invalid(_("The edge of an area ends where it begins, and has at least three corners."), "shape")
    return {"type": kind, "coordinates": coordinates}


def _clean(coordinates: Any, depth: int, counted: Iterator[int]) -> Any:
    if not isinstance(coordinates, list | tuple) or not coordinates:
        raise Invalid(_NO_GEOMETRY, "shape")
    if depth:
        return [_clean(part, depth - 1, counted) for part in coordinates]
    if next(counted) > VERTICES_MAX:
        raise Invalid(_("This shape has more than %(most)s points. Simplify it first.", most=VERTICES_MAX), "shape")
    if len(coordinates) not in (2, 3) or any(
        isinstance(number, bool) or not isinstance(number, int | float | Decimal) for number in coordinates[:2]
    ):
        raise Invalid(_NO_GEOMETRY, "shape")
    try:
        point = Point(float(coordinates[1]), float(coordinates[0]))
    except (Invalid, OverflowError, ValueError) as refusal:
        raise Invalid(
            _("A point of this shape lies outside the Netherlands. Write longitude first, in WGS84."), "shape"
        ) from refusal
    return [round(point.lon, PLACES), round(point.lat, PLACES)]


def middle_of(shape: Mapping[str, Any]) -> Point:
    """A point that stands for the shape, for distances. The corner nearest to the mean of all corners: it lies on it."""
    corners = list(_corners(shape["coordinates"]))
    lon, lat = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    nearest = min(corners, key=lambda corner: ((corner[0] - lon) ** 2 + (corner[1] - lat) ** 2, corner))
    return Point(nearest[1], nearest[0])


def _corners(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _corners(part)
