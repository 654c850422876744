"""Rows of the ledger."""

from typing import NamedTuple

from marketplace.api.fields import Choice, Day, Integer, Line, Moment, Number, Quantity, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape, Written
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import Cause, ReplacesPurchase, RowKind, Through
from marketplace.materials.rules.taxonomy import BankOrigin
from marketplace.stock.queries.legs import Journey, Leg


def _material(row: Exchange) -> Written:
    """The material by the name that it has now, in the group that was booked."""
    existing = current_taxonomy().find_material(row.material_slug)
    return {"slug": row.material_slug, "name": existing.name if existing else row.material_slug, "group": row.group_slug}


class ExchangeSchema(Shape):
    """A row of the ledger, with what its hash was made over."""

    seq = Integer()
    row_version = Integer("which fields its canonical text has")
    kind = Choice(RowKind, "a haul has kilometres and no tonnes: `quantity` × `kgPerUnit` tells what was driven")
    from_organisation = Part(OrganisationSchema, get=lambda row: {"slug": row.from_slug, "name": row.from_name})
    to_organisation = Part(OrganisationSchema, get=lambda row: {"slug": row.to_slug, "name": row.to_name})
    material = Part(MaterialSchema, get=_material)
    listing_id = Integer("null: a leg of a lot that belongs to no transfer", allow_none=True)
    demand_id = Integer(allow_none=True)
    reservation_id = Integer("null: a leg of a lot that belongs to no transfer", allow_none=True)
    lot_id = Integer("the lot itself; null where none is known, and in rows before version 4", allow_none=True)
    cause = Choice(
        Cause, "why something was taken back or driven; null in a transfer, and in rows before version 4", allow_none=True
    )
    recall_id = Integer("the recall for which it was taken back", allow_none=True)
    quantity = Quantity()
    unit = UnitChoice()
    kg_per_unit = Number()
    mass_kg = Number()
    distance_km = Number()
    distance_basis = Line()
    road_km = Number()
    tonne_km = Number()
    vehicle_class = Line()
    transport_kgco2e = Number()
    avoided_kgco2e = Number(allow_none=True)
    processing_factor = Number("kg CO2e per kg; null: unknown", allow_none=True)
    processing_kgco2e = Number("null: unknown, and then not in the net", allow_none=True)
    net_kgco2e = Number(allow_none=True)
    origin = Choice(BankOrigin, "as what it counts; null in a row of version 1", allow_none=True)
    replaces_purchase = Choice(ReplacesPurchase, "null in a row of version 1", allow_none=True)
    carbon_factor = Number("kg CO2e per kg of the new product; null: unknown", places=6, allow_none=True)
    carbon_low = Number("the low end of that factor; null: unknown, and in rows before version 3", places=6, allow_none=True)
    carbon_high = Number("its high end", places=6, allow_none=True)
    carbon_confidence = Line("A, B or C: how sure the factor is; null: unknown, and in rows before version 3", allow_none=True)
    avoided_low_kgco2e = Number("by the low end", allow_none=True)
    avoided_high_kgco2e = Number("by the high end", allow_none=True)
    through = Choice(Through, "whether it lay in a depot first; null in rows before version 3", allow_none=True)
    is_bulk = YesNo("sand or soil; null in rows before version 3", allow_none=True)
    purchase_cents = Integer(
        "what a new purchase would have cost, as the receiver said at the request; null: not said", allow_none=True
    )
    saved_cents = Integer("that purchase less the price; null: not said", allow_none=True)
    factor_version = Integer()
    price_cents = Integer()
    happened_on = Day()
    booked_at = Moment()
    period = Line("the month in which it counts, `YYYY-MM`", attribute="month")
    reverses = Integer(allow_none=True)
    previous_hash = Line()
    hash = Line()
    canonical = Line()


class ExchangesSchema(PageSchema):
    """A page of the ledger."""

    items = List(Part(ExchangeSchema))


class _LegSchema(Shape):
    """One leg of a transfer, with the part of what was driven that this transfer carries."""

    seq = Integer("its row of the ledger; null where you may not read that one", allow_none=True)
    happened_on = Day(attribute="leg.row.happened_on")
    quantity = Quantity(attribute="leg.quantity")
    road_km = Number(attribute="leg.row.road_km")
    tonne_km = Number(attribute="leg.tonne_km")
    transport_kgco2e = Number(attribute="leg.transport_kgco2e")


class _JourneySchema(Shape):
    """A transfer in all its legs, the transfer itself the last. Its tonnes count once, its kilometres per leg."""

    legs = List(Part(_LegSchema))
    road_km = Number()
    tonne_km = Number()
    transport_kgco2e = Number()
    avoided_kgco2e = Number("null: unknown", allow_none=True)
    processing_kgco2e = Number("null: unknown", allow_none=True)
    net_without_processing_kgco2e = Number(
        "avoided less the transport of all legs; null: unknown", attribute="net_without_processing", allow_none=True
    )
    net_with_processing_kgco2e = Number(
        "the same less processing; null: that is not known", attribute="net_with_processing", allow_none=True
    )


class WholeExchangeSchema(ExchangeSchema):
    """A row of the ledger, and the legs before it."""

    journey = Part(_JourneySchema, "null: it went in one leg, or is no transfer", allow_none=True)


class _NumberedLeg(NamedTuple):
    """A leg, and the number of its row for whoever may read that."""

    leg: Leg
    seq: int | None


def write_exchange(row: Exchange, journey: Journey | None, *, sees_legs: bool) -> Written:
    """A row with its legs. `sees_legs`: whether the rows of its earlier legs may be read."""
    if journey is None:
        return WholeExchangeSchema.write(row, journey=None)
    legs = [_NumberedLeg(leg, leg.row.seq if sees_legs or leg.row.seq == row.seq else None) for leg in journey.legs]
    return WholeExchangeSchema.write(row, journey=_JourneySchema.write(journey, legs=legs))
