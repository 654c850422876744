"""What is taken to decide about a list of figures."""

from marketplace.api.fields import Lines, Whole, YesNo
from marketplace.api.schema import Body
from marketplace.materials.rules.lists import REASON_LENGTH_MAX


class UseListBody(Body):
    """Take a list into use."""

    seen = Whole("`seen` of the list as you read it: refused when there is a newer version since", required=True)
    sure = YesNo("true: what becomes more than three times as large or as small was checked")


class DeclineListBody(Body):
    """Why a list is not taken into use."""

    reason = Lines("for whoever handed it in", longest=REASON_LENGTH_MAX, required=True)
