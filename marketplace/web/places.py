"""The application's way from words to places: one finder per process, with PDOK where its address is configured."""

from typing import cast

from flask import current_app

from marketplace.kernel.geocoder import PlaceFinder


def finder() -> PlaceFinder:
    """Ask it before the session opens: PDOK may take seconds."""
    places = current_app.extensions
    if "places" not in places:
        places["places"] = PlaceFinder(places["settings"].pdok_url)
    return cast(PlaceFinder, places["places"])
