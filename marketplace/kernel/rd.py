"""Dutch national coordinates (Rijksdriehoeksstelsel, EPSG:28992) as degrees on WGS84.

By the polynomial of Schreutelkamp and Strang van Hees (2001), which lies within half a metre of the official transformation.
"""

X_0, Y_0 = 155_000.0, 463_000.0  # Amersfoort
LAT_0, LON_0 = 52.15517440, 5.38720621
WITHIN = (0.0, 290_000.0, 300_000.0, 630_000.0)  # west, east, south and north of the country, in metres
_LAT = (
    *((0, 1, 3235.65389), (2, 0, -32.58297), (0, 2, -0.24750), (2, 1, -0.84978), (0, 3, -0.06550), (2, 2, -0.01709)),
    *((1, 0, -0.00738), (4, 0, 0.00530), (2, 3, -0.00039), (4, 1, 0.00033), (1, 1, -0.00012)),
)
_LON = (
    *((1, 0, 5260.52916), (1, 1, 105.94684), (1, 2, 2.45656), (3, 0, -0.81885), (1, 3, 0.05594), (3, 1, -0.05607)),
    *((0, 1, 0.01199), (3, 2, -0.00256), (1, 4, 0.00128), (0, 2, 0.00022), (2, 0, -0.00022), (5, 0, 0.00026)),
)


def is_rd(x: float, y: float) -> bool:
    """Whether two figures can be metres of the national grid. Degrees never can."""
    west, east, south, north = WITHIN
    return west <= x <= east and south <= y <= north


def degrees_of(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a point of the national grid."""
    east, north = (x - X_0) / 100_000, (y - Y_0) / 100_000
    lat, lon = (sum(figure * east**p * north**q for p, q, figure in terms) for terms in (_LAT, _LON))
    return LAT_0 + lat / 3600, LON_0 + lon / 3600
