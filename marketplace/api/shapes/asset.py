"""Assets, their parts, and what is owned in all."""

from decimal import Decimal

from marketplace.api.fields import (
    Answers,
    Choice,
    Day,
    Integer,
    Line,
    LineOrNull,
    Moment,
    Number,
    Property,
    Quantity,
    UnitChoice,
    YesNo,
)
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.market.rules.listing import Answer, Certainty, Condition
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.items import ChangeKind, Detachability, KnownBy


class GeometryOrNull(Property):
    """A GeoJSON geometry."""

    shape = {"type": "object", "properties": {"type": {"type": "string"}, "coordinates": {"type": "array", "items": {}}}}


class AssetSchema(Shape):
    """Something that an organisation owns and somebody maintains."""

    id = Integer()
    name = Line()
    kind = Choice(AssetKind)
    owner = Part(OrganisationSchema, attribute="organisation")
    maintainer = Part(OrganisationSchema)
    external_id = LineOrNull("its number in the owner's asset system")
    external_system = LineOrNull()
    place_name = LineOrNull()
    municipality = LineOrNull()
    lat = Number(places=7)
    lon = Number(places=7)
    shape = GeometryOrNull("its line or area: a GeoJSON geometry; null: a point only", allow_none=True)
    built_year = Integer(allow_none=True)
    earliest = Day("first day on which it can come free; null: not planned", attribute="release_earliest", allow_none=True)
    latest = Day("last day on which it can come free; null: not planned", attribute="release_latest", allow_none=True)
    certainty = Choice(Certainty, "how sure that is; null: not planned", allow_none=True)
    nen_2767 = Integer("score of an inspection, 1 to 6; never the condition of a material", allow_none=True)
    is_public = YesNo("whether everybody may read it")
    parts = Integer("of which something is there")
    mass_kg = Number("of all that is there")
    version = Integer("goes up with every change")


class AssetsSchema(PageSchema):
    """A page of assets."""

    items = List(Part(AssetSchema))


class _ChangeSchema(Shape):
    """One thing that happened to a part."""

    kind = Choice(ChangeKind)
    quantity = Quantity("what it gained; below 0 what it lost")
    happened_on = Day()
    at = Moment("when it was entered")
    reason = LineOrNull()
    exchange = Integer("number of the ledger row that moved it", attribute="exchange_seq", allow_none=True)


class ItemSchema(Shape):
    """A part of an asset: one material in one layer or element."""

    number = Integer("within its asset")
    material = Part(MaterialSchema, get=lambda item: current_taxonomy().material_by_id(item.material_id))
    quantity = Quantity("what is there: the sum of its changes")
    unit = UnitChoice()
    kg_per_unit = Number(places=6)
    kg_basis = Line("taxonomy or measured")
    mass_kg = Number()
    element = LineOrNull()
    layer = Integer("counted from the top, 1 first", allow_none=True)
    known_by = Choice(KnownBy)
    source = LineOrNull("where that is from")
    detachability = Choice(Detachability, allow_none=True)
    condition = Choice(Condition, "null: nobody looked", allow_none=True)
    hazards = Answers(Answer)
    use_count = Integer("how often it was used before it came here")
    changes = List(Part(_ChangeSchema), "oldest first")


class ItemsSchema(PageSchema):
    """A page of parts."""

    items = List(Part(ItemSchema))


class _OwnedRowSchema(Shape):
    """How much of one class of asset is owned or maintained."""

    kind = Choice(AssetKind)
    tonnes = Number(get=lambda row: row.mass_kg / Decimal(1000), places=6)
    source = Line()
    source_year = Integer()


class OwnedSchema(Shape):
    """How much a municipality owns or maintains, by its own newest estimate for a year."""

    year = Integer()
    version = Integer("1, 2, 3 …; 0: nothing was estimated for this year")
    entered_at = Moment(allow_none=True)
    total_tonnes = Number(places=6)
    rows = List(Part(_OwnedRowSchema))
