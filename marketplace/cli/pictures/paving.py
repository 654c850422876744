"""Pavements seen from above, in the bonds that Dutch pavers lay."""

import math
from collections.abc import Iterator
from random import Random

from PIL import Image, ImageDraw

from marketplace.cli.pictures.grain import (
    Colour,
    blurred,
    cloud,
    finished,
    jittered,
    lit,
    mixed,
    raking,
    sand,
    stretched,
    summed,
    threshold,
    white,
)
from marketplace.cli.pictures.lens import tilted

PLAN = (1760, 1360)
Rectangle = tuple[float, float, float, float]
GREYS: tuple[Colour, ...] = ((140, 138, 133), (131, 129, 125), (148, 145, 138))
REDS: tuple[Colour, ...] = ((146, 92, 76), (137, 86, 73), (152, 101, 84), (128, 84, 74))
CLAYS: tuple[Colour, ...] = ((122, 76, 66), (104, 66, 62), (132, 86, 70), (90, 62, 64), (112, 80, 76), (136, 96, 78))
OLD_CLAYS: tuple[Colour, ...] = (
    (138, 88, 66),
    (112, 72, 62),
    (150, 106, 78),
    (92, 66, 64),
    (126, 100, 84),
    (106, 84, 80),
    (156, 118, 88),
)


def running(length: float, width: float) -> Iterator[Rectangle]:
    """Halfsteensverband: each row half a stone on."""
    for row in range(-1, math.ceil(PLAN[1] / width) + 1):
        shift = (row % 2) * length / 2
        for column in range(-1, math.ceil(PLAN[0] / length) + 1):
            yield column * length + shift, row * width, length, width


def herringbone(length: float, width: float) -> Iterator[Rectangle]:
    """Keperverband: a step of one width along the diagonal; the stones lie in pairs, one along and one across."""
    span = math.ceil(max(PLAN) / width) + 4
    period = round(2 * length / width)
    for step in range(-span, span):
        for repeat in range(-span // period - 2, span // period + 3):
            x, y = step * width + repeat * length, step * width - repeat * length
            if -2 * length < x < PLAN[0] + length and -2 * length < y < PLAN[1] + length:
                yield x, y, length, width
                yield x + length, y - width, width, length


def elbow(length: float, width: float) -> Iterator[Rectangle]:
    """Elleboogverband: pairs of stones, turned in turn, like a parquet of squares."""
    for row in range(-1, math.ceil(PLAN[1] / length) + 1):
        for column in range(-1, math.ceil(PLAN[0] / length) + 1):
            x, y = column * length, row * length
            if (row + column) % 2:
                yield x, y, length, width
                yield x, y + width, length, width
            else:
                yield x, y, width, length
                yield x + width, y, width, length


def squares(side: float, is_shifted: bool) -> Iterator[Rectangle]:
    """Tiles, each row half a tile on or straight below each other."""
    for row in range(-1, math.ceil(PLAN[1] / side) + 1):
        for column in range(-1, math.ceil(PLAN[0] / side) + 1):
            yield column * side + (row % 2) * side / 2 * is_shifted, row * side, side, side


def setts(rng: Random, side: float) -> Iterator[Rectangle]:
    """Kinderkoppen: rows of stones that are not quite equal."""
    y = -side
    while y < PLAN[1] + side:
        height, x = side * rng.uniform(0.9, 1.08), -side * rng.uniform(0.2, 1)
        while x < PLAN[0] + side:
            width = side * rng.uniform(0.85, 1.3)
            yield x, y, width, height
            x += width
        y += height


def laid(
    rng: Random,
    stones: Iterator[Rectangle],
    palette: tuple[Colour, ...],
    *,
    joint_px: float = 5,
    joint: Colour = (92, 84, 70),
    spread: float = 0.06,
    radius_px: float = 5,
    wobble_px: float = 1.0,
    roughness: float = 1.0,
    dirt: float = 1.0,
    moss: float = 0.3,
    tint: float = 0.01,
) -> Image.Image:
    """The pavement in plan. `wobble_px`: how far a stone lies off its place; `roughness`: of the stone's face."""
    colours, height = Image.new("RGB", PLAN, joint), Image.new("L", PLAN, 40)
    paint, level = ImageDraw.Draw(colours), ImageDraw.Draw(height)
    for x, y, long, wide in stones:
        dx, dy, gap = rng.gauss(0, wobble_px), rng.gauss(0, wobble_px), joint_px / 2
        box = (x + gap + dx, y + gap + dy, x + long - gap + dx - 1, y + wide - gap + dy - 1)
        paint.rounded_rectangle(box, radius_px, fill=jittered(rng, rng.choice(palette), spread, tint))
        level.rounded_rectangle(box, radius_px, fill=round(rng.gauss(168, 5)))
    stone_mask = blurred(height, 0.8).point([0] * 80 + [min(255, 6 * n) for n in range(176)])
    face = summed(sand(rng, PLAN, 0.8, 0.34 * roughness), cloud(rng, PLAN, 9, 0.16 * roughness))
    worn = summed(stretched(blurred(height, 2.2), 1.0), face)
    light = summed(raking(worn, 0.62), stretched(blurred(height, 7), 0.16, 150))
    stains = summed(cloud(rng, PLAN, 420, 0.16 * dirt), cloud(rng, PLAN, 60, 0.13 * dirt), sand(rng, PLAN, 0.5, 0.10 * roughness))
    filled = mixed(colours, _joints(rng, joint, moss), stone_mask.point([255 - value for value in range(256)]))
    specks = threshold(blurred(white(rng, PLAN), 1.1), 168, 14).point([round(value * 0.35) for value in range(256)])
    speckled = mixed(filled, Image.new("RGB", PLAN, (186, 180, 168)), specks)
    return lit(speckled, summed(light, stains))


def _joints(rng: Random, joint: Colour, moss: float) -> Image.Image:
    soil = Image.new("RGB", PLAN, joint)
    green = threshold(cloud(rng, PLAN, 240, 1.1, 3), round(190 - 60 * moss), 90).point(
        [round(value * 0.75) for value in range(256)]
    )
    return lit(mixed(soil, Image.new("RGB", PLAN, (74, 84, 44)), green), sand(rng, PLAN, 0.9, 0.9))


def photographed(rng: Random, plan: Image.Image, turn_degrees: float | None = None) -> Image.Image:
    """The plan as somebody saw it who stood beside it."""
    turn = rng.uniform(-4, 4) if turn_degrees is None else turn_degrees + rng.uniform(-3, 3)
    return finished(rng, tilted(rng, plan, turn))
