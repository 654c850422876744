"""Distances between many places at once, in columns. They answer what `geo` answers for two."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from marketplace.kernel.geo import EARTH_AXIS_M, EARTH_E2, EARTH_RADIUS_M, Point, whole_km

Numbers = NDArray[np.float64]
DOUBT_KM = 0.0002  # over 300 km an arc of the mean radius differs 0.1 m from the geodesic


def list_axes_m(lats: Numbers, lons: Numbers) -> Numbers:
    """Earth-centred x, y, z of many places in metres, a row each and not rounded."""
    north, east = np.radians(lats), np.radians(lons)
    normal = EARTH_AXIS_M / np.sqrt(1 - EARTH_E2 * np.sin(north) ** 2)
    flat = normal * np.cos(north)
    return np.stack((flat * np.cos(east), flat * np.sin(east), normal * (1 - EARTH_E2) * np.sin(north)), axis=1)


def list_whole_km(chords2_m2: Numbers, between: Callable[[int], tuple[Point, Point]]) -> NDArray[np.int64]:
    """Whole kilometres over the ground for each squared chord, as `whole_km` rounds them.

    `between`: the two places of a row, asked where the chord lies beside a half kilometre.
    """
    km = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chords2_m2) / (2 * EARTH_RADIUS_M)) / 1000
    whole = np.floor(km + 0.5).astype(np.int64)
    for row in np.flatnonzero(np.abs(km - np.floor(km) - 0.5) < DOUBT_KM).tolist():
        whole[row] = whole_km(*between(row))
    return whole
