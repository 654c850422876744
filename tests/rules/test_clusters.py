"""Many listings in one mark, redone by hand on the plane of a web map."""

import math

import pytest

from marketplace.catalogue.rules.clusters import Spot, clusters_of, pixels
from marketplace.kernel.geo import Box

# One pixel to the east at zoom 7: 360 degrees over 256 × 2^7 pixels.
PIXEL = 360 / (256 * 2**7)
NORTH = 52.3
# A meridian on which a column of cells (72 pixels) begins at zoom 7: (6.328125 + 180) / PIXEL is 16 960 pixels; 236 × 72 = 16 992.
EDGE = 16_992 * PIXEL - 180


def marks(*spots: tuple[float, int, int], zoom: int = 7, lat: float = NORTH) -> list[tuple[int, int]]:
    """The count and the first listing of every mark; a spot is how many pixels east of the edge, how many listings, and the first."""
    at = 2 ** (zoom - 7)
    clusters = clusters_of([Spot(lat, EDGE + east * PIXEL / at, count, first) for east, count, first in spots], zoom)
    return [(mark.count, mark.first_id) for mark in clusters]


@pytest.mark.parametrize(
    ("lat", "lon", "zoom", "x", "y"),
    [
        (0, 0, 0, 128, 128),  # the middle of the world
        (0, -180, 0, 0, 128),
        (0, 180, 1, 512, 256),
        (85.0511287798, 0, 0, 128, 0),  # the northern edge of every web map
        (-85.0511287798, 90, 0, 192, 256),
        (66.51326044311186, 0, 0, 128, 64),  # a quarter from the top: atan(sinh(π/2))
    ],
)
def test_a_point_lies_on_the_plane_of_every_web_map(lat: float, lon: float, zoom: int, x: float, y: float) -> None:
    assert pixels(lat, lon, zoom) == pytest.approx((x, y), abs=1e-6)


def test_nothing_makes_no_mark() -> None:
    assert clusters_of([], 9) == []


def test_listings_of_one_cell_make_one_mark_in_their_middle() -> None:
    (mark,) = clusters_of([Spot(52.30, EDGE + PIXEL, 3, 12), Spot(52.31, EDGE + 5 * PIXEL, 1, 4)], 7)
    assert (mark.count, mark.first_id, mark.is_one_spot) == (4, 4, False)
    assert (mark.lat, mark.lon) == pytest.approx((52.3025, EDGE + 2 * PIXEL))  # three parts of one and one of the other
    assert mark.box == Box(52.30, 52.31, EDGE + PIXEL, EDGE + 5 * PIXEL)


def test_listings_that_share_a_point_are_not_parted_by_zooming_in() -> None:
    (mark,) = clusters_of([Spot(NORTH, EDGE + PIXEL, 3, 12)], 14)
    assert mark.is_one_spot


def test_marks_in_neighbouring_cells_become_one_below_fifty_four_pixels() -> None:
    assert marks((-20, 1, 5), (33.99, 2, 9)) == [(3, 5)]
    assert marks((-20, 1, 5), (34.01, 2, 9)) == [(2, 9), (1, 5)]


def test_a_mark_goes_to_the_nearest_of_those_that_it_would_touch() -> None:
    """The one in the middle lies 50 pixels from the western mark and 53 from the eastern; then 53 and 51."""
    assert marks((-30, 6, 1), (20, 1, 2), (73, 6, 3)) == [(7, 1), (6, 3)]
    assert marks((-31, 6, 1), (22, 1, 2), (73, 6, 3)) == [(7, 2), (6, 1)]


def test_the_largest_mark_stands_first() -> None:
    assert marks((0, 1, 1), (200, 3, 2), (400, 2, 3)) == [(3, 2), (2, 3), (1, 1)]


@pytest.mark.parametrize(("zoom", "used"), [(0, "7"), (6, "7"), (7, "7"), (8, "8"), (14, "14"), (15, "14"), (22, "14")])
def test_marks_are_made_from_zoom_seven_to_fourteen(zoom: int, used: str) -> None:
    (mark,) = clusters_of([Spot(NORTH, EDGE, 1, 1)], zoom)
    assert mark.key.split(".")[0] == used


def test_a_cell_is_seventy_two_pixels_and_the_key_says_which() -> None:
    keys = [clusters_of([Spot(NORTH, EDGE + east * PIXEL, 1, 1)], 7)[0].key for east in (-0.01, 0.01, 71.99, 72.01)]
    row = int(pixels(NORTH, EDGE, 7)[1] // 72)
    assert keys == [f"7.235.{row}", f"7.236.{row}", f"7.236.{row}", f"7.237.{row}"]


def test_a_mark_says_how_many_of_its_lots_are_planned() -> None:
    """Three of which two are planned, and one that is there, in one mark: two of four."""
    (mark,) = clusters_of([Spot(52.30, EDGE + PIXEL, 3, 12, 2), Spot(52.31, EDGE + 5 * PIXEL, 1, 4)], 7)
    assert (mark.count, mark.planned) == (4, 2)


ROW = int(pixels(NORTH, EDGE, 7)[1] // 72)


def at(x: float, y: float) -> tuple[float, float]:
    """The latitude and longitude of a place by its pixels from the corner of a cell, at zoom 7."""
    turned = math.pi * (1 - 2 * (ROW * 72 + y) / (256 * 2**7))
    return math.degrees(math.atan(math.sinh(turned))), EDGE + x * PIXEL


@pytest.mark.parametrize(("east", "south"), [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)])
def test_a_mark_touches_those_of_all_eight_cells_around(east: int, south: int) -> None:
    """One lies 15 pixels off the middle of its cell, the other 50 further, in the next cell: below 54."""
    x, y, far = 36 + 15 * east, 36 + 15 * south, 50 if 0 in (east, south) else 35
    large, small = Spot(*at(x, y), 2, 1), Spot(*at(x + far * east, y + far * south), 1, 2)
    assert [(mark.count, mark.key) for mark in clusters_of([small, large], 7)] == [(3, f"7.236.{ROW}")]
    apart = Spot(*at(x + (far + 5) * east, y + (far + 5) * south), 1, 2)
    assert [mark.count for mark in clusters_of([apart, large], 7)] == [2, 1]


def test_of_two_as_large_the_western_one_keeps_its_cell() -> None:
    """Though it lies further north, and so has the larger latitude."""
    west, east = Spot(*at(60, 10), 1, 9), Spot(*at(80, 40), 1, 2)
    assert west.lat > east.lat
    assert [(mark.count, mark.key, mark.first_id) for mark in clusters_of([east, west], 7)] == [(2, f"7.236.{ROW}", 2)]
