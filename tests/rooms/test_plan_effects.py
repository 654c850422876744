"""What following the plans did, lines that go together, and two plans beside each other. The example is that of test_regional_plan.py."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.exchange.actions import decide, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.impact.rules.impact import LORRY
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.plans.actions.answers import accept_line, refuse_line
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanReturn, PlanRun
from marketplace.plans.queries.effects import Effect, FateTotal, effect_of_plans
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import get_run, list_lines
from marketplace.plans.queries.together import Change, compare_runs, list_combined, list_rounds
from marketplace.plans.rules.fates import Fate
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north, on_a_line


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def broker(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", role=Role.COORDINATOR, kind="region")


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


def lot(bank: Session, slug: str, away: int, amount: int, **changes: object) -> Listing:
    return make_listing(bank, make_actor(bank, slug), quantity=m2(amount), location=north(away), **changes)


def need(bank: Session, slug: str, away: int, amount: int, **changes: object) -> Demand:
    return make_demand(bank, make_actor(bank, slug), quantity=m2(amount), location=north(away), max_distance_km=None, **changes)


def plan(bank: Session, broker: Actor) -> PlanRun:
    return get_run(bank, broker, make_at_once(bank, broker, objective=Objective.KILOMETRES).id)


def effect(bank: Session, actor: Actor) -> Effect:
    return effect_of_plans(bank, actor, offset=0, limit=10)


def counts(result: Effect) -> dict[str, int]:
    return {fate.value: total.lines for fate, total in result.fates.items() if total.lines}


def test_a_saving_is_shared_by_mass_and_adds_up(bank: Session, broker: Actor) -> None:
    """Both lines move 148 t and save 384.8 tonne-km together: 192.4 each. All of it is still open."""
    on_a_line(bank)
    run = plan(bank, broker)
    lines, _total = list_lines(bank, run, offset=0, limit=10)
    today = clock.today()
    assert [(line.share_tonne_km, line.share_kg) for line in lines] == [(Decimal("192.4"), 0)] * 2
    assert {(line.first_day, line.last_day) for line in lines} == {(today, today + timedelta(days=30))}
    result = effect(bank, broker)
    assert counts(result) == {"open": 2}
    assert result.fates[Fate.OPEN] == FateTotal(2, Decimal(296_000), Decimal("3655.6"), Decimal("384.8"), Decimal(0))


def test_what_is_served_more_is_shared_and_saves_nothing(bank: Session, broker: Actor) -> None:
    """Borne asks first and takes the only lot that Losser reaches. The plan serves both: 148 t more, 74 t for each line."""
    lot(bank, "almelo", 0, 800)
    lot(bank, "hengelo", 10, 800)
    make_demand(bank, make_actor(bank, "borne"), quantity=m2(800), location=north(9), max_distance_km=None)
    make_demand(bank, make_actor(bank, "losser"), quantity=m2(800), location=north(20), max_distance_km=Decimal(15))
    lines, _total = list_lines(bank, plan(bank, broker), offset=0, limit=10)
    assert [(line.why, line.more_kg, line.share_kg, line.share_tonne_km) for line in lines] == [("more", 148_000, 74_000, 0)] * 2


def test_a_line_counts_once_however_many_plans_have_it(bank: Session, broker: Actor) -> None:
    """Borne asks for its line. Losser does nothing: in the next plan its line stands again, and counts there, and after that is ignored."""
    on_a_line(bank)
    first = plan(bank, broker)
    accept_line(bank, make_actor(bank, "borne"), run_id=first.id, number=1)
    second = plan(bank, broker)
    result = effect(bank, broker)
    assert counts(result) == {"accepted": 1, "open": 1, "repeated": 1}
    assert result.fates[Fate.ACCEPTED].saved_tonne_km == Decimal("192.4")
    assert [effect.run.id for effect in result.runs] == [second.id, first.id]
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert counts(effect(bank, broker)) == {"accepted": 1, "ignored": 1, "repeated": 1}
    refuse_line(bank, make_actor(bank, "losser"), run_id=second.id, number=1, reason="Te grijs")
    assert counts(effect(bank, broker)) == {"accepted": 1, "refused": 1, "repeated": 1}
    plan(bank, broker)  # what was refused before counts with the last line
    assert counts(effect(bank, broker)) == {"accepted": 1, "refused": 1, "repeated": 2}


def test_what_is_asked_for_by_an_older_plan_counts_there_alone(bank: Session, broker: Actor) -> None:
    """Both plans say the same. Borne asks by the first one: its line of the second is that same 148 t, neither open nor ignored later.

    100 m2 more of the same lot for the same need, in a third plan, are a line of their own.
    """
    lots, needs = on_a_line(bank)
    first = plan(bank, broker)
    plan(bank, broker)
    accept_line(bank, make_actor(bank, "borne"), run_id=first.id, number=1)
    result = effect(bank, broker)
    assert counts(result) == {"accepted": 1, "open": 1, "repeated": 2}
    assert result.fates[Fate.OPEN].mass_kg == result.fates[Fate.ACCEPTED].mass_kg == 148_000
    lots[0].quantity += 100
    needs[0].quantity += 100
    bank.flush()
    plan(bank, broker)
    assert counts(effect(bank, broker)) == {"accepted": 1, "open": 2, "repeated": 3}


def test_a_newer_plan_without_the_line_leaves_it_ignored(bank: Session, broker: Actor) -> None:
    lots, _needs = on_a_line(bank)
    plan(bank, broker)
    for listing in lots:
        reserve(bank, make_actor(bank, "wierden"), listing_id=listing.id, draft=ReservationDraft(m2(800)))
    plan(bank, broker)
    result = effect(bank, broker)
    assert counts(result) == {"ignored": 2}
    assert (result.plans, result.fates[Fate.IGNORED].saved_tonne_km) == (2, Decimal("384.8"))


def test_what_was_handed_over_is_read_in_the_ledger(bank: Session, broker: Actor) -> None:
    """Borne's 148 t are driven 12 km: 1 776 tonne-km. Losser takes up an offer, which is under way, and then ends."""
    on_a_line(bank)
    run = plan(bank, broker)
    almelo, hengelo, borne, losser = (make_actor(bank, slug) for slug in ("almelo", "hengelo", "borne", "losser"))
    reservation_id = accept_line(bank, borne, run_id=run.id, number=1).reservation_id or 0
    accept_line(bank, hengelo, run_id=run.id, number=2)
    assert effect(bank, broker).deeds.reservations == 1
    line = list_lines(bank, run, offset=0, limit=10)[0][1]
    taken_up = reserve(
        bank, losser, listing_id=line.listing_id, draft=ReservationDraft(m2(800), line.demand_id, confirm_unusual=True)
    )
    decide.approve(bank, almelo, reservation_id=reservation_id)
    hand_over.hand_over(
        bank, almelo, reservation_id=reservation_id, draft=HandoverDraft(m2(800), clock.today(), LORRY, Decimal(12))
    )
    hand_over.confirm(bank, borne, reservation_id=reservation_id)
    result = effect(bank, broker)
    assert counts(result) == {"accepted": 1, "offered": 1}
    deeds = result.deeds
    assert (deeds.reservations, deeds.under_way, deeds.ended, deeds.handed_over) == (2, 1, 0, 1)
    assert (deeds.mass_kg, deeds.tonne_km) == (148_000, 1776)
    decide.cancel(bank, losser, reservation_id=taken_up.id, reason="Toch niet")
    deeds = effect(bank, broker).deeds
    assert (deeds.reservations, deeds.under_way, deeds.ended) == (2, 0, 1)


