"""What is taken of a demand."""

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Choice, Codes, Day, Line, Lines, Number, UnitChoice, Whole, YesNo
from marketplace.api.material_fields import Wishes
from marketplace.api.schema import Body, Patch
from marketplace.exchange.rules.reservation import REASON_LENGTH_MAX
from marketplace.market.rules.freshness import Refreshed
from marketplace.market.rules.listing import (
    DESCRIPTION_LENGTH_MAX,
    EXTERNAL_ID_LENGTH_MAX,
    LINE_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Condition,
)


class DemandBody(Placed):
    """What may be said of a demand."""

    class Meta:
        """`fields` is also a word of marshmallow, so it stands here."""

        include = {"fields": Wishes("what is asked of the fields of the material, by slug: min, max or oneOf; null: nothing")}

    title = Line(longest=TITLE_LENGTH_MAX, required=True)
    description = Lines(longest=DESCRIPTION_LENGTH_MAX)
    material = Line("slug of a material, see /materials", longest=CODE_LENGTH_MAX, required=True)
    quantity = Amount("more than 0, at most three decimals, pieces whole", required=True)
    unit = UnitChoice(required=True)
    min_condition = Choice(Condition, required=True)
    needed_from = Day(required=True)
    needed_until = Day(required=True)
    max_distance_km = Number("maximum distance in km; absent: no limit", shape={"exclusiveMinimum": 0, "maximum": 1000})
    accepts_hazards = Codes("hazard codes that are accepted when declared yes")
    accepts_unknown_hazards = YesNo("whether a hazard that is not known yet is accepted; absent: yes")
    project = Line(longest=LINE_LENGTH_MAX)
    department = Line(longest=LINE_LENGTH_MAX)
    draft = YesNo("keeps it out of matching")
    external_id = Line("what your own system calls it; one of each kind per id", longest=EXTERNAL_ID_LENGTH_MAX)


class DemandPatch(Patch, DemandBody):
    """A change of a demand: what is left out stays."""


class RefreshDemandBody(Body):
    """Whether a demand still holds."""

    answer = Choice((Refreshed.STILL, Refreshed.GONE), "absent: still; gone withdraws it")


class OfferBody(Body):
    """A lot of the own organisation that may serve."""

    listing_id = Whole("id of the listing", required=True)


class ProposalBody(Body):
    """A lot that may serve, and why."""

    listing_id = Whole("id of the listing", required=True)
    reason = Lines("for whoever placed the demand", longest=REASON_LENGTH_MAX, required=True)
