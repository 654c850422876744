"""What comes in lengths: pipes, trunks, masts, steel sections, sheet piles, rails."""

import itertools
import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Colour, dimmed, jittered
from marketplace.cli.pictures.shapes import block, corners_of, ring, tube
from marketplace.cli.pictures.space import Face, Spot
from marketplace.cli.pictures.yards import yard

Drawn = Callable[[Random], Image.Image]
Outline = list[tuple[float, float]]


def pipes(
    radius_m: float,
    long_m: float,
    colour: Colour,
    *,
    wall: float = 0.2,
    base: int = 4,
    gloss: float = 0.0,
    floor: str = "",
    inside: Colour = (46, 44, 42),
) -> Drawn:
    """Pipes in a pyramid, their mouths to the front. `wall`: its part of the radius; a wall of 1 makes them solid."""

    def drawn(rng: Random) -> Image.Image:
        wide = base * 2 * radius_m
        stage = yard(
            rng,
            (0.0, long_m * 0.2, wide * 0.40 + 0.12),
            1.5 + wide * 1.55 + long_m * 0.25,
            floor=floor,
            eye_m=max(1.2, wide * 0.8),
        )
        places = [
            ((place - (base - row - 1) / 2) * 2 * radius_m, radius_m * (1 + row * math.sqrt(3)))
            for row in range(base)
            for place in range(base - row)
            if row < 4
        ]
        stage.shade(
            [corners_of((x - radius_m, 0.0, max(0.0, z - radius_m)), (x + radius_m, long_m, z + radius_m)) for x, z in places]
        )
        for x, z in sorted(places, key=lambda one: (one[1], -abs(one[0] - stage.camera.at[0]))):
            shift = rng.gauss(0, 0.03) * long_m / 2
            start, end = (x, shift, z), (x, long_m + shift, z)
            tone = jittered(rng, colour, 0.05)
            stage.solid(tube(start, end, radius_m, tone, sides=30), grain=0.12, gloss=gloss)
            if wall < 1:
                hole = radius_m * (1 - wall)
                stage.solid([(_front(start, end, hole), inside)], grain=0.2)
                lower = [(px, py, pz) for px, py, pz in _front(start, end, hole * 0.96) if pz < z - hole * 0.15]
                if len(lower) > 2:
                    stage.solid([(lower, dimmed(tone, 0.62))], grain=0.2)
            else:
                _rings(stage.solid, rng, start, end, radius_m, tone)
        return stage.developed()

    return drawn


def _front(start: Spot, end: Spot, radius: float) -> list[Spot]:
    return list(reversed(ring(start, end, radius, 30)))


def _rings(solid: Callable[..., None], rng: Random, start: Spot, end: Spot, radius: float, colour: Colour) -> None:
    for part in (0.93, 0.78, 0.62, 0.46, 0.3, 0.14):
        light = 1.16 - 0.1 * (round(part * 13) % 2) + rng.gauss(0, 0.03)
        tone = tuple(min(255, round(channel * light)) for channel in (198, 164, 116) if colour)
        solid([(_front(start, end, radius * part), tone)], grain=0.22)


def extruded(outline: Outline, at: Spot, long_m: float, colour: Colour) -> Iterator[Face]:
    """A section (x, z; counter-clockwise as seen from the front) drawn out along y, with its front face in convex pieces of four."""
    spots = [(at[0] + x, at[2] + z) for x, z in outline]
    for (x0, z0), (x1, z1) in zip(spots, spots[1:] + spots[:1], strict=True):
        yield ((x0, at[1], z0), (x0, at[1] + long_m, z0), (x1, at[1] + long_m, z1), (x1, at[1], z1)), colour


def sheet(line: Outline, thick_m: float, at: Spot, long_m: float, colour: Colour) -> Iterator[Face]:
    """A folded plate (a line in x, z) drawn out along y, seen from both sides, with its cut edge at the front."""
    for (x0, z0), (x1, z1) in itertools.pairwise(line):
        length = math.hypot(x1 - x0, z1 - z0) or 1.0
        nx, nz = -(z1 - z0) / length * thick_m / 2, (x1 - x0) / length * thick_m / 2
        corners = [(x0 - nx, z0 - nz), (x1 - nx, z1 - nz), (x1 + nx, z1 + nz), (x0 + nx, z0 + nz)]
        yield from extruded(corners, at, long_m, colour)
        yield tuple((at[0] + x, at[1], at[2] + z) for x, z in corners), dimmed(colour, 0.9)


def u_pile(wide: float = 0.6, deep: float = 0.22) -> Outline:
    """A U-shaped sheet pile."""
    return [
        (-wide / 2 - 0.04, deep + 0.02),
        (-wide / 2, deep),
        (-wide * 0.24, 0),
        (wide * 0.24, 0),
        (wide / 2, deep),
        (wide / 2 + 0.04, deep + 0.02),
    ]


def w_rail(high: float = 0.31) -> Outline:
    """The wave of a crash barrier, lying on its back."""
    half = [(0.0, 0.0), (high * 0.10, 0.01), (high * 0.20, 0.075), (high * 0.34, 0.08), (high * 0.46, 0.015), (high * 0.5, 0.0)]
    return [(-x, z) for x, z in reversed(half)] + half[1:]


