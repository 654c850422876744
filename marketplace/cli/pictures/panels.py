"""Flat building parts that stand or lean: windows, doors, glass, solar panels, radiators, cabinets, machines."""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw

from marketplace.cli.pictures.grain import Colour, Size, blurred, cloud, jittered, lit, mixed, raking, sand, stretched, summed
from marketplace.cli.pictures.shapes import corners_of
from marketplace.cli.pictures.space import Spot
from marketplace.cli.pictures.surfaces import grained
from marketplace.cli.pictures.yards import yard

Drawn = Callable[[Random], Image.Image]
Front = Callable[[Random, Size], Image.Image]
PX = 340


def glass(rng: Random, size: Size, tint: Colour = (138, 158, 164)) -> Image.Image:
    """A pane: the sky's reflection from dark below to light above, with a slanting glint."""
    fall = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(size)
    plain = lit(Image.new("RGB", size, tint), summed(stretched(fall, 0.55), cloud(rng, size, max(size) / 2, 0.25)))
    glint = Image.new("L", size, 0)
    x = rng.uniform(0.1, 0.5) * size[0]
    ImageDraw.Draw(glint).polygon(
        [(x, 0), (x + size[0] * 0.3, 0), (x - size[0] * 0.2, size[1]), (x - size[0] * 0.5, size[1])], fill=50
    )
    return mixed(plain, Image.new("RGB", size, (236, 242, 244)), blurred(glint, 3))


def window(colour: Colour, *, panes: int = 2, is_wood: bool = False) -> Front:
    """A window frame with its glass, seen straight."""

    def front(rng: Random, size: Size) -> Image.Image:
        tone = jittered(rng, colour, 0.03)
        picture = (
            grained(rng, size, tone, 0.15)
            if is_wood
            else lit(Image.new("RGB", size, tone), summed(sand(rng, size, 0.6, 0.05), cloud(rng, size, 120, 0.06)))
        )
        height = Image.new("L", size, 170)
        draw, border, bar = ImageDraw.Draw(height), round(size[0] * 0.055) + 6, round(size[0] * 0.035) + 5
        wide = (size[0] - 2 * border - (panes - 1) * bar) / panes
        for pane in range(panes):
            left = border + pane * (wide + bar)
            draw.rectangle((left, border, left + wide, size[1] - border), fill=60)
            box = (round(left + 4), border + 4, round(left + wide - 4), size[1] - border - 4)
            picture.paste(glass(rng, (box[2] - box[0], box[3] - box[1])), (box[0], box[1]))
        return lit(picture, raking(blurred(height, 1.6), 0.8, 2))

    return front


def door(palette: tuple[Colour, ...], *, is_outer: bool = False) -> Front:
    """A door: flat inside, with panels and a pane outside."""

    def front(rng: Random, size: Size) -> Image.Image:
        picture = grained(rng, (size[1], size[0]), jittered(rng, rng.choice(palette), 0.04), 0.05).transpose(
            Image.Transpose.ROTATE_90
        )
        picture = Image.blend(picture, Image.new("RGB", size, rng.choice(palette)), 0.55)
        height, wide, high = Image.new("L", size, 150), size[0], size[1]
        draw = ImageDraw.Draw(height)
        if is_outer:
            pane = (round(wide * 0.2), round(high * 0.09), round(wide * 0.8), round(high * 0.46))
            picture.paste(glass(rng, (pane[2] - pane[0], pane[3] - pane[1])), pane[:2])
            draw.rectangle(pane, outline=60, width=5)
            for top in (0.53, 0.75):
                draw.rectangle((wide * 0.2, high * top, wide * 0.8, high * (top + 0.17)), fill=110)
        draw.rounded_rectangle((wide * 0.84, high * 0.49, wide * 0.93, high * 0.505), 4, fill=235)
        picture = lit(picture, raking(blurred(height, 1.8), 0.8, 2))
        ImageDraw.Draw(picture).rounded_rectangle((wide * 0.82, high * 0.487, wide * 0.94, high * 0.503), 4, fill=(170, 172, 172))
        return picture

    return front


