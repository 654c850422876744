"""Textures of materials, flat and without light: concrete, brick stacks, wood, steel, and the grounds to stand on."""

import itertools
from random import Random

from PIL import Image, ImageDraw

from marketplace.cli.pictures.grain import (
    Colour,
    Size,
    blurred,
    cloud,
    jittered,
    lit,
    mixed,
    raking,
    sand,
    streaks,
    stretched,
    summed,
    threshold,
    white,
)


def concrete(rng: Random, size: Size, colour: Colour = (158, 154, 146), wear: float = 1.0) -> Image.Image:
    """Smooth concrete with pores, stains and damp."""
    pores = threshold(blurred(white(rng, size), 0.9), 82, -18).point([round(value * 0.35) for value in range(256)])
    plain = mixed(Image.new("RGB", size, colour), Image.new("RGB", size, (88, 84, 78)), pores)
    return lit(
        plain, summed(cloud(rng, size, 140, 0.18 * wear, 3), sand(rng, size, 0.7, 0.09), streaks(rng, size, 90, 0.05 * wear))
    )


def rolled(rng: Random, size: Size, colour: Colour = (120, 122, 124), rust: float = 0.4) -> Image.Image:
    """Steel plate: brushed, spotted, rusting from the edges of its stains."""
    plain = lit(Image.new("RGB", size, colour), summed(streaks(rng, size, 60, 0.10), cloud(rng, size, 90, 0.16)))
    spots = threshold(summed(cloud(rng, size, 110, 1.0, 3), sand(rng, size, 1.2, 0.5)), round(222 - 90 * rust), 70)
    brown = lit(Image.new("RGB", size, (98, 68, 52)), summed(sand(rng, size, 1.0, 0.6), cloud(rng, size, 30, 0.4)))
    return mixed(plain, brown, spots.point([round(value * 0.9) for value in range(256)]))


def grained(rng: Random, size: Size, colour: Colour = (140, 106, 74), weathered: float = 0.5) -> Image.Image:
    """Wood along the horizontal: fine streaks, a few dark ones, grey where the weather was."""
    fine = summed(streaks(rng, size, 120, 0.30), streaks(rng, size, 24, 0.14), sand(rng, size, 0.5, 0.10))
    grey = Image.new("RGB", size, (134, 128, 118))
    faded = mixed(
        Image.new("RGB", size, colour), grey, cloud(rng, size, 260, 0.5).point([round(value * weathered) for value in range(256)])
    )
    return lit(faded, summed(fine, cloud(rng, size, 200, 0.14)))


def end_grain(rng: Random, size: Size, colour: Colour = (150, 118, 84)) -> Image.Image:
    """The sawn end of a beam: rings around a heart outside the middle, and drying cracks."""
    picture = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(picture)
    cx, cy, reach = size[0] * rng.uniform(0.2, 0.8), size[1] * rng.uniform(0.6, 1.2), max(size) * 1.5
    radius = reach
    while radius > 3:
        tone = 1 + 0.10 * ((round(radius / 5) % 2) - 0.5) + rng.gauss(0, 0.02)
        shade = tuple(max(0, min(255, round(channel * tone))) for channel in colour)
        draw.ellipse((cx - radius, cy - radius * 0.94, cx + radius, cy + radius * 0.94), fill=shade)
        radius -= rng.uniform(3, 7)
    return lit(blurred(picture, 0.7), summed(sand(rng, size, 0.7, 0.24), cloud(rng, size, 60, 0.2)))


def stacked(
    rng: Random,
    size: Size,
    rows: int,
    columns: int,
    palette: tuple[Colour, ...],
    *,
    gap_px: float = 3,
    shift: float = 0,
    spread: float = 0.07,
) -> Image.Image:
    """A wall of stacked pieces seen from the side: each its own tone, dark gaps between them."""
    picture, height = Image.new("RGB", size, (54, 50, 46)), Image.new("L", size, 50)
    draw, level = ImageDraw.Draw(picture), ImageDraw.Draw(height)
    wide, high = size[0] / columns, size[1] / rows
    tones = [jittered(rng, rng.choice(palette), spread, 0.012) for _tone in range(40)]
    for row in range(rows):
        offset = (row % 2) * shift * wide + rng.gauss(0, wide * 0.02)
        for column in range(-1, columns + 1):
            x, y = column * wide + offset + rng.gauss(0, gap_px * 0.3), row * high + rng.gauss(0, gap_px * 0.15)
            box = (
                x + gap_px / 2,
                y + gap_px / 2,
                max(x + gap_px / 2 + 1, x + wide - gap_px / 2),
                max(y + gap_px / 2 + 1, y + high - gap_px / 2),
            )
            draw.rectangle(box, fill=tones[int(rng.random() * 40)])
            level.rectangle(box, fill=int(124 + 52 * rng.random()))
    relief = raking(blurred(height, 1.4), 0.5)
    return lit(picture, summed(relief, sand(rng, size, 0.7, 0.13), cloud(rng, size, 120, 0.16)))


