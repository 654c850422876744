"""Office furniture in a hall: chairs, desks, tables, screens."""

import math
from collections.abc import Iterator
from random import Random

from marketplace.cli.pictures.grain import Colour, jittered
from marketplace.cli.pictures.shapes import block, path, plate, tube
from marketplace.cli.pictures.space import Face, Spot
from marketplace.cli.pictures.street import Body

CHARCOAL: Colour = (58, 60, 64)
CHROME: Colour = (170, 174, 176)


def task_chair(palette: tuple[Colour, ...] = ((52, 58, 66), (44, 66, 92), (62, 62, 60))) -> Body:
    """A chair on five castors, with arms and a curved back."""

    def body(rng: Random) -> Iterator[Face]:
        cloth = jittered(rng, palette[0], 0.05)
        for leg in range(5):
            turn = leg * 1.2566 + 0.3
            x, y = 0.31 * math.cos(turn), 0.31 * math.sin(turn)
            yield from path([(0, 0, 0.13), (x, y, 0.075)], 0.022, CHARCOAL, 8)
            yield from tube((x - 0.02, y, 0.03), (x + 0.02, y, 0.03), 0.03, (30, 30, 32), sides=10)
        yield from tube((0, 0, 0.1), (0, 0, 0.43), 0.028, CHROME, sides=12)
        yield from _cushion((0, -0.02, 0.47), 0.25, 0.24, 0.07, cloth)
        yield from path([(0, 0.2, 0.45), (0, 0.30, 0.52), (0, 0.31, 0.72)], 0.025, CHARCOAL, 8)
        columns = 8
        for column in range(columns):
            one, two = (-0.22 + 0.44 * (column + step) / columns for step in (0, 1))
            bend = [0.9 * (x * x) for x in (one, two)]
            for low, high in ((0.58, 0.70), (0.70, 0.84), (0.84, 1.0)):
                front: list[Spot] = [
                    (one, 0.27 - bend[0], low),
                    (two, 0.27 - bend[1], low),
                    (two, 0.30 - bend[1], high),
                    (one, 0.30 - bend[0], high),
                ]
                yield front, cloth
                yield [(x, y + 0.05, z) for x, y, z in reversed(front)], CHARCOAL
            yield (
                [(one, 0.30 - bend[0], 1.0), (two, 0.30 - bend[1], 1.0), (two, 0.35 - bend[1], 1.0), (one, 0.35 - bend[0], 1.0)],
                cloth,
            )
        for x in (-0.28, 0.28):
            yield from path([(x, 0.06, 0.46), (x, 0.06, 0.66)], 0.018, CHARCOAL, 8)
            yield from block((x - 0.035, -0.12, 0.66), (x + 0.035, 0.14, 0.69), CHARCOAL)

    return body


def _cushion(middle: Spot, wide: float, deep: float, thick: float, colour: Colour) -> Iterator[Face]:
    """A rounded seat."""
    rim = []
    for step in range(20):
        turn = step * 0.31416
        cos, sin = math.cos(turn), math.sin(turn)
        rim.append(
            (middle[0] + wide * math.copysign(abs(cos) ** 0.5, cos), middle[1] + deep * math.copysign(abs(sin) ** 0.5, sin))
        )
    for (x0, y0), (x1, y1) in zip(rim, rim[1:] + rim[:1], strict=True):
        yield (
            [
                (x0, y0, middle[2] - thick / 2),
                (x1, y1, middle[2] - thick / 2),
                (x1, y1, middle[2] + thick * 0.2),
                (x0, y0, middle[2] + thick * 0.2),
            ],
            colour,
        )
        inner = [((x - middle[0]) * 0.86 + middle[0], (y - middle[1]) * 0.86 + middle[1]) for x, y in ((x0, y0), (x1, y1))]
        yield (
            [
                (x0, y0, middle[2] + thick * 0.2),
                (x1, y1, middle[2] + thick * 0.2),
                (*inner[1], middle[2] + thick / 2),
                (*inner[0], middle[2] + thick / 2),
            ],
            colour,
        )
    yield (
        [((x - middle[0]) * 0.86 + middle[0], (y - middle[1]) * 0.86 + middle[1], middle[2] + thick / 2) for x, y in rim],
        colour,
    )


def meeting_chair(colour: Colour = (70, 96, 116)) -> Body:
    """A stacking chair on a tube frame."""

    def body(rng: Random) -> Iterator[Face]:
        tone = jittered(rng, colour, 0.05)
        for x in (-0.22, 0.22):
            yield from path([(x, -0.22, 0), (x, -0.2, 0.44), (x, 0.2, 0.44), (x, 0.26, 0)], 0.011, CHROME, 8)
            yield from path([(x, 0.2, 0.44), (x, 0.3, 0.86)], 0.011, CHROME, 8)
        yield from _cushion((0, 0, 0.455), 0.23, 0.22, 0.035, tone)
        yield from plate(((-0.22, 0.235, 0.58), (0.22, 0.235, 0.58), (0.22, 0.29, 0.84), (-0.22, 0.29, 0.84)), tone)

    return body


def desk(top: Colour = (206, 188, 158), *, is_lifting: bool = False, wide: float = 1.6, deep: float = 0.8) -> Body:
    """A desk or table; a lifting one stands on two columns."""

    def body(rng: Random) -> Iterator[Face]:
        high = rng.choice((0.74, 0.9, 1.05)) if is_lifting else 0.74
        for x in (-wide / 2 + 0.1, wide / 2 - 0.16):
            if is_lifting:
                yield from block((x, -0.05, 0.03), (x + 0.07, 0.05, high * 0.6), CHROME)
                yield from block((x + 0.012, -0.035, high * 0.6), (x + 0.058, 0.035, high - 0.03), (190, 193, 194))
                yield from block((x, -deep / 2 + 0.08, 0), (x + 0.07, deep / 2 - 0.08, 0.03), CHROME)
            else:
                for y in (-deep / 2 + 0.06, deep / 2 - 0.1):
                    yield from block((x, y, 0), (x + 0.05, y + 0.05, high - 0.03), CHROME)
        yield from block((-wide / 2, -deep / 2, high - 0.03), (wide / 2, deep / 2, high), jittered(rng, top, 0.03))

    return body


def screen(rng: Random) -> Iterator[Face]:
    """A computer screen on its foot."""
    yield from block((-0.12, -0.08, 0), (0.12, 0.1, 0.015), CHARCOAL)
    yield from block((-0.03, 0.02, 0.015), (0.03, 0.05, 0.25), CHARCOAL)
    yield from block((-0.27, -0.01, 0.14), (0.27, 0.03, 0.48), CHARCOAL)
    yield ((-0.258, -0.012, 0.155), (0.258, -0.012, 0.155), (0.258, -0.012, 0.468), (-0.258, -0.012, 0.468)), (44, 52, 60)
    yield ((-0.05, -0.013, 0.3), (0.258, -0.013, 0.155), (0.258, -0.013, 0.468), (0.1, -0.013, 0.468)), (58, 68, 78)
