"""Beside the road: luminaires, signs, signals, fences, barriers; and what plays and bridges are made of."""

import itertools
import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Colour, dimmed, jittered
from marketplace.cli.pictures.shapes import block, corners_of, path, plate, tube
from marketplace.cli.pictures.space import Face, Spot
from marketplace.cli.pictures.street import STEEL, ZINC
from marketplace.cli.pictures.yards import yard

Drawn = Callable[[Random], Image.Image]
RED: Colour = (186, 40, 40)
BLUE: Colour = (36, 84, 156)
WHITE: Colour = (228, 228, 222)
YELLOW: Colour = (226, 180, 40)


def luminaire(colour: Colour = (128, 134, 136)) -> Callable[[Random], Iterator[Face]]:
    """A street luminaire, its lamp field upwards: a housing that narrows to its neck, a pane with rows of light points."""

    def body(rng: Random) -> Iterator[Face]:
        tone = jittered(rng, colour, 0.05)
        low = [(-0.34, -0.10), (0.16, -0.16), (0.30, -0.07), (0.30, 0.07), (0.16, 0.16), (-0.34, 0.10)]
        for (x0, y0), (x1, y1) in zip(low, low[1:] + low[:1], strict=True):
            yield ((x0, y0, 0.0), (x1, y1, 0.0), (x1, y1, 0.09), (x0, y0, 0.09)), tone
        yield [(x, y, 0.09) for x, y in low], tone
        yield from tube((0.29, 0, 0.045), (0.46, 0, 0.045), 0.038, tone)
        yield ((-0.28, -0.075, 0.094), (0.12, -0.12, 0.094), (0.12, 0.12, 0.094), (-0.28, 0.075, 0.094)), (226, 226, 214)
        for row in range(3):
            for point in range(7):
                x, y = -0.24 + point * 0.05, -0.06 + row * 0.06
                yield (
                    ((x, y - 0.014, 0.097), (x + 0.028, y - 0.014, 0.097), (x + 0.028, y + 0.014, 0.097), (x, y + 0.014, 0.097)),
                    (246, 214, 120),
                )

    return body


def disc(at: Spot, radius: float, colour: Colour, *, inner: Colour | None = None, ring_part: float = 0.8) -> Iterator[Face]:
    """A round sign that faces the camera."""
    for part, tone, forward in ((1.0, colour, 0.0), (ring_part, inner, -0.004)):
        if tone:
            circle = [
                (
                    at[0] + radius * part * math.cos(turn / 16 * math.pi),
                    at[1] + forward,
                    at[2] + radius * part * math.sin(turn / 16 * math.pi),
                )
                for turn in range(32)
            ]
            yield circle, tone


def triangle(at: Spot, radius: float) -> Iterator[Face]:
    """A warning sign."""
    for part, tone, forward in ((1.0, RED, 0.0), (0.66, WHITE, -0.004)):
        yield (
            [
                (at[0] + radius * part * math.sin(turn), at[1] + forward, at[2] + radius * part * math.cos(turn))
                for turn in (0.0, -2.0944, 2.0944)
            ],
            tone,
        )


def board(at: Spot, wide: float, high: float, colour: Colour, mark: Colour | None = None) -> Iterator[Face]:
    """A rectangular sign, with a bar on it."""
    x, y, z = at
    yield (
        (
            (x - wide / 2, y, z - high / 2),
            (x + wide / 2, y, z - high / 2),
            (x + wide / 2, y, z + high / 2),
            (x - wide / 2, y, z + high / 2),
        ),
        colour,
    )
    if mark:
        yield (
            (
                (x - wide / 3, y - 0.004, z - high / 10),
                (x + wide / 3, y - 0.004, z - high / 10),
                (x + wide / 3, y - 0.004, z + high / 10),
                (x - wide / 3, y - 0.004, z + high / 10),
            ),
            mark,
        )


