"""Supply that left the bank without a taker."""

from operator import itemgetter

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Number, Quantity, UnitChoice
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.material import MaterialSchema
from marketplace.market.rules.freshness import LOST


class LossSchema(Shape):
    """What was lost of one lot."""

    listing = Part(TitledSchema, get=lambda loss: {"id": loss.listing_id, "title": loss.title})
    organisation = Line()
    material = Part(MaterialSchema)
    quantity = Quantity(attribute="quantity.amount")
    unit = UnitChoice(attribute="quantity.unit")
    mass_kg = Number(allow_none=True)
    outcome = Choice(LOST, "null: nobody said", allow_none=True)
    reason = LineOrNull()
    lost_on = Day()


class LossSumSchema(Shape):
    """So many lots, together so many kilograms."""

    lots = Integer()
    mass_kg = Number()


class _ByOutcomeSchema(Shape):
    """The same of one outcome."""

    outcome = Choice(LOST, allow_none=True, get=itemgetter(0))
    lots = Integer(get=lambda pair: pair[1].lots)
    mass_kg = Number(get=lambda pair: pair[1].mass_kg)


class _ByGroupSchema(Shape):
    """The same of one material group."""

    group = Line(get=itemgetter(0))
    lots = Integer(get=lambda pair: pair[1].lots)
    mass_kg = Number(get=lambda pair: pair[1].mass_kg)


class LossesSchema(PageSchema):
    """A page of losses, newest first, with two ways of adding up to all of them."""

    items = List(Part(LossSchema))
    totals = Part(LossSumSchema)
    by_outcome = List(Part(_ByOutcomeSchema))
    by_material_group = List(Part(_ByGroupSchema))
