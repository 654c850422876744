"""Matches of a listing and a demand, and several listings that cover a demand together."""

from marketplace.api.fields import Number, Quantity, Sentence, UnitChoice
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.demand import DemandSchema
from marketplace.api.shapes.listing import ListingSchema, TitledSchema
from marketplace.api.shapes.reservation import ReservationSchema

DISTANCE = "exact for people of the municipalities and the region, else between public points, in whole kilometres"


class MatchSchema(Shape):
    """The other one of the two, with figures for the part that is covered. `unit` is the demand's."""

    listing = Part(ListingSchema, optional=True)
    demand = Part(DemandSchema, optional=True)
    distance_km = Number(DISTANCE)
    road_km = Number()
    tonne_km = Number(allow_none=True)
    transport_kgco2e = Number(allow_none=True)
    avoided_kgco2e = Number(allow_none=True)
    processing_kgco2e = Number("null: unknown, and then not in the net", allow_none=True, attribute="impact.processing_kgco2e")
    net_kgco2e = Number(allow_none=True)
    covers = Quantity(attribute="covers.amount")
    unit = UnitChoice(attribute="covers.unit")
    reasons = List(Sentence())
    doubts = List(
        Sentence(), "what of the fields that were asked for is not known; such a match comes after those that are certain"
    )


class MatchesSchema(PageSchema):
    """A page of matches."""

    items = List(Part(MatchSchema))


class _ProposedPartSchema(Shape):
    """A part of one listing."""

    listing = Part(TitledSchema)
    quantity = Quantity("what is taken, in the listing's unit", attribute="takes.amount")
    unit = UnitChoice(attribute="takes.unit")
    covers = Quantity("what that gives, in the demand's unit", attribute="covers.amount")
    distance_km = Number(DISTANCE)
    road_km = Number()
    tonne_km = Number()
    mass_kg = Number()
    doubts = List(Sentence(), "what of the fields that were asked for is not known")


class PartsProposalSchema(Shape):
    """Shape a proposal for the answer. `covered + missing = needed`, and what the parts cover is `covered + surplus`, all in the demand's unit."""

    needed = Quantity("what is still needed, less what is under way", attribute="plan.needed.amount")
    unit = UnitChoice(attribute="plan.needed.unit")
    under_way = Quantity("what open reservations for this demand hold", attribute="under_way.amount")
    covered = Quantity(attribute="plan.covered.amount")
    surplus = Quantity(attribute="plan.surplus.amount")
    missing = Quantity(attribute="plan.missing.amount")
    mass_kg = Number(attribute="plan.mass_kg")
    tonne_km = Number(attribute="plan.tonne_km")
    parts = List(Part(_ProposedPartSchema))
    sentences = List(Sentence())


class RequestedPartsSchema(Shape):
    """The reservations that were made of a proposal."""

    items = List(Part(ReservationSchema))
