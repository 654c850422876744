"""Lots, and what happened to them."""

from decimal import ROUND_HALF_UP

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Moment, Number, Quantity, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.warning import FullSchema
from marketplace.depots.models import Lot
from marketplace.depots.rules.lots import MovementKind
from marketplace.depots.rules.number import lot_number
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.taxonomy import MASS_PLACES, Material


def _material(lot: Lot) -> Material:
    return current_taxonomy().material_by_id(lot.material_id)


class _DepotSchema(Shape):
    """The depot where it lies."""

    id = Integer()
    name = Line()


class LotSchema(Shape):
    """A lot: the stuff itself, of one owner, in one place."""

    id = Integer()
    number = Line("as on its label", get=lambda lot: lot_number(lot.id))
    title = Line()
    material = Part(MaterialSchema, get=_material)
    quantity = Quantity("what is there: the sum of its movements")
    unit = UnitChoice()
    mass_kg = Number(get=lambda lot: (lot.quantity * lot.kg_per_unit).quantize(MASS_PLACES, rounding=ROUND_HALF_UP))
    kg_per_unit = Number(places=6)
    condition = Choice(Condition)
    owner = Part(OrganisationSchema, attribute="organisation")
    holder = Part(OrganisationSchema, "who has it")
    depot = Part(_DepotSchema, "null: it lies in no depot", allow_none=True)
    bay = LineOrNull()
    pallets = Integer("pallet places that it takes")
    place_name = LineOrNull("where it lies in no depot")
    in_depot_since = Day("first day of its stay in this depot", allow_none=True)
    is_blocked = YesNo("true: a contamination was found; it goes to nobody", get=lambda lot: lot.blocked_at is not None)
    parent = Integer("id of the lot from which it was split off", attribute="parent_id", allow_none=True)
    origin = Integer(
        "id of the lot with which its history begins; null: it is that itself", attribute="origin_id", allow_none=True
    )
    listing = Integer("id of the listing that offers it, or is a draft of it", allow_none=True)


class LotsSchema(PageSchema):
    """A page of lots."""

    items = List(Part(LotSchema))


class _MovementSchema(Shape):
    """One thing that happened to a lot."""

    kind = Choice(MovementKind, attribute="movement.kind")
    quantity = Quantity("what it gained; below 0 what it lost", attribute="movement.quantity")
    kg_per_unit = Number(
        "what one unit weighed, or weighs from then on: two that count, out and in again, are a weighing",
        places=6,
        attribute="movement.kg_per_unit",
    )
    moved_on = Day("the day that counts", attribute="movement.happened_on")
    at = Moment("when it was entered", attribute="movement.at")
    depot = Integer(
        "id of the depot where it lay, or lies from then on; null: in none", attribute="movement.depot_id", allow_none=True
    )
    bay = LineOrNull("null: in none, or not for you to know")
    pallets = Integer("pallet places that it gained; null: not for you to know", allow_none=True)
    place_name = LineOrNull("where it lay in no depot", attribute="movement.place_name")
    owner = Part(OrganisationSchema)
    holder = Part(OrganisationSchema)
    reason = LineOrNull("why; null: nothing was said, or it was not yours then")
    other_lot = Integer(
        "id of the lot on the other side of a split or a return", attribute="movement.other_lot_id", allow_none=True
    )
    reservation = Integer("id of the reservation that moved it", attribute="movement.reservation_id", allow_none=True)


class _CostSchema(Shape):
    """What lying in depots has cost so far."""

    cents = Integer("of the days that have a price; null: no day has one", allow_none=True)
    days = Integer("on which it lay in a depot")
    is_known = YesNo("false: not every day has a price")


class _ChainSchema(Shape):
    """That its listing is meant for the chain."""

    reason = Line("why the chain need not wait")
    asked_at = Moment()
    told_at = Moment("when the chain was told; null: the listing is not published yet", allow_none=True)
    told = Integer("how many organisations were told")


class WholeLotSchema(LotSchema):
    """A lot with what happened to it, the first movement first, and what its stay has cost.

    Whoever once owned or had it reads where it went, and nothing that is its owner's own: then bay, pallets, inDepotSince, listing,
    chain and cost are null, and so are the reasons of later movements.
    """

    pallets = Integer("pallet places that it takes; null: not for you to know", allow_none=True)
    chain = Part(_ChainSchema, "null: it is not offered to the chain", allow_none=True)
    cost = Part(_CostSchema, "null: not for you to know", allow_none=True)
    depot_warnings = List(
        Part(FullSchema), "after it came into a depot: the kinds of room of which more lies there than fits", optional=True
    )
    movements = List(Part(_MovementSchema))
