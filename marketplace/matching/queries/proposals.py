"""The proposal for a demand: parts of fitting lots that together cover the need. What is under way is not asked for twice."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.queries.destination import total_under_way
from marketplace.kernel.language import Text
from marketplace.kernel.paging import PAGE_SIZE_MAX
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.matching.queries.matches import Match, list_listings_for_demand, lot_of
from marketplace.matching.rules.proposal import Part, Plan, Supply, plan, sentences
from marketplace.materials.queries import get_taxonomy

LOTS_MAX = PAGE_SIZE_MAX  # the best hundred that fit; a need that they do not cover says what is missing


@dataclass(frozen=True, slots=True)
class ProposedPart:
    """A part of one listing.

    `takes` in the listing's unit, as a reservation asks it; `covers` is what that gives in the demand's.
    """

    listing: Listing
    takes: Amount
    covers: Amount
    distance_km: Decimal
    road_km: Decimal
    mass_kg: Decimal
    tonne_km: Decimal
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Parts that cover a demand together, nearest first. `under_way` is reserved for it already and no part of `needed`."""

    demand: Demand
    under_way: Amount
    plan: Plan
    parts: tuple[ProposedPart, ...]

    @property
    def needed(self) -> Amount:
        return self.plan.needed

    @property
    def sentences(self) -> tuple[Text, ...]:
        """What it comes to, in words and figures."""
        return sentences(self.plan, self.under_way)

    @property
    def amounts(self) -> tuple[tuple[int, Decimal], ...]:
        """What is asked of which listing: the same twice is the same proposal."""
        return tuple((part.listing.id, part.takes.amount) for part in self.parts)


def propose_parts(session: Session, actor: Actor, demand: Demand) -> Proposal:
    """How the lots that fit can cover what the demand still needs. For the organisation that asks, and the reviewer.

    A demand that is not open, or of which all is under way, gets a proposal without parts.
    """
    require(actor, Can.READ_MATCHES, demand)
    taxonomy = get_taxonomy(session)
    material, unit = taxonomy.material_by_id(demand.material_id), Unit(demand.unit)
    under_way = Amount(total_under_way(session, demand), unit)
    needed = Amount(max(demand.remaining - under_way.amount, Decimal(0)), unit)
    matches = list_listings_for_demand(session, actor, demand, page_size=LOTS_MAX).items if needed.amount > 0 else ()
    known_ids = {match.listing.id: match for match in matches}
    chosen = plan(
        needed,
        material,
        [
            Supply(
                item.listing.id,
                item.listing.organisation.name,
                lot_of(item.listing, taxonomy, exact=may(actor, Can.READ_POINTS)),
                item.listing.minimum_part,
                item.road_km,
                item.doubts,
            )
            for item in matches
        ],
    )
    return Proposal(demand, under_way, chosen, tuple(_proposed(part, known_ids[part.supply.number]) for part in chosen.parts))


def _proposed(part: Part, match: Match) -> ProposedPart:
    return ProposedPart(
        match.listing, part.takes, part.gives, match.distance_km, match.road_km, part.mass_kg, part.tonne_km, match.doubts
    )