def test_several_lots_for_one_need_stand_together(bank: Session, broker: Actor) -> None:
    """800 from 3 km and 200 from 5 km: 148 x 3.9 + 37 x 6.5 = 577.2 + 240.5 = 817.7 tonne-km."""
    lot(bank, "almelo", 0, 800)
    lot(bank, "hengelo", 8, 200)
    need(bank, "borne", 3, 1000)
    need(bank, "losser", 30, 10, needed_from=clock.today() + timedelta(days=50))
    [combined], total = list_combined(bank, plan(bank, broker), offset=0, limit=10)
    assert (total, combined.first.asker.slug, combined.covers, combined.mass_kg, combined.tonne_km) == (
        1,
        "borne",
        1000,
        185_000,
        Decimal("817.7"),
    )
    assert [(line.owner.slug, line.quantity) for line in combined.lines] == [("almelo", 800), ("hengelo", 200)]


def there_and_back(bank: Session, **changes: object) -> None:
    """Almelo at 0 and 2 km gives pavers and needs flags, Hengelo at 10 and 12 km the other way round."""
    flags = {"material": "betontegel-30x30x6"}
    lot(bank, "almelo", 0, 100)
    need(bank, "hengelo", 10, 100)
    lot(bank, "hengelo", 12, 100, **flags, **changes)
    need(bank, "almelo", 2, 100, **flags)


