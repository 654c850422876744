"""A lot that somebody keeps."""

from marketplace.api.fields import Moment
from marketplace.api.schema import List, PageSchema, Part, Shape, Written
from marketplace.api.shapes.listing import ListingSchema
from marketplace.catalogue.models import Favourite
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Spot


class FavouriteSchema(Shape):
    """A kept lot, as it is now."""

    kept_at = Moment()
    listing = Part(ListingSchema)


class FavouritesSchema(PageSchema):
    """A page of the lots that you keep, the last kept first."""

    items = List(Part(FavouriteSchema))


def write_favourite(favourite: Favourite, listing: Listing, spot: Spot | None) -> Written:
    """A kept lot as this actor may see it."""
    return FavouriteSchema.write(None, kept_at=favourite.created_at, listing=ListingSchema.write(listing, exact=spot))
