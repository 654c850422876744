"""What is taken of a kept lot: which one."""

from marketplace.api.fields import Whole
from marketplace.api.schema import Body


class FavouriteBody(Body):
    """A lot to keep."""

    listing_id = Whole("the lot that you keep", required=True)
