"""The region as the map draws it: the fourteen municipalities and the names of places, small enough for a phone.

Made once, when the style sheets are built, from the boundaries and places that are shipped (see data/SOURCES.md). Four decimals are 11 m north and 7 m
east: less than two pixels at the deepest zoom. Corners that two municipalities share are rounded alike, so no slit opens between them.
"""

import csv
import json
from itertools import groupby
from typing import Any

from marketplace.kernel.boundaries import DATA, areas

DECIMALS = 4
LEVELS = {"woonplaats": 1, "dorp": 2, "buurtschap": 3}  # 0: the main place of a municipality


def region_geojson() -> bytes:
    """A GeoJSON collection; besides it `places`: [name, lat, lon, level], what is larger first."""
    main = {area.main_place for area in areas()}
    drawn = json.loads((DATA / "gemeenten.geojson").read_text(encoding="utf-8"))
    with (DATA / "plaatsen.csv").open(encoding="utf-8", newline="") as file:
        places = [
            [
                row["naam"],
                round(float(row["lat"]), DECIMALS),
                round(float(row["lon"]), DECIMALS),
                0 if row["naam"] in main else LEVELS[row["type"]],
            ]
            for row in sorted(csv.DictReader(file), key=lambda row: -int(row["inwoners_geonames"] or 0))
        ]
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(one) for one in drawn["features"]],
        "places": sorted(places, key=lambda place: place[3]),
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


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
