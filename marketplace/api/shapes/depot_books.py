"""What a depot costs, expects and warns of. Money in cents; null is unknown, never nought."""

from decimal import ROUND_HALF_UP, Decimal

from marketplace.api.fields import Day, Integer, Line, Moment, Number, Quantity, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.arrival import ArrivalSchema
from marketplace.api.shapes.lot import LotSchema
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.warning import FullSchema
from marketplace.depots.queries.costs import LotCharge
from marketplace.depots.rules.quarter import Quarter

PLACES = Decimal("0.001")


def written(quarter: Quarter) -> str:
    """A quarter as a program reads it."""
    return f"{quarter.year}-Q{quarter.number}"


def _amount_days(row: LotCharge) -> Decimal:
    return row.charge.amount_days.quantize(PLACES, rounding=ROUND_HALF_UP)


class _DepotSchema(Shape):
    """Which depot it is."""

    id = Integer()
    name = Line()


class _SettledSchema(Shape):
    """What one lot cost at one price."""

    organisation = Part(OrganisationSchema, "whose it was")
    lot = Integer("id of the lot", attribute="row.lot_id")
    title = Line(attribute="row.title")
    from_on = Day(attribute="row.charge.first_on")
    last_on = Day("the last day that counts", attribute="row.charge.last_on")
    days = Integer(attribute="row.charge.days")
    amount_days = Number("the sum over the days of what lay there", get=lambda item: _amount_days(item.row))
    unit = Line("of the price: a unit of quantities, or pallet", attribute="row.charge.unit")
    euros_per_week = Number(
        "for one unit; null: no price in these days", places=4, attribute="row.charge.euros_per_week", allow_none=True
    )
    cents = Integer("null: no price in these days", attribute="row.charge.cents", allow_none=True)


class _TotalSchema(Shape):
    """What one organisation pays."""

    organisation = Part(OrganisationSchema)
    lots = Integer(attribute="total.lots")
    days = Integer("of every lot and price together", attribute="total.cost.days")
    cents = Integer("of the rows that have a price; null: none has", attribute="total.cost.cents", allow_none=True)
    unpriced = Integer("rows without a price", attribute="total.unpriced")


class SettlementSchema(PageSchema):
    """A quarter of a depot: a page of its rows, and what each organisation pays in all."""

    depot = Part(_DepotSchema)
    quarter = Line()
    is_over = YesNo("false: the days before today are counted")
    open_until = Day("the last day on which something of it is entered")
    closed_at = Moment("since when it does not change; null: it may", allow_none=True)
    is_of_all = YesNo("false: only your own organisation's")
    totals = List(Part(_TotalSchema), "by the name of the organisation")
    items = List(Part(_SettledSchema), "by the name of the organisation, then by lot and day")


class CostsSchema(Shape):
    """What lying in a depot has cost so far, by organisation."""

    depot = Part(_DepotSchema)
    before = Day("today: a day that has not ended does not count")
    is_of_all = YesNo("false: only your own organisation's")
    items = List(Part(_TotalSchema), "by the name of the organisation")


class TransferSchema(Shape):
    """A transfer for which somebody comes to a depot."""

    reservation = Integer("id of the reservation", attribute="reservation.id")
    listing = Integer("id of the listing", attribute="reservation.listing_id")
    title = Line(attribute="reservation.listing.title")
    quantity = Quantity(attribute="reservation.quantity")
    unit = UnitChoice(attribute="reservation.unit")
    owner = Part(OrganisationSchema, attribute="reservation.owner")
    receiver = Part(OrganisationSchema, attribute="reservation.organisation")
    at = Moment("the time that was agreed; null: none yet", allow_none=True)
    held_until = Moment("until when it is held", attribute="reservation.expires_at", allow_none=True)


class _EndingSchema(Shape):
    """A day after which lots lie there too long."""

    on = Day("the last day of the longest stay")
    lots = Integer("how many")
    lot = Integer(
        "id of the lot, where it is one; null: several", get=lambda ending: ending.lot and ending.lot.id, allow_none=True
    )


class WeekSchema(Shape):
    """What comes to a depot and leaves it. What is late or has no day stands in the present week."""

    depot = Part(_DepotSchema)
    first = Day("the first day", attribute="first")
    last = Day("the last day")
    arrivals = List(Part(ArrivalSchema), "announced, and not taken in yet")
    bringing = List(Part(TransferSchema), "transfers that come to this depot")
    collecting = List(Part(TransferSchema), "transfers that leave it")
    endings = List(Part(_EndingSchema), "where the longest stay ends")
    later = Integer("how many announcements and transfers come after it")


class WatchSchema(Shape):
    """What needs the eye of the keepers of a depot."""

    depot = Part(_DepotSchema)
    over = List(Part(FullSchema), "the kinds of room of which more lies there than fits")
    too_long = Integer("lots that lie there longer than the depot allows")
    since = Day("the day on which the first of them came; null: there is none", attribute="longest", allow_none=True)
    missing = Integer("announcements whose day is over")


class WatchesSchema(PageSchema):
    """A page of depots in which something is not as it should be."""

    items = List(Part(WatchSchema))


class DepotWatchSchema(WatchSchema, PageSchema):
    """The same of one depot, with a page of the lots that lie there too long, the longest first."""

    longest_stay_days = Integer("null: no limit", attribute="depot.longest_stay_days", allow_none=True)
    items = List(Part(LotSchema))
