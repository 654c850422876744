"""What is asked for a regional plan, and of a line of it."""

from marketplace.api.fields import Choice, Lines, YesNo
from marketplace.api.schema import Body
from marketplace.exchange.rules.reservation import REASON_LENGTH_MAX
from marketplace.plans.queries.pairs import Objective


class PlanBody(Body):
    """What is kept low, and whether nobody may get less than without a plan."""

    objective = Choice(Objective, "absent: kilometres")
    floors = YesNo("whether nobody gets less than first come, first served would give; absent: true")


class PlanLineBody(Body):
    """What the broker says with a line."""

    reason = Lines("of the broker, for whoever needs it; the others need none", longest=REASON_LENGTH_MAX)


class RefusalBody(Body):
    """Why a line is not wanted."""

    reason = Lines("in one sentence", required=True, longest=REASON_LENGTH_MAX)
