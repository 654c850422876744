"""Street furniture in the yard: benches, tables, racks, bollards, bins, planters, shelters."""

import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Colour, jittered
from marketplace.cli.pictures.shapes import block, corners_of, moved, path, plate, tube
from marketplace.cli.pictures.space import Face, Spot
from marketplace.cli.pictures.yards import yard

Drawn = Callable[[Random], Image.Image]
Body = Callable[[Random], Iterator[Face]]
STEEL: Colour = (88, 94, 96)
ZINC: Colour = (168, 173, 174)
WOOD: Colour = (164, 118, 76)
GREY_WOOD: Colour = (150, 134, 112)
CONCRETE: Colour = (176, 172, 163)
IRON: Colour = (62, 66, 68)


def standing(
    body: Body,
    places: list[Spot],
    extent: tuple[Spot, Spot],
    *,
    distance_m: float = 4.6,
    look_m: float = 0.6,
    turn: float = 12,
    eye_m: float = 1.55,
    floor: str = "",
    gloss: float = 0.1,
    grain: float = 0.18,
) -> Drawn:
    """The same body at several places, each turned a little; `extent` is its block, for the shadow."""

    def drawn(rng: Random) -> Image.Image:
        stage = yard(rng, (0.0, 0.5, look_m), distance_m * rng.uniform(0.95, 1.05), eye_m=eye_m, floor=floor)
        turns = [rng.uniform(-turn, turn) for _place in places]
        shadows = []
        for place, angle in zip(places, turns, strict=True):
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            shadows.append([(x * cos - y * sin + place[0], x * sin + y * cos + place[1], z) for x, y, z in corners_of(*extent)])
        stage.shade(shadows)
        for place, angle in sorted(zip(places, turns, strict=True), key=lambda one: -stage.camera.depth(one[0])):
            stage.solid(moved(body(rng), place, angle), gloss=gloss, grain=grain)
        return stage.developed()

    return drawn


def bench(wood: Colour = WOOD, frame: Colour = STEEL) -> Body:
    """A park bench of slats on a steel frame."""

    def body(rng: Random) -> Iterator[Face]:
        for x in (-0.72, 0.66):
            yield from block((x, -0.22, 0), (x + 0.06, -0.16, 0.43), frame)
            yield from block((x, 0.18, 0), (x + 0.06, 0.24, 0.43), frame)
            yield from block((x, -0.22, 0.39), (x + 0.06, 0.26, 0.43), frame)
            yield from plate(((x, 0.24, 0.42), (x + 0.06, 0.24, 0.42), (x + 0.06, 0.38, 0.86), (x, 0.38, 0.86)), frame)
        for slat in range(5):
            y = -0.25 + slat * 0.095
            yield from block((-0.92, y, 0.435), (0.92, y + 0.075, 0.47), jittered(rng, wood, 0.08))
        for slat in range(4):
            low = 0.50 + slat * 0.095
            y = 0.245 + (low - 0.42) * 0.32
            yield from _leaning((-0.92, y, low), 1.84, 0.075, 0.035, jittered(rng, wood, 0.08))

    return body


def _leaning(at: Spot, wide: float, high: float, thick: float, colour: Colour) -> Iterator[Face]:
    x, y, z = at
    lean = high * 0.32
    front = ((x, y, z), (x + wide, y, z), (x + wide, y + lean, z + high), (x, y + lean, z + high))
    back = tuple((a, b + thick, c) for a, b, c in front)
    yield front, colour
    yield tuple(reversed(back)), colour
    yield (front[3], front[2], back[2], back[3]), colour
    yield (front[1], back[1], back[2], front[2]), colour
    yield (back[0], front[0], front[3], back[3]), colour


def slab_bench(rng: Random) -> Iterator[Face]:
    """A concrete bench: a thick seat on two feet."""
    for x in (-0.75, 0.45):
        yield from block((x, -0.2, 0), (x + 0.3, 0.2, 0.36), CONCRETE)
    yield from block((-1.0, -0.25, 0.36), (1.0, 0.25, 0.47), jittered(rng, CONCRETE, 0.03))


def picnic_table(rng: Random) -> Iterator[Face]:
    """A table with two seats on one frame."""
    for x in (-0.7, 0.62):
        yield from block((x, -0.72, 0.36), (x + 0.09, 0.72, 0.42), jittered(rng, GREY_WOOD, 0.06))
        for y in (-0.45, 0.38):
            yield from block((x, y, 0), (x + 0.09, y + 0.09, 0.70), jittered(rng, GREY_WOOD, 0.06))
    for y, z, boards in ((-0.75, 0.42, 2), (0.47, 0.42, 2), (-0.36, 0.70, 5)):
        for board in range(boards):
            low = y + board * 0.145
            yield from block((-1.0, low, z), (1.0, low + 0.13, z + 0.045), jittered(rng, GREY_WOOD, 0.08))


def bollard(colour: Colour = IRON, radius: float = 0.075) -> Body:
    """A cast-iron post with a ring and a rounded head."""

    def body(rng: Random) -> Iterator[Face]:
        tone = jittered(rng, colour, 0.05)
        yield from tube((0, 0, 0), (0, 0, 0.22), radius * 1.35, tone, end_radius=radius * 1.15)
        yield from tube((0, 0, 0.22), (0, 0, 0.86), radius, tone, end_radius=radius * 0.85)
        yield from tube((0, 0, 0.86), (0, 0, 0.90), radius * 1.25, tone)
        yield from tube((0, 0, 0.90), (0, 0, 1.02), radius * 1.0, tone, end_radius=radius * 0.8)
        yield from tube((0, 0, 1.02), (0, 0, 1.08), radius * 0.8, tone, end_radius=radius * 0.3)

    return body


