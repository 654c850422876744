"""The organisations of Twente as shipped: fourteen municipalities and the region itself. Read from `data/region.csv`."""

from functools import cache
from typing import NamedTuple

from marketplace.accounts.rules.accounts import REGION_SLUG, OrganisationKind
from marketplace.places.queries.region import areas

MAIN_PLACE_OF_REGION = "enschede"


class SeedOrganisation(NamedTuple):
    """An organisation to begin with. Its place is the middle of the main place, not the town hall."""

    slug: str
    name: str
    kind: OrganisationKind
    code: str | None
    main_place: str
    main_lat: float
    main_lon: float
    email_domain: str | None


@cache
def seed_organisations() -> tuple[SeedOrganisation, ...]:
    """All fifteen, the region last."""
    municipalities = [
        SeedOrganisation(
            slug=area.slug,
            name=area.name,
            kind=OrganisationKind.MUNICIPALITY,
            code=area.code,
            main_place=area.main_place,
            main_lat=area.main_point.lat,
            main_lon=area.main_point.lon,
            email_domain=area.email_domain,
        )
        for area in areas()
    ]
    seat = next(municipality for municipality in municipalities if municipality.slug == MAIN_PLACE_OF_REGION)
    region = seat._replace(slug=REGION_SLUG, name="Regio Twente", kind=OrganisationKind.REGION, code=None, email_domain=None)
    return (*municipalities, region)
