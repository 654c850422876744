"""What is taken of a storage place."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Line


class DepotBody(Placed):
    """A storage place."""

    name = Line("at most 120 characters", required=True)
    address = Line("shown only to people who may know exact places")
