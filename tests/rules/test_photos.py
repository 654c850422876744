"""What a photo becomes: decisions on odd files, orientation, colour, and nothing of the sender left inside."""

import io
import json
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFile

from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.geo import Point
from marketplace.kernel.images import Photo, develop
from marketplace.kernel.language import reading_in
from tests.rules.colour_profiles import ADOBE_RGB, DISPLAY_P3, Space, icc

CORPUS = Path(__file__).parents[1] / "corpora" / "images"
EXPECTED = {name: entry["expect"] for name, entry in json.loads((CORPUS / "manifest.json").read_text()).items()}
RED, GREEN, BLUE, YELLOW = (210, 40, 40), (40, 160, 60), (40, 60, 200), (230, 200, 40)
ALMELO = {1: "N", 2: (52.0, 21.0, 23.4), 3: "E", 4: (6.0, 39.0, 45.0)}


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """Red and green above, blue and yellow below."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for (x, y), colour in {(0, 0): RED, (1, 0): GREEN, (0, 1): BLUE, (1, 1): YELLOW}.items():
        draw.rectangle((x * width / 2, y * height / 2, (x + 1) * width / 2 - 1, (y + 1) * height / 2 - 1), fill=colour)
    return image


def seen(photo: Photo, name: str = "webp-1600") -> Image.Image:
    return Image.open(io.BytesIO(photo.variant(name).content))


def colours(image: Image.Image) -> list[tuple[int, int, int]]:
    """The middles of the four quarters, by row."""
    rgb = image.convert("RGB")
    points = [(rgb.width * x // 4, rgb.height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [rgb.getpixel(point) for point in points]  # type: ignore[misc]


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...], tolerance: int = 10) -> bool:
    return all(abs(channel - other) <= tolerance for channel, other in zip(colour, wanted, strict=True))


def answer(upload: bytes) -> Photo | str:
    """The photo, or the sentence that refuses it; anything else that is raised is a mistake of ours."""
    try:
        return develop(upload)
    except Invalid as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_odd_and_hostile_files_get_the_right_decision(name: str) -> None:
    result = answer((CORPUS / name).read_bytes())
    if isinstance(result, Photo):
        assert EXPECTED[name] != "reject"
        assert_clean(result)
    else:
        assert EXPECTED[name] != "accept"


def assert_clean(photo: Photo) -> None:
    assert [variant.name for variant in photo.variants] == ["webp-1600", "webp-960", "webp-480", "jpeg-1200"]
    for variant in photo.variants:
        picture = Image.open(io.BytesIO(variant.content))
        picture.load()
        assert picture.size == (variant.width_px, variant.height_px)
        assert picture.get_format_mimetype() == variant.media_type
        assert (picture.mode, not picture.getexif(), getattr(picture, "n_frames", 1)) == ("RGB", True, 1)
        assert not {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp", "photoshop"} & picture.info.keys()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_accepted_kind_becomes_four_clean_pictures(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "Maker of the camera", "Jan Jansen"
    comment = {"comment": b"Jan Jansen, 06-12345678"} if kind == "JPEG" else {}
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Jan Jansen</x:xmpmeta>"
    photo = develop(encoded(quarters(), kind, quality=95, exif=exif, xmp=xmp, icc_profile=icc(DISPLAY_P3), **comment))
    assert_clean(photo)
    assert not any(b"Jan" in variant.content for variant in photo.variants)


@pytest.mark.slow
def test_sizes_shrink_to_the_longest_side_and_never_grow() -> None:
    large, upright, small = (
        develop(encoded(Image.new("RGB", size), "JPEG")) for size in ((3000, 2250), (1000, 2000), (200, 100))
    )
    assert [(v.width_px, v.height_px) for v in large.variants] == [(1600, 1200), (960, 720), (480, 360), (1200, 900)]
    assert [(v.width_px, v.height_px) for v in upright.variants] == [(800, 1600), (480, 960), (240, 480), (600, 1200)]
    assert {(v.width_px, v.height_px) for v in small.variants} == {(200, 100)}
    assert (large.width_px, large.height_px) == (1600, 1200)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_photo_stands_upright_whatever_way_the_phone_was_held(kind: str, orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the turn that the camera made: the inverse of what the viewer must do
    stored = quarters() if orientation == 1 else quarters().transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = develop(encoded(stored, kind, exif=exif, quality=95))
    assert (photo.width_px, photo.height_px) == (64, 32)
    assert all(
        is_near(colour, wanted, 24) for colour, wanted in zip(colours(seen(photo)), (RED, GREEN, BLUE, YELLOW), strict=True)
    )


def test_a_large_upright_photo_is_turned_after_it_shrank() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = develop(encoded(quarters(4000, 3000), "JPEG", exif=exif))
    assert (photo.width_px, photo.height_px) == (1200, 1600)
    assert all(
        is_near(colour, wanted, 24) for colour, wanted in zip(colours(seen(photo)), (BLUE, RED, YELLOW, GREEN), strict=True)
    )


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_the_position_is_offered_and_gone_from_the_pictures(kind: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(ALMELO)
    photo = develop(encoded(quarters(), kind, exif=exif))
    assert photo.taken_at == Point(52.3565, 6.6625)
    assert_clean(photo)


@pytest.mark.parametrize(
    "gps", [{}, {2: (52.0,)}, {**ALMELO, 1: "S"}, {**ALMELO, 2: (0.0, 0.0, 0.0)}, {**ALMELO, 4: (400.0, 0.0, 0.0)}]
)
def test_a_position_that_is_broken_or_elsewhere_is_not_offered(gps: dict[int, Any]) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(gps)
    assert develop(encoded(quarters(), "JPEG", exif=exif)).taken_at is None


@pytest.mark.parametrize(
    ("space", "stored", "srgb"),
    [
        (DISPLAY_P3, (234, 51, 35), (255, 0, 0)),
        (DISPLAY_P3, (117, 251, 76), (0, 255, 0)),
        (ADOBE_RGB, (219, 0, 0), (255, 0, 0)),
        (ADOBE_RGB, (144, 255, 60), (0, 255, 0)),
        (DISPLAY_P3, (128, 128, 128), (128, 128, 128)),
    ],
)
def test_wide_colours_are_brought_to_srgb(space: Space, stored: tuple[int, int, int], srgb: tuple[int, int, int]) -> None:
    photo = develop(encoded(Image.new("RGB", (64, 64), stored), icc_profile=icc(space)))
    assert is_near(colours(seen(photo))[0], srgb, 5)


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200, icc(ADOBE_RGB)[:300]])
def test_a_broken_profile_is_left_aside(profile: bytes) -> None:
    photo = develop(encoded(quarters(), "JPEG", icc_profile=profile, quality=95))
    assert is_near(colours(seen(photo))[0], RED, 16)


def test_a_colour_profile_on_a_grey_or_a_cmyk_picture_does_no_harm() -> None:
    grey = develop(encoded(Image.new("L", (32, 32), 90), icc_profile=icc(DISPLAY_P3)))
    cmyk = develop(encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", icc_profile=icc(DISPLAY_P3)))
    assert is_near(colours(seen(grey))[0], (90, 90, 90))
    assert is_near(colours(seen(cmyk))[0], (255, 0, 0), 20)


def test_print_colours_grey_palette_and_transparency_come_out_as_seen() -> None:
    glass = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    half = Image.new("LA", (32, 32), (0, 128))
    palette = Image.new("RGB", (32, 32), BLUE).quantize(4)
    index = palette.getpixel((0, 0))
    expected = {
        encoded(Image.new("CMYK", (32, 32), (255, 0, 255, 0)), "JPEG", quality=95): (0, 255, 0),
        encoded(Image.new("L", (32, 32), 77)): (77, 77, 77),
        encoded(Image.new("1", (32, 32), 1)): (255, 255, 255),
        encoded(Image.new("I;16", (32, 32), 77 * 257)): (77, 77, 77),
        encoded(palette): BLUE,
        encoded(palette, transparency=index): (255, 255, 255),
        encoded(Image.new("RGB", (32, 32), RED), transparency=RED): (255, 255, 255),
        encoded(glass): (255, 255, 255),
        encoded(glass, "WEBP"): (255, 255, 255),
        encoded(half): (127, 127, 127),
    }
    seen_colours = [colours(seen(develop(upload)))[0] for upload in expected]
    assert all(is_near(colour, other, 12) for colour, other in zip(seen_colours, expected.values(), strict=True)), seen_colours


@pytest.mark.slow
def test_a_large_transparent_picture_is_reduced_without_dark_edges() -> None:
    picture = quarters(4000, 3000).convert("RGBA")
    picture.paste((0, 0, 0, 0), (2000, 1500, 4000, 3000))
    photo = develop(encoded(picture, compress_level=1))
    assert (photo.width_px, photo.height_px) == (1600, 1200)
    assert all(
        is_near(colour, other, 12) for colour, other in zip(colours(seen(photo)), (RED, GREEN, BLUE, (255,) * 3), strict=True)
    )


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, GREEN, BLUE)]
    for kind in ("PNG", "WEBP", "AVIF"):
        photo = develop(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert_clean(photo)
        assert is_near(colours(seen(photo))[0], RED, 16)


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose header promises that size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8000, 6251), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_more_than_fifty_megapixels_are_refused_before_decoding(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _image: pytest.fail("it was decoded"))
    with pytest.raises(Invalid, match="50"):
        develop(png_of(*size))


def test_more_than_twenty_megabytes_are_too_large() -> None:
    with pytest.raises(TooLarge):
        develop(encoded(quarters(), "JPEG") + b"\0" * 20 * 1024 * 1024)


NO_PHOTOS = [b"", b"Hello", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]


@pytest.mark.parametrize("upload", [*NO_PHOTOS, encoded(quarters(), "GIF"), encoded(quarters(), "TIFF")])
def test_what_is_not_a_photo_is_refused_with_a_sentence_in_both_languages(upload: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        develop(upload)
    assert refusal.value.field == "photo"
    dutch = str(refusal.value)
    with reading_in("en"):
        assert str(refusal.value) != dutch


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_cut_off_and_altered_files_are_refused_or_shown_and_never_crash(kind: str) -> None:
    whole, chance = encoded(quarters(300, 200), kind), random.Random(7)
    with pytest.raises(Invalid):
        develop(whole[: len(whole) // 2])
    for _attempt in range(60):
        altered = bytearray(whole)
        for _byte in range(chance.randint(1, 8)):
            altered[chance.randrange(len(altered))] = chance.randrange(256)
        assert answer(bytes(altered))


@pytest.mark.slow
def test_twelve_megapixels_take_little_memory(tmp_path: Path) -> None:
    photo = Image.effect_noise((500, 375), 60).resize((4000, 3000), Image.Resampling.BICUBIC).convert("RGB")
    (tmp_path / "photo.jpg").write_bytes(encoded(photo, "JPEG", quality=90))
    (tmp_path / "warm.jpg").write_bytes(encoded(quarters(), "JPEG", icc_profile=icc(DISPLAY_P3)))
    script = (
        "import resource, sys; from pathlib import Path; from marketplace.kernel.images import develop\n"
        "warm, photo = (Path(name).read_bytes() for name in sys.argv[1:])\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "develop(warm); before = peak(); develop(photo); print(peak() - before)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "warm.jpg"), str(tmp_path / "photo.jpg")]
    extra_mib = int(subprocess.run(command, check=True, capture_output=True, text=True, cwd=CORPUS.parents[2]).stdout)
    assert extra_mib <= 40
