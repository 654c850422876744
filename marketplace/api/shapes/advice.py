"""Opinions of advisers, requests for one, lifted rules, and lots that a new rule concerns."""

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Lines, Moment, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.gates import GateSchema
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.documents.rules import Verdict


class OpinionSchema(Shape):
    """What an adviser found of a listing. It never changes; a later one about the same rule takes its place."""

    id = Integer(attribute="opinion.id")
    organisation = Part(OrganisationSchema, attribute="opinion.organisation")
    given_by = LineOrNull("name; null: not for you to know", attribute="person")
    verdict = Choice(Verdict, attribute="opinion.verdict")
    rule = LineOrNull("slug of a rule; null: the listing as a whole", get=lambda given: given.opinion.rule or None)
    text = Lines(attribute="opinion.text")
    given_at = Moment(attribute="opinion.given_at")
    is_current = YesNo("whether no later one is about the same rule")


class OpinionsSchema(PageSchema):
    """A page of opinions, the last one first."""

    items = List(Part(OpinionSchema))


class OpinionRequestSchema(Shape):
    """A request for an opinion of a listing."""

    id = Integer(attribute="request.id")
    listing_id = Integer(attribute="request.listing_id")
    title = Line("of the listing", attribute="listing.title")
    organisation = Part(OrganisationSchema, "who asks: the owner", attribute="listing.organisation")
    text = LineOrNull("what the adviser should know", get=lambda row: row.request.text or None)
    asked_at = Moment(attribute="request.asked_at")
    answered_at = Moment("null: it waits", attribute="request.answered_at", allow_none=True)


class OpinionRequestsSchema(PageSchema):
    """A page of requests for an opinion that wait, oldest first."""

    items = List(Part(OpinionRequestSchema))


class LiftSchema(Shape):
    """A rule that was lifted for a listing."""

    id = Integer(attribute="lift.id")
    rule = Line("slug of the rule", attribute="lift.rule")
    paper_id = Integer("the paper that it stands on", attribute="lift.paper_id")
    reason = Lines(attribute="lift.reason")
    organisation = Part(OrganisationSchema, attribute="lift.organisation")
    lifted_by = LineOrNull(attribute="person")
    lifted_at = Moment(attribute="lift.lifted_at")
    counts = YesNo("false: the paper was taken away or has run out, so the rule stands in the way again")


class LiftsSchema(PageSchema):
    """A page of lifted rules, the last one first."""

    items = List(Part(LiftSchema))


class RequirementSchema(Shape):
    """A listing that a rule stops which came after it was published."""

    listing_id = Integer(attribute="listing.id")
    title = Line(attribute="listing.title")
    until = Day(
        "last day on which it stays; after it the bank withdraws what still does not meet the rule", attribute="requirement.until"
    )
    found_at = Moment(attribute="requirement.found_at")
    gates = List(Part(GateSchema), "the rules that stop it", attribute="findings")


class RequirementsSchema(PageSchema):
    """A page of listings to mend, the first to leave first."""

    items = List(Part(RequirementSchema))