def signs(rng: Random) -> Image.Image:
    """Signs of all kinds on their posts, set up in rows along the yard."""
    stage = yard(rng, (0.0, 1.0, 1.05), 5.4, eye_m=1.6, side=-0.25)
    places = [(-1.9 + column * 0.78 + row * 0.3 + rng.gauss(0, 0.05), row * 0.75, 0.0) for row in range(3) for column in range(5)]
    stage.shade(
        [corners_of((x - 0.03, y - 0.03, 0), (x + 0.03, y + 0.03, 1.7)) for x, y, _z in places]
        + [corners_of((x - 0.3, y, 1.1), (x + 0.3, y + 0.02, 1.7)) for x, y, _z in places],
        0.4,
    )
    for x, y, _z in sorted(places, key=lambda one: -one[1]):
        top = rng.uniform(1.25, 1.6)
        stage.solid(tube((x, y + 0.05, 0), (x, y + 0.05, top + 0.2), 0.026, ZINC, sides=10), gloss=0.3, grain=0.08)
        kind, at = rng.randrange(5), (x, y, top)
        faces = (
            disc(at, 0.29, RED, inner=WHITE, ring_part=0.76),
            disc(at, 0.29, WHITE, inner=BLUE, ring_part=0.94),
            triangle((x, y, top - 0.05), 0.36),
            board(at, 0.52, 0.52, BLUE, WHITE),
            disc(at, 0.29, RED, ring_part=0.9) if rng.random() < 0.4 else board(at, 0.42, 0.6, WHITE, (60, 60, 60)),
        )[kind]
        faded = [(corners, jittered(rng, colour, 0.05)) for corners, colour in faces]
        for face in faded:
            stage.solid([face], grain=0.12, gloss=0.08)
        if kind == 4:
            stage.solid(board((x, y - 0.006, top), 0.4, 0.1, WHITE), grain=0.05)
    return stage.developed()


def signal(rng: Random) -> Iterator[Face]:
    """A traffic signal head with its three lamps and hoods."""
    for z, colour in ((0.83, (196, 48, 40)), (0.52, (214, 152, 40)), (0.21, (52, 156, 92))):
        yield from block((-0.16, -0.08, z - 0.155), (0.16, 0.14, z + 0.155), (44, 48, 48))
        yield from disc((0, -0.085, z), 0.12, (24, 24, 24), inner=colour, ring_part=0.86)
        yield from plate(
            ((-0.1, -0.09, z + 0.1), (0.1, -0.09, z + 0.1), (0.09, -0.26, z + 0.13), (-0.09, -0.26, z + 0.13)), (30, 34, 34)
        )


def mesh_fence(rng: Random) -> Image.Image:
    """Panels of twin-wire mesh with posts, set up along the edge of a field."""
    stage = yard(rng, (0.4, 1.0, 1.0), 4.6, eye_m=1.6, floor="grass", side=-0.75)
    green: Colour = rng.choice(((48, 82, 64), (70, 76, 78), (48, 82, 64)))
    stage.shade(
        [corners_of((-2.6, 1.0, 0), (6.5, 1.03, 0.06))]
        + [corners_of((x - 0.03, 1.0, 0), (x + 0.03, 1.06, 2.0)) for x in (-2.5, 0.0, 2.5, 5.0)],
        0.3,
    )
    wires: list[Face] = []
    for panel in reversed(range(-2, 4)):
        left = panel * 2.5
        for wire in range(49):
            x = left + 0.04 + wire * 0.05
            wires += [(((x, 1.0, 0.05), (x + 0.008, 1.0, 0.05), (x + 0.008, 1.0, 2.0), (x, 1.0, 2.0)), green)]
        for wire in range(11):
            z = 0.06 + wire * 0.192
            wires += [
                (
                    ((left, 0.99, z), (left + 2.5, 0.99, z), (left + 2.5, 0.99, z + 0.014), (left, 0.99, z + 0.014)),
                    jittered(rng, green, 0.04),
                )
            ]
    stage.solid(wires, grain=0.1, gloss=0.1)
    for x in (7.5, 5.0, 2.5, 0.0, -2.5):
        stage.solid(block((x - 0.03, 0.98, 0), (x + 0.03, 1.04, 2.05), green), grain=0.1, gloss=0.15)
    return stage.developed()