def solar(rng: Random, size: Size) -> Image.Image:
    """A photovoltaic module: cells, thin silver lines, an aluminium frame, the sky in its glass."""
    picture = Image.new("RGB", size, (22, 28, 48))
    draw, columns, rows = ImageDraw.Draw(picture), 6, 10
    wide, high = (size[0] - 20) / columns, (size[1] - 20) / rows
    for row in range(rows):
        for column in range(columns):
            x, y = 10 + column * wide, 10 + row * high
            draw.rounded_rectangle((x + 2, y + 2, x + wide - 2, y + high - 2), 5, fill=jittered(rng, (30, 38, 66), 0.05))
            for line in (0.25, 0.5, 0.75):
                draw.line((x + wide * line, y + 2, x + wide * line, y + high - 2), fill=(86, 92, 108), width=1)
    sky = ImageChops.screen(picture, glass(rng, size, (70, 84, 104)).point([round(value * 0.42) for value in range(256)] * 3))
    ImageDraw.Draw(sky).rectangle((0, 0, size[0] - 1, size[1] - 1), outline=(186, 190, 192), width=8)
    return sky


def radiator(rng: Random, size: Size) -> Image.Image:
    """A steel panel radiator."""
    height = Image.new("L", size, 120)
    draw = ImageDraw.Draw(height)
    for x in range(20, size[0] - 20, 26):
        draw.rounded_rectangle((x, 26, x + 12, size[1] - 26), 6, fill=180)
    return lit(
        Image.new("RGB", size, (214, 212, 205)),
        summed(raking(blurred(height, 2.4), 0.7, 2), cloud(rng, size, 120, 0.06)),
    )


def cabinet(palette: tuple[Colour, ...], *, drawers: int = 0, slats: bool = False) -> Front:
    """An office cabinet: two doors, a roller shutter, or drawers."""

    def front(rng: Random, size: Size) -> Image.Image:
        wide, high = size
        height = Image.new("L", size, 150)
        draw = ImageDraw.Draw(height)
        draw.rectangle((4, 4, wide - 5, high - 5), outline=90, width=4)
        if slats:
            for x in range(14, wide - 12, 13):
                draw.line((x, 12, x, high - 12), fill=100, width=3)
        elif drawers:
            for drawer in range(1, drawers):
                draw.line((6, high * drawer / drawers, wide - 6, high * drawer / drawers), fill=50, width=5)
            for drawer in range(drawers):
                y = high * (drawer + 0.25) / drawers
                draw.rounded_rectangle((wide * 0.34, y, wide * 0.66, y + 8), 4, fill=220)
        else:
            draw.line((wide / 2, 6, wide / 2, high - 6), fill=50, width=5)
            for grip in (wide * 0.46, wide * 0.53):
                draw.rounded_rectangle((grip, high * 0.45, grip + 7, high * 0.56), 4, fill=220)
        return lit(
            Image.new("RGB", size, jittered(rng, rng.choice(palette), 0.03)),
            summed(
                raking(blurred(height, 1.3), 0.7, 2),
                cloud(rng, size, 160, 0.06),
                sand(rng, size, 0.6, 0.05),
            ),
        )

    return front


def machine(rng: Random, size: Size) -> Image.Image:
    """A heat pump or air handling unit: a fan behind a grille."""
    wide, high = size
    height, picture = Image.new("L", size, 150), Image.new("RGB", size, (206, 206, 200))
    draw, paint = ImageDraw.Draw(height), ImageDraw.Draw(picture)
    middle, reach = (wide * 0.4, high * 0.5), min(wide * 0.34, high * 0.42)
    paint.ellipse((middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach), fill=(58, 60, 62))
    for blade in range(3):
        paint.pieslice(
            (middle[0] - reach * 0.94, middle[1] - reach * 0.94, middle[0] + reach * 0.94, middle[1] + reach * 0.94),
            blade * 120,
            blade * 120 + 62,
            fill=(34, 36, 38),
        )
    for ring_ in range(1, 15):
        radius = reach * ring_ / 14
        draw.ellipse((middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), outline=230, width=2)
        paint.ellipse(
            (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), outline=(150, 152, 152), width=2
        )
    for slot in range(7):
        draw.rounded_rectangle((wide * 0.8, high * (0.2 + slot * 0.08), wide * 0.95, high * (0.23 + slot * 0.08)), 3, fill=80)
    draw.rectangle((4, 4, wide - 5, high - 5), outline=100, width=4)
    return lit(
        picture,
        summed(raking(blurred(height, 1.2), 0.6, 2), cloud(rng, size, 160, 0.08), sand(rng, size, 0.6, 0.05)),
    )


