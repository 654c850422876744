"""What several organisations need together, what the bank covers, and what is left to buy."""

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Number, Quantity, Sentence, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.http.joint import clause_of
from marketplace.joint.queries.needs import JointNeed
from marketplace.joint.rules.thresholds import Contract, Standing
from marketplace.joint.rules.wording import describe_estimate, describe_threshold
from marketplace.kernel.language import localize, reading_in

IN_UNIT = "in the unit of the whole"


class JointRowSchema(Shape):
    """A stretch of time in which several organisations need the same. Amounts are in `unit`."""

    material = Part(MaterialSchema, attribute="group.material")
    needed_from = Day("the first day on which any of it is needed", attribute="group.first")
    needed_until = Day("the last", attribute="group.last")
    organisations = List(Part(OrganisationSchema), "whose needs they are", attribute="askers")
    unit = UnitChoice("in which it is added up", attribute="group.unit")
    needed = Quantity("what is still to be found", attribute="group.amount")
    covered = Quantity("what the bank covers within the distance, as if nobody else asked")
    rest = Quantity("what is left to buy together")


class JointRowsSchema(PageSchema):
    """A page of joint needs, those of most organisations first."""

    items = List(Part(JointRowSchema))


class _LotPartSchema(Shape):
    """What of a listing goes to a need."""

    listing = Part(TitledSchema)
    owner = Part(OrganisationSchema, attribute="listing.organisation")
    planned = YesNo("whether it is not there yet", attribute="listing.planned")
    takes = Quantity("in the listing's unit", attribute="part.takes")
    unit = UnitChoice(attribute="listing.unit")
    distance_km = Integer("between public points, whole kilometres as the crow flies", attribute="part.distance_km")
    road_km = Number(attribute="part.road_km")
    mass_kg = Number(attribute="part.mass_kg")
    tonne_km = Number(attribute="part.tonne_km")
    unsure = YesNo("whether something that is asked of the material is not known", attribute="part.is_unsure")


class _NeedSchema(Shape):
    """One need. `quantity`, `underWay` and `toFind` are in its own unit."""

    demand = Part(TitledSchema)
    organisation = Part(OrganisationSchema, attribute="demand.organisation")
    needed_from = Day(attribute="demand.needed_from")
    needed_until = Day(attribute="demand.needed_until")
    max_distance_km = Number("null: no limit", attribute="demand.max_distance_km", allow_none=True)
    quantity = Quantity("that was asked for", attribute="demand.quantity")
    unit = UnitChoice()
    received = Quantity(attribute="demand.fulfilled")
    under_way = Quantity("reserved and not received yet")
    to_find = Quantity("quantity - received - underWay")
    needed = Quantity(f"toFind {IN_UNIT}")
    covered = Quantity(IN_UNIT)
    rest = Quantity(IN_UNIT)
    lots = List(Part(_LotPartSchema), "what covers it", attribute="parts")


class _ShareSchema(Shape):
    """What of it is one organisation's."""

    organisation = Part(OrganisationSchema)
    needed = Quantity()
    covered = Quantity()
    rest = Quantity()


class _CircleSchema(Shape):
    """What lies within so many kilometres of a place where it is needed, as the crow flies."""

    within_km = Integer()
    lots = Integer("on offer, fitting in everything but perhaps the distance that a need allows")
    lots_later = Integer("of which the turn has not come", attribute="later_lots")
    mass_kg = Number("of those lots")
    owners = Integer("organisations that have such a lot")
    partners = Integer("partners of the bank with their main place within it")
    covered = Quantity("by an allocation within this distance")
    rest = Quantity()


class _EstimateSchema(Shape):
    """What buying the rest is thought to cost, without VAT."""

    low_cents = Integer()
    high_cents = Integer()
    typed = YesNo("whether it was asked with, and is not by a price of new", get=lambda estimate: estimate.price is None)


class _ThresholdSchema(Shape):
    """A European threshold of today, and how the estimate stands to it."""

    contract = Choice(Contract)
    amount_cents = Integer(
        "without VAT; null: none is known for today",
        get=lambda compared: compared.threshold and compared.threshold.amount_cents,
        allow_none=True,
    )
    first_day = Day(get=lambda compared: compared.threshold and compared.threshold.first_on, allow_none=True)
    last_day = Day(get=lambda compared: compared.threshold and compared.threshold.last_on, allow_none=True)
    law = LineOrNull(get=lambda compared: compared.threshold and localize(compared.threshold.law))
    source = LineOrNull("an id of SOURCES.md", get=lambda compared: compared.threshold and compared.threshold.source)
    verified = YesNo(
        "null: none is known", get=lambda compared: compared.threshold and compared.threshold.is_verified, allow_none=True
    )
    standing = Choice(Standing, meaning="null: estimate or threshold is not known", allow_none=True)
    sentence = Sentence(get=describe_threshold)


def _clause_in(locale: str, need: JointNeed) -> str:
    with reading_in(locale):
        return "\n\n".join(map(str, clause_of(need, current_taxonomy()).sentences))


class _ClauseSchema(Shape):
    """A clause about the farthest transport for a tender, in both languages. Guidance, no legal advice."""

    nl = Line(get=lambda need: _clause_in("nl", need))
    en = Line(get=lambda need: _clause_in("en", need))
    road_km = Number(get=lambda need: clause_of(need, current_taxonomy()).road_km)
    kgco2e_per_tonne = Number(get=lambda need: clause_of(need, current_taxonomy()).kgco2e_per_tonne)


class JointNeedSchema(Shape):
    """What several organisations need of a material together. `needed = covered + rest`, all in `unit`."""

    as_of = Day()
    material = Part(MaterialSchema)
    within_km = Integer("as the crow flies", attribute="question.within_km")
    joint = YesNo("whether at least two organisations need it", attribute="group.is_joint")
    unit = UnitChoice("in which it is added up")
    needed = Quantity("what is still to be found")
    covered = Quantity(
        "what the bank covers within the distance; each lot once, the most tonnes, then the fewest tonne-kilometres"
    )
    rest = Quantity("what is left to buy together")
    rest_mass_kg = Number("null: not known", get=lambda need: need.mass_kg(need.rest), allow_none=True)
    tonne_km = Number("of what the bank covers")
    competing = Integer("other needs that might have the same lots")
    shares = List(Part(_ShareSchema), "by organisation")
    needs = List(Part(_NeedSchema), attribute="rows")
    circles = List(Part(_CircleSchema), "10, 25 and 50 km, and the distance that was asked for")
    estimate = Part(_EstimateSchema, "null: not known", allow_none=True)
    estimate_sentence = Sentence(get=lambda need: describe_estimate(need.estimate))
    thresholds = List(Part(_ThresholdSchema), attribute="compared")
    clause = Part(_ClauseSchema, get=lambda need: need)
