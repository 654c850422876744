"""Pictures: bytes in, bytes out, and nothing of the sender inside."""

import io
import json
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

from marketplace.kernel import apart
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _

MAX_UPLOAD_BYTES = 20 * 1024 * 1024
MAX_MEGAPIXELS = 50
WEBP_LONGEST_SIDES_PX = (1600, 960, 480)
JPEG_LONGEST_SIDE_PX = 1200

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")  # MPO is what JPEG reports for a picture with a second one behind it
_SHRINK_WHILE_DECODING = ("JPEG", "MPO")
_WEBP: dict[str, Any] = {"quality": 78, "method": 2}
_JPEG: dict[str, Any] = {"quality": 82}
_FILTER = Image.Resampling.BICUBIC
_STRIP_ROWS = 32
_LANE = threading.BoundedSemaphore(2)  # as many at once as use the machine
_WIDE_PIXELS = (
    4_000_000  # only JPEG shrinks while it decodes; 50 megapixels of PNG take 250 MiB, of WebP 800: in a process of its own
)
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

Image.MAX_IMAGE_PIXELS = MAX_MEGAPIXELS * 1_000_000
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoded picture. `name` is `webp-480`, `webp-960`, `webp-1600` or `jpeg-1200`: the longest side that was aimed at."""

    name: str
    width_px: int
    height_px: int
    media_type: str
    suffix: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Photo:
    """A developed photo. `taken_at` is where the camera says it was: to be offered to the sender, never to be stored unasked."""

    width_px: int
    height_px: int
    variants: tuple[Variant, ...]
    taken_at: Point | None

    def variant(self, name: str) -> Variant:
        """The variant of that name; KeyError for a name that is not made."""
        return {variant.name: variant for variant in self.variants}[name]


def develop(upload: bytes) -> Photo:
    """Make all sizes of one uploaded photo, largest first, the JPEG last.

    A small original is never enlarged, so its sizes may be equal.

    `width_px` and `height_px` are those of the largest. Refused: more than 20 MB (TooLarge); not a picture, damaged, a kind that
    is not taken, or more than 50 megapixels (Invalid). Of an animation the first frame counts.
    """
    if len(upload) > MAX_UPLOAD_BYTES:
        raise TooLarge(_("This photo is larger than 20 MB. Choose a smaller photo, or send it in a lower quality."), "photo")
    if not upload:
        raise Invalid(_("This file is empty. Choose the photo again."), "photo")
    with _opened(upload) as image:
        _refuse_bomb(image)
        shrinks = image.format in _SHRINK_WHILE_DECODING and not image.info.get("progressive")
        if image.width * image.height > _WIDE_PIXELS and not shrinks:
            return _unpacked(apart.run("from marketplace.kernel.images import develop_apart; develop_apart()", upload))
    with _LANE:
        return _develop_here(upload)


def _develop_here(upload: bytes) -> Photo:
    with _opened(upload) as image:
        taken_at = position_of(image)
        largest = _largest(image)
    return Photo(largest.width, largest.height, _variants(largest), taken_at)


def develop_apart() -> None:
    """The other side of `develop`, in a process of its own.

    A picture on standard input, what was made of it on standard output.
    """
    try:
        photo = _develop_here(sys.stdin.buffer.read())
    except Invalid:
        return  # nothing is the answer for a damaged picture
    sys.stdout.buffer.write(_packed(photo))


def shrunk(stored: bytes, side_px: int) -> Variant:
    """A small JPEG of a picture that was developed before, for a letter."""
    with _LANE, _opened(stored) as image:
        picture = image.convert("RGB")
    return _encoded(_resized(picture, _box(picture.size, side_px)), f"jpeg-{side_px}", "jpeg", quality=72, optimize=True)


def _packed(photo: Photo) -> bytes:
    """A photo as bytes: one line of JSON and then the pictures. No pickle, for a decoder may have been taken over."""
    sizes = [
        [variant.name, variant.width_px, variant.height_px, variant.media_type, variant.suffix, len(variant.content)]
        for variant in photo.variants
    ]
    at = [photo.taken_at.lat, photo.taken_at.lon] if photo.taken_at else None
    head = json.dumps({"size": [photo.width_px, photo.height_px], "variants": sizes, "at": at})
    return b"\n".join([head.encode(), b"".join(variant.content for variant in photo.variants)])


def _unpacked(answer: bytes) -> Photo:
    head, _end, content = answer.partition(b"\n")
    if not head:
        raise _damaged()
    values, stream = json.loads(head), io.BytesIO(content)
    variants = tuple(
        Variant(name, width_px, height_px, media_type, suffix, stream.read(length))
        for name, width_px, height_px, media_type, suffix, length in values["variants"]
    )
    width_px, height_px = values["size"]
    return Photo(width_px, height_px, variants, Point(*values["at"]) if values["at"] else None)


def turn(developed: bytes) -> Photo:
    """The sizes of a picture that was developed before, a quarter turn to the right."""
    with _LANE, _opened(developed) as image:
        largest = _largest(image).transpose(Image.Transpose.ROTATE_270)
        return Photo(largest.width, largest.height, _variants(largest), None)


def _opened(upload: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(upload), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise Invalid(
            _("This file is not a photo that we can read. Choose a JPEG, PNG, WebP, AVIF or HEIC file, or take the photo again."),
            "photo",
        ) from error


def _refuse_bomb(image: Image.Image) -> None:
    """The size in the header, before one pixel is decoded."""
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        raise _too_many_pixels()


def _too_many_pixels() -> Invalid:
    advice = _(
        "This picture has more than %(limit)s megapixels. Make it smaller, or take the photo in a lower resolution.",
        limit=MAX_MEGAPIXELS,
    )
    return Invalid(advice, "photo")


def _damaged() -> Invalid:
    return Invalid(_("This photo is damaged or incomplete. Send it again, or take a new one."), "photo")


def _largest(image: Image.Image) -> Image.Image:
    """Make the largest picture that we store. Small, upright, sRGB, opaque, and with nothing beside its pixels."""
    try:
        return _decoded(image)
    except Exception as error:  # decoders raise nearly everything on damaged input: OSError, SyntaxError, struct.error ...
        raise _damaged() from error


def _decoded(image: Image.Image) -> Image.Image:
    box = _box(image.size, WEBP_LONGEST_SIDES_PX[0])
    if image.format in _SHRINK_WHILE_DECODING:
        image.draft(None, box)
    profile, orientation = image.info.get("icc_profile"), _orientation(image)
    upright = _turned(_in_srgb(_shrunk(image, box), profile), orientation)
    upright.info.clear()
    return upright


def _box(size: tuple[int, int], longest_side_px: int) -> tuple[int, int]:
    """The size within the limit with the same shape; the same size when it is within already."""
    longest = max(size)
    if longest <= longest_side_px:
        return size
    width, height = (max(1, round(side * longest_side_px / longest)) for side in size)
    return width, height


def _shrunk(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """The opaque picture in that size. A large one is taken in strips, so that beside the decoded pixels little else is in memory."""
    image.load()
    factor = min(image.width // (2 * box[0]), image.height // (2 * box[1]))
    if factor <= 1:
        return _resized(_opaque(_plain(image)), box)
    reduced, rows = None, _STRIP_ROWS * factor
    for top in range(0, image.height, rows):
        strip = _opaque(_plain(image.crop((0, top, image.width, min(top + rows, image.height))))).reduce(factor)
        reduced = reduced or Image.new(strip.mode, (-(-image.width // factor), -(-image.height // factor)))
        reduced.paste(strip, (0, top // factor))
    assert reduced is not None  # a picture has at least one row
    return reduced.resize(box, _FILTER, box=(0, 0, image.width / factor, image.height / factor))


def _plain(image: Image.Image) -> Image.Image:
    """The picture in L, RGB, RGBA or CMYK, which can be resized and shown."""
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow's own conversion cuts off at 255
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _resized(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    return image if image.size == box else image.resize(box, _FILTER)


def _opaque(image: Image.Image) -> Image.Image:
    """Transparent parts become white, as on paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _in_srgb(image: Image.Image, profile_bytes: bytes | None) -> Image.Image:
    """Convert to sRGB, the colours that the sender saw. A profile that is broken or of another kind of picture is ignored."""
    if profile_bytes:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_bytes))
            mode = _PROFILE_MODES[profile.profile.xcolor_space.strip()]
            if (mode == "CMYK") == (image.mode == "CMYK"):
                source = image if image.mode == mode else image.convert(mode)
                converted = ImageCms.profileToProfile(
                    source,
                    profile,
                    _SRGB,
                    ImageCms.Intent.RELATIVE_COLORIMETRIC,
                    "RGB",
                    flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
                )
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, KeyError, OSError, TypeError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 when there is none or it cannot be read. HEIC comes upright from its decoder."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        return 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _variants(largest: Image.Image) -> tuple[Variant, ...]:
    """Each size from the next larger one, the JPEG's between the first and the second."""
    sized, previous = {}, largest
    for side_px in sorted({*WEBP_LONGEST_SIDES_PX, JPEG_LONGEST_SIDE_PX}, reverse=True):
        sized[side_px] = previous = _resized(previous, _box(largest.size, side_px))
    webps = [_encoded(sized[side_px], f"webp-{side_px}", "webp", **_WEBP) for side_px in WEBP_LONGEST_SIDES_PX]
    return (*webps, _encoded(sized[JPEG_LONGEST_SIDE_PX], f"jpeg-{JPEG_LONGEST_SIDE_PX}", "jpeg", **_JPEG))


def _encoded(image: Image.Image, name: str, kind: str, **options: Any) -> Variant:
    image.info.clear()
    out = io.BytesIO()
    image.save(out, kind, **options)
    return Variant(name, image.width, image.height, f"image/{kind}", f".{kind}", out.getvalue())


_GPS_IFD = 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4


def position_of(image: Image.Image) -> Point | None:
    """Read the camera's position. None when it is absent, broken, or outside the area where a lot may lie."""
    try:
        gps = image.getexif().get_ifd(_GPS_IFD)
        lat = _degrees(gps[_LATITUDE], gps[_LATITUDE_REF], "S")
        lon = _degrees(gps[_LONGITUDE], gps[_LONGITUDE_REF], "W")
        return Point(round(lat, 6), round(lon, 6))
    except Exception:
        return None


def _degrees(parts: Any, reference: str, negative: str) -> float:
    """Degrees, minutes and seconds to decimal degrees."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).strip().upper().startswith(negative) else value
