"""From flat to seen: the perspective of a camera, as the eight numbers that Pillow's transform asks for."""

import math
from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Size

PICTURE: Size = (1600, 1200)
Pixel = tuple[float, float]


def perspective(seen: list[Pixel], flat: list[Pixel]) -> tuple[float, ...]:
    """The coefficients that fetch, for each seen pixel, its place in the flat picture; from four pairs of corners."""
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column and rows[row][column]:
                factor = rows[row][column]
                rows[row] = [value - factor * above for value, above in zip(rows[row], rows[column], strict=True)]
    return tuple(row[8] for row in rows)


def tilted(rng: Random, plan: Image.Image, turn_degrees: float = 0, lean: float | None = None) -> Image.Image:
    """A flat plan photographed from a slight angle, turned by some degrees; the plan must be a little larger than the picture."""
    lean = rng.uniform(0.04, 0.10) if lean is None else lean
    angle, (width, height) = math.radians(turn_degrees), PICTURE
    reach_x, reach_y = width / 2, height / 2
    room = min(plan.width / 2 / _extent(reach_x, reach_y, angle), plan.height / 2 / _extent(reach_y, reach_x, angle))
    zoom = min(1.0, room / (1 + lean))
    flat = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        far = zoom * (1 + lean if sy < 0 else 1 - lean)
        x, y = sx * reach_x * far, sy * reach_y * zoom
        flat.append(
            (
                plan.width / 2 + x * math.cos(angle) - y * math.sin(angle),
                plan.height / 2 + x * math.sin(angle) + y * math.cos(angle),
            )
        )
    corners: list[Pixel] = [(0, 0), (width, 0), (width, height), (0, height)]
    return plan.transform(PICTURE, Image.Transform.PERSPECTIVE, perspective(corners, flat), Image.Resampling.BILINEAR)


def _extent(along: float, across: float, angle: float) -> float:
    return abs(along * math.cos(angle)) + abs(across * math.sin(angle))
