"""Loose goods in heaps: granulate, sand, soil, chips, boulders."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from marketplace.cli.pictures.grain import Colour, Size, blurred, cloud, jittered, lit, raking, sand, stretched, summed
from marketplace.cli.pictures.lens import PICTURE
from marketplace.cli.pictures.yards import yard

Drawn = Callable[[Random], Image.Image]


def fine(colour: Colour, roughness: float = 1.0, lumps: float = 0.3) -> Callable[[Random, Size], Image.Image]:
    """The face of a heap of sand or earth."""

    def face(rng: Random, size: Size) -> Image.Image:
        height = summed(sand(rng, size, 1.0, 0.22 * roughness), cloud(rng, size, 18, lumps, 2), cloud(rng, size, 110, 0.5))
        tone = summed(raking(height, 0.75), cloud(rng, size, 200, 0.16), sand(rng, size, 0.6, 0.16 * roughness))
        return lit(Image.new("RGB", size, colour), tone)

    return face


def rubble(
    palette: tuple[Colour, ...], size_px: float = 15, dust: Colour = (140, 134, 122)
) -> Callable[[Random, Size], Image.Image]:
    """The face of a heap of broken stone: far stones smaller than near ones."""

    def face(rng: Random, size: Size) -> Image.Image:
        picture, height = Image.new("RGB", size, tuple(round(one * 0.55) for one in dust)), Image.new("L", size, 60)
        draw, level = ImageDraw.Draw(picture), ImageDraw.Draw(height)
        shapes = [_stone(rng, 0, 0, 1) for _shape in range(48)]
        tones = [jittered(rng, rng.choice(palette), 0.14) for _tone in range(48)]
        chance = rng.random
        y = size[1] * 0.22
        while y < size[1] * 0.98:
            scale = size_px * (0.55 + 0.9 * y / size[1])
            x = -scale * chance()
            while x < size[0] + scale:
                radius = scale * (0.42 + 1.15 * chance() ** 2.2)
                px, py = x + (chance() - 0.5) * scale, y + (chance() - 0.5) * scale
                outline = [(px + radius * along, py + radius * down) for along, down in shapes[int(chance() * 48)]]
                draw.polygon(outline, fill=tones[int(chance() * 48)])
                level.polygon(outline, fill=int(110 + 90 * chance()))
                x += scale * 1.15
            y += scale * 0.9
        bumps = summed(blurred(height, size_px / 9), sand(rng, size, 0.9, 0.2))
        return lit(blurred(picture, 0.6), summed(raking(bumps, 0.62), cloud(rng, size, 160, 0.24)))

    return face


def _stone(rng: Random, x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners, turn, flat = rng.randint(5, 8), rng.uniform(0, 6.28), rng.uniform(0.62, 0.95)
    return [
        (
            x + radius * rng.uniform(0.75, 1.1) * math.cos(turn + 6.283 * corner / corners),
            y + flat * radius * math.sin(turn + 6.283 * corner / corners),
        )
        for corner in range(corners)
    ]


def heaped(face: Callable[[Random, Size], Image.Image], *, crumb_px: float = 5, steep: float = 1.0, floor: str = "") -> Drawn:
    """One or two heaps in a yard, with what rolled down at their foot."""

    def drawn(rng: Random) -> Image.Image:
        stage = yard(rng, (0.0, 3.0, 1.0), 8.5, eye_m=1.8, floor=floor or rng.choice(("sand", "concrete", "slabs", "asphalt")))
        width, height = PICTURE
        half = (width // 2, height // 2)
        mask, form = Image.new("L", half, 0), Image.new("L", half, 0)
        tops = [
            (rng.uniform(0.30, 0.40), rng.uniform(0.30, 0.36), rng.uniform(0.24, 0.30)),
            (rng.uniform(0.60, 0.72), rng.uniform(0.24, 0.32), rng.uniform(0.26, 0.32)),
        ]
        foot = 0.86 * half[1]
        for middle, high, wide in tops:
            outline = _mound(rng, middle * half[0], foot, wide * half[0], high * 1.7 * half[1] * steep * 0.9, crumb_px)
            ImageDraw.Draw(mask).polygon(outline, fill=255)
        for ring in range(26):
            for middle, high, wide in tops:
                part = 1 - ring / 26
                top = foot - high * 1.53 * half[1] * steep * (1 - part)
                left, right = (middle * half[0] + sign * wide * half[0] * 1.18 * part for sign in (-1, 1))
                form_draw = ImageDraw.Draw(form)
                form_draw.ellipse((left, top - 50 * part - 6, right, top + 60 * part + 6), fill=40 + ring * 8)
        soft = blurred(form, 16)
        shape = raking(soft, 0.8, 7).resize(PICTURE, Image.Resampling.BICUBIC)
        ground = Image.new("L", half, 0)
        ImageDraw.Draw(ground).ellipse((0.10 * half[0], foot - 46, 1.02 * half[0], foot + 26), fill=150)
        stage.picture.paste((40, 40, 46), mask=blurred(ground, 16).resize(PICTURE))
        texture = lit(face(rng, PICTURE), stretched(shape, 1.0))
        edge = blurred(mask, 0.8).resize(PICTURE, Image.Resampling.BICUBIC)
        _scatter(rng, edge, foot * 2, tops, crumb_px)
        stage.picture.paste(texture, mask=edge)
        return stage.developed()

    return drawn


def _mound(rng: Random, middle: float, foot: float, wide: float, high: float, crumb: float) -> list[tuple[float, float]]:
    points, wave, lean = [], rng.uniform(0, 6.28), rng.uniform(-0.12, 0.12)
    for step in range(181):
        part = step / 90 - 1
        profile = max(0.0, 1 - abs(part) ** 1.45) ** 1.05 * (
            1 + 0.05 * math.sin(5 * part + wave) + 0.03 * math.sin(13 * part + 2 * wave)
        )
        points.append((middle + (part * 1.22 + lean * profile) * wide, foot - high * profile + rng.gauss(0, crumb / 7)))
    for step in range(60):
        part = 1 - step / 30
        points.append((middle + part * 1.22 * wide, foot + 26 * math.sqrt(max(0, 1 - part * part)) + rng.gauss(0, crumb / 5)))
    return points


def _scatter(rng: Random, mask: Image.Image, foot: float, tops: list[tuple[float, float, float]], crumb: float) -> None:
    draw = ImageDraw.Draw(mask)
    for middle, _high, wide in tops:
        for _crumb in range(170):
            angle, reach = rng.uniform(0.05, 3.09), 1 + abs(rng.gauss(0, 0.13))
            x = PICTURE[0] * (middle + 1.22 * wide * reach * math.cos(angle))
            y = foot + 56 * reach * math.sin(angle)
            size = crumb * rng.uniform(0.25, 1.0)
            draw.polygon(_stone(rng, x, y, size), fill=round(rng.uniform(160, 255)))


def spread_out(face: Callable[[Random, Size], Image.Image]) -> Drawn:
    """The goods from close by, filling the picture."""
    from marketplace.cli.pictures.grain import finished
    from marketplace.cli.pictures.lens import tilted

    def drawn(rng: Random) -> Image.Image:
        return finished(rng, tilted(rng, face(rng, (1700, 1300)), 0, 0.06))

    return drawn
