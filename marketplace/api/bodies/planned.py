"""What is taken of a plan: other days, and what is said when it is there."""

from marketplace.api.fields import Amount, Choice, Day, Lines, Whole
from marketplace.api.schema import Body
from marketplace.market.rules.listing import Certainty, QuantityBasis
from marketplace.planned.rules import REASON_LENGTH_MAX


class DatesBody(Body):
    """Other days for a planned listing."""

    version = Whole("the version of the listing that you read", required=True)
    earliest = Day("first day on which it can come free", required=True)
    latest = Day("last day on which it can come free, at most three years after earliest", required=True)
    certainty = Choice(Certainty, "how sure that is", required=True)
    reason = Lines("why they move; everybody who sees the listing reads it", longest=REASON_LENGTH_MAX, required=True)


class ThereBody(Body):
    """What is there: measured, and from which day. Its photos are added before."""

    quantity = Amount("what was measured, in the unit of the listing", required=True)
    quantity_basis = Choice(QuantityBasis, "how the quantity is known; absent: measured")
    came_on = Day("the day from which it is there, today or at most 60 days ago; absent: today")
    available_until = Day("last day on which it can stay; absent: no last day")
