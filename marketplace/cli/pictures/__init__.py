"""Demonstration pictures, drawn with Pillow alone: what a lot looks like before somebody photographs a real one."""

from random import Random

from PIL import Image

from marketplace.cli.pictures.catalogue import PICTURES, picture_of

RED_WORDS = ("rood", "rode", "red ")


def draw(material_slug: str, group: str, seed: int | str, title: str = "") -> Image.Image:
    """A picture of 1600 by 1200 pixels of a lot of that material, the same for the same seed.

    A material without a picture of its own gets that of its group. A title that says red gets red stones, where there are any.
    """
    slug = material_slug
    if any(word in title.lower() for word in RED_WORDS) and f"{slug}-rood" in PICTURES:
        slug = f"{slug}-rood"
    return picture_of(slug, group, Random(f"{material_slug} {seed}"))
