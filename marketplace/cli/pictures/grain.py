"""Noise and light for the demonstration pictures: everything that makes a drawn surface look photographed.

A *relief* is a grey picture around 128: lighter is higher or brighter, darker is lower or dirtier. Reliefs are added up and laid over
a coloured picture once (`lit`), which is far cheaper than working on three channels. All noise comes from the caller's `Random`, so
the same seed gives the same picture.
"""

from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageFilter

Size = tuple[int, int]
Colour = tuple[int, int, int]


_SIDE = 2200
_RADII_PX = (0.0, 0.6, 0.9, 1.2, 1.5, 2.2)
_CELLS_PX = (2.0, 4.0, 8.0, 12.0, 18.0, 28.0, 44.0, 70.0, 110.0, 180.0, 300.0, 460.0)


@lru_cache(maxsize=len(_RADII_PX) + len(_CELLS_PX))
def _plate(kind: str, measure: float) -> Image.Image:
    """A large sheet of one kind of noise, made once: cutting a random part of it is far faster than making new noise."""
    chance = Random(f"{kind} {measure}")
    if kind == "cloud":
        cells = max(2, round(_SIDE / measure) + 1)
        sheet = Image.frombytes("L", (cells, cells), chance.randbytes(cells * cells))
        return sheet.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    sheet = Image.frombytes("L", (_SIDE, _SIDE), chance.randbytes(_SIDE * _SIDE))
    return sheet.filter(ImageFilter.GaussianBlur(measure)) if measure else sheet


def _cut(rng: Random, size: Size, kind: str, measure: float) -> Image.Image:
    plate = _plate(kind, min(_CELLS_PX if kind == "cloud" else _RADII_PX, key=lambda one: abs(one - measure)))
    left, top = rng.randrange(plate.width - size[0] + 1), rng.randrange(plate.height - size[1] + 1)
    cut = plate.crop((left, top, left + size[0], top + size[1]))
    return cut.transpose(Image.Transpose(rng.choice((0, 1, 3)))) if rng.random() < 0.3 else cut


def forget() -> None:
    """Give back the memory of the sheets, about 80 MiB, when no more pictures are to be drawn."""
    _plate.cache_clear()


def white(rng: Random, size: Size) -> Image.Image:
    """Uniform noise, 0 to 255, each pixel for itself."""
    return _cut(rng, size, "sand", 0)


def sand(rng: Random, size: Size, radius: float = 0.6, amount: float = 0.5) -> Image.Image:
    """Fine grain: a relief of specks of about that radius in pixels."""
    return stretched(_cut(rng, size, "sand", radius), amount * (0.5 + 2.2 * radius))


def cloud(rng: Random, size: Size, cell_px: float, amount: float = 1.0, octaves: int = 2) -> Image.Image:
    """Soft patches of about that size, each octave half as large and half as strong."""
    layers = [stretched(_cut(rng, size, "cloud", cell_px / 2**octave), amount / 2**octave) for octave in range(octaves)]
    return summed(*layers)


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """Blurred, about as a Gaussian of that radius would, at a third of its time."""
    return image.filter(ImageFilter.BoxBlur(radius * 1.25))


def stretched(relief: Image.Image, amount: float, middle: int = 128) -> Image.Image:
    """More contrast (amount > 1) or less (< 1) around the middle, which becomes 128."""
    return relief.point([max(0, min(255, round(128 + (value - middle) * amount))) for value in range(256)])


def streaks(rng: Random, size: Size, length_px: int, amount: float = 1.0) -> Image.Image:
    """Noise drawn out in the horizontal direction: grain of wood, brushed metal, tyre marks."""
    narrow = white(rng, (max(2, size[0] // length_px + 2), size[1]))
    return stretched(narrow.resize(size, Image.Resampling.BICUBIC), amount)


def summed(*reliefs: Image.Image) -> Image.Image:
    """Reliefs on top of each other."""
    total = reliefs[0]
    for relief in reliefs[1:]:
        total = ImageChops.add(total, relief, 1, -128)
    return total


def raking(height: Image.Image, strength: float = 1.0, step: int = 1) -> Image.Image:
    """Light from the upper left over a height map: slopes towards it are bright, slopes away dark."""
    return ImageChops.subtract(ImageChops.offset(height, -step, -step), ImageChops.offset(height, step, step), 1 / strength, 128)


def lit(coloured: Image.Image, relief: Image.Image) -> Image.Image:
    """The coloured picture with the relief's light on it: 128 leaves it, 64 halves, 192 makes half as bright again."""
    half = ImageChops.multiply(coloured, Image.merge("RGB", (relief, relief, relief)))
    return ImageChops.add(half, half)


def mixed(one: Image.Image, other: Image.Image, mask: Image.Image) -> Image.Image:
    """`other` where the mask is white, `one` where it is black."""
    return Image.composite(other, one, mask)


def threshold(relief: Image.Image, at: int, softness: int = 12) -> Image.Image:
    """A mask of what is above the value, with a soft edge."""
    return relief.point([max(0, min(255, round((value - at) * 255 / softness + 128))) for value in range(256)])


def jittered(rng: Random, colour: Colour, spread: float = 0.08, tint: float = 0.01) -> Colour:
    """The colour, a little lighter or darker, and a little off."""
    light = rng.gauss(1, spread)
    red, green, blue = (max(0, min(255, round(channel * light * rng.gauss(1, tint)))) for channel in colour)
    return red, green, blue


def dimmed(colour: Colour, light: float = 0.8) -> Colour:
    """The colour with less light on it."""
    red, green, blue = (min(255, round(channel * light)) for channel in colour)
    return red, green, blue


@lru_cache(maxsize=4)
def _vignette(size: Size) -> Image.Image:
    small = Image.radial_gradient("L").resize((64, 64))
    return small.point([round(137 - 26 * (value / 255) ** 2.4) for value in range(256)]).resize(size, Image.Resampling.BICUBIC)


def finished(rng: Random, picture: Image.Image, warmth: float = 1.0) -> Image.Image:
    """The camera's part: light that falls off to one side, darker corners, a soft curve and the sensor's grain."""
    fall = (
        Image.linear_gradient("L")
        .rotate(rng.uniform(100, 170))
        .crop((56, 56, 200, 200))
        .resize(picture.size, Image.Resampling.BICUBIC)
    )
    relief = summed(_vignette(picture.size), stretched(fall, 0.09), sand(rng, picture.size, 0.5, 0.05))
    curve = [round(255 * (0.035 + 0.95 * (value / 255)) ** (0.79 - 0.03 * (value / 255))) for value in range(256)]
    red = [min(255, round(value * (1 + 0.015 * warmth))) for value in curve]
    blue = [min(255, round(value * (1 - 0.015 * warmth))) for value in curve]
    return lit(picture, relief).point(red + curve + blue)
