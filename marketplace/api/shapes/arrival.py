"""What was announced to a depot."""

from marketplace.api.fields import Day, Integer, LineOrNull, Moment, Quantity, UnitChoice
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.depots.models import Arrival
from marketplace.materials.rules.taxonomy import Material


def _material(arrival: Arrival) -> Material:
    return current_taxonomy().material_by_id(arrival.material_id)


class ArrivalSchema(Shape):
    """Something that is going to come to a depot, by whoever announced it."""

    id = Integer()
    depot = Integer("id of the depot", attribute="depot_id")
    organisation = Part(OrganisationSchema, "who brings it")
    material = Part(MaterialSchema, get=_material)
    quantity = Quantity()
    unit = UnitChoice()
    expected_on = Day()
    words = LineOrNull("what the keeper should know of it")
    announced_at = Moment()
    ended_at = Moment("when it came or was taken back; null: it has not come yet", allow_none=True)
    announced_lot = Integer("id of the lot that comes; null: it has no number yet", attribute="announced_lot_id", allow_none=True)
    lot = Integer("id of the lot that it became; null: none", attribute="lot_id", allow_none=True)


class ArrivalsSchema(PageSchema):
    """A page of what was announced."""

    items = List(Part(ArrivalSchema))
