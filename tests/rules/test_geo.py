"""Distances without an extension agree with the geodesic; the public point tells nothing twice."""

import math
from decimal import Decimal

import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import (
    Box,
    Point,
    apart_km,
    bounding_box,
    chord2_between_m2,
    chord2_m2,
    chord_to_arc_km,
    distance_km,
    ecef_m,
    public_point,
    whole_km,
)

points = st.builds(Point, st.floats(50.30, 54.00), st.floats(2.60, 7.95))
in_the_netherlands = st.builds(Point, st.floats(50.75, 53.56), st.floats(3.35, 7.23))
HENGELO, BORNE = Point(52.26583, 6.79306), Point(52.30136, 6.7482)


def metres(a: Point, b: Point) -> float:
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).m)


@settings(max_examples=400, deadline=None)
@given(points, points)
@pytest.mark.slow
def test_the_radius_is_right_at_its_edge_within_two_metres(a: Point, b: Point) -> None:
    true_m = metres(a, b)
    chord2 = chord2_between_m2(a, b)
    assert chord2 <= chord2_m2((true_m + 2) / 1000)
    assert true_m <= 2 or chord2 >= chord2_m2((true_m - 2) / 1000)
    assert abs(chord_to_arc_km(chord2) * 1000 - true_m) < 2


@settings(max_examples=300, deadline=None)
@given(points, st.floats(0.1, 150), st.floats(0, 2 * math.pi))
def test_the_box_leaves_nothing_out(centre: Point, radius_km: float, bearing: float) -> None:
    there = geodesic(kilometers=radius_km).destination((centre.lat, centre.lon), math.degrees(bearing))
    box = bounding_box(centre, radius_km)
    assert box.south <= there.latitude <= box.north
    assert box.west <= there.longitude <= box.east


@settings(max_examples=300, deadline=None)
@given(in_the_netherlands)
def test_the_public_point_is_fixed_and_within_half_a_kilometre(point: Point) -> None:
    public = public_point(point)
    assert public_point(public) == public
    assert metres(point, public) < 500


@settings(max_examples=300, deadline=None)
@given(points, points)
def test_whole_kilometres_are_the_geodesic_rounded_half_up(a: Point, b: Point) -> None:
    assert whole_km(a, b) == math.floor(geodesic((a.lat, a.lon), (b.lat, b.lon)).km + 0.5)


def test_neighbours_share_one_public_point() -> None:
    assert public_point(HENGELO) == public_point(Point(HENGELO.lat + 0.0004, HENGELO.lon + 0.0004))


def test_hengelo_lies_five_kilometres_from_borne() -> None:
    assert distance_km(HENGELO, BORNE) == Decimal("5.000")
    assert whole_km(HENGELO, BORNE) == 5


def test_a_point_is_stored_in_whole_metres_from_the_middle_of_the_earth() -> None:
    x, y, z = ecef_m(HENGELO)
    assert math.isclose(math.sqrt(x * x + y * y + z * z), 6_364_800, abs_tol=500)


@pytest.mark.parametrize(
    ("lat", "lon"), [(6.79, 52.26), (50.29, 6.0), (54.01, 6.0), (52.0, 2.59), (52.0, 7.96), (math.nan, 6.0), (math.inf, 6.0)]
)
def test_a_point_outside_the_netherlands_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(Invalid):
        Point(lat, lon)


@pytest.mark.parametrize(("lat", "lon"), [(50.30, 2.60), (54.00, 7.95), (50.30, 7.95), (54.00, 2.60)])
def test_the_corners_have_a_public_point(lat: float, lon: float) -> None:
    assert public_point(Point(lat, lon))


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (Point(51.99955, 6.91124), Point(52.26579, 6.71603), 33),  # 32.50053 km; by the chord 32.49984
        (Point(51.98663, 6.57432), Point(52.20478, 6.62284), 25),  # 24.50006 km; by the chord 24.49993
        (Point(52.26262, 6.58241), Point(52.12332, 6.58295), 16),  # 15.50010 km; by the chord 15.49944
    ],
)
def test_beside_a_half_kilometre_the_geodesic_decides(a: Point, b: Point, km: int) -> None:
    assert chord_to_arc_km(chord2_between_m2(a, b)) < km - Decimal("0.5") <= distance_km(a, b)
    assert whole_km(a, b) == km


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (Point(52.13293, 6.86946), Point(52.46538, 6.34424), 51),  # 51.49982 km
        (Point(52.07466, 6.83971), Point(52.26205, 6.43799), 34),  # 34.49960 km
        (Point(52.00491, 6.58809), Point(52.12343, 6.79754), 19),  # 19.49965 km
    ],
)
def test_whole_kilometres_are_rounded_once_and_not_by_way_of_metres(a: Point, b: Point, km: int) -> None:
    assert distance_km(a, b) == km + Decimal("0.5")
    assert whole_km(a, b) == km


