"""Memos: a search before something was bought, what the bank had, and what was done."""

from marketplace.api.fields import (
    Choice,
    Codes,
    Day,
    Integer,
    Line,
    LineOrNull,
    Moment,
    Number,
    Quantity,
    Sentence,
    UnitChoice,
    YesNo,
)
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.match import DISTANCE
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.market.rules.listing import Condition
from marketplace.memos.models import Memo
from marketplace.memos.rules.memo import Decision, WhyNew
from marketplace.memos.rules.record import read_found, read_searched, read_stock


class WishSchema(Shape):
    """What was asked of one field of the material, in words."""

    name = Sentence()
    said = Sentence()


class SearchedSchema(Shape):
    """What was searched, with the names of that day."""

    title = Line()
    material = Line("slug of the material")
    material_name = Sentence()
    material_group = Line("slug of its group", attribute="group")
    material_group_name = Sentence(attribute="group_name")
    also = List(Sentence(), "names of what may replace it, which was searched too")
    quantity = Quantity(attribute="quantity.amount")
    unit = UnitChoice(attribute="quantity.unit")
    min_condition = Choice(Condition)
    needed_from = Day()
    needed_until = Day()
    max_distance_km = Number(allow_none=True)
    accepts_hazards = Codes()
    accepts_unknown_hazards = YesNo()
    wishes = List(Part(WishSchema), "what was asked of the material's fields, in words")
    project = Line()
    department = Line()
    place_name = Line(attribute="place.place_name")
    municipality = LineOrNull(attribute="place.municipality")


class MemoLotSchema(Shape):
    """A lot as it was that day."""

    listing_id = Integer()
    title = Line()
    organisation_name = Line(attribute="organisation")
    place_name = Line()
    material_name = Sentence()
    condition = Choice(Condition)
    distance_km = Number(DISTANCE)
    available = Quantity(attribute="available.amount")
    unit = UnitChoice(attribute="available.unit")
    available_from = Day()
    is_planned = YesNo("whether it was not free yet on the day of the search")
    covers = Quantity("in the unit of the search", optional=True, get=lambda lot: lot.covers and lot.covers.amount)
    doubts = List(Sentence(), "what was asked of it and is not known")
    in_the_way = LineOrNull("the one thing in the way", optional=True, get=lambda lot: lot.in_the_way and str(lot.in_the_way))


class LyingSchema(Shape):
    """What was on offer in the region."""

    lots = Integer()
    planned = Integer("how many of these were not free yet")
    mass_kg = Number()
    unweighed = Integer("lots whose weight is not known, which are not in the mass")
    nearest_km = Number(DISTANCE, allow_none=True)


class StockSchema(Shape):
    """The stock of that day."""

    material = Part(LyingSchema, "the material with what may replace it")
    material_group = Part(LyingSchema, attribute="group")


class ConclusionSchema(Shape):
    """What was done after the search."""

    decision = Choice(Decision)
    reason = Choice(WhyNew, allow_none=True)
    explanation = LineOrNull()
    purchase_reference = LineOrNull()
    bought = Quantity(allow_none=True)
    bought_unit = UnitChoice(allow_none=True)
    bought_kg = Number(allow_none=True)
    concluded_at = Moment()


def _demand_id(memo: Memo) -> int | None:
    return memo.demand.demand_id if memo.demand else None


class MemoSchema(Shape):
    """A search before something was bought. Only its conclusion and its demand are ever added."""

    id = Integer()
    number = Line("what it is called on paper: EDB-2026-0001", attribute="name")
    organisation = Part(OrganisationSchema)
    searched_by = Line("inside your own organisation, of one memo: the name of whoever searched", optional=True)
    searched_at = Moment()
    search = Part(SearchedSchema, get=lambda memo: read_searched(memo.search))
    mass_kg = Number("of what was searched")
    fitting = Integer("how many lots fitted")
    nearly = Integer("how many lots fitted but for one thing")
    lots = List(Part(MemoLotSchema), "the best that fitted", get=lambda memo: read_found(memo.found).lots)
    misses = List(Part(MemoLotSchema), "the nearest that nearly fitted", get=lambda memo: read_found(memo.found).misses)
    stock = Part(StockSchema, get=lambda memo: read_stock(memo.stock))
    catalogue_revision = Integer()
    factor_version = Integer("of the list of materials")
    conclusion = Part(ConclusionSchema, "null: nobody has said yet what was done", allow_none=True)
    demand_id = Integer("of the demand that was made of it", allow_none=True, get=_demand_id)


class MemosSchema(PageSchema):
    """A page of memos."""

    items = List(Part(MemoSchema))