def nested(
    line: Outline,
    thick_m: float,
    step_m: float,
    long_m: float,
    colour: Colour,
    *,
    stacks: int = 2,
    layers: int = 8,
    apart_m: float = 0.8,
    gloss: float = 0.1,
) -> Drawn:
    """Folded plates nested into each other, in stacks beside each other."""

    def drawn(rng: Random) -> Image.Image:
        high = layers * step_m + 0.3
        stage = yard(
            rng,
            (0.0, long_m * 0.12, high * 0.5 + 0.22),
            2.2 + stacks * apart_m + high * 0.8,
            eye_m=max(1.25, high + 0.5),
            side=-0.42,
        )
        columns = [(place - (stacks - 1) / 2) * apart_m for place in range(stacks)]
        half = apart_m * 0.46
        stage.shade([corners_of((x - half, 0, 0), (x + half, long_m, high)) for x in columns])
        for y in (long_m * 0.7, 0.35):
            stage.solid(block((columns[0] - half, y, 0), (columns[-1] + half, y + 0.12, 0.1), (126, 104, 78)), grain=0.3)
        for x in sorted(columns, reverse=True):
            for layer in range(layers - (x == columns[0]) * rng.randrange(3)):
                tone = jittered(rng, colour, 0.08, 0.03)
                at = (x + rng.gauss(0, 0.012), rng.gauss(0, 0.06), 0.1 + layer * step_m)
                stage.solid(sheet(line, thick_m, at, long_m, tone), grain=0.16, gloss=gloss)
        return stage.developed()

    return drawn


def beams(
    high_m: float,
    wide_m: float,
    long_m: float,
    colour: Colour,
    *,
    web_m: float = 0.012,
    flange_m: float = 0.02,
    rows: int = 3,
    columns: int = 4,
) -> Drawn:
    """Steel I-beams in layers."""

    def drawn(rng: Random) -> Image.Image:
        pitch, total = wide_m * 1.12, columns * wide_m * 1.12
        stage = yard(
            rng, (0.0, long_m * 0.1, rows * high_m * 0.5 + 0.15), 1.7 + total * 1.5, eye_m=1.3 + rows * high_m * 0.4, side=-0.45
        )
        stage.shade([corners_of((-total / 2, 0, 0), (total / 2, long_m, 0.1 + rows * high_m))])
        for y in (long_m * 0.6, 0.3):
            stage.solid(block((-total / 2 - 0.1, y, 0), (total / 2 + 0.1, y + 0.12, 0.1), (126, 104, 78)), grain=0.3)
        for row in range(rows):
            for column in reversed(range(columns)):
                tone = jittered(rng, colour, 0.07, 0.03)
                x, z, y = -total / 2 + column * pitch + rng.gauss(0, 0.004), 0.1 + row * (high_m + 0.004), rng.gauss(0, 0.05)
                for low, high in (
                    ((0, 0), (wide_m, flange_m)),
                    ((wide_m / 2 - web_m / 2, flange_m), (wide_m / 2 + web_m / 2, high_m - flange_m)),
                    ((0, high_m - flange_m), (wide_m, high_m)),
                ):
                    stage.solid(
                        block((x + low[0], y, z + low[1]), (x + high[0], y + long_m, z + high[1]), tone), grain=0.2, gloss=0.05
                    )
        return stage.developed()

    return drawn


def masts(
    radius_m: float,
    long_m: float,
    colour: Colour,
    *,
    tip: float = 0.5,
    count: int = 9,
    gloss: float = 0.25,
    foot: Colour | None = None,
) -> Drawn:
    """Tapered poles lying side by side in two layers on beams."""

    def drawn(rng: Random) -> Image.Image:
        pitch = radius_m * 2.25
        total = count * pitch
        stage = yard(rng, (0.1, long_m * 0.22, 0.35), 2.0 + total * 1.45, eye_m=1.5, side=-0.55)
        stage.shade([corners_of((-total / 2, 0, 0), (total / 2, long_m, 0.1 + radius_m * 2))])
        for y in (long_m * 0.72, long_m * 0.4, 0.4):
            stage.solid(block((-total / 2 - 0.15, y, 0), (total / 2 + 0.15, y + 0.12, 0.1), (130, 108, 82)), grain=0.3)
        for layer, number in ((0, count), (1, count - 3)):
            for place in reversed(range(number)):
                x, z = -total / 2 + (place + 0.5 + layer * 0.5) * pitch, 0.1 + radius_m + layer * radius_m * 1.85
                start, y = rng.gauss(0, 0.05), rng.uniform(-0.05, 0.05)
                tone = jittered(rng, colour, 0.05)
                stage.solid(
                    tube(
                        (x, start + 1.0, z),
                        (x, start + long_m, z - radius_m * (1 - tip) * 0.8),
                        radius_m * 0.86,
                        tone,
                        end_radius=radius_m * tip,
                    ),
                    gloss=gloss,
                    grain=0.1,
                )
                stage.solid(tube((x, start, z), (x, start + 1.02, z), radius_m, foot or tone), gloss=gloss, grain=0.1)
                stage.solid([(_front((x, start + y * 0, z), (x, start + 1, z), radius_m * 0.86), (44, 44, 46))], grain=0.1)
        return stage.developed()

    return drawn
