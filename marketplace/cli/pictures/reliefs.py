"""Flat things from above: covers, grilles, roof tiles, cladding, boards, grass tiles, rubber and carpet tiles."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from marketplace.cli.pictures.grain import (
    Colour,
    Size,
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
)
from marketplace.cli.pictures.lens import tilted
from marketplace.cli.pictures.paving import GREYS, PLAN, REDS, laid, photographed, running, squares
from marketplace.cli.pictures.surfaces import fibres, lawn, planked, rolled

Drawn = Callable[[Random], Image.Image]


def _pavement(rng: Random) -> Image.Image:
    return laid(rng, running(168, 84), rng.choice((GREYS, REDS)))


def _cast(rng: Random, height: Image.Image, colour: Colour = (96, 94, 92), rust: float = 0.3) -> Image.Image:
    """Cast iron with that relief: dark, worn bright on top, rust in the hollows."""
    soft = blurred(height, 1.6)
    light = summed(raking(soft, 0.9, 2), stretched(blurred(height, 5), 0.28, 120), sand(rng, height.size, 0.9, 0.22))
    return lit(rolled(rng, height.size, colour, rust), light)


def covers(rng: Random) -> Image.Image:
    """Cast-iron covers with their frames, laid out on the pavement of the yard."""
    plan = _pavement(rng)
    dark = Image.new("L", plan.size, 0)
    side = 620
    places = [(190, 70), (930, 110), (150, 720), (900, 740)]
    for x, y in places:
        ImageDraw.Draw(dark).rectangle((x + 22, y + 26, x + side + 26, y + side + 30), fill=150)
    plan.paste((20, 20, 24), mask=blurred(dark, 14))
    for x, y in places:
        is_round = rng.random() < 0.75
        plan.paste(
            _cast(rng, _cover(rng, side, is_round), rust=rng.uniform(0.1, 0.6)),
            (x + rng.randint(-20, 20), y + rng.randint(-20, 20)),
        )
    return photographed(rng, plan)


def _cover(rng: Random, side: int, is_round: bool) -> Image.Image:
    """The height of one cover: a frame, a gap, and a lid with a pattern."""
    height = Image.new("L", (side, side), 120)
    draw = ImageDraw.Draw(height)
    draw.rectangle((6, 6, side - 7, side - 7), fill=165)
    shape = draw.ellipse if is_round else draw.rectangle
    for inset, value in ((44, 200), (56, 30), (64, 130)):
        shape((inset, inset, side - inset, side - inset), fill=value)
    pattern, middle, reach = rng.randrange(3), side / 2, side / 2 - 92
    step = 44
    for row in range(-8, 9):
        for column in range(-8, 9):
            x, y = column * step + (row % 2) * step / 2, row * step * 0.87
            if (math.hypot(x, y) > reach) if is_round else (max(abs(x), abs(y)) > reach):
                continue
            px, py = middle + x, middle + y
            if pattern == 0:
                draw.rounded_rectangle((px - 15, py - 13, px + 15, py + 13), 4, fill=198)
            elif pattern == 1:
                draw.ellipse((px - 15, py - 15, px + 15, py + 15), fill=196)
            else:
                along = (15, 5) if (row + column) % 2 else (5, 15)
                draw.rounded_rectangle((px - along[0], py - along[1], px + along[0], py + along[1]), 4, fill=202)
    shape((middle - 70, middle - 70, middle + 70, middle + 70), fill=170)
    shape((middle - 58, middle - 58, middle + 58, middle + 58), fill=128)
    for way in (-1, 1):
        draw.rounded_rectangle(
            (middle + way * reach * 0.86 - 24, middle - 9, middle + way * reach * 0.86 + 24, middle + 9), 8, fill=20
        )
    return height


def gullies(rng: Random) -> Image.Image:
    """Road gullies with their gratings."""
    plan = _pavement(rng)
    for x, y in ((150, 120), (950, 160), (180, 740), (930, 720)):
        shadow = Image.new("L", plan.size, 0)
        ImageDraw.Draw(shadow).rectangle((x + 22, y + 24, x + 620, y + 540), fill=140)
        plan.paste((20, 20, 24), mask=blurred(shadow, 12))
        height = Image.new("L", (600, 520), 150)
        draw = ImageDraw.Draw(height)
        draw.rectangle((40, 40, 560, 480), fill=40)
        draw.rectangle((52, 52, 548, 468), fill=186)
        for slot in range(9):
            left = 84 + slot * 50
            draw.rounded_rectangle((left, 84, left + 26, 436), 12, fill=8)
        iron = _cast(rng, height, (92, 90, 88), rng.uniform(0.2, 0.6))
        holes = blurred(height.point([255 if value < 20 else 0 for value in range(256)]), 1)
        plan.paste(mixed(iron, Image.new("RGB", iron.size, (16, 15, 14)), holes), (x, y))
    return photographed(rng, plan)


def tree_grille(rng: Random) -> Image.Image:
    """A square grille of cast iron in two halves, with the hole for the trunk."""
    plan, side = _pavement(rng), 1080
    height = Image.new("L", (side, side), 160)
    draw, middle = ImageDraw.Draw(height), side / 2
    for ring in range(5):
        outer, inner = 500 - ring * 62, 460 - ring * 62
        for part in range(24):
            start = part * 15 + 2.2
            draw.arc(
                (middle - outer, middle - outer, middle + outer, middle + outer),
                start,
                start + 10.6,
                fill=10,
                width=outer - inner,
            )
    draw.ellipse((middle - 170, middle - 170, middle + 170, middle + 170), fill=200)
    draw.ellipse((middle - 150, middle - 150, middle + 150, middle + 150), fill=6)
    draw.line((0, middle, side, middle), fill=30, width=6)
    iron = _cast(rng, height, (84, 84, 84), 0.4)
    holes = blurred(height.point([255 if value < 18 else 0 for value in range(256)]), 1.2)
    soil = lit(
        Image.new("RGB", (side, side), (72, 58, 44)), summed(sand(rng, (side, side), 1.0, 0.7), cloud(rng, (side, side), 40, 0.5))
    )
    plan.paste(mixed(iron, soil.point([round(value * 0.7) for value in range(256)] * 3), holes), (350, 150))
    return photographed(rng, plan)


def roof(palette: tuple[Colour, ...], *, flat: float = 0.0) -> Drawn:
    """A roof of waved tiles in the light; `flat` from 0 (old Dutch) to 1 (flat concrete)."""

    def drawn(rng: Random) -> Image.Image:
        wide, high = 176, 222
        wave = Image.new("L", (wide, high))
        pixels = []
        for y in range(high):
            lift = 40 * (y / high)
            for x in range(wide):
                curve = math.sin(2 * math.pi * x / wide + 0.6) * 58 * (1 - flat) + (30 if x > wide * 0.86 else 0)
                pixels.append(max(0, min(255, round(104 + curve + lift))))
        wave.putdata(pixels)
        height, colours = Image.new("L", PLAN, 60), Image.new("RGB", PLAN, (60, 44, 38))
        paint = ImageDraw.Draw(colours)
        for row in range(-1, PLAN[1] // (high - 22) + 2):
            for column in range(-1, PLAN[0] // wide + 2):
                x, y = column * wide + round(rng.gauss(0, 1.6)), row * (high - 22) + round(rng.gauss(0, 2.2))
                tone = rng.gauss(1, 0.03)
                height.paste(wave.point([min(255, round(value * tone)) for value in range(256)]), (x, y))
                paint.rectangle((x, y, x + wide, y + high), fill=jittered(rng, rng.choice(palette), 0.06))
        drop = raking(blurred(height, 2.5), 1.5, 6)
        body = stretched(blurred(height, 4), 0.55, 128)
        moss = threshold(summed(cloud(rng, PLAN, 120, 1.0, 3), sand(rng, PLAN, 1.5, 0.5)), 190, 50).point(
            [round(value * 0.5) for value in range(256)]
        )
        mossy = mixed(blurred(colours, 0.8), Image.new("RGB", PLAN, (98, 104, 66)), moss)
        return photographed(rng, lit(mossy, summed(drop, body, sand(rng, PLAN, 0.8, 0.24), cloud(rng, PLAN, 60, 0.16))))

    return drawn


def cladding(palette: tuple[Colour, ...]) -> Drawn:
    """Profiled steel sheets, lying over each other."""

    def drawn(rng: Random) -> Image.Image:
        colour, height = rng.choice(palette), Image.new("L", PLAN, 90)
        draw = ImageDraw.Draw(height)
        for x in range(-40, PLAN[0], 176):
            draw.polygon([(x, 0), (x + 100, 0), (x + 100, PLAN[1]), (x, PLAN[1])], fill=170)
        for x in range(500, PLAN[0], 704):
            draw.line((x, 0, x, PLAN[1]), fill=230, width=5)
        soft = blurred(height, 7)
        plain = rolled(rng, PLAN, colour, -0.2)
        relief = summed(raking(soft, 1.0, 5), stretched(soft, 0.15, 128), cloud(rng, PLAN, 400, 0.14))
        picture = lit(plain, relief)
        screws = ImageDraw.Draw(picture)
        for y in range(90, PLAN[1], 420):
            for x in range(10, PLAN[0], 176):
                screws.ellipse((x - 6, y - 6, x + 6, y + 6), fill=(150, 150, 148), outline=(60, 60, 60))
        return photographed(rng, picture)

    return drawn


def boarded(colour: Colour, *, rows: int = 9, weathered: float = 0.2, gap_px: float = 4) -> Drawn:
    """Boards side by side, some cut at their ends."""

    def drawn(rng: Random) -> Image.Image:
        plan = planked(rng, PLAN, rows, colour, gap_px=gap_px, joints=2, weathered=weathered)
        return photographed(
            rng, lit(plan, summed(cloud(rng, PLAN, 300, 0.14), sand(rng, PLAN, 0.6, 0.08))), rng.choice((0, 0, 12, -12))
        )

    return drawn


def grass_tiles(rng: Random) -> Image.Image:
    """Open concrete tiles with grass in their holes."""
    height, wide, high = Image.new("L", PLAN, 170), 440, 300
    draw = ImageDraw.Draw(height)
    for row in range(-1, PLAN[1] // high + 2):
        for column in range(-1, PLAN[0] // wide + 2):
            x, y = column * wide + (row % 2) * wide // 2 + rng.gauss(0, 2), row * high + rng.gauss(0, 2)
            draw.rectangle((x, y, x + wide, y + high), outline=20, width=5)
            for hole_row in range(2):
                for hole in range(3):
                    left, top = x + 26 + hole * 136, y + 24 + hole_row * 134
                    draw.rounded_rectangle((left, top, left + 108, top + 104), 26, fill=10)
    soft = blurred(height, 2)
    tufts = summed(soft, stretched(summed(sand(rng, PLAN, 2.2, 0.5), cloud(rng, PLAN, 24, 0.6)), 0.7))
    mask = threshold(tufts, 88, 40).point([255 - value for value in range(256)])
    stone = lit(
        Image.new("RGB", PLAN, (158, 154, 146)),
        summed(raking(soft, 0.6, 2), sand(rng, PLAN, 0.8, 0.26), cloud(rng, PLAN, 240, 0.2)),
    )
    grass = lit(lawn(rng, PLAN), stretched(sand(rng, PLAN, 1.5, 0.9), 0.8))
    return photographed(rng, mixed(stone, grass, mask))


def soft_tiles(palette: tuple[Colour, ...], side_px: float = 330, *, is_fibrous: bool = False) -> Drawn:
    """Rubber or carpet tiles, laid in squares."""

    def drawn(rng: Random) -> Image.Image:
        colours = (rng.choice(palette),) if rng.random() < 0.6 else palette
        plan = laid(
            rng,
            squares(side_px, False),
            colours,
            joint_px=4,
            joint=(40, 38, 36),
            spread=0.05,
            radius_px=3,
            roughness=1.1,
            moss=0.0,
            dirt=1.2,
        )
        if is_fibrous:
            plan = lit(plan, summed(fibres(rng, PLAN, (128, 128, 128)).convert("L"), stretched(sand(rng, PLAN, 0.8, 0.5), 0.8)))
        return photographed(rng, plan)

    return drawn


def turf(rng: Random) -> Image.Image:
    """Artificial grass with a painted line."""
    plan = lit(
        Image.new("RGB", PLAN, (62, 104, 58)),
        summed(sand(rng, PLAN, 1.4, 0.8), cloud(rng, PLAN, 200, 0.2), sand(rng, PLAN, 0.7, 0.3)),
    )
    line = Image.new("L", PLAN, 0)
    ImageDraw.Draw(line).rectangle((0, 560, PLAN[0], 690), fill=220)
    white_line = lit(Image.new("RGB", PLAN, (214, 216, 208)), sand(rng, PLAN, 1.2, 0.6))
    return photographed(rng, mixed(plan, white_line, blurred(line, 3)), 14)


def close(texture: Callable[[Random, Size], Image.Image]) -> Drawn:
    """A texture filling the picture, from a slight angle."""

    def drawn(rng: Random) -> Image.Image:
        return finished(rng, tilted(rng, texture(rng, PLAN), rng.uniform(-6, 6)))

    return drawn
