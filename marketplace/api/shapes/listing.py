"""Listings. What is unknown is null; the exact spot is only there for people who may know it."""

from decimal import Decimal

from marketplace.api.fields import (
    Answers,
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
from marketplace.api.listing_fields import given_fields
from marketplace.api.material_fields import Answers as FieldAnswers
from marketplace.api.material_fields import given_answers
from marketplace.api.schema import CopySchema, Dict, List, Part, Shape
from marketplace.api.shapes.gates import GateSchema
from marketplace.api.shapes.material import MaterialSchema, material_of
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.photo import PhotoSchema
from marketplace.api.shapes.place import ExactSchema
from marketplace.catalogue.rules.fields import Bound, written
from marketplace.kernel.geo import Point, whole_km
from marketplace.kernel.units import Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Answer, ListingStatus


def _mass_kg(listing: Listing) -> Decimal | None:
    """The mass of all of it, as measured or by the taxonomy. None where neither says what a unit weighs."""
    material, unit = material_of(listing), Unit(listing.unit)
    if listing.kg_per_unit is None and not material.takes(unit):
        return None
    return material.mass_kg(listing.quantity, unit, listing.kg_per_unit)


class ListingSchema(Shape):
    """A listing. `distance_km` is to the public point, in whole kilometres, as the catalogue shows it."""

    class Meta:
        """The fields that are one value come from the table. `fields` is also a word of marshmallow, so it stands here."""

        include = {
            **given_fields(),
            "fields": FieldAnswers(
                "what is said of the fields of its material, by slug; what was not said is not there", get=given_answers
            ),
        }

    id = Integer()
    version = Integer()
    status = Choice(ListingStatus)
    closed_to_others = YesNo("whether it is on offer within its own organisation only; see open", attribute="is_closed_to_others")
    organisation = Part(OrganisationSchema)
    material = Part(MaterialSchema, get=material_of)
    quantity = Quantity()
    unit = UnitChoice()
    available = Quantity()
    held = Quantity()
    transferred = Quantity()
    mass_kg = Number(allow_none=True, get=_mass_kg)
    hazards = Answers(Answer)
    circle = Codes(attribute="chosen_circle", allow_none=True)
    place_name = Line()
    municipality = LineOrNull()
    lat = Degrees(attribute="public_lat")
    lon = Degrees(attribute="public_lon")
    depot = Integer(attribute="depot_id", allow_none=True)
    photos = List(Part(PhotoSchema))
    returned_from = Integer(attribute="parent_id", allow_none=True)
    lot = Integer("the lot that it offers; null before it was ever published", attribute="lot_id", allow_none=True)
    created_at = Moment()
    updated_at = Moment("when anything in it changed, what is available too")
    external_id = LineOrNull("what its organisation's own system calls it")
    published_at = Moment(allow_none=True)
    confirmed_on = Day("last day on which its owner said that it is still there", allow_none=True)
    distance_km = Integer(optional=True)
    exact = Part(ExactSchema, optional=True)
    gates = List(
        Part(GateSchema), "of one listing, for members: what the rules say of it, as far as it concerns the reader", optional=True
    )


class FacetSchema(Shape):
    """How many results have this value."""

    key = Line()
    name = Sentence()
    count = Integer()


class FieldFacetSchema(Shape):
    """A field of the material or group that was asked for, and what the results say of it."""

    slug = Line("of the field", attribute="field.slug")
    name = Sentence(attribute="field.name")
    choices = List(Part(FacetSchema))
    minimum = Line(
        "the least number or the first day, as `field` asks it", allow_none=True, get=lambda facet: _bound(facet.least)
    )
    maximum = Line("the greatest number or the last day", allow_none=True, get=lambda facet: _bound(facet.most))
    silent = Integer("how many say nothing of it, or that it is unknown; these pass no filter by it")


def _bound(bound: Bound | None) -> str | None:
    return None if bound is None else written(bound)


class ListingsSchema(CopySchema):
    """A page of the catalogue, with counts beside every filter."""

    items = List(Part(ListingSchema))
    facets = Dict(List(Part(FacetSchema)))
    field_facets = List(Part(FieldFacetSchema), "where one material or one group is asked for")
    corrected_query = Line("the words that were searched for, where nothing was found for q as it was typed", optional=True)


class TitledSchema(Shape):
    """A listing or a demand inside something else."""

    id = Integer()
    title = Line()


def distance_km(listing: Listing, point: Point | None) -> int | None:
    """To the public point, in whole kilometres, as the catalogue shows it."""
    return None if point is None else whole_km(point, Point(listing.public_lat, listing.public_lon))
