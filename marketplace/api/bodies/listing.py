"""What is taken of a listing."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Amount, Answers, Choice, Codes, Day, Line, Lines, Number, UnitChoice, Whole, YesNo
from marketplace.api.schema import Body
from marketplace.market.rules.freshness import Outcome, Refreshed
from marketplace.market.rules.listing import Answer, Condition, Packaging, QuantityBasis

CENTS_MAX = 2**31 - 1


class ListingBody(Placed):
    """What may be said of a listing."""

    title = Line("at most 120 characters", required=True)
    description = Lines("at most 5 000 characters")
    material = Line("slug of a material, see /materials", required=True)
    quantity = Amount("more than 0, at most three decimals, pieces whole", required=True)
    unit = UnitChoice(required=True)
    condition = Choice(Condition, required=True)
    available_from = Day("first day on which it is free; may be in the past", required=True)
    available_until = Day("last day")
    depot = Whole("id of the depot in which it lies, instead of a place")
    quantity_basis = Choice(QuantityBasis)
    kg_per_unit = Number("measured weight of one unit in kg; replaces the taxonomy's", places=6)
    packaging = Choice(Packaging)
    loading_possible = YesNo("whether there is help with loading")
    price_cents_per_unit = Whole("in euro cents per unit; absent: free", most=CENTS_MAX)
    project = Line()
    year_of_construction = Whole(most=9999)
    asbestos_suspected = Choice(Answer)
    hazards = Answers(Answer, "hazard code of the material to yes, no or unknown")
    remarks = Lines()
    minimum_part = Amount("the smallest part that is given away, in the unit of the quantity; absent: any")
    circle = Codes("slugs of municipalities that go before the region; empty: none; absent: as the organisation agreed")
    circle_from = Day("first day on which that circle may reserve")
    region_from = Day("first day on which the region's municipalities may reserve")
    partners_from = Day("first day on which partners may reserve")
    window_reason = Lines("why a ring is skipped; required when one is")


class ListingPatch(ListingBody):
    """A change of a listing: what is left out stays."""

    version = Whole("the version that you changed", required=True)


class CloseBody(Body):
    """What became of the part that was not taken."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("why it found no taker")


class WithdrawBody(Body):
    """The end of a listing."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("for the holders of its reservations; absent: that it was withdrawn")


class RefreshBody(Body):
    """Whether a listing is still there."""

    answer = Choice(Refreshed, "absent: still; gone closes it")
    outcome = Choice(Outcome, "with gone: what became of the rest")
    reason = Lines("with gone: why it found no taker")


class PhotoPatch(Body):
    """Alternative text and place in the order."""

    alt = Line("what the picture shows, at most 300 characters")
    position = Whole("1 is first", most=1000)
