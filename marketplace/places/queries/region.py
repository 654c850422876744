"""The region as configuration: its municipalities, from `data/region.csv`."""

import csv
from functools import cache
from typing import NamedTuple

from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import Point


class Area(NamedTuple):
    """A municipality of the region with its main place."""

    slug: str
    code: str
    name: str
    main_place: str
    main_point: Point
    email_domain: str | None
    inhabitants: int


@cache
def areas() -> tuple[Area, ...]:
    """The municipalities of the region, by name."""
    with (SHIPPED / "region.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Area(
                row["slug"],
                row["code"],
                row["naam"],
                row["hoofdplaats"],
                Point(float(row["hoofdplaats_lat"]), float(row["hoofdplaats_lon"])),
                row["email_domein"] or None,
                int(row["inwoners"]),
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda area: area.name))
