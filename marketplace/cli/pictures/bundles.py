"""Everything that lies stacked in blocks: pavers and bricks on pallets, kerbs, beams, boards, slabs, bales."""

from collections.abc import Callable
from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Colour
from marketplace.cli.pictures.shapes import block, corners_of
from marketplace.cli.pictures.space import Spot, Stage
from marketplace.cli.pictures.surfaces import concrete, ends, fibres, planked, rolled, stacked
from marketplace.cli.pictures.yards import yard

Skins = tuple[Image.Image, Image.Image, Image.Image]  # front, side, top
Skin = Callable[[Random, float, float, float], Skins]  # for a block of that many metres wide, deep and high
PX = 330  # of texture per metre


def _px(*metres: float) -> tuple[int, int]:
    wide, high = (max(8, round(one * PX)) for one in metres)
    return wide, high


def pieces(
    palette: tuple[Colour, ...], long_m: float, deep_m: float, high_m: float, shift: float = 0, spread: float = 0.07
) -> Skin:
    """A skin of equal pieces with that length (along the front), depth and height."""

    def skin(rng: Random, wide: float, deep: float, high: float) -> Skins:
        rows, across, back = max(1, round(high / high_m)), max(1, round(wide / long_m)), max(1, round(deep / deep_m))
        return (
            stacked(rng, _px(wide, high), rows, across, palette, gap_px=3, shift=shift, spread=spread),
            stacked(rng, _px(deep, high), rows, back, palette, gap_px=3, shift=shift, spread=spread),
            stacked(rng, _px(wide, deep), back, across, palette, gap_px=3, spread=spread),
        )

    return skin


def timber(colour: Colour, wide_m: float, high_m: float, weathered: float = 0.5) -> Skin:
    """Beams or boards along the depth: their ends at the front, their grain at the side and on top."""

    def skin(rng: Random, wide: float, deep: float, high: float) -> Skins:
        rows, across = max(1, round(high / high_m)), max(1, round(wide / wide_m))
        return (
            ends(rng, _px(wide, high), rows, across, (colour,)),
            planked(rng, _px(deep, high), rows, colour, weathered=weathered),
            planked(rng, _px(deep, wide), across, colour, weathered=weathered).transpose(Image.Transpose.ROTATE_90),
        )

    return skin


def boards(colour: Colour, thick_m: float, face: Callable[[Random, tuple[int, int], Colour], Image.Image]) -> Skin:
    """Plates lying on each other."""

    def skin(rng: Random, wide: float, deep: float, high: float) -> Skins:
        rows = max(1, round(high / thick_m))
        return (
            stacked(rng, _px(wide, high), rows, 1, (colour,), gap_px=3),
            stacked(rng, _px(deep, high), rows, 1, (colour,), gap_px=3),
            face(rng, _px(wide, deep), colour),
        )

    return skin


def pallet(stage: Stage, low: Spot, high: Spot) -> None:
    """A wooden pallet under a block."""
    (x0, y0, _z0), (x1, y1, _z1), wood = low, high, (166, 138, 102)
    faces = [
        face
        for part in (0, 0.5, 1)
        for face in block((x0 + (x1 - x0 - 0.1) * part, y0, 0), (x0 + (x1 - x0 - 0.1) * part + 0.1, y1, 0.1), wood)
    ]
    stage.solid([*faces, *block((x0 - 0.02, y0 - 0.02, 0.1), (x1 + 0.02, y1 + 0.02, 0.13), wood)], grain=0.24)


def bearers(stage: Stage, low: Spot, high: Spot) -> None:
    """Two beams under a long block."""
    (x0, y0, _z0), (x1, y1, _z1) = low, high
    for part in (0.82, 0.16):
        y = y0 + (y1 - y0) * part
        stage.solid(block((x0 - 0.08, y, 0), (x1 + 0.08, y + 0.1, 0.11), (126, 104, 78)), grain=0.3)


