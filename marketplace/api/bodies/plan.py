"""What is asked for a regional plan, and of a line of it."""

from marketplace.api.fields import Choice, Lines, YesNo
from marketplace.api.schema import Body
from marketplace.exchange.rules.reservation import REASON_LENGTH_MAX
from marketplace.materials.rules.soil import SoilClass
from marketplace.plans.queries.pairs import Objective


class PlanBody(Body):
    """What is kept low, and whether nobody may get less than without a plan."""

    objective = Choice(Objective, "absent: kilometres")
    floors = YesNo("whether nobody gets less than first come, first served would give; absent: true")


class PlanLineBody(Body):
    """What is said with a line.

    By the broker why, by whoever asks for soil of which classes the place is.
    """

    reason = Lines("of the broker, for whoever needs it; the others need none", longest=REASON_LENGTH_MAX)
    receiving_soil = Choice(SoilClass, "of soil that is asked for: class of the soil where it goes; required for soil")
    function_class = Choice(SoilClass, "of soil that is asked for: class of the function of that place; required for soil")


class RefusalBody(Body):
    """Why a line is not wanted."""

    reason = Lines("in one sentence", required=True, longest=REASON_LENGTH_MAX)
