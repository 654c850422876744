"""What the API takes: one body per thing. Organisation, owner, status and counters are in none of them."""

from typing import Any

from marketplace.api.fields import (
    Amount,
    Answers,
    Body,
    Choice,
    Codes,
    Day,
    DayOrMoment,
    Degrees,
    Given,
    Line,
    Lines,
    Number,
    UnitChoice,
    Whole,
    YesNo,
    take,
)
from marketplace.exchange.rules.reservation import PURCHASE_CENTS_MAX, MeasuredBy
from marketplace.http.errors import camel
from marketplace.impact.rules.goals import Origin
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Answer, Condition, Packaging, QuantityBasis
from marketplace.market.rules.windows import WAIT_DAYS_MAX

USE_ROWS_MAX = 1000
CENTS_MAX = 2**31 - 1


class UseRow(Body):
    """One row of a reported year."""

    group = Line("slug of a material group", required=True)
    origin = Choice(Origin, required=True)
    mass_kg = Number(required=True)


class UseRows(Given):
    """A list of such rows."""

    shape = {
        "type": "array",
        "maxItems": USE_ROWS_MAX,
        "items": {
            "type": "object",
            "required": ["group", "origin", "massKg"],
            "properties": {
                "group": {"type": "string"},
                "origin": {"type": "string", "enum": [origin.value for origin in Origin]},
                "massKg": {"type": "number"},
            },
            "additionalProperties": False,
        },
    }

    def read(self, value: Any) -> list[dict[str, Any]]:
        """Read every row by itself; the first error in a row is reported with its number."""
        if not isinstance(value, list) or len(value) > USE_ROWS_MAX:
            raise Invalid(_("Send a list of at most %(most)s rows.", most=USE_ROWS_MAX))
        rows = []
        for index, sent in enumerate(value):
            values, errors = take(UseRow(), sent)
            if errors:
                raise Invalid(
                    _("Row %(row)s, %(field)s: %(said)s", row=index, field=camel(errors[0].field), said=errors[0].message)
                )
            rows.append(values)
        return rows


class Placed(Body):
    """Where something is: a place, or a point."""

    place = Line("a place name or postcode; lat and lon count before it")
    lat = Degrees("latitude, WGS84, between 50.30 and 54.00")
    lon = Degrees("longitude, WGS84, between 2.60 and 7.95")


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


class ReservationBody(Placed):
    """What an asker says."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's", required=True)
    demand_id = Whole("id of the demand that it serves")
    purpose = Lines("what it is for")
    project = Line("the project in which it is used")
    use = Line("what it is used for there")
    replaces_purchase = YesNo("whether it replaces a new purchase; absent: not stated")
    purchase_price_cents = Whole("estimate of that purchase for all that is asked for, in euro cents", most=PURCHASE_CENTS_MAX)
    needed_by = Day("the last day on which it is useful")
    join_waiting_list = YesNo("whether to wait where it does not fit; absent: no")


class ApproveBody(Body):
    """An approval, of all of it or of a part."""

    quantity = Amount("in the listing's unit; absent: as asked for")
    reason = Lines("why this one is chosen, where one that ranks higher goes without")
    hold_until = DayOrMoment("the last day on which it is held, or the last moment; absent: 30 days")


class ReasonBody(Body):
    """A rejection or a cancellation."""

    reason = Lines("why, in a sentence", required=True)


class HandoverBody(Body):
    """What the owner measured at the gate."""

    quantity = Amount("as measured; absent: as reserved")
    unit = UnitChoice("the listing's")
    handed_over_on = Day("absent: today")
    vehicle_class = Line("code of a transport factor; absent: by mass")
    driven_km = Number("kilometres driven with the load; absent: 1.3 times the geodesic")
    measured_by = Choice(MeasuredBy, "how it was measured")
    condition = Choice(Condition, "as it was handed over")
    write_off_reason = Lines("what is missing of the order is gone, and why; absent: it is free again")


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
    reason = Lines("why, in a sentence", required=True)


class ResolveBody(Body):
    """A figure that this side can live with; the other side's own figure settles it."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's")
    reason = Lines("why, in a sentence; needed unless it is the other side's figure")
    write_off_reason = Lines("by the owner or the broker: what is missing is gone, and why; absent: it is free again")


class ReturnBody(Body):
    """What comes back after completion."""

    quantity = Amount("in the listing's unit", required=True)
    unit = UnitChoice("the listing's")
    condition = Choice(Condition, "as it came back", required=True)
    returned_on = Day("absent: today")
    reason = Lines("why, in a sentence", required=True)


class NoShowBody(Body):
    """Nobody came to collect it."""

    reason = Lines("what happened; absent: that nobody came")


class CloseBody(Body):
    """What became of the part that was not taken."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("why it found no taker")


class WithdrawBody(Body):
    """The end of a listing."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("for the holders of its reservations; absent: that it was withdrawn")


class NothingBody(Body):
    """A step that takes nothing."""


class PhotoPatch(Body):
    """Alternative text and place in the order."""

    alt = Line("what the picture shows, at most 300 characters")
    position = Whole("1 is first", most=1000)


class DepotBody(Placed):
    """A storage place."""

    name = Line("at most 120 characters", required=True)
    address = Line("shown only to people who may know exact places")


class WindowsBody(Body):
    """What an organisation agrees about the turns of its lots; it replaces what stood there."""

    circle = Codes("slugs of municipalities that go before the region; absent: none")
    circle_days = Whole("days from publication until the circle's turn; absent: 0", most=WAIT_DAYS_MAX)
    region_days = Whole(
        "days until the region's turn, after the circle's or without one after publication", required=True, most=WAIT_DAYS_MAX
    )
    partners_days = Whole("days from the region's turn until the partners'", required=True, most=WAIT_DAYS_MAX)
    reason = Lines("why a ring does not wait; required when one does not")


class MaterialUseBody(Body):
    """What a municipality put to use in a year; it replaces what stood there."""

    version = Whole("the version that you read (0: nothing yet); absent: whatever is there")
    includes_bank = YesNo("whether the reused mass includes what came through the materials bank", required=True)
    rows = UseRows("kilograms by material group and origin (`primary`, `biobased`, `reused`, `recycled`)", required=True)