def on_pallets(
    skin: Skin, wide_m: float = 1.15, deep_m: float = 1.0, high_m: float = 0.95, *, floor: str = "", rows: int = 2
) -> Callable[[Random], Image.Image]:
    """Pallets side by side, two or three rows deep, some not quite full."""

    def drawn(rng: Random) -> Image.Image:
        stage = yard(rng, (0.0, 1.0, 0.74), rng.uniform(4.3, 4.9), floor=floor, eye_m=rng.uniform(1.5, 1.8))
        blocks: list[tuple[Spot, Spot]] = []
        for row in reversed(range(rows)):
            for column in (-1, 0, 1) if row else (-1, 0):
                x = column * (wide_m + 0.28) - 0.1 + row * 0.3 + rng.gauss(0, 0.05)
                y = row * (deep_m + 0.45) + rng.gauss(0, 0.05)
                top = 0.13 + high_m * rng.choice((1, 1, 1, 0.82, 0.6)) * rng.uniform(0.98, 1.02)
                blocks.append(((x, y, 0.13), (x + wide_m, y + deep_m, top)))
        _piled(stage, blocks, skin, pallet, rng)
        return stage.developed()

    return drawn


def in_bundles(
    skin: Skin,
    wide_m: float,
    long_m: float,
    high_m: float,
    *,
    count: int = 2,
    floor: str = "",
    eye_m: float = 1.6,
    distance_m: float = 4.2,
) -> Callable[[Random], Image.Image]:
    """Long stacks beside each other on bearers, seen from their ends."""

    def drawn(rng: Random) -> Image.Image:
        total = count * wide_m + (count - 1) * 0.35
        stage = yard(
            rng,
            (0.0, long_m * 0.30, high_m * 0.45 + 0.28),
            distance_m * rng.uniform(0.96, 1.06),
            floor=floor,
            eye_m=eye_m * rng.uniform(0.95, 1.1),
        )
        blocks: list[tuple[Spot, Spot]] = []
        for place in range(count):
            x, y = -total / 2 + place * (wide_m + 0.35), rng.uniform(-0.15, 0.15)
            top = 0.11 + high_m * rng.choice((1, 1, 0.8))
            blocks.append(((x, y, 0.11), (x + wide_m, y + long_m, top)))
        side_first = sorted(blocks, key=lambda one: -abs(one[0][0] + wide_m / 2 - stage.camera.at[0]))
        _piled(stage, side_first, skin, bearers, rng)
        return stage.developed()

    return drawn


def _piled(
    stage: Stage, blocks: list[tuple[Spot, Spot]], skin: Skin, under: Callable[[Stage, Spot, Spot], None], rng: Random
) -> None:
    stage.shade([corners_of((low[0], low[1], 0), high) for low, high in blocks])
    skins: dict[tuple[float, float, float], Skins] = {}
    for low, high in blocks:
        under(stage, low, high)
        extent = (round(high[0] - low[0], 2), round(high[1] - low[1], 2), round(high[2] - low[2], 1))
        if extent not in skins:  # blocks of the same height share their faces: nobody compares two sides of two pallets
            skins[extent] = skin(rng, *extent)
        front, side, top = skins[extent]
        stage.box(low, high, front, side, top)


def bales(colour: Colour) -> Skin:
    """Straw or fibre pressed in blocks, with their seams."""

    def skin(rng: Random, wide: float, deep: float, high: float) -> Skins:
        def seamed(size: tuple[int, int], columns: int) -> Image.Image:
            picture, rows = fibres(rng, size, colour), max(1, round(size[1] / PX / 0.36))
            seams = stacked(rng, size, rows, columns, ((200, 200, 200),), gap_px=5, shift=0.5)
            return Image.blend(picture, seams, 0.22)

        return (
            seamed(_px(wide, high), max(1, round(wide / 0.9))),
            seamed(_px(deep, high), max(1, round(deep / 0.5))),
            seamed(_px(wide, deep), 2),
        )

    return skin


def smooth(rng: Random, size: tuple[int, int], colour: Colour) -> Image.Image:
    """The upper face of a concrete or mineral plate."""
    return concrete(rng, size, colour)


def rusty(rng: Random, size: tuple[int, int], colour: Colour) -> Image.Image:
    """The upper face of a steel plate."""
    return rolled(rng, size, colour, 0.6)
