"""Clusters: many listings in one mark where they lie too close together on the screen.

Pure arithmetic on public points; the mark shows their number at this zoom.

The plane is that of every web map (spherical Mercator, 256 pixels around the world at zoom 0). It is cut into cells; the listings
of a cell make one mark at their middle, and marks that would touch become one. The cells are fixed, so the same question gives
the same marks.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from marketplace.kernel.geo import Box

ZOOM_LEAST, ZOOM_MOST = 7, 14  # at 14 two public points lie 85 pixels apart, so each is a mark of its own
CELL_PIXELS = 72
GAP_PIXELS = 54  # marks are 44 pixels wide
TILE_PIXELS = 256


class Spot(NamedTuple):
    """A public point with its listings: how many, the first of them, and how many are planned."""

    lat: float
    lon: float
    listings: int
    first_id: int
    planned: int = 0


@dataclass(slots=True)
class Cluster:
    """One mark: its cell, its listings, their middle and the box around them."""

    key: str
    count: int
    lat: float
    lon: float
    box: Box
    first_id: int
    spots: list[Spot] = field(repr=False)

    @property
    def planned(self) -> int:
        """How many of its listings are not there yet."""
        return sum(spot.planned for spot in self.spots)

    @property
    def is_one_spot(self) -> bool:
        """Whether zooming in would not part them: they share a public point."""
        return len(self.spots) == 1


def pixels(lat: float, lon: float, zoom: int) -> tuple[float, float]:
    """Where a point lies on the plane: x to the east, y to the south."""
    world = TILE_PIXELS * 2.0**zoom
    angle = math.radians(lat)
    return (lon + 180) / 360 * world, (1 - math.asinh(math.tan(angle)) / math.pi) / 2 * world


def clusters_of(spots: Iterable[Spot], zoom: int) -> list[Cluster]:
    """The marks at a zoom, the largest first. Every listing is in exactly one."""
    zoom = max(ZOOM_LEAST, min(zoom, ZOOM_MOST))
    cells: dict[tuple[int, int], list[Spot]] = {}
    for spot in spots:
        x, y = pixels(spot.lat, spot.lon, zoom)
        cells.setdefault((int(x / CELL_PIXELS), int(y / CELL_PIXELS)), []).append(spot)
    accepted: dict[tuple[int, int], list[Cluster]] = {}
    for cell, held in sorted(cells.items(), key=lambda cell: (-sum(spot.listings for spot in cell[1]), cell[0])):
        made = _cluster(f"{zoom}.{cell[0]}.{cell[1]}", held)
        near = _touching(made, accepted, zoom)
        if near is None:
            accepted.setdefault(cell, []).append(made)
        else:
            whole = _cluster(near.key, near.spots + held)
            near.count, near.lat, near.lon, near.box = whole.count, whole.lat, whole.lon, whole.box
            near.first_id, near.spots = whole.first_id, whole.spots
    return sorted((item for row in accepted.values() for item in row), key=lambda item: (-item.count, item.key))


def _cluster(key: str, spots: list[Spot]) -> Cluster:
    count = sum(spot.listings for spot in spots)
    lats, lons = [spot.lat for spot in spots], [spot.lon for spot in spots]
    return Cluster(
        key,
        count,
        sum(spot.lat * spot.listings for spot in spots) / count,
        sum(spot.lon * spot.listings for spot in spots) / count,
        Box(min(lats), max(lats), min(lons), max(lons)),
        min(spot.first_id for spot in spots),
        spots,
    )


def _touching(made: Cluster, accepted: dict[tuple[int, int], list[Cluster]], zoom: int) -> Cluster | None:
    """The nearest mark in the cells around that this one would touch."""
    x, y = pixels(made.lat, made.lon, zoom)
    column, row = (int(part) for part in made.key.split(".")[1:])
    around = (accepted.get((column + dx, row + dy), []) for dx, dy in product((-1, 0, 1), repeat=2))
    reach = [(math.dist((x, y), pixels(item.lat, item.lon, zoom)), item.key, item) for cell in around for item in cell]
    nearest = min(reach, key=lambda entry: entry[:2], default=None)
    return nearest[2] if nearest and nearest[0] < GAP_PIXELS else None
