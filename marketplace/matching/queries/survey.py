"""The whole region: supply nobody asks for, demand nothing serves, and near misses.

Pairs of the same or a serving material are held against the very rule of matching. So that a page never waits long, the newest
thousand lots and the newest thousand demands are looked at; `is_all` says whether those are all of them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.queries.destination import list_demands_come_back_from
from marketplace.kernel import clock
from marketplace.kernel.geo import METRE, chord_to_arc_km, distance_km
from marketplace.kernel.language import Text
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.freshness import confirmed_since
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries.matches import lot_of, need_of
from marketplace.matching.rules.misses import Kind, near_miss
from marketplace.matching.rules.pair import Lot, Need, objections
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

LOOKED_AT_MOST = 1000
EDGE_KM = Decimal("0.010")  # so near to the farthest distance the geodesic decides; the chord is within 2 m of it
T = TypeVar("T", Listing, Demand)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A listing that would serve a demand but for one thing. `proposed`: the broker has pointed it out already."""

    listing: Listing
    demand: Demand
    kind: Kind
    sentence: Text
    brief: Text
    distance_km: Decimal
    proposed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A listing and a demand whose material it may serve."""

    listing: Listing
    demand: Demand
    lot: Lot
    need: Need

    def exact_km(self) -> Decimal:
        """The geodesic, as a booking would have it."""
        return distance_km(self.lot.point, self.need.point)

    def about_km(self) -> Decimal:
        """Quick, within two metres; exact where the farthest distance is near."""
        listing, demand = self.listing, self.demand
        chord2 = (listing.x_m - demand.x_m) ** 2 + (listing.y_m - demand.y_m) ** 2 + (listing.z_m - demand.z_m) ** 2
        about = Decimal(repr(chord_to_arc_km(chord2))).quantize(METRE, rounding=ROUND_HALF_UP)
        most = self.need.max_distance_km
        return self.exact_km() if most is not None and abs(about - most) < EDGE_KM else about


@dataclass(frozen=True, slots=True)
class Survey:
    """The result of a survey, each list in full.

    Lots by how long they are on offer, demands by their first day, near misses nearest first.
    """

    listings: int
    demands: int
    is_all: bool
    supply_without_demand: list[Listing]
    demand_without_supply: list[Demand]
    misses: list[Pair]
    proposed: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def near_misses(self, *, page: int = 1, page_size: int = 25) -> list[NearMiss]:
        """One page of them, with exact distances."""
        rows, today = [], clock.today()
        for pair in self.misses[(page - 1) * page_size : page * page_size]:
            exact = pair.exact_km()
            miss = near_miss(pair.lot, pair.need, distance_km=exact, today=today)
            if miss is not None:
                values = (pair.listing.id, pair.demand.id) in self.proposed
                rows.append(NearMiss(pair.listing, pair.demand, miss.kind, miss.sentence, miss.brief, exact, values))
        return rows


def survey(session: Session, actor: Actor) -> Survey:
    """Hold everything on offer against everything sought. For the broker."""
    require(actor, Can.BROKER)
    taxonomy, today = get_taxonomy(session), clock.today()
    listings, has_all_listings = _cut(_on_offer(session))
    demands, has_all_demands = _cut(_sought(session))
    served_lots: set[int] = set()
    served_needs: set[int] = set()
    misses: list[tuple[Decimal, int, int, Pair]] = []
    returned = list_demands_come_back_from(session, {row.parent_id for row in listings if row.parent_id})
    for pair in _pairs(listings, demands, taxonomy):
        if pair.demand.id in returned.get(pair.listing.parent_id or 0, ()):
            continue
        about = pair.about_km()
        result = objections(pair.lot, pair.need, distance_km=about, today=today)
        if not result:
            served_lots.add(pair.listing.id)
            served_needs.add(pair.demand.id)
        elif len(result) == 1 and near_miss(pair.lot, pair.need, distance_km=about, today=today):
            misses.append((about, pair.listing.id, pair.demand.id, pair))
    values = select(ProposalMade.listing_id, ProposalMade.demand_id)
    return Survey(
        listings=len(listings),
        demands=len(demands),
        is_all=has_all_listings and has_all_demands,
        supply_without_demand=[listing for listing in reversed(listings) if listing.id not in served_lots],
        demand_without_supply=sorted(
            (demand for demand in demands if demand.id not in served_needs), key=lambda item: item.needed_from
        ),
        misses=[pair for *_order, pair in sorted(misses, key=lambda miss: miss[:3])],
        proposed=frozenset((row[0], row[1]) for row in session.execute(values)) if misses else frozenset(),
    )


def _cut(items: list[T]) -> tuple[list[T], bool]:
    return items[:LOOKED_AT_MOST], len(items) <= LOOKED_AT_MOST


def _on_offer(session: Session) -> list[Listing]:
    """List what members see in the catalogue and is not all taken, newest first. One more than is looked at."""
    rows = select(Listing).where(
        Listing.status == ListingStatus.PUBLISHED,
        Listing.region_from.is_not(None),
        Listing.confirmed_on >= clock.today() - STALE_AFTER,
        Listing.available_until.is_(None) | (Listing.available_until >= clock.today()),
        Listing.held + Listing.transferred < Listing.quantity,
    )
    rows = rows.options(joinedload(Listing.organisation), defer(Listing.search_text))
    return list(session.scalars(rows.order_by(Listing.published_at.desc(), Listing.id.desc()).limit(LOOKED_AT_MOST + 1)))


def _sought(session: Session) -> list[Demand]:
    """Open demands that are matched, newest first, one more than is looked at."""
    rows = select(Demand).where(
        Demand.status == DemandStatus.OPEN,
        Demand.confirmed_on >= confirmed_since(),
        Demand.needed_until >= clock.today(),
        Demand.fulfilled < Demand.quantity,
    )
    return list(
        session.scalars(rows.options(joinedload(Demand.organisation)).order_by(Demand.id.desc()).limit(LOOKED_AT_MOST + 1))
    )


def _pairs(listings: list[Listing], demands: list[Demand], taxonomy: Taxonomy) -> list[Pair]:
    wanted: defaultdict[int, list[tuple[Demand, Need]]] = defaultdict(list)
    for demand in demands:
        wanted[demand.material_id].append((demand, need_of(demand, demand.organisation.kind, taxonomy, exact=True)))
    rows = []
    for listing in listings:
        lot = lot_of(listing, taxonomy, exact=True)
        for material in taxonomy.served_by(lot.material):
            rows += [Pair(listing, demand, lot, need) for demand, need in wanted[material.id]]
    return rows
