"""Where the photo is taken: the municipal yard, a field, a hall; with the light and the camera of that moment."""

from random import Random

from PIL import Image

from marketplace.cli.pictures.grain import Colour, lit, summed
from marketplace.cli.pictures.paving import GREYS
from marketplace.cli.pictures.space import Camera, Spot, Stage
from marketplace.cli.pictures.surfaces import asphalt, concrete, lawn, sanded, slabs, stacked

FLOOR = (1300, 1300)
HEDGE: tuple[tuple[float, Colour], ...] = ((6.0, (150, 164, 150)), (4.4, (104, 120, 84)), (2.4, (78, 96, 60)))
WALL: tuple[tuple[float, Colour], ...] = ((7.5, (142, 156, 140)), (4.6, (92, 108, 76)), (2.2, (150, 146, 138)))
FIELD: tuple[tuple[float, Colour], ...] = ((3.4, (128, 146, 132)), (2.2, (98, 118, 78)), (0.7, (124, 140, 84)))
ROOM: tuple[tuple[float, Colour], ...] = ((40.0, (208, 206, 200)), (11.0, (198, 196, 190)), (0.5, (150, 146, 140)))


def yard(
    rng: Random,
    looks_at: Spot,
    distance_m: float,
    *,
    eye_m: float = 1.65,
    floor: str = "",
    view_degrees: float = 46,
    side: float | None = None,
) -> Stage:
    """A stage with its ground and background. `side`: how far the camera stands to the left (negative) or right of the subject, in
    parts of the distance; the floor is `asphalt`, `slabs`, `concrete`, `sand`, `grass`, `bricks` or `hall`, by chance when not named."""
    aside = rng.uniform(-0.62, -0.32) if side is None else side
    at = (looks_at[0] + aside * distance_m, looks_at[1] - distance_m * (1 - aside * aside / 2), eye_m)
    stage = Stage(rng, Camera(at, looks_at, view_degrees))
    kind = floor or rng.choice(("asphalt", "slabs", "slabs", "concrete", "bricks", "sand"))
    behind = {"grass": (FIELD, HEDGE), "hall": (ROOM,), "sand": (HEDGE, FIELD)}.get(kind, (HEDGE, HEDGE, WALL))
    stage.backdrop(rng.choice(behind), 7 if kind != "hall" else 20)
    stage.ground(_floor(rng, kind))
    stage.haze(looks_at[1] + 2.5)
    return stage


def _floor(rng: Random, kind: str) -> Image.Image:
    if kind == "grass":
        return lawn(rng, FLOOR)
    if kind == "slabs":
        return slabs(rng, FLOOR, rng.choice((7, 9)), rng.choice(((168, 163, 153), (158, 156, 150), (172, 164, 150))))
    if kind == "concrete":
        return concrete(rng, FLOOR, (172, 168, 158), 1.3)
    if kind == "sand":
        return sanded(rng, FLOOR)
    if kind == "bricks":
        palette = rng.choice((GREYS, ((150, 104, 86), (138, 92, 80), (160, 116, 96))))
        return stacked(rng, FLOOR, 120, 60, palette, gap_px=2, shift=0.5)
    if kind == "hall":
        return lit(
            Image.new("RGB", FLOOR, rng.choice(((150, 146, 140), (124, 128, 134), (164, 150, 132)))),
            summed(Image.new("L", FLOOR, 128)),
        )
    return asphalt(rng, FLOOR, (128, 126, 123))
