"""What the broker reads, and the lots that the broker points out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from marketplace.api.fields import Choice, Integer, Line, Moment, Number, Quantity, Sentence, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.exchange.queries.watch import days_open
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.http.request import current_actor, current_session
from marketplace.kernel.language import Text
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.broker import may_read_proposals, why_not
from marketplace.matching.rules.misses import Kind


def _objections(made: ProposalMade) -> Sequence[Text]:
    _away, objections = why_not(current_session(), current_actor(), made)
    return objections


def _reason(made: ProposalMade) -> str:
    """The broker writes it for whoever asks, not for the owner of the lot."""
    return made.reason if may_read_proposals(current_actor(), made.demand) else ""


class ProposalSchema(Shape):
    """A lot that the broker pointed out, or its owner."""

    id = Integer()
    listing = Part(TitledSchema)
    demand = Part(TitledSchema)
    reason = Line("of the broker, for whoever asks; empty: offered by its owner", get=_reason)
    proposed_at = Moment()
    objections = List(Sentence(), "why it does not match", get=_objections)


class ProposalsSchema(PageSchema):
    """A page of them."""

    items = List(Part(ProposalSchema))


class NearMissSchema(Shape):
    """A listing that would serve a demand but for one thing."""

    listing = Part(TitledSchema)
    demand = Part(TitledSchema)
    kind = Choice(Kind)
    sentence = Sentence()
    distance_km = Number()
    owner = Part(OrganisationSchema, attribute="listing.organisation")
    organisation = Part(OrganisationSchema, attribute="demand.organisation")


class LookedAtSchema(Shape):
    """How much of the bank was compared."""

    listings = Integer()
    demands = Integer()
    is_all = YesNo("false: there are more than are looked at in one go")


class NearMissesSchema(PageSchema):
    """A page of near misses, nearest first."""

    items = List(Part(NearMissSchema))
    looked_at = Part(LookedAtSchema)


class BrokerReservationSchema(Shape):
    """A reservation that asks for attention."""

    id = Integer()
    status = Choice(ReservationStatus)
    listing = Part(TitledSchema)
    quantity = Quantity()
    unit = UnitChoice()
    organisation = Part(OrganisationSchema)
    owner = Part(OrganisationSchema)
    expires_at = Moment(allow_none=True)
    disputed_at = Moment(allow_none=True)
    days_open = Integer("of a dispute", allow_none=True, get=days_open)


class First(NamedTuple):
    """The first of a list, and how many there are."""

    items: Sequence[Any]
    total: int


class _FirstTitledSchema(Shape):
    """The first listings or demands."""

    total = Integer()
    items = List(Part(TitledSchema))


class _FirstReservationsSchema(Shape):
    """The first reservations."""

    total = Integer()
    items = List(Part(BrokerReservationSchema))


class GapsSchema(Shape):
    """What waits for the broker."""

    supply_without_demand = Part(_FirstTitledSchema)
    demand_without_supply = Part(_FirstTitledSchema)
    unwanted = Part(_FirstTitledSchema)
    lapsing = Part(_FirstReservationsSchema)
    disputes = Part(_FirstReservationsSchema)
    unconfirmed = Part(_FirstReservationsSchema)
    objections = Part(_FirstReservationsSchema)
    looked_at = Part(LookedAtSchema)
