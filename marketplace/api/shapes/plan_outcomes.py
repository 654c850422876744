"""What a plan leaves over, what goes together, what differs, and what following did."""

from marketplace.api.fields import Choice, Day, Integer, LineOrNull, Number, Quantity, Sentence, UnitChoice
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.plan import PlanSchema
from marketplace.plans.queries.effects import in_order
from marketplace.plans.queries.together import Change
from marketplace.plans.rules.fates import Fate
from marketplace.plans.rules.gaps import Side, Step


class _WaySchema(Shape):
    """The one thing that would help."""

    step = Choice(Step, "what stands between; turn: it opens on a day", attribute="way.step")
    short = Number("of which so much: kilometres, steps of condition, days, answers, or units of the lot", attribute="way.short")
    day = Day("from or until which it is there, or its turn opens", attribute="way.day", allow_none=True)
    detail = LineOrNull("the condition it has, or the slug of the field that differs", get=lambda row: row.way.detail or None)
    listing_id = Integer(attribute="way.listing_id")
    demand_id = Integer(attribute="way.demand_id")
    organisation = Part(OrganisationSchema, "the other side", attribute="way.other")
    quantity = Quantity("that would be taken of the lot", attribute="way.quantity")
    unit = UnitChoice(attribute="way.unit")
    covers = Quantity("what that gives of the need", attribute="way.covers")
    covers_unit = UnitChoice(attribute="way.covers_unit")
    distance_km = Integer("whole kilometres between the public points", attribute="way.distance_km")
    sentence = Sentence("the same in words")


class _PlanGapSchema(Shape):
    """A need that is not met, or a lot of which something stays."""

    number = Integer(attribute="gap.number")
    side = Choice(Side, attribute="gap.side")
    demand = Part(TitledSchema, attribute="gap.demand", allow_none=True)
    listing = Part(TitledSchema, attribute="gap.listing", allow_none=True)
    organisation = Part(OrganisationSchema, "whose it is", attribute="gap.organisation")
    material = Part(MaterialSchema, get=lambda row: current_taxonomy().material_by_id(row.gap.material_id))
    quantity = Quantity("that was open when the plan was made", attribute="gap.quantity")
    left = Quantity("that stays", attribute="gap.left")
    unit = UnitChoice(attribute="gap.unit")
    left_kg = Number(attribute="gap.left_kg")
    ways = List(Part(_WaySchema), "of each kind the nearest lot or need that one thing keeps apart; empty: there is none")
    turns = List(Part(_WaySchema), "what becomes possible when a turn opens")


class PlanGapsSchema(PageSchema):
    """A page of what a plan leaves over: what can be helped first, then the most mass."""

    items = List(Part(_PlanGapSchema))


class _CombinedSchema(Shape):
    """A need that several lots serve."""

    demand = Part(TitledSchema, attribute="first.demand")
    organisation = Part(OrganisationSchema, attribute="first.asker")
    lines = List(Integer(), "the numbers of its lines", get=lambda need: [line.number for line in need.lines])
    covers = Quantity("what they give together")
    covers_unit = UnitChoice(attribute="first.covers_unit")
    mass_kg = Number()
    tonne_km = Number()


class PlanCombinedSchema(PageSchema):
    """A page of needs that several lots serve, the heaviest first."""

    items = List(Part(_CombinedSchema))


class _RoundSchema(Shape):
    """Two lines that go each other's way in the same weeks, as one round."""

    there = Integer("the number of a line", attribute="plan_return.there")
    back = Integer("the number of the line the other way", attribute="plan_return.back")
    from_organisation = Part(OrganisationSchema, attribute="there.owner")
    to_organisation = Part(OrganisationSchema, attribute="there.asker")
    first_day = Day("Monday of the first week that both share", attribute="plan_return.first_day")
    last_day = Day("Sunday of the last", attribute="plan_return.last_day")
    apart_km = Number("by road, each out and back", attribute="plan_return.apart_km")
    together_km = Number("by road, one round of both", attribute="plan_return.together_km")
    saved_km = Number("for each round")


class PlanRoundsSchema(PageSchema):
    """A page of rounds, what saves the most first."""

    items = List(Part(_RoundSchema))


class _LineThenSchema(Shape):
    """A line as one of two plans has it."""

    number = Integer()
    quantity = Quantity()
    unit = UnitChoice()
    mass_kg = Number()
    tonne_km = Number()


class _ChangedLineSchema(Shape):
    """A lot for a need, as it stands in the one plan and in the other."""

    change = Choice(Change)
    listing = Part(TitledSchema, attribute="line.listing")
    demand = Part(TitledSchema, attribute="line.demand")
    from_organisation = Part(OrganisationSchema, attribute="line.owner")
    to_organisation = Part(OrganisationSchema, attribute="line.asker")
    before = Part(_LineThenSchema, allow_none=True)
    now = Part(_LineThenSchema, allow_none=True)


class PlanChangesSchema(PageSchema):
    """Two plans beside each other, and a page of the lines that differ, by lot and need."""

    before = Part(PlanSchema)
    now = Part(PlanSchema)
    kept = Integer("lines that both have, with the same quantity")
    came = Integer()
    went = Integer()
    changed = Integer("lines of another quantity")
    items = List(Part(_ChangedLineSchema))


class _FateSchema(Shape):
    """Lines of one fate."""

    fate = Choice(
        Fate,
        "repeated: the same lot for the same need stands in a later plan or was asked for by an earlier one, and counts there",
    )
    lines = Integer(attribute="total.lines")
    mass_kg = Number(attribute="total.mass_kg")
    tonne_km = Number("that following them drives", attribute="total.tonne_km")
    saved_tonne_km = Number("against first come, first served", attribute="total.saved_tonne_km")
    more_kg = Number("that is served more than by first come, first served", attribute="total.more_kg")


class _DeedsSchema(Shape):
    """What came of lines that were asked for, or offered and then taken up."""

    reservations = Integer()
    under_way = Integer()
    ended = Integer("without a hand-over")
    handed_over = Integer()
    mass_kg = Number("in the ledger, less what came back")
    tonne_km = Number("in the ledger, also of ways back")


class _PlanEffectSchema(Shape):
    """What became of the lines of one plan."""

    plan = Part(PlanSchema, attribute="run")
    fates = List(Part(_FateSchema), get=lambda effect: in_order(effect.fates))


class PlansFollowedSchema(PageSchema):
    """What following the plans did, over all of them, and a page of the plans, newest first."""

    fates = List(Part(_FateSchema))
    deeds = Part(_DeedsSchema)
    items = List(Part(_PlanEffectSchema))
