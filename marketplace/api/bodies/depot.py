"""What is taken of a storage place."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Line
from marketplace.depots.rules import ADDRESS_LENGTH_MAX, NAME_LENGTH_MAX


class DepotBody(Placed):
    """A storage place."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)
    address = Line("shown only to people who may know exact places", longest=ADDRESS_LENGTH_MAX)
