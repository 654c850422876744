"""What is taken of something that is going to come to a depot."""

from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Day, Line, Lines, UnitChoice
from marketplace.api.reading import read_body
from marketplace.api.schema import Body
from marketplace.kernel.units import Quantity
from marketplace.stock.rules.announcing import WORDS_LENGTH_MAX, Announcement


class ArrivalBody(Body):
    """What your organisation is going to bring, and about when."""

    material = Line("slug of a material, see /materials", longest=CODE_LENGTH_MAX, required=True)
    quantity = Amount(required=True)
    unit = UnitChoice(required=True)
    expected_on = Day("today or later, at most a year ahead", required=True)
    words = Lines("what the keeper should know of it", longest=WORDS_LENGTH_MAX)


def new_announcement() -> Announcement:
    """The announcement in the body."""
    values = read_body(ArrivalBody())
    quantity = Quantity(values["quantity"], values["unit"])
    return Announcement(values["material"], quantity, values["expected_on"], values.get("words") or "")
