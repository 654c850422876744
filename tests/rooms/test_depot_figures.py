"""What depots save and cost, out of real movements, prices and the ledger: every figure by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, change, move, split_off
from marketplace.depots.models import Depot, DepotRate
from marketplace.depots.queries.costs import costs_of
from marketplace.depots.rules.lots import MovementKind, Whereabouts
from marketplace.depots.rules.quarter import Quarter
from marketplace.impact.rules.cut import Cut
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.geo import Point
from marketplace.ledger.actions import append
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import ENTRY_FIELDS, Entry
from marketplace.stock.queries.figures import find_first_day, get_depot_figures
from marketplace.stock.queries.settlement import get_settlement
from marketplace.stock.rules.figures import DepotFigures
from tests.entries import append_entry
from tests.factories import make_actor
from tests.rooms.test_movements import JUNE, MAY, STREET, YARD, make_lot, make_yard

AWAY = Whereabouts(place_name="Hengelo", point=Point(52.2656, 6.7931))
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.frozen(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return make_actor(session, "regio-twente", "reviewer")


def passed_through(session: Session, *, purchase_cents: int | None = 300_000) -> tuple[Depot, Exchange]:
    """Of 276 m² (51 060 kg) that came in on 4 May, a receiver took 100 m² (18 500 kg) on 15 June, 42 days later."""
    owner, taker, yard = make_actor(session, "almelo"), make_actor(session, "hengelo"), make_yard(session)
    session.add(DepotRate(depot_id=yard.id, unit="m2", euros_per_week=Decimal("0.15"), from_on=NEW_YEAR))
    row = append_entry(session, "almelo", "hengelo", mass_kg="18500", happened_on=JUNE, purchase_cents=purchase_cents)
    lot = make_lot(session, owner)
    move(session, By(owner, MAY), lot, Whereabouts(yard.id, "A1"))
    takes = {"owner_id": taker.organisation_id, "holder_id": taker.organisation_id}
    split_off(session, By(taker, JUNE), lot, Decimal(100), to=AWAY, reservation_id=row.reservation_id, **takes)
    return yard, row


def only(session: Session, reviewer: Actor, cut: Cut = Cut()) -> DepotFigures:  # noqa: B008
    all_depots = get_depot_figures(session, reviewer, cut)
    (row,) = all_depots.rows
    assert all_depots.total == row.figures
    return row.figures


def test_what_passes_through_a_depot_costs_and_saves(session: Session, reviewer: Actor) -> None:
    passed_through(session)
    figures = only(session, reviewer)
    assert (figures.opening_kg, figures.in_kg, figures.transferred_kg, figures.closing_kg) == (0, 51_060, 18_500, 32_560)
    assert (figures.out_kg, figures.used_share, figures.stay_days) == (18_500, 1, 42)
    # 276 m² on 42 days and 176 m² on the 16 days of 15 to 30 June: 14 408 m²-days of 0.185 tonne
    assert figures.tonne_days == Decimal("2665.48")
    # 14 408 x 0.15 / 7 = 308.742...
    assert (figures.known_cost_cents, figures.unpriced_tonne_days) == (30_874, 0)
    assert round(figures.cost_per_tonne_cents, 2) == Decimal("604.66")  # 308.74 over 51.06 tonnes
    assert round(figures.cost_per_tonne_week_cents, 2) == Decimal("81.08")  # 0.15 over 0.185
    # 3 000 euros for 18.5 tonnes, which lay there 6 weeks: 111 tonne-weeks
    assert (figures.bought_transfers, round(figures.bought_per_tonne_cents, 2)) == (1, Decimal("16216.22"))
    assert round(figures.break_even_price_cents, 2) == Decimal("2702.70")
    assert round(figures.break_even_weeks, 1) == Decimal("200.0")
    assert figures.routed_kg == 18_500
    assert find_first_day(session) == MAY


def test_a_month_opens_with_what_lay_there(session: Session, reviewer: Actor) -> None:
    passed_through(session)
    figures = only(session, reviewer, Cut("2026-06", "2026-06"))
    assert (figures.opening_kg, figures.in_kg, figures.out_kg, figures.closing_kg) == (51_060, 0, 18_500, 32_560)
    # 276 m² on 14 days and 176 m² on 16 days: 6 680 m²-days
    assert (figures.tonne_days, figures.known_cost_cents) == (Decimal("1235.8"), 14_314)
    earlier = only(session, reviewer, Cut("2026-05", "2026-05"))
    assert (earlier.in_kg, earlier.out_kg, earlier.closing_kg, earlier.used_share) == (51_060, 0, 51_060, None)
    assert get_depot_figures(session, reviewer, Cut("2026-01", "2026-04")).rows == ()


def test_a_year_costs_what_its_settlements_come_to_and_a_quarter_what_its_months_do(session: Session, reviewer: Actor) -> None:
    """10 m² at 0.10 a week from 2 March to 25 June: 30 days of the first quarter and 86 of the second.

    300 × 0.10 / 7 = 4.2857, so 4.29, and 860 × 0.10 / 7 = 12.2857, so 12.29: 16.58 together. At once it were 16.57.
    April is 4.29; with May 8.7143, so 8.71 and 4.42 of May; with June 12.29, so 3.58 of June.
    """
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    session.add(DepotRate(depot_id=yard.id, unit="m2", euros_per_week=Decimal("0.10"), from_on=NEW_YEAR))
    lot = make_lot(session, owner, quantity="10")
    move(session, By(owner, date(2026, 3, 2)), lot, Whereabouts(yard.id))
    change(session, By(owner, date(2026, 6, 26)), lot, MovementKind.OUT, Decimal(-10))
    settled = [
        get_settlement(session, reviewer, yard.id, quarter).totals[0].cost.cents
        for quarter in (Quarter(2026, 1), Quarter(2026, 2))
    ]
    assert settled == [429, 1229]
    assert only(session, reviewer, Cut("2026-01", "2026-12")).cost_cents == 429 + 1229
    assert [only(session, reviewer, Cut(month, month)).cost_cents for month in ("2026-04", "2026-05", "2026-06")] == [
        429,
        442,
        358,
    ]
    assert costs_of(session, [lot.id], clock.today())[lot.id].cents == 429 + 1229


def test_two_owners_of_one_lot_pay_what_the_lot_cost(session: Session, reviewer: Actor) -> None:
    """10 m² at 0.10 a week, two days of one owner and two of the next: 20 × 0.10 / 7 = 0.2857, so 0.29 each and 0.58 together."""
    owner, taker, yard = make_actor(session, "almelo"), make_actor(session, "hengelo"), make_yard(session)
    session.add(DepotRate(depot_id=yard.id, unit="m2", euros_per_week=Decimal("0.10"), from_on=NEW_YEAR))
    lot = make_lot(session, owner, quantity="10")
    move(session, By(owner, date(2026, 6, 1)), lot, Whereabouts(yard.id))
    kinds, theirs = (MovementKind.OUT, MovementKind.IN), {"owner_id": taker.organisation_id, "holder_id": taker.organisation_id}
    move(session, By(taker, date(2026, 6, 3)), lot, Whereabouts(yard.id), kinds=kinds, **theirs)
    change(session, By(taker, date(2026, 6, 5)), lot, MovementKind.OUT, Decimal(-10))
    settlement = get_settlement(session, reviewer, yard.id, Quarter(2026, 2))
    assert [(total.organisation, total.cost.cents) for total in settlement.totals] == [("Almelo", 29), ("Hengelo", 29)]
    assert only(session, reviewer, Cut("2026-06", "2026-06")).cost_cents == 58
    assert costs_of(session, [lot.id], clock.today())[lot.id].cents == 58


def test_what_came_back_counts_no_more_in_what_was_bought(session: Session, reviewer: Actor) -> None:
    _yard, row = passed_through(session)
    was = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    back = {"mass_kg": Decimal(-9250), "purchase_cents": -150_000, "saved_cents": -150_000, "quantity": Decimal(-9250)}
    append(session, replace(was, kind="reversal", reverses=row.seq, happened_on=JUNE, **back))
    figures = only(session, reviewer)
    assert (figures.bought_cents, figures.bought_kg, figures.bought_tonne_days) == (150_000, 9_250, Decimal("388.5"))
    assert round(figures.break_even_price_cents, 2) == Decimal("2702.70")


def test_of_what_nobody_said_nothing_is_worked_out(session: Session, reviewer: Actor) -> None:
    yard, _row = passed_through(session, purchase_cents=None)
    assert only(session, reviewer).break_even_price_cents is None
    owner = make_actor(session, "almelo")
    other = make_lot(session, owner, Whereabouts(yard.id), "10", JUNE)
    other.unit = "m3"
    session.flush()
    figures = only(session, reviewer)
    assert (figures.in_kg, figures.closing_kg) == (52_910, 34_410)
    assert figures.unpriced_tonne_days == Decimal("29.6")  # 1.85 tonnes on 16 days
    assert (figures.known_cost_cents, figures.cost_per_tonne_cents) == (30_874, None)


def test_counting_writing_off_and_own_use_add_up(session: Session, reviewer: Actor) -> None:
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    lot = make_lot(session, owner, STREET, "100")
    move(session, By(owner, MAY), lot, Whereabouts(yard.id))
    for kind, delta in (
        (MovementKind.COUNT, -2),
        (MovementKind.OUT, -60),
        (MovementKind.WRITE_OFF, -20),
        (MovementKind.COUNT, 1),
    ):
        assert change(session, By(owner, JUNE, "geteld"), lot, kind, Decimal(delta))
    move(session, By(owner, JUNE), lot, Whereabouts(yard.id, "C3"))
    split_off(session, By(owner, JUNE), lot, Decimal(9))
    figures = only(session, reviewer)
    assert (figures.in_kg, figures.own_use_kg, figures.written_off_kg, figures.counted_kg) == (18_500, 11_100, 3_700, -185)
    assert (
        figures.closing_kg
        == figures.opening_kg + figures.in_kg - figures.out_kg - figures.written_off_kg + figures.counted_kg
        == 3_515
    )
    assert figures.used_share == Decimal("0.75")  # 11.1 of 14.8 tonnes


def test_what_goes_from_one_depot_to_another_counts_in_both(session: Session, reviewer: Actor) -> None:
    owner, first = make_actor(session, "almelo"), make_yard(session)
    second = create_depot(session, make_actor(session, "losser", "coordinator"), draft=YARD)
    lot = make_lot(session, owner, Whereabouts(first.id), "100")
    move(session, By(owner, JUNE), lot, Whereabouts(second.id))
    all_depots = get_depot_figures(session, reviewer, Cut())
    assert [(row.depot.id, row.figures.in_kg, row.figures.moved_kg) for row in all_depots.rows] == [
        (first.id, 18_500, 18_500),
        (second.id, 18_500, 0),
    ]
    assert (all_depots.total.in_kg, all_depots.total.closing_kg) == (37_000, 18_500)
    assert all_depots.rows[0].figures.stay_days == 42


@pytest.mark.parametrize("role", ["project_leader", "coordinator"])
def test_the_figures_are_for_whoever_answers_for_the_region(session: Session, role: str) -> None:
    with pytest.raises(Forbidden):
        get_depot_figures(session, make_actor(session, "borne", role), Cut())
    assert get_depot_figures(session, make_actor(session, "regio-twente", "coordinator"), Cut()).rows == ()
