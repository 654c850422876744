"""What is taken at each step of a reservation."""

from marketplace.api.bodies.place import LATITUDE, LONGITUDE, Placed
from marketplace.api.fields import (
    CODE_LENGTH_MAX,
    Amount,
    Choice,
    Day,
    DayOrMoment,
    Degrees,
    Line,
    Lines,
    Moment,
    Moments,
    Number,
    UnitChoice,
    Whole,
    YesNo,
)
from marketplace.api.schema import Body
from marketplace.exchange.rules.gate import NOTES_LENGTH_MAX, PLACE_LENGTH_MAX, TIMES_MAX
from marketplace.exchange.rules.reservation import (
    LINE_LENGTH_MAX,
    PURCHASE_CENTS_MAX,
    PURPOSE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    MeasuredBy,
)
from marketplace.market.rules.listing import KG_PER_UNIT_MAX, PRICE_CENTS_MAX, Condition
from marketplace.materials.rules.soil import SoilClass
from marketplace.places.queries.gazetteer import LONGEST_QUERY
from marketplace.stock.rules.driving import DRIVEN_KM_MAX

KG_PER_UNIT = {"exclusiveMinimum": 0, "maximum": int(KG_PER_UNIT_MAX)}
DRIVEN = {"minimum": 0, "maximum": int(DRIVEN_KM_MAX)}


class ReservationBody(Placed):
    """What an asker says."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's", required=True)
    demand_id = Whole("id of the demand that it serves")
    depot = Whole("id of the depot where it goes first, instead of a place; kilometres are counted to there")
    purpose = Lines("what it is for", longest=PURPOSE_LENGTH_MAX)
    project = Line("the project in which it is used", longest=LINE_LENGTH_MAX)
    use = Line("what it is used for there", longest=LINE_LENGTH_MAX)
    reused_as_is = YesNo("whether it is used without being processed first; absent: not stated")
    same_grade = YesNo("whether it is used for what it was made for, or for something of a higher grade; absent: not stated")
    replaces_purchase = YesNo("whether it replaces a new purchase; absent: not stated")
    purchase_price_cents = Whole(
        "what all that is asked for would cost new, in euro cents; less the price it is the money saved", most=PURCHASE_CENTS_MAX
    )
    receiving_soil = Choice(SoilClass, "of soil: class of the soil where it goes; required for soil")
    function_class = Choice(SoilClass, "of soil: class of the function of that place; required for soil")
    needed_by = Day("the last day on which it is useful")
    join_waiting_list = YesNo("whether to wait where it does not fit; absent: no")
    confirm_unusual = YesNo(
        "yes, more than the demand needs with what is on its way to it already, or a purchase of so little or so much; absent: no"
    )


class ApproveBody(Body):
    """An approval, of all of it or of a part."""

    quantity = Amount("in the listing's unit; absent: as asked for")
    reason = Lines("why this one is chosen, where one that ranks higher goes without", longest=REASON_LENGTH_MAX)
    hold_until = DayOrMoment("the last day on which it is held, or the last moment; absent: 30 days")


class ReverseBody(Body):
    """Why a row of the ledger is taken back."""

    reason = Lines("why, in a sentence; it stands in the audit, and both sides read it", required=True, longest=REASON_LENGTH_MAX)


class ReasonBody(Body):
    """A rejection or a cancellation."""

    reason = Lines("why, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class HandoverBody(Body):
    """What the owner measured at the gate."""

    quantity = Amount("as measured; absent: as reserved")
    unit = UnitChoice("the listing's")
    handed_over_on = Day("absent: today")
    vehicle_class = Line("code of a transport factor; absent: by mass", longest=CODE_LENGTH_MAX)
    driven_km = Number("kilometres driven with the load; absent: 1.3 times the geodesic", shape=DRIVEN)
    measured_by = Choice(MeasuredBy, "how it was measured")
    condition = Choice(Condition, "as it was handed over")
    write_off_reason = Lines(
        "what is missing of the order is gone, and why; absent: it is free again once it is confirmed", longest=REASON_LENGTH_MAX
    )
    confirm_unusual = YesNo("yes, so much more than was ordered; absent: no")


class LateHandoverBody(HandoverBody):
    """A hand-over of before the approval, booked by a coordinator."""

    handed_over_on = Day("a day before the approval", required=True)
    reason = Lines("why the paperwork is late, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class TermsBody(Placed):
    """Other terms for one transfer; what is left out stays as it was agreed. The place is the lot's."""

    price_cents_per_unit = Whole("in euro cents per unit; 0: free of charge", shape={"maximum": PRICE_CENTS_MAX})
    kg_per_unit = Number("measured weight of one unit in kg", places=6, shape=KG_PER_UNIT)
    available_from = Day("first day on which it can be collected")
    condition = Choice(Condition)
    destination = Line(
        "where it goes: a place name or postcode; destinationLat and destinationLon count before it", longest=LONGEST_QUERY
    )
    destination_lat = Degrees("latitude, WGS84, between 50.30 and 54.00", shape=LATITUDE)
    destination_lon = Degrees("longitude, WGS84, between 2.60 and 7.95", shape=LONGITUDE)
    replaces_purchase = YesNo("whether it replaces a new purchase")
    reason = Lines("why, in a sentence", required=True, longest=REASON_LENGTH_MAX)
    confirm_unusual = YesNo("yes, a weight so far from the taxonomy's; absent: no")


