"""A plan by squares with their borders joined, held against the whole."""

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.allocation.rules.allocation import make_plan
from marketplace.bench.generated import generate
from marketplace.bench.towns import towns
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.queries.columns import read_columns
from marketplace.plans.queries.pairs import Objective, read_today
from marketplace.plans.queries.regions import Moved, plan_by_regions
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def by_regions(session: Session, *, side_km: float) -> Moved:
    materials = get_taxonomy(session)
    return plan_by_regions(read_columns(session, materials), materials, Objective.KILOMETRES, side_km=side_km)


@pytest.mark.parametrize("side_km", [4, 16, 400])
def test_a_need_is_served_over_whatever_border_lies_between(bank: Session, side_km: float) -> None:
    """800 m2 of pavers from Almelo to Borne, 185 kg/m2: 148 t, in squares that hold both and in squares that never do."""
    make_listing(bank, make_actor(bank, "almelo"))
    make_demand(bank, make_actor(bank, "borne"))
    moved = by_regions(bank, side_km=side_km)
    assert (moved.takes.tolist(), moved.gives.tolist()) == ([800_000], [800_000])
    assert moved.tonnes == pytest.approx(148)
    assert moved.tonne_km == pytest.approx(148 * read_today(bank).problem.pair_road_hm[0] / 10)


def test_a_lot_far_away_takes_over_from_one_nearby_that_somebody_else_needs(bank: Session) -> None:
    """Borne's need may be served from Almelo, Hengelo's only from Borne: both are, whatever was decided within one square first."""
    borne = make_actor(bank, "borne")
    near = make_listing(bank, borne, quantity=Quantity(Decimal(800), Unit.M2))
    far = make_listing(bank, make_actor(bank, "almelo"), quantity=Quantity(Decimal(800), Unit.M2))
    makes_do = make_demand(bank, borne)
    picky = make_demand(bank, make_actor(bank, "hengelo"), max_distance_km=Decimal(7))
    moved, columns = by_regions(bank, side_km=4), read_columns(bank, get_taxonomy(bank))
    rows = zip(columns.supply.ids[moved.lots].tolist(), columns.wanted.ids[moved.needs].tolist(), strict=True)
    assert set(rows) == {(near.id, picky.id), (far.id, makes_do.id)}
    assert moved.takes.tolist() == [800_000, 800_000]


@pytest.mark.slow
@pytest.mark.parametrize("has_parts", [False, True])
def test_a_made_up_country_loses_little_and_breaks_no_rule(bank: Session, has_parts: bool) -> None:
    seed_region(bank)
    towns_apart = [
        replace(town, point=Point(town.point.lat, town.point.lon - east))
        for east in (0, 0.8)
        for town in towns()
        if town.municipality
    ]
    generate(bank, towns_apart, listings=400, demands=400, seed=5)
    bank.expire_all()
    if has_parts:
        draw = random.Random(5)
        for lot in bank.scalars(select(Listing)):
            lot.minimum_part = Decimal(draw.randint(1, int(lot.quantity))) if draw.random() < 0.3 else None
        bank.flush()
    today = read_today(bank)
    whole, moved = make_plan(today.problem, has_floors=False).allocation, by_regions(bank, side_km=30)
    problem, width = today.problem, len(today.problem.need_ids)
    allowed = set((problem.pair_lots * width + problem.pair_needs).tolist())
    places = (moved.lots * width + moved.needs).tolist()
    assert set(places) <= allowed
    assert len(set(places)) == len(places)
    taken = np.bincount(moved.lots, weights=moved.takes, minlength=len(problem.lot_ids))
    given = np.bincount(moved.needs, weights=moved.gives, minlength=width)
    assert (taken <= problem.lot_amounts).all()
    assert (given <= problem.need_amounts).all()
    smallest = problem.lot_parts[moved.lots]
    assert ((moved.takes >= smallest) | (taken[moved.lots] == problem.lot_amounts[moved.lots])).all()
    assert 0.97 * whole.tonnes <= moved.tonnes <= whole.tonnes * (1 + 1e-9)
