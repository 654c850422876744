"""What is taken of a recall, and of a lot that is free again."""

from marketplace.api.fields import Day, Line, Whole
from marketplace.api.schema import Body
from marketplace.recalls.rules import REASON_LENGTH_MAX


class BlockLotBody(Body):
    """What was found, and on which day."""

    reason = Line(
        "what was found and by whom; everybody who has or had any of it reads this", longest=REASON_LENGTH_MAX, required=True
    )
    found_on = Day("the reuse figures go back in the month of this day; absent: today")


class UnblockLotBody(Body):
    """Which paper shows that it is clean, and why it is free again. Without a paper it stays blocked (422)."""

    paper = Whole("id of a paper that stands with the lot and is not from before the finding")
    reason = Line("what was examined, by whom, and the outcome", longest=REASON_LENGTH_MAX)
    recall = Whole("id of the recall; needed where more than one blocks the lot")