class DeclineBody(Body):
    """A no to other terms."""

    reason = Lines("why, in a sentence; absent: not said", longest=REASON_LENGTH_MAX)


class ObjectionBody(Body):
    """An objection to a no-show."""

    reason = Lines("why it is not right, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class DecisionBody(Body):
    """The broker's decision on an objection."""

    upheld = YesNo("yes: the no-show does not count", required=True)
    reason = Lines("why, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class ReceiptBody(Body):
    """What the receiver measured; nothing: the owner's figure is right."""

    quantity = Amount("as measured; absent: as the owner entered it")
    unit = UnitChoice("the listing's")
    measured_by = Choice(MeasuredBy, "how it was measured")
    condition = Choice(Condition, "as it arrived")


class DisputeBody(Body):
    """The receiver does not agree."""

    quantity = Amount("the receiver's own figure, where there is one")
    unit = UnitChoice("the listing's")
    reason = Lines("why, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class ResolveBody(Body):
    """A figure that this side can live with; the other side's own figure settles it."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's")
    reason = Lines("why, in a sentence; needed unless it is the other side's figure", longest=REASON_LENGTH_MAX)
    confirm_unusual = YesNo("yes, so much more than was ordered; absent: no")
    write_off_reason = Lines(
        "by the owner or the broker: what is missing is gone, and why; absent: it is free again", longest=REASON_LENGTH_MAX
    )


class ReturnBody(Placed):
    """What comes back after completion, and how. Without a place or a depot, and not staying, it lies where it came from."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's")
    condition = Choice(Condition, "as it came back", required=True)
    depot = Whole("id of the depot in which it lies now, instead of a place")
    stays = YesNo("yes, it stays with the receiver, who holds it for its owner; then nothing is driven; absent: no")
    returned_on = Day("absent: today")
    driven_km = Number("kilometres driven with the load on the way back; absent: 1.3 times the geodesic", shape=DRIVEN)
    vehicle_class = Line("code of a transport factor, for the way back; absent: by mass", longest=CODE_LENGTH_MAX)
    reason = Lines("why, in a sentence", required=True, longest=REASON_LENGTH_MAX)


class NoShowBody(Body):
    """Nobody came to collect it."""

    reason = Lines("what happened; absent: that nobody came", longest=REASON_LENGTH_MAX)


class AppointmentBody(Body):
    """A proposal to meet."""

    times = Moments(
        "one to three moments; exactly one of those that the other side proposed agrees on it",
        required=True,
        shape={"minItems": 1, "maxItems": TIMES_MAX},
    )
    place = Line("where to meet; absent: where the lot lies", longest=PLACE_LENGTH_MAX)
    notes = Lines("what to know at the gate", longest=NOTES_LENGTH_MAX)


class AgreeBody(Body):
    """A choice."""

    time = Moment("one of the times that the other side proposed", required=True)
