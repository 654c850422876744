"""The regional plan as it is made and kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Certainty, Location
from marketplace.places.rules import PlaceBasis
from marketplace.plans.actions.runs import keep_plan, make_at_once, solve, start_plan
from marketplace.plans.models import PlanLine, PlanResult, PlanRun
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import find_last_run, get_run, is_made_since, list_lines, list_runs
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_planned import planned

STEP = 0.0135  # of latitude: 1.5 km and a bit


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def broker(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", role=Role.COORDINATOR, kind="region")


def north(kilometres: int) -> Location:
    """So many kilometres due north of one point, nearly: a degree of latitude is 111.27 km there."""
    return Location(f"Kilometer {kilometres}", "almelo", Point(52.2 + kilometres / 111.27, 6.7), PlaceBasis.POINT)


def on_a_line(bank: Session) -> tuple[list[Listing], list[Demand]]:
    """Lots at 0 and 10 km, needs at 9 and 20 km, all of 800 m2 along one road.

    The first need takes the lot at 10 km (1 km), and the second has to fetch its stones at 0 (20 km): 21. The plan drives 9 and 10: 19.
    """
    lots = [
        make_listing(bank, make_actor(bank, slug), quantity=Quantity(Decimal(800), Unit.M2), location=north(away))
        for slug, away in (("almelo", 0), ("hengelo", 10))
    ]
    needs = [
        make_demand(bank, make_actor(bank, slug), location=north(away), max_distance_km=None)
        for slug, away in (("borne", 9), ("losser", 20))
    ]
    return lots, needs


def test_a_plan_is_kept_with_what_it_saves(bank: Session, broker: Actor) -> None:
    """800 m2 at 185 kg are 148 t. First come: 148 x 1.3 x (1 + 20) = 4 040.4 tonne-km; the plan 148 x 1.3 x (9 + 10) = 3 655.6."""
    lots, needs = on_a_line(bank)
    run = get_run(bank, broker, make_at_once(bank, broker, objective=Objective.KILOMETRES).id)
    result = run.result
    assert result is not None and (result.lots, result.needs, result.pairs, result.lines, result.base_lines) == (2, 2, 4, 2, 2)
    assert (result.mass_kg, result.base_mass_kg, result.mass_bound_kg) == (296_000, 296_000, 296_000)
    assert (result.tonne_km, result.base_tonne_km, result.even_tonne_km) == (
        Decimal("3655.6"),
        Decimal("4040.4"),
        Decimal("3655.6"),
    )
    assert (result.is_proven, result.has_fewest, result.cost_gap_ppm) == (True, True, 0)
    lines, total = list_lines(bank, run, offset=0, limit=10)
    assert total == 2 and [(line.listing_id, line.demand_id, line.distance_km) for line in lines] == [
        (lots[0].id, needs[0].id, 9),
        (lots[1].id, needs[1].id, 10),
    ]
    first = lines[0]
    assert (first.quantity, first.unit, first.covers, first.mass_kg) == (800, "m2", 800, 148_000)
    assert (first.road_km, first.tonne_km) == (Decimal("11.7"), Decimal("1731.6"))
    assert (first.why, first.instead_of_id, first.saved_tonne_km, first.more_kg) == ("less", needs[1].id, Decimal("384.8"), 0)
    assert (first.owner.slug, first.asker.slug) == ("almelo", "borne")


def test_the_same_input_gives_the_same_digest_and_lines(bank: Session, broker: Actor) -> None:
    lots, _needs = on_a_line(bank)
    first, second = (make_at_once(bank, broker, objective=Objective.KILOMETRES).id for _twice in range(2))
    with clock.frozen(clock.now() + timedelta(days=1)):  # nothing opened or ended meanwhile
        third = make_at_once(bank, broker, objective=Objective.KILOMETRES).id
    digests = [bank.get_one(PlanResult, number).digest for number in (first, second, third)]
    assert len(set(digests)) == 1
    lines = [[(line.listing_id, line.demand_id, line.quantity) for line in lines_of(bank, broker, run)] for run in (first, third)]
    assert lines[0] == lines[1]
    asker = make_actor(bank, "borne")
    reserve(bank, asker, listing_id=lots[0].id, draft=ReservationDraft(Quantity(Decimal(1), Unit.M2)))
    assert bank.get_one(PlanResult, make_at_once(bank, broker, objective=Objective.KILOMETRES).id).digest != digests[0]
    assert [run.id for run in list_runs(bank, broker, offset=0, limit=2)[0]] == [4, 3]
    last = find_last_run(bank, broker)
    assert last is not None and last.id == 4


def lines_of(bank: Session, actor: Actor, run_id: int) -> list[PlanLine]:
    return list_lines(bank, get_run(bank, actor, run_id), offset=0, limit=100)[0]


def test_a_plan_of_the_most_carbon_says_so(bank: Session, broker: Actor) -> None:
    on_a_line(bank)
    run = make_at_once(bank, broker, objective=Objective.CARBON, has_floors=False)
    assert (run.objective, run.has_floors) == ("carbon", False)
    result = bank.get_one(PlanResult, run.id)
    assert (result.tonne_km, result.mass_kg) == (Decimal("3655.6"), 296_000)  # of one material the shortest way saves the most


def test_with_nothing_to_serve_a_plan_is_empty(bank: Session, broker: Actor) -> None:
    run = make_at_once(bank, broker, objective=Objective.KILOMETRES)
    result = bank.get_one(PlanResult, run.id)
    assert (result.lots, result.needs, result.lines, result.mass_kg, result.is_proven) == (0, 0, 0, 0, True)
    assert is_made_since(bank, clock.now() - timedelta(minutes=1)) and not is_made_since(bank, clock.now())


def test_a_plan_that_was_kept_is_kept_once(bank: Session, broker: Actor) -> None:
    on_a_line(bank)
    run = start_plan(bank, broker, objective=Objective.KILOMETRES, task_id=7)
    assert start_plan(bank, broker, objective=Objective.KILOMETRES, task_id=7).id == run.id
    made = solve(bank, broker, objective=Objective.KILOMETRES, has_floors=True)
    assert [keep_plan(bank, broker, run_id=run.id, made=made).lines for _twice in range(2)] == [2, 2]
    assert len(bank.scalars(select(PlanLine)).all()) == 2


def test_members_read_a_plan_and_do_not_make_one(bank: Session, broker: Actor) -> None:
    run = make_at_once(bank, broker, objective=Objective.KILOMETRES)
    leader = make_actor(bank, "borne")
    assert get_run(bank, leader, run.id).result is not None
    with pytest.raises(Forbidden):
        make_at_once(bank, leader, objective=Objective.KILOMETRES)


@pytest.mark.parametrize("table", [PlanRun, PlanResult, PlanLine])
def test_what_was_planned_is_never_written_over(bank: Session, broker: Actor, table: type[PlanRun]) -> None:
    on_a_line(bank)
    make_at_once(bank, broker, objective=Objective.KILOMETRES)
    values = {PlanRun: {"has_floors": False}, PlanResult: {"lots": 9}, PlanLine: {"distance_km": 1}}
    for statement in (update(table).values(values[table]), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), bank.begin_nested():
            bank.execute(statement)


def test_a_line_of_a_planned_lot_keeps_how_sure_its_days_were(bank: Session, broker: Actor) -> None:
    """It comes free in 60 to 90 days, and is needed by then; when the work begins it is surer, and the old plan says what was known."""
    lot = planned(bank, make_actor(bank, "hengelo"))
    make_demand(bank, make_actor(bank, "borne"), needed_until=clock.today() + timedelta(days=120), max_distance_km=None)
    old = make_at_once(bank, broker, objective=Objective.KILOMETRES)
    lot.certainty = Certainty.IN_EXECUTION.value
    bank.flush()
    new = make_at_once(bank, broker, objective=Objective.KILOMETRES)
    sure = [line.journey and line.journey.certainty for run in (old, new) for line in lines_of(bank, broker, run.id)]
    assert sure == ["budgeted", "in_execution"]
    make_listing(bank, make_actor(bank, "borne"))
    there = lines_of(bank, broker, make_at_once(bank, broker, objective=Objective.KILOMETRES).id)
    assert None in [line.journey and line.journey.certainty for line in there]
