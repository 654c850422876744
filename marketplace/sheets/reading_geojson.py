"""A GeoJSON file as rows. A feature each, its properties by column, its geometry beside them.

What the geometry itself tells becomes a column too, where no property says so: the area of an area. Coordinates of the national grid
(RD) become degrees. A property that holds a list of objects, as `consistsOf` does, gives a row for each.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from marketplace.imports.rules.columns import SheetRow, is_named
from marketplace.imports.rules.passports import AREA
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import EARTH_RADIUS_M
from marketplace.kernel.language import _
from marketplace.kernel.rd import degrees_of, is_rd
from marketplace.kernel.units import plain
from marketplace.sheets.reading import COLUMNS_MAX, LARGE, Limits, too_many_rows
from marketplace.sheets.reading_csv import as_row

ID, SHAPE_AREA = "id", "Oppervlakte van de vorm (m2)"
DEEPEST = 6
LISTS_MAX = 2_500_000  # a corner of a shape is one, of ten bytes at least; each costs as much memory as seventy bytes of text


def read_features(content: bytes, limits: Limits = LARGE) -> Iterator[SheetRow]:
    """The names of the properties as the first row, then the features.

    Refused: what is no collection of features, and one with too many rows, properties, or lists within lists.
    """
    features = _features(content)
    parts = list(islice(((feature, *piece) for feature in features for piece in _spread(feature)), limits.rows + 1))
    if len(parts) > limits.rows:
        raise too_many_rows(limits)
    names: dict[str, None] = {}
    for _feature, properties, _part in parts:
        names.update(dict.fromkeys(properties))
        if len(names) >= COLUMNS_MAX:
            sentence = _(
                "These features have more than %(most)s properties. Leave out those that are not needed.", most=COLUMNS_MAX - 2
            )
            raise Invalid(sentence, "file")
    with_area = not any(is_named(AREA, name) for name in names) and any(_rings(feature.get("geometry")) for feature in features)
    columns = [*names, SHAPE_AREA] if with_area else list(names)
    yield as_row(1, columns)
    for number, (feature, properties, part) in enumerate(parts, 2):
        given = feature.get("geometry")
        geometry = _in_degrees(given) if isinstance(given, dict) else None
        cells = [_text(properties.get(name)) for name in names]
        if with_area:
            cells.append(plain(_area_m2(geometry)) if geometry is not None and not part and _rings(geometry) else "")
        row = as_row(number, cells)
        yield SheetRow(number, row.cells or ("",), row.faults, None if part else geometry)


def _features(content: bytes) -> list[dict[str, Any]]:
    if content.count(b"[") + content.count(b"{") > LISTS_MAX:
        sentence = _(
            "This map has more than %(most)s points and values together. Simplify its shapes, or split it.", most=LISTS_MAX
        )
        raise Invalid(sentence, "file")
    try:
        read = json.loads(content.decode("utf-8-sig"), parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Invalid(_("This is no GeoJSON that can be read. Export it again, as a FeatureCollection."), "file") from error
    features = read.get("features") if isinstance(read, dict) and read.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or any(not isinstance(feature, dict) for feature in features):
        raise Invalid(_("This is no collection of features. Export the layer as GeoJSON, as a FeatureCollection."), "file")
    if not features:
        raise Invalid(_("There is nothing in this sheet. Choose another file."), "file")
    return features


def _refused(word: str) -> Any:
    raise ValueError(word)


def _spread(feature: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """The properties of a feature; one for each object of a list in them. The number tells which: 0 is the first."""
    given = feature.get("properties")
    properties: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
    if ID not in {name.lower() for name in properties} and feature.get("id") is not None:
        properties = {ID: feature["id"], **properties}
    listed = next((name for name, value in properties.items() if _is_list_of_objects(value)), None)
    if listed is None:
        yield properties, 0
        return
    own = {name: value for name, value in properties.items() if name != listed}
    for part, item in enumerate(properties[listed]):
        yield {**own, **item}, part


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _text(value: Any) -> str:
    """A property as it would be typed with a point before decimals. A whole number keeps all its figures: it may be a number of an asset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return plain(Decimal(format(value, ".15g")))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:1000]


def _in_degrees(geometry: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": geometry.get("type"), "coordinates": _moved(geometry.get("coordinates"), 0)}


def _moved(coordinates: Any, depth: int) -> Any:
    if not isinstance(coordinates, list) or depth > DEEPEST:
        return coordinates
    if len(coordinates) >= 2 and all(
        isinstance(coordinate, int | float) and not isinstance(coordinate, bool) for coordinate in coordinates[:2]
    ):
        x, y = coordinates[:2]
        if not is_rd(x, y) or (abs(x) <= 180 and abs(y) <= 90):
            return [x, y]
        lat, lon = degrees_of(x, y)
        return [round(lon, 7), round(lat, 7)]
    return [_moved(nested, depth + 1) for nested in coordinates]


def _rings(geometry: Any) -> list[Sequence[Any]]:
    """The areas of a geometry, each with its outer ring and its holes. None of a line or a point."""
    if not isinstance(geometry, dict):
        return []
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        return [coordinates] if isinstance(coordinates, list) else []
    return list(coordinates) if geometry.get("type") == "MultiPolygon" and isinstance(coordinates, list) else []


def _area_m2(geometry: Mapping[str, Any]) -> Decimal:
    """The area over the ground, to a tenth of a m². A shape that cannot be read has none; its row says why."""
    try:
        total = sum(abs(_ring_m2(outer)) - sum(abs(_ring_m2(hole)) for hole in holes) for outer, *holes in _rings(geometry))
        return Decimal(str(round(total, 1)))
    except (TypeError, ValueError, LookupError, OverflowError):
        return Decimal(0)


def _ring_m2(ring: Sequence[Sequence[float]]) -> float:
    """By the shoelace on a plane that touches the earth at the ring. Right to a thousandth within one town."""
    lon_0, lat_0 = ring[0][0], ring[0][1]
    metres = math.radians(1) * EARTH_RADIUS_M
    across = metres * math.cos(math.radians(sum(corner[1] for corner in ring) / len(ring)))
    flat = [((lon - lon_0) * across, (lat - lat_0) * metres) for lon, lat, *_height in ring]
    return sum(x_1 * y_2 - x_2 * y_1 for (x_1, y_1), (x_2, y_2) in zip(flat, [*flat[1:], flat[0]], strict=True)) / 2
