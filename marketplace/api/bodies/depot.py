"""What is taken of a storage place."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Line, YesNo
from marketplace.api.schema import Body
from marketplace.depots.rules.depot import ADDRESS_LENGTH_MAX, NAME_LENGTH_MAX


class DepotBody(Placed):
    """A storage place."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)
    address = Line("shown only to people who may know exact places", longest=ADDRESS_LENGTH_MAX)


class DepotPatch(Body):
    """A change of a storage place: what is left out stays. A depot does not move: another place is another depot."""

    name = Line(longest=NAME_LENGTH_MAX)
    address = Line("shown only to people who may know exact places; null: none", longest=ADDRESS_LENGTH_MAX)
    is_active = YesNo("false: nobody chooses it for a new lot any more; true opens it again")