def test_the_box_of_ten_kilometres_is_one_percent_and_five_metres_wider() -> None:
    """(10 000 × 1.01 + 5) ÷ 6 384 000 = 0.00158286 rad = 0.0906914° to the north; ÷ cos 52.26583° = 0.148189° to the east."""
    box = bounding_box(HENGELO, 10)
    assert (box.north - HENGELO.lat, HENGELO.lat - box.south) == pytest.approx((0.0906914, 0.0906914), abs=1e-6)
    assert (box.east - HENGELO.lon, HENGELO.lon - box.west) == pytest.approx((0.148189, 0.148189), abs=1e-6)


@pytest.mark.parametrize("radius_km", [10_000, 20_000])
def test_the_box_of_half_the_world_reaches_a_quarter_turn_each_way(radius_km: float) -> None:
    box = bounding_box(HENGELO, radius_km)
    assert box.east - HENGELO.lon == pytest.approx(90)
    assert HENGELO.lon - box.west == pytest.approx(90)


def test_no_chord_is_longer_than_through_the_middle_of_the_earth() -> None:
    half_around_km = math.pi * 6384
    assert chord_to_arc_km((2 * 6_384_000.0) ** 2 * 1.01) == pytest.approx(half_around_km)
    assert chord2_m2(half_around_km) == pytest.approx((2 * 6_384_000.0) ** 2)


@pytest.mark.parametrize(("lat", "lon"), [(50.30, 2.60), (54.00, 7.95)])
def test_the_edge_of_the_netherlands_belongs_to_it(lat: float, lon: float) -> None:
    assert (Point(lat, lon).lat, Point(lat, lon).lon) == (lat, lon)


def test_a_public_point_is_a_corner_of_the_grid() -> None:
    """52.26583 ÷ 0.0045 = 11 614.6 and 6.79306 ÷ 0.0073 = 930.56: 11 615 × 0.0045 and 931 × 0.0073."""
    assert (public_point(HENGELO).lat, public_point(HENGELO).lon) == pytest.approx((52.2675, 6.7963))


def test_a_corner_west_of_the_edge_gives_way_to_the_first_one_inside() -> None:
    assert public_point(Point(52, 2.60)).lon == pytest.approx(2.6061)  # 357 × 0.0073; 356 × 0.0073 = 2.5988 lies outside


def test_hengelo_in_metres_from_the_middle_of_the_earth() -> None:
    """The normal there is 6 378 137 ÷ √(1 − 0.00669438 × sin² 52.26583°) = 6 391 532 m; × cos 52.26583° is 3 911 610 m from the axis."""
    assert ecef_m(HENGELO) == (3_884_150, 462_680, 5_020_960)
    assert chord2_between_m2(HENGELO, HENGELO) == 0


@pytest.mark.parametrize(
    ("lat", "lon", "is_held"),
    [
        (52.0, 6.0, True), (52.5, 7.0, True), (52.0, 7.0, True), (52.2, 6.5, True),
        (51.9999, 6.5, False), (52.5001, 6.5, False), (52.2, 5.9999, False), (52.2, 7.0001, False),
    ],
)  # fmt: skip
def test_a_box_holds_what_lies_on_its_edge(lat: float, lon: float, is_held: bool) -> None:
    assert Box(52.0, 52.5, 6.0, 7.0).holds(Point(lat, lon)) is is_held


def test_where_exact_places_may_not_be_known_their_public_ones_are_apart() -> None:
    """On the grid of 45 and 73 ten-thousandths of a degree the two are one corner."""
    first, second = Point(52.3021, 6.7526), Point(52.3025, 6.7530)
    assert public_point(first) == public_point(second)
    assert apart_km(first, second, exact=False) == 0
    assert apart_km(first, second, exact=True) == distance_km(first, second) > 0
