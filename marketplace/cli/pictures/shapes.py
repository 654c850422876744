"""Bodies of plain faces for `Stage.solid`: blocks, tubes, discs and plates. Corners run counter-clockwise seen from outside."""

import itertools
import math
from collections.abc import Iterator

from marketplace.cli.pictures.grain import Colour
from marketplace.cli.pictures.space import Face, Spot


def block(low: Spot, high: Spot, colour: Colour) -> Iterator[Face]:
    """An upright block between two opposite corners."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    yield ((x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)), colour
    yield ((x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)), colour
    yield ((x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)), colour
    yield ((x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)), colour
    yield ((x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)), colour


def tube(
    start: Spot, end: Spot, radius: float, colour: Colour, *, end_radius: float | None = None, sides: int = 18
) -> Iterator[Face]:
    """A round bar from one spot to another, closed at both ends; with another end radius it tapers."""
    near, far = (
        ring(start, end, radius, sides),
        ring(start, end, radius if end_radius is None else end_radius, sides, at_end=True),
    )
    for side in range(sides):
        other = (side + 1) % sides
        yield (near[side], near[other], far[other], far[side]), colour
    yield tuple(reversed(near)), colour
    yield tuple(far), colour


def ring(start: Spot, end: Spot, radius: float, sides: int, *, at_end: bool = False) -> list[Spot]:
    """The circle around the start (or the end) of an axis."""
    axis = tuple(two - one for one, two in zip(start, end, strict=True))
    length = math.sqrt(sum(part * part for part in axis)) or 1.0
    ax, ay, az = (part / length for part in axis)
    across = (-ay, ax, 0.0) if abs(az) < 0.9 else (0.0, -az, ay)
    size = math.sqrt(sum(part * part for part in across))
    ux, uy, uz = (part / size for part in across)
    vx, vy, vz = ay * uz - az * uy, az * ux - ax * uz, ax * uy - ay * ux
    cx, cy, cz = end if at_end else start
    spots = []
    for side in range(sides):
        angle = 2 * math.pi * side / sides
        cos, sin = radius * math.cos(angle), radius * math.sin(angle)
        spots.append((cx + ux * cos + vx * sin, cy + uy * cos + vy * sin, cz + uz * cos + vz * sin))
    return spots


def path(spots: list[Spot], radius: float, colour: Colour, sides: int = 12) -> Iterator[Face]:
    """A bent tube through these spots."""
    for one, two in itertools.pairwise(spots):
        yield from tube(one, two, radius, colour, sides=sides)


def plate(corners: tuple[Spot, Spot, Spot, Spot], colour: Colour) -> Iterator[Face]:
    """A thin sheet that is seen from both sides."""
    yield corners, colour
    yield tuple(reversed(corners)), colour


def moved(faces: Iterator[Face], by: Spot, turn_degrees: float = 0) -> Iterator[Face]:
    """The body turned around the vertical through the origin, then shifted."""
    cos, sin = math.cos(math.radians(turn_degrees)), math.sin(math.radians(turn_degrees))
    for corners, colour in faces:
        yield tuple((x * cos - y * sin + by[0], x * sin + y * cos + by[1], z + by[2]) for x, y, z in corners), colour


def corners_of(low: Spot, high: Spot) -> list[Spot]:
    """The eight corners of a block, for its shadow."""
    return [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
