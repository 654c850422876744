"""Kept lots. Whoever keeps one gets a notice when its price or quantity changes, or when it is gone."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.favourite import FavouriteBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.favourite import FavouriteSchema, FavouritesSchema, write_favourite
from marketplace.catalogue.actions import favourites as catalogue
from marketplace.catalogue.queries.saved import get_favourite, list_favourites
from marketplace.exchange.queries.reservations import list_spots
from marketplace.http.request import current_actor, current_session, permission

FAVOURITE = "/favourites/<int:listing_id>"


@route("GET", "/favourites", gives=FavouritesSchema, tag="favourites", query=query.PAGE)
@permission(Can.OWN_ACCOUNT)
def list_kept() -> Response:
    """List the lots that you keep, the last kept first."""
    page, session, actor = read_page(), current_session(), current_actor()
    rows = list_favourites(session, actor)
    visible = rows[page.offset : page.offset + page.size]
    spots = list_spots(session, actor, [listing for _favourite, listing in visible])
    items = [write_favourite(favourite, listing, spots.get(listing.id)) for favourite, listing in visible]
    return many(FavouritesSchema, items, total=len(rows), page=page)


@route("POST", "/favourites", takes=FavouriteBody(), gives=FavouriteSchema, status=201, tag="favourites", refuses=(404,))
@permission(Can.OWN_ACCOUNT)
def keep_listing() -> Response:
    """Keep a lot; doing so again changes nothing."""
    listing_id = read_body(FavouriteBody())["listing_id"]
    catalogue.keep_listing(current_session(), current_actor(), listing_id=listing_id)
    return created(_written(listing_id), "show_kept", listing_id=listing_id)


@route("GET", FAVOURITE, gives=FavouriteSchema, tag="favourites")
@permission(Can.OWN_ACCOUNT)
def show_kept(listing_id: int) -> Response:
    """One of the lots that you keep, by the number of the lot."""
    return ok(_written(listing_id))


@route("DELETE", FAVOURITE, gives=FavouriteSchema, tag="favourites")
@permission(Can.OWN_ACCOUNT)
def drop_listing(listing_id: int) -> Response:
    """Stop keeping a lot; the answer shows it as it was."""
    gone = _written(listing_id)
    catalogue.drop_listing(current_session(), current_actor(), listing_id=listing_id)
    return ok(gone)


def _written(listing_id: int) -> dict[str, object]:
    session, actor = current_session(), current_actor()
    favourite, listing = get_favourite(session, actor, listing_id)
    return write_favourite(favourite, listing, list_spots(session, actor, [listing]).get(listing.id))