def asphalt(rng: Random, size: Size, colour: Colour = (112, 111, 110)) -> Image.Image:
    """The floor of a yard: dark stone, patches, dust."""
    relief = summed(sand(rng, size, 0.9, 0.10), cloud(rng, size, 300, 0.22, 3), cloud(rng, size, 40, 0.10))
    return lit(Image.new("RGB", size, colour), relief)


def lawn(rng: Random, size: Size) -> Image.Image:
    """Short grass."""
    base = mixed(Image.new("RGB", size, (98, 110, 68)), Image.new("RGB", size, (122, 122, 80)), cloud(rng, size, 160, 0.9, 3))
    return lit(base, summed(sand(rng, size, 1.2, 0.28), cloud(rng, size, 60, 0.2)))


def slabs(rng: Random, size: Size, across: int = 5, colour: Colour = (150, 147, 140)) -> Image.Image:
    """A floor of large concrete plates with joints."""
    plain = concrete(rng, size, colour, 1.2)
    joints = Image.new("L", size, 0)
    draw = ImageDraw.Draw(joints)
    for line in range(1, across):
        at = size[0] * line / across
        draw.line((at, 0, at, size[1]), fill=170, width=5)
        draw.line((0, size[1] * line / across, size[0], size[1] * line / across), fill=170, width=5)
    joints = summed(blurred(joints, 1.5), stretched(cloud(rng, size, 30, 0.5), 0.4))
    return mixed(plain, Image.new("RGB", size, (76, 72, 60)), joints.point([max(0, value - 24) for value in range(256)]))


def sanded(rng: Random, size: Size, colour: Colour = (184, 162, 126)) -> Image.Image:
    """Bare sandy ground with tracks and tufts."""
    relief = summed(sand(rng, size, 1.0, 0.2), cloud(rng, size, 220, 0.24, 3), streaks(rng, size, 400, 0.10))
    tufts = threshold(cloud(rng, size, 90, 1.2, 3), 208, 40).point([round(value * 0.7) for value in range(256)])
    return lit(mixed(Image.new("RGB", size, colour), Image.new("RGB", size, (104, 112, 62)), tufts), relief)


def fibres(rng: Random, size: Size, colour: Colour) -> Image.Image:
    """Felted stuff: insulation, straw, carpet."""
    relief = summed(streaks(rng, size, 18, 0.30), sand(rng, size, 0.9, 0.36), cloud(rng, size, 70, 0.16))
    return lit(Image.new("RGB", size, colour), relief)


def ends(rng: Random, size: Size, rows: int, columns: int, palette: tuple[Colour, ...], gap_px: float = 4) -> Image.Image:
    """The sawn ends of a stack of beams, each with its own rings."""
    picture = stacked(rng, size, rows, columns, palette, gap_px=gap_px)
    wide, high = size[0] / columns, size[1] / rows
    pieces = [
        end_grain(rng, (max(4, round(wide - gap_px)), max(4, round(high - gap_px))), jittered(rng, rng.choice(palette), 0.07))
        for _ in range(5)
    ]
    for row in range(rows):
        for column in range(columns):
            piece = rng.choice(pieces)
            piece = piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else piece
            tone = rng.gauss(1, 0.09)
            toned = piece.point([min(255, round(value * tone)) for value in range(256)] * 3)
            picture.paste(
                toned, (round(column * wide + gap_px / 2 + rng.gauss(0, 1)), round(row * high + gap_px / 2 + rng.gauss(0, 0.6)))
            )
    return picture


def planked(
    rng: Random, size: Size, rows: int, colour: Colour, *, gap_px: float = 4, joints: int = 1, weathered: float = 0.5
) -> Image.Image:
    """Boards or beams seen from their long side."""
    picture = Image.new("RGB", size, (34, 30, 26))
    high = size[1] / rows
    for row in range(rows):
        cuts = [0.0, *sorted(rng.uniform(0.1, 0.9) for _joint in range(joints - 1)), 1.0]
        for left, right in itertools.pairwise(cuts):
            place = (round(left * size[0] + gap_px / 2), round(row * high + gap_px / 2))
            extent = (max(3, round((right - left) * size[0] - gap_px)), max(3, round(high - gap_px)))
            picture.paste(grained(rng, extent, jittered(rng, colour, 0.08), weathered), place)
    return picture