def site_fence(rng: Random) -> Image.Image:
    """Mobile fence panels stacked against each other on their feet."""
    stage = yard(rng, (0.2, 0.6, 0.95), 4.8, eye_m=1.65, side=-0.6)
    stage.shade([corners_of((-1.75, y, 0), (1.75, y + 0.05, 1.2)) for y in (0.0, 0.9)], 0.35)
    for layer in reversed(range(7)):
        y, shift = layer * 0.16, rng.gauss(0, 0.05)
        frame = list(
            path(
                [
                    (-1.7 + shift, y, 0.1),
                    (-1.7 + shift, y, 2.0),
                    (1.7 + shift, y, 2.0),
                    (1.7 + shift, y, 0.1),
                    (-1.7 + shift, y, 0.1),
                ],
                0.02,
                ZINC,
                8,
            )
        )
        wires: list[Face] = []
        for wire in range(34):
            x = -1.65 + wire * 0.1 + shift
            wires.append((((x, y, 0.1), (x + 0.005, y, 0.1), (x + 0.005, y, 2.0), (x, y, 2.0)), ZINC))
        for wire in range(8):
            z = 0.3 + wire * 0.22
            wires.append(
                (((-1.7 + shift, y, z), (1.7 + shift, y, z), (1.7 + shift, y, z + 0.005), (-1.7 + shift, y, z + 0.005)), ZINC)
            )
        stage.solid([*wires, *frame], grain=0.08, gloss=0.3)
    for x in (-1.6, 1.6):
        stage.solid(block((x - 0.12, -0.2, 0), (x + 0.12, 1.3, 0.12), (120, 112, 104)), grain=0.3)
    return stage.developed()


def wood_fence(rng: Random) -> Image.Image:
    """A fence of split chestnut poles."""
    stage = yard(rng, (0.4, 1.0, 0.7), 4.2, eye_m=1.5, floor="grass", side=-0.7)
    stage.shade([corners_of((x, 1.0, 0), (x + 0.06, 1.06, 1.0)) for x in (-2, -1, 0, 1, 2, 3)], 0.35)
    wood: Colour = (150, 126, 98)
    for place in reversed(range(64)):
        x, top = -3.2 + place * 0.14 + rng.gauss(0, 0.01), rng.uniform(0.98, 1.10)
        stage.solid(
            tube((x, 1.0, 0.03), (x + rng.gauss(0, 0.02), 1.0, top), 0.026, jittered(rng, wood, 0.12), end_radius=0.014, sides=8),
            grain=0.3,
        )
    for z in (0.3, 0.8):
        stage.solid(path([(-3.3, 0.965, z), (6, 0.965, z + 0.02)], 0.008, ZINC, 6), grain=0.1)
    return stage.developed()


def barrier(rng: Random) -> Iterator[Face]:
    """A piece of concrete safety barrier, two metres long."""
    tone = jittered(rng, (180, 176, 166), 0.04)
    section = [(-0.30, 0.0), (0.30, 0.0), (0.30, 0.08), (0.14, 0.28), (0.09, 0.85), (-0.09, 0.85), (-0.14, 0.28), (-0.30, 0.08)]
    for (y0, z0), (y1, z1) in zip(section, section[1:] + section[:1], strict=True):
        yield ((-1.0, y0, z0), (-1.0, y1, z1), (1.0, y1, z1), (1.0, y0, z0)), tone
    for x, way in ((-1.0, 1), (1.0, -1)):
        for low, high in ((0, 2), (2, 3)):
            a, b, c, d = (
                section[low + 0 if low == 0 else 2],
                section[1] if low == 0 else section[3],
                section[high] if low == 0 else section[4],
                section[7 if low == 0 else 5],
            )
            face: list[Spot] = [(x, a[0], a[1]), (x, b[0], b[1]), (x, c[0], c[1]), (x, d[0], d[1])]
            yield (face if way < 0 else list(reversed(face))), tone
        mid: list[Spot] = [(x, y, z) for y, z in (section[7], section[2], section[3], section[6])]
        yield (mid if way < 0 else list(reversed(mid))), tone
        top: list[Spot] = [(x, y, z) for y, z in (section[6], section[3], section[4], section[5])]
        yield (top if way < 0 else list(reversed(top))), tone


