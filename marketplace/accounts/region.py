"""The organisations of Twente as they are shipped: fourteen municipalities from `data/region.csv`, and the region itself."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from marketplace.accounts.rules import REGION_SLUG, OrganisationKind

REGION_FILE = Path(__file__).resolve().parent.parent / "data" / "region.csv"
MAIN_PLACE_OF_REGION = "enschede"


class Founder(NamedTuple):
    """An organisation to begin with; its place is the middle of the main place, not the town hall."""

    slug: str
    name: str
    kind: OrganisationKind
    code: str | None
    main_place: str
    main_lat: float
    main_lon: float
    email_domain: str | None


@cache
def founders() -> tuple[Founder, ...]:
    """All fifteen, the region last."""
    with REGION_FILE.open(encoding="utf-8", newline="") as file:
        municipalities = [
            Founder(
                slug=row["slug"],
                name=row["naam"],
                kind=OrganisationKind.MUNICIPALITY,
                code=row["code"],
                main_place=row["hoofdplaats"],
                main_lat=float(row["hoofdplaats_lat"]),
                main_lon=float(row["hoofdplaats_lon"]),
                email_domain=row["email_domein"] or None,
            )
            for row in csv.DictReader(file)
        ]
    seat = next(one for one in municipalities if one.slug == MAIN_PLACE_OF_REGION)
    region = seat._replace(slug=REGION_SLUG, name="Regio Twente", kind=OrganisationKind.REGION, code=None, email_domain=None)
    return (*municipalities, region)
