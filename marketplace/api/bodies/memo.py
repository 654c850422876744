"""What is taken of a search before something is bought, and of how it was concluded."""

from marketplace.api.bodies.demand import DemandBody
from marketplace.api.fields import Amount, Choice, Line, UnitChoice, YesNo
from marketplace.api.schema import Body
from marketplace.market.rules.listing import TITLE_LENGTH_MAX
from marketplace.memos.rules.memo import EXPLANATION_LENGTH_MAX, REFERENCE_LENGTH_MAX, Decision, WhyNew


class MemoBody(DemandBody):
    """What is about to be bought: what a demand says of it."""

    class Meta:
        """A search is no demand: it has no description, and no other system knows it."""

        exclude = ("description", "draft", "external_id")

    title = Line("what it is for; absent: the name of the material", longest=TITLE_LENGTH_MAX)
    again = YesNo("search once more where you searched for the same today; absent: no")


class ConcludeMemoBody(Body):
    """What was done after the search."""

    decision = Choice(Decision, required=True)
    reason = Choice(WhyNew, "why it is bought new; required where lots fitted")
    explanation = Line("in one sentence; required with the reason other", longest=EXPLANATION_LENGTH_MAX)
    purchase_reference = Line("number or link of the purchase", longest=REFERENCE_LENGTH_MAX)
    bought = Amount("how much is bought new, in boughtUnit")
    bought_unit = UnitChoice("together with bought")
