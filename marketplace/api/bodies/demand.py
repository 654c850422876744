"""What is taken of a demand."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Amount, Choice, Codes, Day, Line, Lines, Number, UnitChoice, Whole, YesNo
from marketplace.api.schema import Body
from marketplace.market.rules.freshness import Refreshed
from marketplace.market.rules.listing import Condition


class DemandBody(Placed):
    """What may be said of a demand."""

    title = Line("at most 120 characters", required=True)
    description = Lines("at most 5 000 characters")
    material = Line("slug of a material, see /materials", required=True)
    quantity = Amount("more than 0, at most three decimals, pieces whole", required=True)
    unit = UnitChoice(required=True)
    min_condition = Choice(Condition, required=True)
    needed_from = Day(required=True)
    needed_until = Day(required=True)
    max_distance_km = Number("maximum distance in km; absent: no limit")
    accepts_hazards = Codes("hazard codes that are accepted when declared yes")
    accepts_unknown_hazards = YesNo("whether a hazard that is not known yet is accepted; absent: yes")
    project = Line()
    department = Line()
    draft = YesNo("keeps it out of matching")


class DemandPatch(DemandBody):
    """A change of a demand: what is left out stays."""

    version = Whole("the version that you changed", required=True)


class RefreshDemandBody(Body):
    """Whether a demand still holds."""

    answer = Choice((Refreshed.STILL, Refreshed.GONE), "absent: still; gone withdraws it")


class ProposalBody(Body):
    """A lot that may serve, and why."""

    listing_id = Whole("id of the listing", required=True)
    reason = Lines("for whoever placed the demand", required=True)
