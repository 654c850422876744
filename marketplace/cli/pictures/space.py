"""A small stage: a camera, a yard to stand in, and bodies of flat faces with the sun on them.

Metres, x to the right, y away from the camera, z up. Bodies are painted from far to near. Large faces carry a texture (`Stage.face`,
`Stage.box`); shapes of many small faces (`Stage.solid`) are painted at twice the size and get grain over them afterwards.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageChops, ImageDraw

from marketplace.cli.pictures.grain import Colour, blurred, cloud, finished, lit, mixed, sand, stretched, summed
from marketplace.cli.pictures.lens import PICTURE, Pixel, perspective

Spot = tuple[float, float, float]
Face = tuple[Sequence[Spot], Colour]
SUN = (-0.70, -0.42, 0.62)  # where it stands, seen from the ground: over the left shoulder of who takes the photo
AMBIENT, DIRECT = 0.56, 0.62


def _minus(one: Spot, other: Spot) -> Spot:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _dot(one: Spot, other: Spot) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def _cross(one: Spot, other: Spot) -> Spot:
    return one[1] * other[2] - one[2] * other[1], one[2] * other[0] - one[0] * other[2], one[0] * other[1] - one[1] * other[0]


def _unit(one: Spot) -> Spot:
    length = math.sqrt(_dot(one, one)) or 1.0
    return one[0] / length, one[1] / length, one[2] / length


def normal_of(corners: Sequence[Spot]) -> Spot:
    """The direction that a face looks, its corners given counter-clockwise as seen from outside."""
    return _unit(_cross(_minus(corners[1], corners[0]), _minus(corners[2], corners[0])))


def brightness(normal: Spot) -> float:
    """How much light a face catches: the sky from above, the sun from its side."""
    return AMBIENT * (0.80 + 0.20 * normal[2]) + DIRECT * max(0.0, _dot(normal, _unit(SUN)))


@dataclass
class Camera:
    """Where the photo is taken from, what it looks at, and its angle of view."""

    at: Spot
    to: Spot
    view_degrees: float = 48

    def __post_init__(self) -> None:
        self.forward = _unit(_minus(self.to, self.at))
        self.right = _unit(_cross(self.forward, (0, 0, 1)))
        self.up = _cross(self.right, self.forward)
        self.focal_px = PICTURE[0] / 2 / math.tan(math.radians(self.view_degrees) / 2)

    def depth(self, spot: Spot) -> float:
        """Metres in front of the lens."""
        return _dot(_minus(spot, self.at), self.forward)

    def seen(self, spot: Spot) -> Pixel:
        """The pixel where a spot appears; what lies behind the lens is pushed in front of it."""
        away, depth = _minus(spot, self.at), max(0.05, self.depth(spot))
        return (
            PICTURE[0] / 2 + self.focal_px * _dot(away, self.right) / depth,
            PICTURE[1] / 2 - self.focal_px * _dot(away, self.up) / depth,
        )


@dataclass
class Stage:
    """The picture under construction. Shadows first (`shade`), then bodies, then `developed`."""

    rng: Random
    camera: Camera
    picture: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        self.picture = Image.new("RGB", PICTURE, (176, 186, 190))

    def horizon_px(self) -> float:
        """The height in the picture where the ground ends."""
        far = self.camera.forward
        flat = _unit((far[0], far[1], 0))
        return self.camera.seen((self.camera.at[0] + flat[0] * 1e4, self.camera.at[1] + flat[1] * 1e4, self.camera.at[2]))[1]

    def ground(self, texture: Image.Image, across_m: float = 18, grain: float = 0.15) -> None:
        """Lay a square texture on the ground around the middle of the scene; farther away only its colour is left."""
        horizon = max(0, round(self.horizon_px()) + 1)
        corners = [
            (-200.0, horizon + 30.0),
            (PICTURE[0] + 200.0, horizon + 30.0),
            (PICTURE[0] + 0.0, PICTURE[1] + 0.0),
            (0.0, PICTURE[1] + 0.0),
        ]
        density, middle = texture.width / across_m, self.camera.to
        flat = []
        for corner in corners:
            x, y = self._on_ground(corner)
            flat.append((texture.width / 2 + (x - middle[0]) * density, texture.height / 2 - (y - middle[1]) * density))
        numbers = perspective([(x / 2, y / 2) for x, y in corners], flat)
        half = (PICTURE[0] // 2, PICTURE[1] // 2)
        seen = texture.transform(half, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BILINEAR)
        known = Image.new("L", (16, 16), 0)
        known.paste(255, (1, 1, 15, 15))
        known = known.resize((texture.width // 4, texture.height // 4), Image.Resampling.BILINEAR)
        quarter = tuple(number / 4 if place < 6 else number for place, number in enumerate(numbers))
        mask = known.transform(half, Image.Transform.PERSPECTIVE, quarter, Image.Resampling.BILINEAR)
        plain = Image.new("RGB", half, texture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))
        whole = (
            mixed(plain, seen, mask)
            .crop((0, horizon // 2, *half))
            .resize((PICTURE[0], PICTURE[1] - horizon), Image.Resampling.BILINEAR)
        )
        relief = summed(sand(self.rng, whole.size, 0.6, grain), cloud(self.rng, whole.size, 500, 0.12))
        self.picture.paste(lit(whole, relief), (0, horizon))
        if horizon > 16:
            band = (0, horizon - 16, PICTURE[0], horizon + 12)
            self.picture.paste(blurred(self.picture.crop(band), 5), band)

    def _on_ground(self, pixel: Pixel) -> tuple[float, float]:
        """The spot on the ground that is seen there; a pixel above the horizon has none."""
        across, down = (pixel[0] - PICTURE[0] / 2) / self.camera.focal_px, (PICTURE[1] / 2 - pixel[1]) / self.camera.focal_px
        one, two, three = self.camera.forward, self.camera.right, self.camera.up
        ray = tuple(one[axis] + across * two[axis] + down * three[axis] for axis in range(3))
        reach = -self.camera.at[2] / ray[2]
        return self.camera.at[0] + reach * ray[0], self.camera.at[1] + reach * ray[1]

    def backdrop(self, bands: Sequence[tuple[float, Colour]], blur_px: float = 9) -> None:
        """What stands behind, out of focus: (height in metres at 25 m away, colour), from far to near."""
        small = (PICTURE[0] // 4, PICTURE[1] // 4)
        horizon, scale = self.horizon_px(), self.camera.focal_px / 25
        if horizon < -40:
            return
        layer = Image.new("RGB", small, (206, 214, 218))
        draw = ImageDraw.Draw(layer)
        for height_m, colour in bands:
            top = (horizon - height_m * scale) / 4
            edge: list[Pixel] = [(0.0, horizon / 4 + 8)]
            edge += [(small[0] * step / 40, top + self.rng.gauss(0, 0.02 + abs(height_m) * scale / 90)) for step in range(41)]
            edge.append((float(small[0]), horizon / 4 + 8))
            draw.polygon(edge, fill=colour)
        leaves = summed(sand(self.rng, small, 1.5, 0.34), cloud(self.rng, small, 18, 0.14, 2), cloud(self.rng, small, 70, 0.10))
        fall = Image.new("L", small, 128)
        low, high = max(1, round(horizon / 4)), max(1, round(1.6 * scale / 4))
        fall.paste(stretched(Image.linear_gradient("L"), -0.26, 0).resize((small[0], high)), (0, low - high))
        layer = lit(layer, summed(leaves, fall))
        sky = round((horizon - max(height_m for height_m, _colour in bands) * scale) / 4) - 2
        if sky > 0:
            layer.paste((206, 214, 218), (0, 0, small[0], sky))
        layer = blurred(layer, blur_px / 4)
        self.picture.paste(layer.crop((0, 0, small[0], low + 4)).resize((PICTURE[0], (low + 4) * 4), Image.Resampling.BILINEAR))

    def shade(
        self, footprints: Iterable[Sequence[Spot]], strength: float = 0.58, soft_px: float = 9, contact: float = 0.6
    ) -> None:
        """Shadows of bodies on the ground: each a list of its corner spots, of which the hull's shadow is cast."""
        half = (PICTURE[0] // 2, PICTURE[1] // 2)
        cast, touch = Image.new("L", half, 0), Image.new("L", half, 0)
        for spots in footprints:
            thrown = [(x - SUN[0] / SUN[2] * z, y - SUN[1] / SUN[2] * z, 0.0) for x, y, z in spots]
            for layer, points in ((cast, thrown), (touch, [(x, y, 0.0) for x, y, z in spots if z < 0.05])):
                outline = hull([self.camera.seen(spot) for spot in points])
                if len(outline) > 2:
                    ImageDraw.Draw(layer).polygon([(x / 2, y / 2) for x, y in outline], fill=255)
        cast = blurred(cast, soft_px / 2).point([round(value * strength) for value in range(256)])
        touch = blurred(touch, 7).point([round(value * contact) for value in range(256)])
        dark = ImageChops.lighter(cast, touch).resize(PICTURE, Image.Resampling.BILINEAR)
        self.picture.paste((24, 26, 34), mask=dark)

    def face(self, texture: Image.Image, corners: Sequence[Spot], light: float | None = None) -> None:
        """A textured quadrilateral: corners top left, top right, bottom right, bottom left of the texture; hidden when turned away."""
        normal = normal_of((corners[3], corners[2], corners[1]))
        if _dot(normal, _minus(self.camera.at, corners[0])) <= 0:
            return
        seen = [self.camera.seen(corner) for corner in corners]
        left, top = max(0, math.floor(min(x for x, _y in seen)) - 1), max(0, math.floor(min(y for _x, y in seen)) - 1)
        right = min(PICTURE[0], math.ceil(max(x for x, _y in seen)) + 1)
        bottom = min(PICTURE[1], math.ceil(max(y for _x, y in seen)) + 1)
        if right - left < 2 or bottom - top < 2:
            return
        size, local = (right - left, bottom - top), [(x - left, y - top) for x, y in seen]
        shrink = min(texture.width / (max(x for x, _y in local) - min(x for x, _y in local) + 1), texture.height / (size[1] + 1))
        small = texture.reduce(int(shrink)) if shrink >= 2 else texture
        flat: list[Pixel] = [(0, 0), (small.width, 0), (small.width, small.height), (0, small.height)]
        numbers = perspective(local, flat)
        patch = small.transform(size, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BILINEAR, fillcolor=None)
        level = brightness(normal) if light is None else light
        patch = patch.point([min(255, round(value * level)) for value in range(256)] * 3)
        mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
        ImageDraw.Draw(mask).polygon([(x * 2, y * 2) for x, y in local], fill=255)
        self.picture.paste(patch, (left, top), mask.reduce(2))

    def box(self, low: Spot, high: Spot, front: Image.Image, side: Image.Image, top: Image.Image) -> None:
        """An upright block with a texture on the faces that are in sight."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        self.face(top, ((x0, y1, z1), (x1, y1, z1), (x1, y0, z1), (x0, y0, z1)))
        self.face(side, ((x0, y1, z1), (x0, y0, z1), (x0, y0, z0), (x0, y1, z0)))
        self.face(side, ((x1, y0, z1), (x1, y1, z1), (x1, y1, z0), (x1, y0, z0)))
        self.face(front, ((x0, y0, z1), (x1, y0, z1), (x1, y0, z0), (x0, y0, z0)))

    def solid(self, faces: Iterable[Face], grain: float = 0.16, gloss: float = 0.0) -> None:
        """Many small faces of plain colour, far ones first; `gloss` adds the sun's glint of metal and paint."""
        visible = []
        for corners, colour in faces:
            normal = normal_of(corners)
            view = _minus(self.camera.at, corners[0])
            if _dot(normal, view) <= 0:
                continue
            level = brightness(normal)
            middle = _unit(tuple(one + other for one, other in zip(_unit(SUN), _unit(view), strict=True)))  # type: ignore[arg-type]
            glint = 150 * gloss * max(0.0, _dot(normal, middle)) ** 14
            shown = tuple(min(255, round(channel * level + glint)) for channel in colour)
            depth = sum(self.camera.depth(corner) for corner in corners) / len(corners)
            visible.append((depth, [self.camera.seen(corner) for corner in corners], shown))
        if not visible:
            return
        spots = [spot for _depth, seen, _colour in visible for spot in seen]
        left, top = (max(0, math.floor(min(spot[axis] for spot in spots)) - 2) for axis in (0, 1))
        right, bottom = (min(PICTURE[axis], math.ceil(max(spot[axis] for spot in spots)) + 2) for axis in (0, 1))
        if right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        under = self.picture.crop((left, top, right, bottom))
        colours, mask = Image.new("RGB", (size[0] * 2, size[1] * 2), (90, 90, 90)), Image.new("L", (size[0] * 2, size[1] * 2), 0)
        paint, cover = ImageDraw.Draw(colours), ImageDraw.Draw(mask)
        for _depth, seen, shown in sorted(visible, key=lambda one: -one[0]):
            outline = [((x - left) * 2, (y - top) * 2) for x, y in seen]
            paint.polygon(outline, fill=shown, outline=shown)
            cover.polygon(outline, fill=255, outline=255)
        smooth = colours.reduce(2)
        if grain:
            smooth = lit(smooth, summed(sand(self.rng, size, 0.8, grain * 0.8), cloud(self.rng, size, 60, grain * 0.6)))
        under.paste(smooth, mask=mask.reduce(2))
        self.picture.paste(under, (left, top))

    def developed(self) -> Image.Image:
        """The finished photo."""
        return finished(self.rng, self.picture)

    def haze(self, from_y: float, amount: float = 1.0) -> None:
        """Put the far ground out of focus: sharp nearer than `from_y`, soft beyond."""
        edge = min(PICTURE[1], round(self.camera.seen((0, from_y, 0))[1]))
        if edge < 10:
            return
        far = self.picture.crop((0, 0, PICTURE[0], edge))
        ramp = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(far.size, Image.Resampling.BILINEAR)
        self.picture.paste(blurred(far, 4), mask=stretched(ramp, 2.2 * amount, 100))


def hull(points: Sequence[Pixel]) -> list[Pixel]:
    """The convex outline of points."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return list(ordered)

    def half(way: Iterable[Pixel]) -> list[Pixel]:
        line: list[Pixel] = []
        for point in way:
            while len(line) > 1 and _turn(line[-2], line[-1], point) <= 0:
                line.pop()
            line.append(point)
        return line[:-1]

    return half(ordered) + half(reversed(ordered))


def _turn(one: Pixel, two: Pixel, three: Pixel) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])
