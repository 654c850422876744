"""The region as the map draws it, small enough for a phone.

The fourteen municipalities and the names of places.

Made once, when the style sheets are built, from the boundaries and places that are shipped (see data/SOURCES.md). Four decimals
are 11 m north and 7 m east: less than two pixels at the deepest zoom. Corners that two municipalities share are rounded alike, so
no slit opens between them.
"""

import csv
import json
import math
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import GRID_LAT_STEP
from marketplace.places.queries.region import areas

DECIMALS = 4
LEVELS = {"woonplaats": 1, "dorp": 2, "buurtschap": 3}  # 0: the main place of a municipality
UNIT_M = 50.0  # of the small map: a pixel or so
NORTH_LAT, WEST_LON = 52.65, 6.25
UNITS_PER_LAT = 111_300 / UNIT_M
UNITS_PER_LON = UNITS_PER_LAT * math.cos(math.radians(52.3))
REGION_UNITS = 1300  # the drawing is a square of 65 km
VIEW_WIDTH, VIEW_HEIGHT = 440, 280  # 22 by 14 km around a lot
LETTER_UNITS, LINE_UNITS = 8.0, 18.0  # how much room a name takes
NEAR_WIDTH, NEAR_HEIGHT = 160, 150  # 8 by 7.5 km, for a map as large as a thumb
SMALL_MAPS_KEPT = 4096
REGION_COLOURS = (  # a picture knows no tokens: the same as in static/css/tokens.css
    ".edge{fill:none;stroke:#17594a;stroke-width:5}.land{fill:#f7f9f5;stroke:#b9c9c0;stroke-width:1.25}"
    "@media(prefers-color-scheme:dark){.edge{stroke:#8fd3bd}.land{fill:#31413c;stroke:#5b6f68}}"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A place name on the small map, its middle in units."""

    text: str
    x: int
    y: int
    is_main: bool


@dataclass(frozen=True, slots=True)
class SmallMap:
    """A piece of the region around a public point, drawn without a script.

    `radius` is that of its grid, since more is not shown.
    """

    left: int
    top: int
    x: int
    y: int
    names: tuple[Name, ...]
    width: int = VIEW_WIDTH
    height: int = VIEW_HEIGHT
    region: int = REGION_UNITS
    radius: int = round(GRID_LAT_STEP / 10_000 * UNITS_PER_LAT)


def units_of(lat: float, lon: float) -> tuple[int, int]:
    """Where a point stands on the drawing of the region: units east and south of its corner."""
    return round((lon - WEST_LON) * UNITS_PER_LON), round((NORTH_LAT - lat) * UNITS_PER_LAT)


@cache
def region_svg() -> bytes:
    """The region as a picture for the small map, in the light and the dark colours."""
    drawn = json.loads((SHIPPED / "gemeenten.geojson").read_text(encoding="utf-8"))
    lines = []
    for item in drawn["features"]:
        shape = item["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            for ring in polygon:
                corners = [corner for corner, _same in groupby(units_of(lat, lon) for lon, lat in ring)]
                lines.append("M" + " ".join(f"{x} {y}" for x, y in corners[:-1]) + "Z")
    land = "".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {REGION_UNITS} {REGION_UNITS}" stroke-linejoin="round">'
        f"<style>{REGION_COLOURS}</style>"
        f'<defs><path id="land" d="{land}"/></defs><use href="#land" class="edge"/><use href="#land" class="land"/></svg>'
    ).encode()


@lru_cache(maxsize=SMALL_MAPS_KEPT)
def small_map(public_lat: float, public_lon: float) -> SmallMap | None:
    """Draw the region around a public point, with the names that have room beside it.

    Never an exact point. None where no place of the region is near.
    """
    return _drawn(public_lat, public_lon, VIEW_WIDTH, VIEW_HEIGHT)


@lru_cache(maxsize=SMALL_MAPS_KEPT)
def near_map(lat: float, lon: float) -> SmallMap | None:
    """The same from nearer by, around a point that its reader may know.

    The exact one, or else the public one.
    """
    return _drawn(lat, lon, NEAR_WIDTH, NEAR_HEIGHT)


def _drawn(lat: float, lon: float, width: int, height: int) -> SmallMap | None:
    x, y = units_of(lat, lon)
    bare = SmallMap(x - width // 2, y - height // 2, x, y, (), width, height)
    is_valid, bottom = bare.left + width, bare.top + height
    taken: list[tuple[float, float, float, float]] = [(x - bare.radius, y - bare.radius, x + bare.radius, y + bare.radius)]
    names: dict[str, Name] = {}
    for text, lat, lon, level in _places():
        if level > 1:
            break
        if text in names:
            continue
        middle, line = units_of(lat, lon)
        half = len(text) * LETTER_UNITS / 2
        for at in (line, line + 20, line - 20):
            west, north, east, south = middle - half, at - LINE_UNITS / 2, middle + half, at + LINE_UNITS / 2
            fits = bare.left + 4 < west and east < is_valid - 4 and bare.top + 4 < north and south < bottom - 4
            if fits and not any(west < item[2] and item[0] < east and north < item[3] and item[1] < south for item in taken):
                taken.append((west, north, east, south))
                names[text] = Name(text, middle, at, level == 0)
                break
    return replace(bare, names=tuple(names.values())) if names else None


@cache
def region_geojson() -> bytes:
    """A GeoJSON collection; besides it `places`: [name, lat, lon, level], what is larger first."""
    drawn = json.loads((SHIPPED / "gemeenten.geojson").read_text(encoding="utf-8"))
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(item) for item in drawn["features"]],
        "places": _places(),
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _places() -> list[tuple[str, float, float, int]]:
    main = {area.main_place for area in areas()}
    with (SHIPPED / "plaatsen.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -int(row["inwoners_geonames"] or 0))
    places = [
        (
            row["naam"],
            round(float(row["lat"]), DECIMALS),
            round(float(row["lon"]), DECIMALS),
            0 if row["naam"] in main else LEVELS[row["type"]],
        )
        for row in rows
    ]
    return sorted(places, key=lambda place: place[3])


def _feature(drawn: dict[str, Any]) -> dict[str, Any]:
    facts = drawn["properties"]
    return {
        "type": "Feature",
        "properties": {"name": facts["naam"], "at": [round(facts["centroid_lat"], 4), round(facts["centroid_lon"], 4)]},
        "geometry": {"type": drawn["geometry"]["type"], "coordinates": _rounded(drawn["geometry"]["coordinates"])},
    }


def _rounded(coordinates: list[Any]) -> list[Any]:
    """The same nesting, rounded, without corners that fall together."""
    if isinstance(coordinates[0][0], list):
        return [_rounded(part) for part in coordinates]
    corners = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in coordinates]
    return [corner for corner, _same in groupby(corners)]