def square_post(colour: Colour, wide: float = 0.15, high: float = 1.0) -> Body:
    """A post of wood or concrete with a bevelled head."""

    def body(rng: Random) -> Iterator[Face]:
        tone, half = jittered(rng, colour, 0.08), wide / 2
        yield from block((-half, -half, 0), (half, half, high), tone)
        tip, base = (
            (0.0, 0.0, high + wide * 0.35),
            [(-half, -half, high), (half, -half, high), (half, half, high), (-half, half, high)],
        )
        for one, two in zip(base, base[1:] + base[:1], strict=True):
            yield (one, two, tip), tone

    return body


def hoop(rng: Random) -> Iterator[Face]:
    """A cycle stand: a bent tube."""
    spots: list[Spot] = [(-0.35, 0, 0), (-0.35, 0, 0.62)]
    spots += [
        (-0.35 + 0.18 * (1 - math.cos(turn / 6 * math.pi / 2)), 0, 0.62 + 0.18 * math.sin(turn / 6 * math.pi / 2))
        for turn in range(1, 7)
    ]
    spots += [(-x, 0.0, z) for x, _y, z in reversed(spots)]
    yield from path(spots, 0.024, ZINC)


def rack(rng: Random) -> Iterator[Face]:
    """A bicycle rack, high and low places in turn."""
    for y in (-0.25, 0.3):
        yield from block((-1.25, y, 0.02), (1.25, y + 0.045, 0.065), ZINC)
    for place in range(7):
        x, rise = -1.1 + place * 0.36, 0.22 * (place % 2)
        for gap in (0.0, 0.065):
            yield from path(
                [
                    (x + gap, -0.3, 0.05),
                    (x + gap, -0.34, 0.42 + rise),
                    (x + gap, -0.12, 0.52 + rise),
                    (x + gap, 0.30, 0.20 + rise),
                    (x + gap, 0.32, 0.05),
                ],
                0.010,
                ZINC,
                8,
            )


def bin_(colour: Colour = (70, 84, 76)) -> Body:
    """A litter bin on a foot."""

    def body(rng: Random) -> Iterator[Face]:
        yield from tube((0, 0, 0), (0, 0, 0.25), 0.05, STEEL)
        yield from tube((0, 0, 0.22), (0, 0, 0.92), 0.21, colour, sides=26)
        yield from tube((0, 0, 0.92), (0, 0, 1.0), 0.225, STEEL, end_radius=0.16, sides=26)
        yield ((-0.13, -0.195, 0.72), (0.13, -0.195, 0.72), (0.13, -0.205, 0.84), (-0.13, -0.205, 0.84)), (24, 24, 24)

    return body


def planter(colour: Colour = (142, 84, 56)) -> Body:
    """A planter of weathering steel with earth in it."""

    def body(rng: Random) -> Iterator[Face]:
        yield from block((-0.6, -0.6, 0), (0.6, 0.6, 0.6), colour)
        yield ((-0.56, -0.56, 0.603), (0.56, -0.56, 0.603), (0.56, 0.56, 0.603), (-0.56, 0.56, 0.603)), (66, 52, 40)

    return body


def container(rng: Random) -> Iterator[Face]:
    """An underground container's bin with its column."""
    yield from block((-0.75, -0.75, 0), (0.75, 0.75, 1.5), ZINC)
    yield from block((-0.8, -0.8, 1.5), (0.8, 0.8, 1.58), STEEL)
    yield from block((-0.3, -0.3, 1.58), (0.3, 0.3, 2.5), (92, 98, 100))
    yield ((-0.22, -0.302, 2.1), (0.22, -0.302, 2.1), (0.22, -0.302, 2.38), (-0.22, -0.302, 2.38)), (40, 42, 44)


def shelter(rng: Random) -> Iterator[Face]:
    """A bus shelter: frame, glass, roof, bench."""
    glass: Colour = (176, 190, 188)
    for x in (-1.9, -0.65, 0.65, 1.85):
        yield from block((x, 0.68, 0), (x + 0.06, 0.74, 2.3), STEEL)
    for x in (-1.84, -0.59, 0.71):
        yield from plate(
            ((x, 0.72, 0.25), (x + 1.16, 0.72, 0.25), (x + 1.16, 0.72, 2.15), (x, 0.72, 2.15)), jittered(rng, glass, 0.03)
        )
    yield from plate(((-1.88, -0.5, 0.25), (-1.88, 0.7, 0.25), (-1.88, 0.7, 2.15), (-1.88, -0.5, 2.15)), (160, 176, 174))
    yield from block((-1.9, -0.56, 0), (-1.84, -0.5, 2.3), STEEL)
    yield from block((-2.0, -0.75, 2.3), (2.0, 0.85, 2.42), (104, 110, 110))
    yield from block((-1.0, 0.3, 0.42), (1.0, 0.62, 0.47), WOOD)
    for x in (-0.9, 0.84):
        yield from block((x, 0.42, 0), (x + 0.06, 0.5, 0.42), STEEL)


def rows(across: int, deep: int, wide_m: float, deep_m: float) -> list[Spot]:
    """Places in rows, the middle at the origin."""
    return [
        ((column - (across - 1) / 2) * wide_m + row % 2 * 0.15, row * deep_m, 0.0)
        for row in range(deep)
        for column in range(across)
    ]
