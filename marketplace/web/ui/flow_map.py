"""Who gave to whom, as arrows on the map of the region.

Pure geometry; `templates/macros/chart.html` draws it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from marketplace.places.queries.region import areas
from marketplace.web.ui.region_map import REGION_UNITS, units_of

LEFT, TOP, WIDTH, HEIGHT = 85, 325, 1060, 880  # the part of the drawing in which the region lies
THINNEST, THICKEST = 5.0, 34.0
BEND = 0.14  # how far an arrow leaves the straight line, so that the way back has a line of its own
DOT, GAP = 11, 20
LETTER, LINE = 21.0, 44.0  # how much room a name takes
HEAD = 1.1  # half of an arrow's head beside its line
SMALLEST_HEAD = 20.0


@dataclass(frozen=True, slots=True)
class Flow:
    """So many kilograms from one municipality to another, by slug."""

    giver: str
    receiver: str
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class Arrow:
    """A bent line with a head, as SVG paths."""

    line: str
    width: float
    head: str


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality at its main place, with its name where there is room."""

    name: str
    x: int
    y: int
    name_x: int
    name_y: int


@dataclass(frozen=True, slots=True)
class FlowMap:
    """The drawing, in the units of the picture of the region. The thinnest arrows come last, on top."""

    arrows: tuple[Arrow, ...]
    towns: tuple[Town, ...]
    box: str = f"{LEFT} {TOP} {WIDTH} {HEIGHT}"
    region: int = REGION_UNITS


def flow_map(flows: Iterable[Flow]) -> FlowMap | None:
    """Draw what went from one municipality to another. None where nothing did."""
    spots = _spots()
    drawn = [
        flow for flow in flows if flow.mass_kg > 0 and flow.giver != flow.receiver and {flow.giver, flow.receiver} <= spots.keys()
    ]
    if not drawn:
        return None
    largest = max(flow.mass_kg for flow in drawn)
    ordered = sorted(drawn, key=lambda flow: -flow.mass_kg)
    arrows = tuple(_arrow(spots[flow.giver], spots[flow.receiver], float(flow.mass_kg / largest)) for flow in ordered)
    return FlowMap(arrows, _towns())


@cache
def _spots() -> dict[str, tuple[int, int]]:
    return {area.slug: units_of(area.main_point.lat, area.main_point.lon) for area in areas()}


def _arrow(start: tuple[int, int], end: tuple[int, int], share: float) -> Arrow:
    """From beside one town to beside the other; the width is the mass beside the largest."""
    width = round(THINNEST + (THICKEST - THINNEST) * share, 1)
    (x1, y1), (x2, y2) = start, end
    across, down = x2 - x1, y2 - y1
    bend = ((x1 + x2) / 2 - down * BEND, (y1 + y2) / 2 + across * BEND)
    begins = _towards(start, bend, DOT + GAP)
    tip = _towards(end, bend, DOT + GAP / 2)
    half = max(width * HEAD, SMALLEST_HEAD)
    stop = _towards(tip, bend, half * 1.6)
    side_x, side_y = _across(stop, tip, half)
    line = f"M{_point(begins)}Q{_point(bend)} {_point(stop)}"
    left_end, right_end = (stop[0] + side_x, stop[1] + side_y), (stop[0] - side_x, stop[1] - side_y)
    return Arrow(line, width, f"M{_point(left_end)}L{_point(tip)}L{_point(right_end)}Z")


def _towards(spot: tuple[float, float], other: tuple[float, float], length: float) -> tuple[float, float]:
    """The point so far from the first on the way to the second."""
    whole = math.dist(spot, other) or 1.0
    return spot[0] + (other[0] - spot[0]) * length / whole, spot[1] + (other[1] - spot[1]) * length / whole


def _across(start: tuple[float, float], end: tuple[float, float], length: float) -> tuple[float, float]:
    """So far at right angles to the way from one to the other."""
    whole = math.dist(start, end) or 1.0
    return -(end[1] - start[1]) * length / whole, (end[0] - start[0]) * length / whole


def _point(spot: tuple[float, float]) -> str:
    return f"{spot[0]:.0f} {spot[1]:.0f}"


@cache
def _towns() -> tuple[Town, ...]:
    """Every municipality, its name beside the town, where no other name stands."""
    taken: list[tuple[float, float, float, float]] = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in _spots().values()]
    towns = []
    for area in areas():
        x, y = _spots()[area.slug]
        half = len(area.name) * LETTER / 2
        nearest = 36 if y > TOP + HEIGHT / 2 else -36  # away from the middle
        tried = [(x, y + nearest), (x, y - nearest), (x + half + 24, y), (x - half - 24, y), (x, y + 72), (x, y - 72)]
        boxes = [(centre_x - half, centre_y - LINE / 2, centre_x + half, centre_y + LINE / 2) for centre_x, centre_y in tried]
        free = next((index for index, candidate in enumerate(boxes) if _is_free(candidate, taken)), 0)
        taken.append(boxes[free])
        towns.append(Town(area.name, x, y, round(tried[free][0]), round(tried[free][1])))
    return tuple(towns)


def _is_free(box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether nothing stands there yet, and it lies within the drawing."""
    west, north, east, south = box
    inside = west > LEFT and east < LEFT + WIDTH and north > TOP and south < TOP + HEIGHT
    return inside and not any(west < other[2] and other[0] < east and north < other[3] and other[1] < south for other in taken)
