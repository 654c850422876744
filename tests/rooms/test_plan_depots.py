"""The regional plan through a depot and over several periods: which depot, how long, and what it costs. All by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.depots.models import Arrival, Depot, DepotCapacity, DepotRate, Lot
from marketplace.depots.rules.quarter import Span
from marketplace.exchange.actions import decide
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.actions.answers import accept_line
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanCost, PlanJourney, PlanLine, PlanResult
from marketplace.plans.queries.pairs import Objective, read_today
from marketplace.plans.queries.runs import get_run, list_lines
from tests.factories import KEI, make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north
from tests.yards import keep, make_lot, make_yard

TODAY = date(2027, 3, 2)
LEAVES_OWNER = date(2027, 4, 1)  # the last day of the lot's period
NEEDED = LEAVES_OWNER + timedelta(days=84)  # 24 June: all of the stay lies in one quarter


@pytest.fixture
def bank(session: Session) -> Iterator[Session]:
    with clock.frozen(datetime(2027, 3, 2, 12, tzinfo=UTC)):
        seed_taxonomy(session)
        yield session


@pytest.fixture
def broker(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", role=Role.COORDINATOR, kind="region")


def yard(
    bank: Session,
    at_km: float,
    name: str = "Regiodepot",
    *,
    price: str | None = "0.0325",
    room: int | None = None,
    **changes: Any,
) -> Depot:
    """A depot of the region so many kilometres along the road, with a price for a square metre and week."""
    where = north(0).point
    depot = make_yard(
        bank, make_actor(bank, "regio-twente", kind="region"), name=name, lat=where.lat + at_km / 111.27, lon=where.lon, **changes
    )
    if price is not None:
        bank.add(DepotRate(depot_id=depot.id, unit="m2", euros_per_week=Decimal(price), from_on=date(2026, 1, 1)))
    if room is not None:
        bank.add(DepotCapacity(depot_id=depot.id, kind="m2", amount=Decimal(room)))
    bank.flush()
    bank.expire_all()
    return depot


def spring(bank: Session, slug: str = "almelo", at_km: int = 0, m2: int = 800, **changes: Any) -> Listing:
    """A lot that is free from last week to 1 April."""
    return make_listing(bank, make_actor(bank, slug), quantity=Quantity(Decimal(m2), Unit.M2), location=north(at_km), **changes)


def autumn(bank: Session, slug: str = "borne", at_km: int = 9, m2: int = 800, needed: date = NEEDED, **changes: Any) -> Demand:
    """A need from 24 June on."""
    terms = {"needed_from": needed, "needed_until": needed + timedelta(days=30), "max_distance_km": None, **changes}
    return make_demand(bank, make_actor(bank, slug), quantity=Quantity(Decimal(m2), Unit.M2), location=north(at_km), **terms)


def planned(
    bank: Session, broker: Actor, objective: Objective = Objective.KILOMETRES, *, has_floors: bool = True
) -> list[PlanLine]:
    run = make_at_once(bank, broker, objective=objective, has_floors=has_floors)
    return list_lines(bank, get_run(bank, broker, run.id), offset=0, limit=100)[0]


def test_what_is_free_in_spring_and_needed_in_summer_meets_in_a_depot(bank: Session, broker: Actor) -> None:
    """800 m2 of 185 kg are 148 t: 12 km there and 3 km on are 19.5 km of road, 2 886 tonne-km; 800 x 0.0325 / 7 x 84 = 312 euro."""
    spring(bank)
    autumn(bank)
    depot = yard(bank, 12)
    [line] = planned(bank, broker)
    assert (line.quantity, line.mass_kg, line.distance_km, line.road_km, line.tonne_km) == (
        800,
        148_000,
        15,
        Decimal("19.5"),
        2886,
    )
    assert line.why == "more"
    way = line.journey
    assert way is not None and way.is_through_depot
    assert (way.depot_id, way.to_depot_km, way.from_depot_km) == (depot.id, 12, 3)
    assert (way.handed_on, way.waits_days, way.arrives_on) == (LEAVES_OWNER, 84, NEEDED)
    assert (way.storage_cents, way.transport_cents, way.handling_cents) == (31_200, 43_290, 12_000)  # 0.15 a tonne-km, twice 60
    result, cost = bank.get_one(PlanResult, line.run_id), bank.get_one(PlanCost, line.run_id)
    assert (result.mass_kg, result.base_mass_kg, result.lines, result.is_proven, result.has_fewest) == (148_000, 0, 1, True, True)
    assert (cost.transport_cents, cost.handling_cents, cost.storage_cents, cost.total_cents) == (43_290, 12_000, 31_200, 86_490)
    assert (cost.unpriced_lines, cost.base_transport_cents, cost.base_handling_cents) == (0, 0, 0)


def test_of_two_depots_the_shorter_way_is_taken_or_the_cheaper_one(bank: Session, broker: Actor) -> None:
    """At 5 km a square metre is 1 euro a week, 9 600; at 12 km 312, and 12 km of road more: 148 t x 7.8 km x 0.15 = 173 euro."""
    spring(bank)
    autumn(bank)
    near, far = yard(bank, 5, "Dichtbij", price="1"), yard(bank, 12, "Ver")
    [line] = planned(bank, broker)
    assert line.journey is not None and (line.journey.depot_id, line.distance_km) == (near.id, 9)
    [line] = planned(bank, broker, Objective.COST)
    assert line.journey is not None and (line.journey.depot_id, line.journey.storage_cents) == (far.id, 31_200)


@pytest.mark.parametrize(
    "changes",
    [
        {"takes": "|grond|"},
        {"storers": "owner"},
        {"longest_stay_days": 83},
        {"is_active": False},
        {"room": 1},
    ],
)
def test_a_depot_that_would_refuse_it_or_is_full_serves_nothing(bank: Session, broker: Actor, changes: dict[str, Any]) -> None:
    spring(bank)
    autumn(bank)
    depot = yard(bank, 12, **changes)
    if "room" in changes:
        lies(bank, depot, 1)
    assert planned(bank, broker) == []


def lies(bank: Session, depot: Depot, m2: int) -> None:
    make_lot(bank, depot, make_actor(bank, "hengelo"), quantity=Decimal(m2))


def test_a_stay_of_just_the_longest_days_is_no_longer_than_that(bank: Session, broker: Actor) -> None:
    spring(bank)
    autumn(bank)
    yard(bank, 12, longest_stay_days=84)
    assert len(planned(bank, broker)) == 1


def test_what_lies_there_and_what_is_announced_takes_its_room(bank: Session, broker: Actor) -> None:
    """Of 1 000 m2 lie 176, and 300 are announced: 524 m2 of the 800 go."""
    spring(bank)
    autumn(bank)
    depot = yard(bank, 12, room=1000)
    lies(bank, depot, 176)
    material = get_taxonomy(bank).material(KEI)
    coming = {
        "expected_on": TODAY,
        "material_id": material.id,
        "quantity": Decimal(300),
        "unit": "m2",
        "announced_at": clock.now(),
    }
    bank.add(Arrival(depot_id=depot.id, organisation_id=depot.organisation_id, **coming))
    bank.flush()
    [line] = planned(bank, broker)
    assert (line.quantity, bank.get_one(PlanResult, line.run_id).is_proven) == (524, True)


def test_two_that_lie_there_in_the_same_week_share_the_room_and_two_that_do_not_do_not(bank: Session, broker: Actor) -> None:
    """Room for 1 000 m2. Both until June: 1 000. The second from 29 March to 1 April and the first from then on: in one week, 1 000 too."""
    spring(bank)
    autumn(bank)
    spring(bank, "hengelo", 20)
    late = autumn(bank, "losser", 22)
    yard(bank, 12, room=1000)
    lines = planned(bank, broker)
    assert sum(line.quantity for line in lines) == 1000
    late.needed_from, late.needed_until = date(2027, 9, 1), date(2027, 9, 30)
    first = lines[0].listing
    first.available_until = date(2027, 6, 30)  # it serves its own need itself
    bank.flush()
    assert sum(line.quantity for line in planned(bank, broker)) == 1600


def test_the_farthest_distance_is_that_from_lot_to_need(bank: Session, broker: Actor) -> None:
    """9 km apart: a need within 10 km is served through a depot at 12 km, one within 8 km is not."""
    spring(bank)
    need = autumn(bank, max_distance_km=Decimal(10))
    yard(bank, 12)
    assert len(planned(bank, broker)) == 1
    need.max_distance_km = Decimal(8)
    bank.flush()
    assert planned(bank, broker) == []


def test_what_is_free_only_after_the_need_no_depot_helps(bank: Session, broker: Actor) -> None:
    spring(bank, available_from=TODAY + timedelta(days=100), available_until=TODAY + timedelta(days=130))
    autumn(bank, needed=TODAY + timedelta(days=10))
    yard(bank, 12)
    assert planned(bank, broker) == []


def test_a_line_that_goes_straight_says_how_long_it_waits_at_its_owners(bank: Session, broker: Actor) -> None:
    """Free since last week until 1 April, needed from 22 March: it waits 20 days from today, and that costs nothing."""
    spring(bank)
    autumn(bank, needed=date(2027, 3, 22))
    [line] = planned(bank, broker)
    way = line.journey
    assert way is not None and (way.handed_on, way.waits_days, way.depot_id) == (date(2027, 3, 22), 20, None)
    assert (way.storage_cents, way.transport_cents, way.handling_cents, way.to_depot_km) == (
        0,
        25_974,
        6_000,
        None,
    )  # 148 x 11.7 x 0.15


def test_what_waits_in_a_depot_pays_its_price_meanwhile(bank: Session, broker: Actor) -> None:
    """176 m2 lie there already: 20 days at 0.14 a week are 176 x 0.14 / 7 x 20 = 70.40 euro."""
    depot = yard(bank, 0, price="0.14")
    lot = make_lot(bank, depot, make_actor(bank, "almelo"))
    listing = spring(bank, m2=176)
    listing.lot_id = lot.id
    autumn(bank, m2=176, needed=date(2027, 3, 22))
    bank.flush()
    [line] = planned(bank, broker)
    assert line.journey is not None and (line.journey.depot_id, line.journey.waits_days, line.journey.storage_cents) == (
        depot.id,
        20,
        7_040,
    )


def test_without_a_price_the_cost_is_unknown_and_never_nought(bank: Session, broker: Actor) -> None:
    spring(bank)
    autumn(bank)
    yard(bank, 12, price=None)
    [line] = planned(bank, broker)
    assert line.journey is not None and line.journey.storage_cents is None
    assert bank.get_one(PlanCost, line.run_id).unpriced_lines == 1
    assert planned(bank, broker, Objective.COST) == []  # what costs nobody knows how much is not the cheapest


def test_the_columns_cost_what_would_be_settled(bank: Session, broker: Actor) -> None:
    """Prices that change on 1 May, by the square metre and by the tonne, within a cent for each quarter."""
    spring(bank)
    autumn(bank)
    depot = yard(bank, 12)
    bank.add(DepotRate(depot_id=depot.id, unit="m2", euros_per_week=Decimal("0.0875"), from_on=date(2027, 5, 1)))
    by_tonne = yard(bank, 13, "Per ton", price=None)
    bank.add(DepotRate(depot_id=by_tonne.id, unit="tonne", euros_per_week=Decimal("0.21"), from_on=date(2026, 1, 1)))
    bank.flush()
    bank.expire_all()
    today = read_today(bank)
    ways = today.ways_of(Objective.COST)
    for row, by_hand in ((depot, 65_143), (by_tonne, 37_296)):  # 800 x (0.0325 x 30 + 0.0875 x 54) / 7, and 148 t x 0.21 / 7 x 84
        [cost], [is_known] = today.lying.cost_of(row.id, ways.lots[:1], ways.first_days[:1], ways.days[:1])
        settled = today.stops.cost_of(row.id, Decimal(800), Unit.M2, Decimal(185), Span(LEAVES_OWNER, NEEDED))
        assert is_known and settled.is_known and settled.cents is not None
        assert abs(148_000_000 * int(cost) / 10**9 - settled.cents) < 1
        assert abs(by_hand - settled.cents) <= 1


def test_cost_is_refused_where_nothing_has_a_price(bank: Session, broker: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.plans.actions.runs.find_haul_prices", lambda _session, _day: None)
    with pytest.raises(Conflict) as refused:
        make_at_once(bank, broker, objective=Objective.COST)
    assert refused.value.field == "objective"


@pytest.mark.parametrize("table", [PlanJourney, PlanCost])
def test_how_a_line_goes_and_what_a_plan_costs_is_never_written_over(bank: Session, broker: Actor, table: type[Any]) -> None:
    spring(bank)
    autumn(bank)
    yard(bank, 12)
    planned(bank, broker)
    values = {PlanJourney: {"waits_days": 1}, PlanCost: {"storage_cents": 1}}
    for statement in (update(table).values(values[table]), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), bank.begin_nested():
            bank.execute(statement)


def test_a_way_through_a_depot_has_two_legs_and_a_depot(bank: Session, broker: Actor) -> None:
    spring(bank)
    autumn(bank)
    yard(bank, 12)
    [line] = planned(bank, broker)
    journey = bank.scalars(select(PlanJourney)).one()
    values = {column.name: getattr(journey, column.name) for column in PlanJourney.__table__.columns}
    for wrong in ({"from_depot_km": None}, {"depot_id": None}, {"waits_days": 0}):
        with pytest.raises(IntegrityError, match="ck_plan_journey"), bank.begin_nested():
            bank.execute(insert(PlanJourney).values({**values, "number": line.number + 1, **wrong}))


def test_asking_for_it_asks_to_bring_it_to_the_depot_and_holds_it(bank: Session, broker: Actor) -> None:
    """An ordinary reservation with the depot as its place, before the owner's period ends. Of 1 000 m2 of room 200 are left for a next plan."""
    lot = spring(bank)
    need = autumn(bank)
    depot = yard(bank, 12, room=1000)
    [line] = planned(bank, broker)
    answer = accept_line(bank, make_actor(bank, "borne"), run_id=line.run_id, number=line.number)
    reservation = bank.get_one(Reservation, answer.reservation_id)
    assert (answer.answer, reservation.status, reservation.quantity, reservation.demand_id) == (
        "asked",
        "requested",
        800,
        need.id,
    )
    assert (reservation.depot_id, reservation.needed_by, reservation.place_name) == (depot.id, LEAVES_OWNER, "Regiodepot")
    bank.refresh(lot)
    assert (lot.available, need.remaining) == (0, 800)
    assert planned(bank, broker) == []  # it is on its way
    spring(bank, "hengelo", 20)
    autumn(bank, "losser", 22)
    assert [line.quantity for line in planned(bank, broker)] == [200]