def play_unit(wood: bool) -> Drawn:
    """A tower with a roof, a slide and a swing."""

    def drawn(rng: Random) -> Image.Image:
        stage = yard(rng, (0.3, 1.2, 1.25), 6.4, eye_m=1.6, floor="grass" if wood else rng.choice(("grass", "sand")), side=-0.5)
        post: Colour = (160, 122, 82) if wood else rng.choice(((52, 96, 150), (60, 120, 90), (190, 60, 50)))
        other: Colour = (176, 138, 96) if wood else YELLOW
        stage.shade(
            [
                corners_of((-0.6, 0.6, 0), (0.6, 1.8, 2.6)),
                corners_of((0.6, 0.9, 0), (2.5, 1.5, 0.5)),
                corners_of((-2.6, 1.15, 1.9), (-0.6, 1.25, 2.0)),
            ],
            0.45,
        )
        stage.solid(path([(-2.6, 1.7, 0), (-2.6, 1.2, 2.0), (-2.6, 0.7, 0)], 0.05, post), gloss=0.2)
        stage.solid(path([(-2.65, 1.2, 2.0), (-0.6, 1.2, 2.0)], 0.05, post), gloss=0.2)
        for x in (-2.1, -1.3):
            for gap in (0.0, 0.4):
                stage.solid(path([(x + gap, 1.2, 1.98), (x + gap, 1.2 + 0.1, 0.5)], 0.008, (90, 92, 92), 6), grain=0.05)
            stage.solid(block((x - 0.03, 1.2, 0.46), (x + 0.43, 1.38, 0.5), (40, 42, 42)))
        for x, y in ((-0.55, 1.75), (0.55, 1.75)):
            stage.solid(tube((x, y, 0), (x, y, 2.4), 0.055, post), gloss=0.2)
        stage.solid(block((-0.58, 0.62, 1.25), (0.58, 1.78, 1.31), other), grain=0.2)
        stage.solid(plate(((-0.55, 1.77, 1.31), (0.55, 1.77, 1.31), (0.55, 1.77, 1.9), (-0.55, 1.77, 1.9)), other), grain=0.12)
        for step in range(5):
            z = 0.25 * (step + 1)
            stage.solid(tube((-0.3, 0.35 + z * 0.2, z), (0.3, 0.35 + z * 0.2, z), 0.022, ZINC, sides=8), grain=0.05)
        for x in (-0.3, 0.3):
            stage.solid(path([(x, 0.3, 0), (x, 0.62, 1.45)], 0.026, post, 8), grain=0.08)
        slide: list[tuple[float, float]] = [(0.58, 1.28), (0.95, 1.2), (1.9, 0.42), (2.3, 0.26), (2.6, 0.26)]
        for (x0, z0), (x1, z1) in itertools.pairwise(slide):
            stage.solid(
                plate(((x0, 0.95, z0), (x1, 0.95, z1), (x1, 1.45, z1), (x0, 1.45, z0)), (192, 198, 200)), gloss=0.4, grain=0.06
            )
            for y in (1.45, 0.95):
                stage.solid(
                    plate(((x0, y, z0), (x1, y, z1), (x1, y, z1 + 0.16), (x0, y, z0 + 0.16)), other), gloss=0.2, grain=0.06
                )
        for x, y in ((-0.55, 0.65), (0.55, 0.65)):
            stage.solid(tube((x, y, 0), (x, y, 2.4), 0.055, post), gloss=0.2)
        roof: Colour = (134, 96, 62) if wood else RED
        stage.solid(
            [
                (((-0.75, 0.45, 2.35), (0.75, 0.45, 2.35), (0.75, 1.2, 2.95), (-0.75, 1.2, 2.95)), roof),
                (((0.75, 1.95, 2.35), (-0.75, 1.95, 2.35), (-0.75, 1.2, 2.95), (0.75, 1.2, 2.95)), roof),
            ],
            gloss=0.15,
        )
        return stage.developed()

    return drawn


