"""An attacker halves intervals, as a partner and as anybody, over 200 lots and 200 demands, and learns their public points.

The 400 lie in 8 cells of the public grid, each at another spot of its cell. What the attacker measures from three places is held against
the public points to the metre, so all that lie in one cell come in at the same metre.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.search import browse, numbers
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.kernel import clock
from marketplace.kernel.geo import Box, Point, distance_km, public_point, whole_km
from marketplace.market.actions.demands import update_demand
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Demand, Listing
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand
from marketplace.matching.queries.proposals import propose_parts
from marketplace.matching.queries.wanted import search_wanted
from marketplace.matching.rules.wanted import WantedQuery
from tests.factories import demand_draft, listing_draft, make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_places import CORNER, FEW, METRE, at, beside, open_to_partners

EACH = 200
CELLS = 8
PAGES = (1, 2, 3)
STEPS = 7
FROM_HERE = (beside(CORNER, 7.3, 2.2), beside(CORNER, -5.4, 6.4), beside(CORNER, 1.45, -9.3))
FARTHEST_M = 20_000
CHORD_M = 3  # the catalogue compares chords in whole metres
METRES_PER_DEGREE = 111_250
FAR = Point(51.5, 5.5)  # the partner's own lot is nowhere in the way


@dataclass(frozen=True, slots=True)
class Prey:
    """What is not the attacker's, by its id with its public point; and what is."""

    lots: dict[int, Point]
    demands: dict[int, Point]
    borne: Actor
    partner: Actor
    demand: Demand
    lot: Listing


@pytest.fixture
def prey(session: Session) -> Iterator[Prey]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        partner = make_actor(session, "waterschap-vechtstromen", kind="partner")
        source = random.Random(3)
        cells = [(source.randint(-12, 12), source.randint(-12, 12)) for _each in range(CELLS)]

        def anywhere(number: int) -> Point:
            north, east = cells[number % CELLS]
            return beside(CORNER, north + source.uniform(-0.49, 0.49), east + source.uniform(-0.49, 0.49))

        lots = [make_listing(session, hengelo, quantity=FEW, **open_to_partners(anywhere(number))) for number in range(EACH)]
        demands = [
            make_demand(session, borne, quantity=FEW, location=at(anywhere(number)), max_distance_km=Decimal(4 + number % 7))
            for number in range(EACH)
        ]
        yield Prey(
            {row.id: Point(row.public_lat, row.public_lon) for row in lots},
            {row.id: Point(row.public_lat, row.public_lon) for row in demands},
            borne,
            partner,
            make_demand(session, partner, quantity=FEW, location=at(FROM_HERE[0])),
            make_listing(session, partner, quantity=FEW, location=at(FAR)),
        )


def bisected(count: Callable[[int], int], least: int = 1, most: int = FARTHEST_M) -> Counter[int]:
    """At how many metres how many more are found: the interval is halved wherever the counts at its ends differ."""
    learned = Counter({least: count(least)})
    intervals = [(least, learned[least], most, count(most))]
    while intervals:
        near, few, far, many = intervals.pop()
        if few == many:
            continue
        if far - near == 1:
            learned[far] += many - few
            continue
        middle = (near + far) // 2
        at_middle = count(middle)
        intervals += [(near, few, middle, at_middle), (middle, at_middle, far, many)]
    return learned


def distances(here: Point, points: Iterable[Point]) -> Counter[int]:
    """In metres, one at least, how often each."""
    return Counter(max(1, int(distance_km(here, point) * 1000)) for point in points)


def drifted(learned: Counter[int], expected: Counter[int]) -> int:
    """By how many metres the two differ at most; they are of equally many."""
    assert learned.total() == expected.total() >= EACH
    return max(abs(metres - other) for metres, other in zip(sorted(learned.elements()), sorted(expected.elements()), strict=True))


def moved_demand(session: Session, prey: Prey, here: Point, km: Decimal | None = None) -> None:
    """The partner puts its own demand there."""
    draft = demand_draft(quantity=FEW, location=at(here), max_distance_km=km)
    update_demand(session, prey.partner, demand_id=prey.demand.id, version=prey.demand.version, draft=draft)


