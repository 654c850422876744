"""The pairs of a plan, held against the rule of matching two by two."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.models import Organisation
from marketplace.bench.generated import generate
from marketplace.bench.towns import towns
from marketplace.exchange.actions import decide
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.geo import distance_km, whole_km
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.gates import find_blocking, list_findings_of
from marketplace.matching.queries.matches import lot_of, need_of
from marketplace.matching.rules.misses import near_miss
from marketplace.matching.rules.pair import objections
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.soil import easiest
from marketplace.plans.queries.pairs import Today, read_today
from marketplace.plans.rules.pairing import Way
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def ways(today: Today) -> dict[tuple[int, int], tuple[Way, int]]:
    """Of each pair what stands between, and the kilometres, by the numbers of lot and need."""
    supply, wanted, pairs = today.columns.supply, today.columns.wanted, today.paired
    rows = zip(pairs.lots.tolist(), pairs.needs.tolist(), pairs.ways.tolist(), pairs.km.tolist(), strict=True)
    return {(int(supply.ids[lot]), int(wanted.ids[need])): (Way(way), km) for lot, need, way, km in rows}


def by_the_rule(session: Session) -> dict[tuple[int, int], tuple[Way, int]]:
    """The same, two by two."""
    taxonomy, today = get_taxonomy(session), clock.today()
    askers = {organisation.id: organisation for organisation in session.scalars(select(Organisation))}
    pairs = {}
    listings = session.scalars(select(Listing)).all()
    findings = {own: list_findings_of(session, listings, destination=easiest(is_other_owner=not own)) for own in (True, False)}
    for listing in listings:
        lot = lot_of(listing, taxonomy, exact=False)
        for demand in session.scalars(select(Demand)):
            asker = askers[demand.organisation_id]
            need = need_of(demand, asker.kind, taxonomy, asker.slug, exact=False)
            if lot.material.slug not in need.serving:
                continue
            away = distance_km(lot.point, need.point)
            reasons = objections(lot, need, distance_km=away, today=today)
            miss = near_miss(lot, need, distance_km=away, today=today)
            if find_blocking(findings[asker.id == listing.organisation_id][listing.id], Moment.RESERVE):
                continue
            if not reasons:
                way = Way.FREE
            elif miss is not None:
                way = Way[miss.kind.name]
            elif len(reasons) == 1 and "beurt" in str(reasons[0]):
                way = Way.TURN
            else:
                continue
            pairs[listing.id, demand.id] = (way, whole_km(lot.point, need.point))
    return pairs


@pytest.mark.slow
def test_the_columns_say_of_every_pair_what_the_rule_says(session: Session) -> None:
    seed_taxonomy(session)
    seed_region(session)
    generate(session, list(towns()), listings=170, demands=150, seed=23)
    session.expire_all()
    draw, today = random.Random(23), clock.today()
    for listing in session.scalars(select(Listing)):
        if draw.random() < 0.25:
            listing.minimum_part = Decimal(draw.randint(1, int(listing.quantity)))
        if draw.random() < 0.2:
            listing.region_from = today + timedelta(days=5)
            listing.circle, listing.circle_from = "|almelo|borne|enschede|", today - timedelta(days=1)
        if draw.random() < 0.2:
            listing.kg_per_unit = Decimal(draw.randint(50, 400)) + Decimal("0.125")
        if draw.random() < 0.15 and get_taxonomy(session).material_by_id(listing.material_id).takes(Unit.TONNE):
            listing.unit = "tonne"
    for demand in session.scalars(select(Demand)):
        if draw.random() < 0.3:
            demand.accepts_hazards = ["asbest", "pak", "chroom-6"]
        if draw.random() < 0.3:
            demand.max_distance_km = Decimal(draw.randint(1, 30))
    session.flush()
    expected = by_the_rule(session)
    assert ways(read_today(session)) == expected
    assert min(Counter(way for way, _km in expected.values()).values()) >= 2  # of every sort there were some
    assert len(Counter(way for way, _km in expected.values())) == len(Way)


def test_what_is_under_way_and_what_is_held_is_planned_no_more(bank: Session) -> None:
    """Of 1 200 m2 on offer and 800 m2 needed 300 m2 are asked for: a plan is about the 900 and the 500 that are left."""
    owner, asker = make_actor(bank, "almelo"), make_actor(bank, "borne")
    lot, demand = make_listing(bank, owner), make_demand(bank, asker)
    reservation = reserve(bank, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(300), Unit.M2), demand.id))
    problem = read_today(bank).problem
    assert (problem.lot_amounts.tolist(), problem.need_amounts.tolist()) == ([900_000], [500_000])
    decide.cancel(bank, asker, reservation_id=reservation.id, reason="Toch niet")
    problem = read_today(bank).problem
    assert (problem.lot_amounts.tolist(), problem.need_amounts.tolist()) == ([1_200_000], [800_000])


def test_a_stale_lot_and_one_that_is_all_taken_are_no_supply(bank: Session) -> None:
    owner, asker = make_actor(bank, "almelo"), make_actor(bank, "borne")
    make_demand(bank, asker)
    stale, taken = make_listing(bank, owner), make_listing(bank, owner)
    reserve(bank, asker, listing_id=taken.id, draft=ReservationDraft(Quantity(Decimal(1200), Unit.M2)))
    stale.confirmed_on = clock.today() - timedelta(days=61)
    bank.flush()
    assert read_today(bank).problem.lot_ids.tolist() == []
    stale.confirmed_on = clock.today() - timedelta(days=60)
    bank.flush()
    assert read_today(bank).problem.lot_ids.tolist() == [stale.id]


def test_the_road_is_counted_from_the_public_points(bank: Session) -> None:
    """Whole kilometres as the crow flies, times 1.3: so many tenths of a kilometre of road."""
    lot, demand = make_listing(bank, make_actor(bank, "almelo")), make_demand(bank, make_actor(bank, "borne"))
    problem = read_today(bank).problem
    public = (
        lot_of(lot, get_taxonomy(bank), exact=False).point,
        need_of(demand, "municipality", get_taxonomy(bank), exact=False).point,
    )
    assert problem.pair_road_hm.tolist() == [13 * whole_km(*public)]
    assert problem.lot_weights_mg.tolist() == [185_000_000]  # concrete pavers, 185 kg/m2