def footbridge(deck: Colour, rail: Colour, *, is_wooden: bool) -> Drawn:
    """A footbridge lying on blocks in a field, with its railings."""

    def drawn(rng: Random) -> Image.Image:
        stage = yard(rng, (0.4, 3.0, 0.85), 7.5, eye_m=2.0, floor="grass", side=-0.62, view_degrees=50)
        long, half, arch = 9.0, 0.9, 0.35

        def level(y: float) -> float:
            return 0.45 + arch * math.sin(math.pi * y / long)

        stage.shade([corners_of((-half, 0, 0.3), (half, long, 0.7)), corners_of((-half, 0, 0), (half, 0.6, 0.4))], 0.6)
        for y in (long - 0.8, 0.2):
            stage.solid(block((-half - 0.1, y, 0), (half + 0.1, y + 0.5, 0.28), (168, 164, 156)), grain=0.3)
        parts = [long * part / 60 for part in range(61)]
        sides: dict[float, list[Face]] = {-half: [], half: []}
        for x, faces in sides.items():
            for y0, y1 in zip(parts[::3], parts[3::3], strict=False):
                for top, low, thick in ((0.0, -0.22, 0.05), (1.08, 1.0, 0.06), (0.56, 0.52, 0.02)):
                    colour = rail if top else dimmed(deck)
                    for side in (x - thick, x + thick):
                        faces += list(
                            plate(
                                (
                                    (side, y0, level(y0) + low),
                                    (side, y1, level(y1) + low),
                                    (side, y1, level(y1) + top),
                                    (side, y0, level(y0) + top),
                                ),
                                colour,
                            )
                        )
                    faces.append(
                        (
                            (
                                (x - thick, y0, level(y0) + top),
                                (x + thick, y0, level(y0) + top),
                                (x + thick, y1, level(y1) + top),
                                (x - thick, y1, level(y1) + top),
                            ),
                            colour,
                        )
                    )
            for post in range(9):
                y = 0.1 + post * (long - 0.2) / 8
                faces += list(block((x - 0.04, y - 0.04, level(y) - 0.2), (x + 0.04, y + 0.04, level(y) + 1.02), rail))
        stage.solid(sides[half], gloss=0.05)
        planks: list[Face] = []
        for y0, y1 in itertools.pairwise(parts):
            gap = 0.02 if is_wooden else 0.0
            planks.append(
                (
                    ((-half, y0, level(y0)), (half, y0, level(y0)), (half, y1 - gap, level(y1)), (-half, y1 - gap, level(y1))),
                    jittered(rng, deck, 0.08 if is_wooden else 0.01),
                )
            )
        stage.solid(
            [(((-half, 0, level(0) - 0.2), (half, 0, level(0) - 0.2), (half, 0, level(0)), (-half, 0, level(0))), deck), *planks],
            grain=0.2,
        )
        stage.solid(sides[-half], gloss=0.05)
        return stage.developed()

    return drawn


def railing(rng: Random) -> Image.Image:
    """Lengths of galvanised railing leaning on each other."""
    stage = yard(rng, (0.2, 0.8, 0.7), 4.4, eye_m=1.5, side=-0.6)
    stage.shade([corners_of((-1.6, y, 0), (1.6, y + 0.05, 0.9)) for y in (0.0, 0.7)], 0.35)
    for layer in reversed(range(4)):
        y = layer * 0.26
        bars: list[Face] = list(path([(-1.6, y, 1.1), (1.6, y, 1.1)], 0.025, ZINC, 10)) + list(
            path([(-1.6, y, 0.15), (1.6, y, 0.15)], 0.018, ZINC, 8)
        )
        for bar in range(24):
            x = -1.55 + bar * 0.135
            bars += list(tube((x, y, 0.15), (x, y, 1.1), 0.008, ZINC, sides=6))
        for x in (-1.5, 0.0, 1.5):
            bars += list(block((x - 0.025, y - 0.025, 0), (x + 0.025, y + 0.025, 1.1), ZINC))
        stage.solid(bars, gloss=0.3, grain=0.08)
    return stage.developed()


def gantry(rng: Random) -> Image.Image:
    """A sign gantry taken down, lying on beams."""
    stage = yard(rng, (0.2, 1.6, 0.6), 5.6, eye_m=1.7, side=-0.55)
    stage.shade([corners_of((-2.4, 0.6, 0), (2.4, 1.6, 0.6))], 0.5)
    for x in (-1.8, 1.6):
        stage.solid(block((x, 0.2, 0), (x + 0.14, 2.2, 0.14), (130, 108, 82)), grain=0.3)
    for y, z in ((1.5, 0.22), (1.5, 0.72), (0.7, 0.22)):
        stage.solid(path([(-2.5, y, z), (2.5, y, z)], 0.075, ZINC, 16), gloss=0.3, grain=0.1)
    for place in range(9):
        x = -2.3 + place * 0.55
        stage.solid(path([(x, 1.5, 0.25), (x + 0.28, 1.5, 0.72), (x + 0.55, 1.5, 0.25)], 0.03, ZINC, 10), gloss=0.3, grain=0.1)
        stage.solid(path([(x, 0.7, 0.25), (x + 0.28, 1.5, 0.72)], 0.03, STEEL, 10), gloss=0.2, grain=0.1)
        stage.solid(path([(x, 0.7, 0.22), (x + 0.28, 1.5, 0.22)], 0.025, STEEL, 10), gloss=0.2, grain=0.1)
    stage.solid(path([(-2.5, 0.7, 0.72), (2.5, 0.7, 0.72)], 0.075, ZINC, 16), gloss=0.3, grain=0.1)
    return stage.developed()
