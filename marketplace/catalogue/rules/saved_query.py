"""The query of a saved search, read from the address that it stored. The same keys as the page of the catalogue."""

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import parse_qs

from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel import clock
from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid
from marketplace.market.rules.listing import Condition
from marketplace.places.rules import Place

RADIUS_DIGITS_MAX = 3


def read_query(saved: str, find: Callable[[str], Place]) -> CatalogueQuery | None:
    """Read the query from the address, newest first.

    None where its place or its day cannot be read any more.

    A day is read as it is written in Dutch: what an English page took says the month in a word.
    """
    requested = parse_qs(saved)

    def one(key: str) -> str:
        return requested.get(key, [""])[0].strip()

    try:
        place = find(one("place")) if one("place") else None
        day = clock.today() if one("now") else parse_date(one("availableFrom"), "nl") if one("availableFrom") else None
    except Invalid:
        return None
    radius = one("radiusKm")
    has_radius = place is not None and radius.isascii() and radius.isdigit() and len(radius) <= RADIUS_DIGITS_MAX
    return CatalogueQuery(
        q=one("q"),
        groups=tuple(requested.get("materialGroup", ())),
        materials=tuple(requested.get("material", ())),
        organisations=tuple(requested.get("organisation", ())),
        conditions=tuple(Condition(word) for word in requested.get("condition", ()) if word in set(Condition)),
        point=place.point if place else None,
        radius_km=Decimal(radius) if has_radius else None,
        available_from=day,
        sort=Sort.NEWEST,
    )
