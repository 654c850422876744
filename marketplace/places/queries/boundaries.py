"""The municipality of a point, by the simplified boundaries that are shipped. Accurate to about 10 m; see data/SOURCES.md."""

import json
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import Point
from marketplace.places.queries.region import areas

Ring = list[tuple[float, float]]  # longitude, latitude; the last corner is the first again


class _Shape(NamedTuple):
    slug: str
    rings: list[list[Ring]]
    west: float
    south: float
    east: float
    north: float


@cache
def _shapes() -> tuple[_Shape, ...]:
    slugs = {area.code: area.slug for area in areas()}
    shapes = []
    for feature in json.loads((SHIPPED / "gemeenten.geojson").read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        rings = [[[(lon, lat) for lon, lat in ring] for ring in polygon] for polygon in polygons]
        shapes.append(_Shape(slugs[feature["properties"]["code"]], rings, *feature["bbox"]))
    return tuple(shapes)


def _is_inside(ring: Ring, lon: float, lat: float) -> bool:
    """Even-odd rule: a line to the east crosses the ring an odd number of times."""
    inside = False
    for (lon_1, lat_1), (lon_2, lat_2) in pairwise(ring):
        if (lat_1 > lat) != (lat_2 > lat) and lon < lon_1 + (lat - lat_1) * (lon_2 - lon_1) / (lat_2 - lat_1):
            inside = not inside
    return inside


def municipality_of(point: Point) -> str | None:
    """The slug of the municipality that holds the point, or None outside the region. A point on a border has exactly one."""
    for shape in _shapes():
        if shape.west <= point.lon <= shape.east and shape.south <= point.lat <= shape.north:
            for outer, *holes in shape.rings:
                if _is_inside(outer, point.lon, point.lat) and not any(_is_inside(hole, point.lon, point.lat) for hole in holes):
                    return shape.slug
    return None
