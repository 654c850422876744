"""Every material of the taxonomy has a picture, and the same lot always gets the same one."""

import csv

import pytest

from marketplace.cli.demo_lots import SHIPPED
from marketplace.cli.pictures import draw
from marketplace.cli.pictures.album import Subject, photo_of, photos_of
from marketplace.cli.pictures.catalogue import GROUPS, PICTURES


def test_every_material_and_every_group_has_a_picture_of_its_own() -> None:
    with (SHIPPED / "materials.csv").open(encoding="utf-8-sig") as file:
        materials = list(csv.DictReader(file))
    assert {row["slug"] for row in materials} <= PICTURES.keys()
    assert {row["groep"] for row in materials} == GROUPS.keys()
    assert set(GROUPS.values()) <= PICTURES.keys()


@pytest.mark.parametrize("group", ["bestrating", "fundering", "riolering", "straatmeubilair", "gebouw", "kantoor"])
def test_a_material_without_a_picture_gets_that_of_its_group(group: str) -> None:
    picture = draw("a-material-of-tomorrow", group, 3)
    assert (picture.size, picture.mode) == ((1600, 1200), "RGB")
    assert len(set(picture.resize((40, 30)).get_flattened_data())) > 100


def test_the_same_seed_draws_the_same_picture_and_another_seed_another() -> None:
    one, again, other = (draw("ophoogzand", "grond", seed).tobytes() for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_red_stones_are_drawn_red() -> None:
    red, _green, blue = draw("betonstraatsteen-kei-8cm", "bestrating", 1, "Rode betonklinkers").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert red > 1.2 * blue


def test_an_album_keeps_the_order_and_develops_each_picture() -> None:
    subjects = [Subject("ophoogzand", "grond", "A14"), Subject("parkbank-hout-staal", "straatmeubilair", "A29")]
    sand, bench = photos_of(subjects)
    assert sand == photo_of(subjects[0])
    assert bench == photo_of(subjects[1])
    assert (sand.width_px, sand.height_px, sand.taken_at) == (1600, 1200, None)