@pytest.mark.slow
def test_a_partner_and_anybody_who_bisect_learn_nothing_but_public_points(session: Session, prey: Prey) -> None:
    """By the farthest distance of a demand, by the radius of a search for lots and for demands, and by the edge of the map."""
    for here, actor in zip(FROM_HERE, (prey.partner, ANONYMOUS, prey.partner), strict=True):
        public = public_point(here)
        moved_demand(session, prey, here)

        def served(metres: int) -> int:
            prey.demand.max_distance_km = metres * METRE
            session.flush()
            return list_listings_for_demand(session, prey.partner, prey.demand, page_size=1).total

        assert bisected(served) == distances(public, prey.lots.values())

        def near(metres: int, here: Point = here, actor: Actor = actor) -> int:
            return numbers(session, actor, CatalogueQuery(point=here, radius_km=metres * METRE))[1]

        def wanted(metres: int, here: Point = here, actor: Actor = actor) -> int:
            return search_wanted(session, actor, WantedQuery(point=here, radius_km=metres * METRE, page_size=1)).total

        borne, partner = (session.get_one(Organisation, row.organisation_id) for row in (prey.borne, prey.partner))
        mains = [Point(organisation.main_lat, organisation.main_lon) for organisation in (*[borne] * EACH, partner)]
        assert drifted(bisected(near), distances(here, prey.lots.values())) <= CHORD_M
        wanted_at = (*prey.demands.values(), public) if actor.is_member else mains  # the partner's own lies here
        assert drifted(bisected(wanted), distances(here, wanted_at)) <= CHORD_M
    for actor in (prey.partner, ANONYMOUS):

        def south_of(metres: int, actor: Actor = actor) -> int:
            box = Box(CORNER.lat - 0.1, CORNER.lat - 0.1 + metres / METRES_PER_DEGREE, CORNER.lon - 0.2, CORNER.lon + 0.2)
            result = browse(session, actor, CatalogueQuery(box=box))
            assert result.facets is not None
            assert sum(facet.count for facet in result.facets.organisations) == result.total
            return result.total

        lines = Counter(round((point.lat - CORNER.lat + 0.1) * METRES_PER_DEGREE) for point in prey.lots.values())
        assert drifted(bisected(south_of), lines) <= 1


@pytest.mark.slow
def test_a_partner_who_moves_a_demand_or_a_lot_of_its_own_sees_what_public_points_say(session: Session, prey: Prey) -> None:
    """What is found, its order, every figure, the proposal: at each step north, one cell in three steps."""
    farthest = {demand_id: Decimal(4 + number % 7) for number, demand_id in enumerate(prey.demands)}
    for step in range(STEPS):
        here = beside(CORNER, -2 + step / 3, 2.4)
        public = public_point(here)
        moved_demand(session, prey, here)
        matches = [
            match
            for page in PAGES
            for match in list_listings_for_demand(session, prey.partner, prey.demand, page=page, page_size=100).items
            if match.listing.id != prey.lot.id
        ]
        assert {match.listing.id: match.distance_km for match in matches} == {
            listing_id: whole_km(public, point) for listing_id, point in prey.lots.items()
        }
        away = [distance_km(public, prey.lots[match.listing.id]) for match in matches]
        assert all(later - sooner >= -CHORD_M * METRE for sooner, later in pairwise(away))
        (part,) = propose_parts(session, prey.partner, prey.demand).parts
        assert (part.listing.id, part.distance_km) == (matches[0].listing.id, matches[0].distance_km)
        draft = listing_draft(quantity=FEW, location=at(here))
        update_listing(session, prey.partner, listing_id=prey.lot.id, version=prey.lot.version, draft=draft)
        served = {
            match.demand.id: match.distance_km
            for page in PAGES
            for match in list_demands_for_listing(session, prey.partner, prey.lot, page=page, page_size=100).items
            if match.demand.id != prey.demand.id
        }
        within = {demand_id for demand_id, point in prey.demands.items() if distance_km(public, point) <= farthest[demand_id]}
        assert served == {demand_id: whole_km(public, prey.demands[demand_id]) for demand_id in within}
        draft = listing_draft(quantity=FEW, location=at(FAR))
        update_listing(session, prey.partner, listing_id=prey.lot.id, version=prey.lot.version, draft=draft)
