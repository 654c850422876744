"""Distances without an extension agree with the geodesic; the public point tells nothing twice."""

import math
from decimal import Decimal

import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import (
    Point,
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
HENGELO, BORNE = Point(52.26583, 6.79306), Point(52.30136, 6.7482)


def metres(a: Point, b: Point) -> float:
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).m)


@settings(max_examples=400, deadline=None)
@given(points, points)
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
@given(points)
def test_the_public_point_is_fixed_and_within_half_a_kilometre(point: Point) -> None:
    shown = public_point(point)
    assert public_point(shown) == shown
    assert metres(point, shown) < 500


@settings(max_examples=300, deadline=None)
@given(points, points)
def test_whole_kilometres_are_the_geodesic_rounded_half_up(a: Point, b: Point) -> None:
    assert whole_km(a, b) == math.floor(float(distance_km(a, b)) + 0.5)


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