def test_loads_that_go_back_in_the_same_week_are_one_round(bank: Session, broker: Actor) -> None:
    """By themselves 2 x 13 + 2 x 13 = 52 km. Together 13 out, 2 x 1.3 to the flags, 13 back, 2 x 1.3 home: 31.2 km, so 20.8 less."""
    there_and_back(bank)
    [round_trip], total = list_rounds(bank, plan(bank, broker), offset=0, limit=10)
    assert (total, round_trip.there.owner.slug, round_trip.back.owner.slug) == (1, "almelo", "hengelo")
    assert (round_trip.plan_return.apart_km, round_trip.plan_return.together_km, round_trip.saved_km) == (
        52,
        Decimal("31.2"),
        Decimal("20.8"),
    )
    today = clock.today()
    last = today + timedelta(days=30)
    assert (
        round_trip.plan_return.first_day == today - timedelta(days=today.weekday())
        and round_trip.plan_return.first_day.weekday() == 0
    )
    assert round_trip.plan_return.last_day == last + timedelta(days=6 - last.weekday())


def test_loads_of_other_weeks_are_no_round(bank: Session, broker: Actor) -> None:
    """The pavers go within 30 days and the flags come free 40 days from now, at least one week later."""
    free = clock.today() + timedelta(days=40)
    there_and_back(bank, available_from=free, available_until=free + timedelta(days=9))
    assert list_rounds(bank, plan(bank, broker), offset=0, limit=10) == ([], 0)


def test_a_round_is_never_written_over(bank: Session, broker: Actor) -> None:
    there_and_back(bank)
    plan(bank, broker)
    for statement in (update(PlanReturn).values(first_day=date(2020, 1, 1)), delete(PlanReturn)):
        with pytest.raises(DatabaseError, match="append-only"), bank.begin_nested():
            bank.execute(statement)


def test_two_plans_say_what_came_what_went_and_what_changed(bank: Session, broker: Actor) -> None:
    """Wierden takes 100 of Almelo's 800, so that line becomes 700, and all of Hengelo's. Enschede brings 300.

    First come would give Borne 100 of them, so it gets those, and Losser the rest.
    """
    lots, needs = on_a_line(bank)
    before = plan(bank, broker)
    reserve(bank, make_actor(bank, "wierden"), listing_id=lots[0].id, draft=ReservationDraft(m2(100)))
    reserve(bank, make_actor(bank, "wierden"), listing_id=lots[1].id, draft=ReservationDraft(m2(800)))
    enschede = lot(bank, "enschede", 21, 300)
    now = plan(bank, broker)
    comparison = compare_runs(bank, before, now, offset=0, limit=10)
    assert (comparison.unchanged, comparison.total) == (0, 4)
    assert comparison.counts == {Change.CAME: 2, Change.WENT: 1, Change.CHANGED: 1}
    changes = [
        (row.change, row.line.listing_id, row.before and row.before.quantity, row.now and row.now.quantity)
        for row in comparison.lines
    ]
    assert changes == [
        (Change.CHANGED, lots[0].id, 800, 700),
        (Change.WENT, lots[1].id, 800, None),
        (Change.CAME, enschede.id, None, 100),
        (Change.CAME, enschede.id, None, 200),
    ]
    assert {row.line.demand_id for row in comparison.lines} == {needs[0].id, needs[1].id}
    same = compare_runs(bank, before, before, offset=0, limit=10)
    assert (same.unchanged, same.total, same.lines) == (2, 0, [])


def steps_of_fates(bank: Session, actor: Actor) -> int:
    """How many hundreds of steps SQLite takes to tell what became of all lines."""
    steps = [0]
    connection: Any = bank.connection().connection.driver_connection

    def count() -> None:
        steps[0] += 1

    connection.set_progress_handler(count, 100)
    effect(bank, actor)
    connection.set_progress_handler(None, 100)
    return steps[0]


@pytest.mark.slow
def test_lines_that_stand_in_every_plan_are_not_held_against_each_of_them(bank: Session, broker: Actor) -> None:
    """Twice as many plans are twice the work. It was four times: with seventy weeks of ninety lines the page took seconds."""
    if bank.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL does not tell its steps")
    on_a_line(bank)
    plans = 40
    for _week in range(plans):
        plan(bank, broker)
    few = steps_of_fates(bank, broker)
    for _week in range(plans):
        plan(bank, broker)
    many = steps_of_fates(bank, broker)
    assert many < few * 2.5
