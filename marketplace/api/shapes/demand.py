"""Demands: what everybody sees of one, and what members see."""

from marketplace.api.fields import (
    Choice,
    Codes,
    Day,
    Degrees,
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
from marketplace.api.material_fields import Wishes, given_wishes
from marketplace.api.schema import CopySchema, List, Part, Shape
from marketplace.api.shapes.material import MaterialSchema, material_of
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.place import ExactSchema
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import Condition
from marketplace.matching.rules.wanted import Fit


class PublicDemandSchema(Shape):
    """A demand as everybody may see it."""

    id = Integer()
    title = Line()
    status = Choice(DemandStatus)
    material = Part(MaterialSchema, get=material_of)
    quantity = Quantity()
    unit = UnitChoice()
    needed_from = Day()
    needed_until = Day()
    organisation = Part(OrganisationSchema)


class OwnFitSchema(Shape):
    """The listing or draft of your own organisation that fits a demand best."""

    listing = Integer("its id", get=lambda row: row.own.listing_id)
    fits = Choice(Fit, get=lambda row: row.fit)
    in_the_way = LineOrNull("where it nearly fits: the one thing in the way", get=lambda row: row.sentence and str(row.sentence))
    doubts = List(Sentence(), "what of the fields that were asked for is not known")
    is_offered = YesNo("whether it was offered already")


class DemandSchema(PublicDemandSchema):
    """A demand as members see it."""

    class Meta:
        """`fields` is also a word of marshmallow, so it stands here."""

        include = {"fields": Wishes("what is asked of the fields of its material, by slug", get=given_wishes, optional=True)}

    version = Integer(optional=True)
    description = Line(optional=True)
    min_condition = Choice(Condition, optional=True)
    max_distance_km = Number(allow_none=True, optional=True)
    accepts_hazards = Codes(optional=True)
    accepts_unknown_hazards = YesNo(optional=True)
    project = Line(optional=True)
    department = Line(optional=True)
    fulfilled = Quantity(optional=True)
    place_name = Line(optional=True)
    municipality = LineOrNull(optional=True)
    lat = Degrees(attribute="public_lat", optional=True)
    lon = Degrees(attribute="public_lon", optional=True)
    created_at = Moment(optional=True)
    updated_at = Moment("when anything in it changed", optional=True)
    external_id = LineOrNull("what its organisation's own system calls it", optional=True)
    confirmed_on = Day(allow_none=True, optional=True)
    exact = Part(ExactSchema, optional=True)
    distance_km = Integer("in a list, with a place: to the public point, in whole kilometres", optional=True)
    own = Part(OwnFitSchema, meaning="in a list: what of your own fits", optional=True)


class DemandsSchema(CopySchema):
    """A page of demands."""

    items = List(Part(DemandSchema))
    corrected_query = Line("the words that were searched for, where nothing was found for q as it was typed", optional=True)