def test_once_handed_over_it_waits_in_the_depot_as_the_askers(bank: Session, broker: Actor) -> None:
    owner = make_actor(bank, "almelo")
    spring(bank)
    need = autumn(bank)
    depot = yard(bank, 12)
    keep(bank, depot, make_actor(bank, "borne"))
    [line] = planned(bank, broker)
    answer = accept_line(bank, make_actor(bank, "borne"), run_id=line.run_id, number=line.number)
    decide.approve(bank, owner, reservation_id=int(answer.reservation_id or 0))
    with clock.frozen(datetime(2027, 4, 1, 12, tzinfo=UTC)):
        given = HandoverDraft(Quantity(Decimal(800), Unit.M2), clock.today())
        hand_over(bank, owner, reservation_id=int(answer.reservation_id or 0), draft=given)
        confirm(bank, make_actor(bank, "borne"), reservation_id=int(answer.reservation_id or 0))
    lot = bank.scalars(select(Lot).order_by(Lot.id.desc())).first()
    assert lot is not None and (lot.owner_id, lot.quantity) == (need.organisation_id, 800)
    bank.refresh(need)
    assert need.fulfilled == 800


def test_a_depot_that_closed_meanwhile_refuses_and_nothing_is_held(bank: Session, broker: Actor) -> None:
    lot = spring(bank)
    autumn(bank)
    depot = yard(bank, 12)
    [line] = planned(bank, broker)
    bank.get_one(Depot, depot.id).is_active = False
    bank.flush()
    with pytest.raises(Conflict, match="gesloten"):
        accept_line(bank, make_actor(bank, "borne"), run_id=line.run_id, number=line.number)
    bank.refresh(lot)
    assert lot.available == 800
