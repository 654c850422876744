"""The regional plan: what it came to, and its lines."""

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Moment, Number, Quantity, Sentence, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.http.request import current_session
from marketplace.market.rules.listing import Certainty
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import PlanState, state_of_run
from marketplace.plans.rules.lines import Answer, LineState, Why

BASE = "of first come, first served"


class _FiguresSchema(Shape):
    """What a plan came to. By public points: whole kilometres as the crow flies, times 1.3."""

    digest = Line("SHA-256 of all that was decided about; the same digest, the same lines")
    solver = Line("name and version of what solved it")
    lots = Integer("that are on offer")
    needs = Integer("that are open")
    pairs = Integer("lots that may serve a need")
    transfers = Integer("lines of the plan", attribute="lines")
    mass_kg = Number()
    tonne_km = Number()
    first_come_transfers = Integer(BASE, attribute="base_lines")
    first_come_mass_kg = Number(BASE, attribute="base_mass_kg")
    first_come_tonne_km = Number(BASE, attribute="base_tonne_km")
    equal_mass_tonne_km = Number("of the best plan that moves no more than first come, first served", attribute="even_tonne_km")
    without_floors_tonne_km = Number("of the plan in which some may get less", attribute="unbound_tonne_km")
    proven = YesNo("that no way serves more, or as much at less cost", attribute="is_proven")
    mass_bound_kg = Number("no way serves more than this")
    cost_gap_ppm = Integer("by how much less it might cost, in millionths")
    fewest_transfers_proven = YesNo(attribute="has_fewest")
    finished_at = Moment()


class _CostSchema(Shape):
    """What a plan costs by the prices of its day. Money in cents."""

    euros_per_tonne_km = Number()
    euros_per_transfer = Number("through a depot is two transfers")
    verified = YesNo("whether a source was read for the prices; false: they are examples", attribute="is_verified")
    transport_cents = Integer()
    handling_cents = Integer()
    storage_cents = Integer("of the lines of which it is known")
    total_cents = Integer()
    unpriced_lines = Integer("that wait in a depot without a price")
    first_come_cents = Integer(BASE, attribute="base_cents")


class PlanSchema(Shape):
    """A regional plan."""

    id = Integer("higher is newer")
    made_at = Moment("when it was asked for")
    as_of = Day("whose turns, periods and confirmations count")
    objective = Choice(Objective, "what is kept low among the ways that serve the most tonnes")
    floors = YesNo("whether nobody gets less than first come, first served would give", attribute="has_floors")
    state = Choice(PlanState, get=lambda run: state_of_run(current_session(), run))
    task_id = Integer("the long task that makes it, see /tasks; null: the clock or the console made it", allow_none=True)
    figures = Part(_FiguresSchema, "null until it is made", allow_none=True, attribute="result")
    cost = Part(_CostSchema, "null until it is made, and where nothing had a price", allow_none=True)


class PlansSchema(PageSchema):
    """A page of plans, newest first."""

    items = List(Part(PlanSchema))


class PlanAnswerSchema(Shape):
    """What somebody did with a line."""

    answer = Choice(Answer)
    reservation_id = Integer("what came of asking", allow_none=True)
    reason = LineOrNull(get=lambda row: row.reason or None)
    answered_at = Moment()


class _PlaceSchema(Shape):
    """A depot on the way."""

    id = Integer()
    name = Line()


class _JourneySchema(Shape):
    """How a line gets where it goes. Money in cents; null is unknown, never nought."""

    handed_on = Day("when its owner hands it over: to the need, or to the depot")
    arrives_on = Day("when it goes to the need")
    waits_days = Integer("where it lies before it goes straight; in the depot where it goes through one")
    depot = Part(_PlaceSchema, "where it waits; null: at its owner’s, or not at all", allow_none=True)
    to_depot_km = Integer("whole kilometres between the public points; null: it goes straight", allow_none=True)
    from_depot_km = Integer("the second leg", allow_none=True)
    storage_cents = Integer("null: the depot has no price for it", allow_none=True)
    transport_cents = Integer("null: there was no price", allow_none=True)
    handling_cents = Integer("null: there was no price", allow_none=True)
    certainty = Choice(Certainty, "how sure a planned lot’s days were; null: it was there", allow_none=True)


class _PlanLineSchema(Shape):
    """What goes from one lot to one need."""

    number = Integer(attribute="line.number")
    listing = Part(TitledSchema, attribute="line.listing")
    demand = Part(TitledSchema, attribute="line.demand")
    from_organisation = Part(OrganisationSchema, attribute="line.owner")
    to_organisation = Part(OrganisationSchema, attribute="line.asker")
    material = Part(MaterialSchema, get=lambda row: current_taxonomy().material_by_id(row.line.material_id))
    quantity = Quantity("taken of the lot", attribute="line.quantity")
    unit = UnitChoice(attribute="line.unit")
    covers = Quantity("what that gives of the need", attribute="line.covers")
    covers_unit = UnitChoice(attribute="line.covers_unit")
    mass_kg = Number(attribute="line.mass_kg")
    distance_km = Integer(
        "whole kilometres between the public points, of both legs through a depot", attribute="line.distance_km"
    )
    road_km = Number(attribute="line.road_km")
    round_trip_km = Number("by road, out and back", get=lambda row: row.line.road_km * 2)
    first_day = Day("on which it can be handed over; null: it waits in between", attribute="line.first_day", allow_none=True)
    last_day = Day("the last one", attribute="line.last_day", allow_none=True)
    tonne_km = Number(attribute="line.tonne_km")
    net_kgco2e = Number("null: not known", attribute="line.net_kgco2e", allow_none=True)
    unsure = YesNo("whether something that is asked of the material is not known", attribute="line.is_unsure")
    why = Choice(Why, "against first come, first served", attribute="line.why")
    sentence = Sentence("why it stands there")
    way = LineOrNull(
        "on which day it goes, where it waits and what that costs; null: an old plan does not say",
        get=lambda row: None if row.way is None else str(row.way),
    )
    journey = Part(_JourneySchema, "null: an old plan does not say", allow_none=True, attribute="line.journey")
    instead_of = Integer(
        "the demand that this lot would have served without a plan", attribute="line.instead_of_id", allow_none=True
    )
    saved_tonne_km = Number("by this line and those that change with it", attribute="line.saved_tonne_km")
    more_kg = Number("that they serve more together", attribute="line.more_kg")
    state = Choice(LineState, "how it stands now")
    answers = List(Part(PlanAnswerSchema), attribute="line.answers")


class PlanLinesSchema(PageSchema):
    """A page of the lines of a plan, by lot and by need."""

    items = List(Part(_PlanLineSchema))
