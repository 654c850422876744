"""Where made-up lots lie.

In the places of Twente, drawn by their inhabitants, and in the larger towns of the Netherlands.
"""

import csv
from dataclasses import dataclass

from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import Point

PLACES = SHIPPED / "plaatsen.csv"
SMALL_TOWN = 800  # inhabitants of a place whose number is not in the file
TWENTE_SHARE = 0.8  # of the lots; the others lie at the larger towns of the Netherlands
ELSEWHERE = (
    ("Amsterdam", 52.3676, 4.9041, 920), ("Rotterdam", 51.9225, 4.4792, 655), ("Utrecht", 52.0907, 5.1214, 362), ("Eindhoven", 51.4416, 5.4697, 243),
    ("Groningen", 53.2194, 6.5665, 238), ("Tilburg", 51.5555, 5.0913, 226), ("Nijmegen", 51.8126, 5.8372, 182), ("Apeldoorn", 52.2112, 5.9699, 166),
    ("Arnhem", 51.9851, 5.8987, 165), ("Zwolle", 52.5168, 6.0830, 131), ("Amersfoort", 52.1561, 5.3878, 159), ("Deventer", 52.2661, 6.1552, 101),
    ("Leeuwarden", 53.2012, 5.7999, 124), ("Assen", 52.9928, 6.5642, 69), ("Emmen", 52.7858, 6.8975, 107), ("Doetinchem", 51.9647, 6.2937, 58),
    ("Winterswijk", 51.9713, 6.7208, 29), ("Zutphen", 52.1396, 6.1944, 48), ("Raalte", 52.3858, 6.2753, 38), ("Hardenberg", 52.5758, 6.6194, 61),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """A place around which lots lie. `municipality` is a slug of the region, or empty; `weight`: how often it is drawn."""

    name: str
    municipality: str
    point: Point
    weight: float


def towns() -> list[Town]:
    """The places of Twente, drawn by their inhabitants, and the larger towns elsewhere."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    inside = [
        Town(
            row["naam"],
            row["gemeente"].lower().replace(" ", "-"),
            Point(float(row["lat"]), float(row["lon"])),
            float(row["inwoners_geonames"] or SMALL_TOWN),
        )
        for row in rows
    ]
    share = (
        sum(town.weight for town in inside)
        * (1 - TWENTE_SHARE)
        / TWENTE_SHARE
        / sum(size for _name, _lat, _lon, size in ELSEWHERE)
    )
    return inside + [Town(name, "", Point(lat, lon), size * share) for name, lat, lon, size in ELSEWHERE]
