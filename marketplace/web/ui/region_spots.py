"""Numbered spots on the map of the region, one for each line of a list. Pure geometry, from public points only."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.kernel.geo import Point
from marketplace.web.ui.flow_map import HEIGHT, LEFT, TOP, WIDTH
from marketplace.web.ui.region_map import REGION_UNITS, units_of

APART = 76  # two spots nearer than this are drawn as one, with both numbers
SPOT_HEIGHT, SPOT_LEAST, LETTER = 72, 72, 26
BOX = f"{LEFT} {TOP} {WIDTH} {HEIGHT}"


@dataclass(frozen=True, slots=True)
class Spot:
    """One mark: its middle, its width, and the numbers of what lies there."""

    x: int
    y: int
    label: str

    @property
    def width(self) -> int:
        """As wide as its numbers ask."""
        return max(SPOT_LEAST, len(self.label) * LETTER + 24)


@dataclass(frozen=True, slots=True)
class SpotMap:
    """The drawing, in the units of the picture of the region."""

    spots: tuple[Spot, ...]
    box: str = BOX
    region: int = REGION_UNITS
    height: int = SPOT_HEIGHT


def spot_map(points: Iterable[Point]) -> SpotMap | None:
    """Draw the points by their number in the list, from 1. What lies beside the map is left out; without any there is none."""
    groups: list[tuple[int, int, list[int]]] = []
    for number, point in enumerate(points, 1):
        x, y = units_of(point.lat, point.lon)
        if not (LEFT <= x <= LEFT + WIDTH and TOP <= y <= TOP + HEIGHT):
            continue
        near = next((numbers for other_x, other_y, numbers in groups if math.dist((x, y), (other_x, other_y)) < APART), None)
        if near is None:
            groups.append((x, y, [number]))
        else:
            near.append(number)
    spots = tuple(Spot(x, y, ", ".join(map(str, numbers))) for x, y, numbers in groups)
    return SpotMap(spots) if spots else None
