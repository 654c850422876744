"""From words to places, by one finder per process. It is asked before the session opens, because PDOK may take seconds."""

from typing import cast

from flask import current_app

from config import Config
from marketplace.market.rules.listing import Location
from marketplace.places.queries.gazetteer import PlaceFinder
from marketplace.places.rules import Place, PlaceBasis


def finder() -> PlaceFinder:
    """The offline list, and PDOK behind it where its address is configured."""
    existing = current_app.extensions.get("places")
    if existing is None:
        existing = current_app.extensions["places"] = PlaceFinder(cast(Config, current_app.extensions["settings"]).pdok_url)
    return cast(PlaceFinder, existing)


def located(place: Place) -> Location:
    """Turn a place into a location as the market stores it.

    A postcode stays with the exact place: it narrows down who lives there.
    """
    exact = place.address if place.basis is PlaceBasis.ADDRESS else place.label if place.basis is PlaceBasis.POSTCODE else None
    return Location(place.name, place.municipality_slug or "", place.point, place.basis, exact)