def leaning(
    front: Front,
    wide_m: float,
    high_m: float,
    thick_m: float,
    edge: Colour,
    *,
    rows: int = 2,
    layers: int = 5,
    floor: str = "",
    lean: float = 0.22,
) -> Drawn:
    """Panels leaning behind each other, in groups side by side."""

    def drawn(rng: Random) -> Image.Image:
        total = rows * (wide_m + 0.25)
        distance = max(2.9, 1.3 + max(total * 1.15, high_m * 1.75))
        stage = yard(rng, (0.0, 0.5, high_m * 0.52), distance, eye_m=1.5, floor=floor, side=-0.38)
        starts = [-total / 2 + group * (wide_m + 0.25) + 0.12 for group in range(rows)]
        depth = layers * (thick_m + 0.02) + lean * high_m
        stage.shade([corners_of((x, 0, 0), (x + wide_m, depth * 0.7, high_m * 0.96)) for x in starts], 0.5)
        rim = lit(Image.new("RGB", (120, 120), edge), sand(rng, (120, 120), 0.7, 0.2))
        for x in reversed(starts):
            for layer in reversed(range(layers)):
                y, left = layer * (thick_m + 0.02), x + rng.gauss(0, 0.015)
                tall, right = high_m * rng.choice((1, 1, 0.97)), left + wide_m
                foot, top = (y, 0.0), (y + lean * tall, tall)
                low: tuple[Spot, Spot] = ((left, foot[0], foot[1]), (right, foot[0], foot[1]))
                high: tuple[Spot, Spot] = ((left, top[0], top[1]), (right, top[0], top[1]))
                back = tuple((a, b + thick_m, c) for a, b, c in high)
                behind = tuple((a, b + thick_m, c) for a, b, c in low)
                stage.face(rim, (back[0], back[1], high[1], high[0]))
                stage.face(rim, (back[0], high[0], low[0], behind[0]))
                stage.face(rim, (high[1], back[1], behind[1], low[1]))
                if layer == 0:
                    stage.face(front(rng, (round(wide_m * PX), round(tall * PX))), (high[0], high[1], low[1], low[0]), 1.02)
        return stage.developed()

    return drawn


def blocks(
    front: Front,
    wide_m: float,
    deep_m: float,
    high_m: float,
    colour: Colour,
    *,
    across: int = 3,
    deep: int = 2,
    floor: str = "hall",
    gap_m: float = 0.12,
) -> Drawn:
    """Cabinets or machines standing in rows."""

    def drawn(rng: Random) -> Image.Image:
        total = across * (wide_m + gap_m)
        stage = yard(rng, (0.0, 0.4, high_m * 0.5), 1.6 + max(total * 1.15, high_m * 1.7), eye_m=1.6, floor=floor, side=-0.42)
        places = [
            (-total / 2 + column * (wide_m + gap_m) + rng.gauss(0, 0.02), row * (deep_m + 0.4))
            for row in reversed(range(deep))
            for column in reversed(range(across))
        ]
        stage.shade([corners_of((x, y, 0), (x + wide_m, y + deep_m, high_m)) for x, y in places], 0.45)
        side = lit(
            Image.new("RGB", (200, 200), colour), summed(cloud(rng, (200, 200), 80, 0.06), sand(rng, (200, 200), 0.6, 0.05))
        )
        for x, y in places:
            stage.box(
                (x, y, 0.02), (x + wide_m, y + deep_m, high_m), front(rng, (round(wide_m * PX), round(high_m * PX))), side, side
            )
        return stage.developed()

    return drawn
