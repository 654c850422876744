"""What a plan leaves over, and by how much each thing that would help is short. On the line of tests/rooms/test_regional_plan.py."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Condition
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanGap, PlanRun, PlanWay
from marketplace.plans.queries.gaps import ExplainedGap, explain_gaps, list_gaps, total_gaps
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import get_run
from marketplace.plans.rules.gaps import Side
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north

LONG = timedelta(days=200)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def broker(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", role=Role.COORDINATOR, kind="region")


def lot(bank: Session, slug: str, away: int, square_metres: int = 800, **changes: Any) -> Listing:
    quantity = Quantity(Decimal(square_metres), Unit.M2)
    return make_listing(bank, make_actor(bank, slug), quantity=quantity, location=north(away), **changes)


def need(bank: Session, slug: str, away: int, **changes: Any) -> Demand:
    return make_demand(bank, make_actor(bank, slug), location=north(away), **{"max_distance_km": None, **changes})


def planned(bank: Session, broker: Actor) -> PlanRun:
    return get_run(bank, broker, make_at_once(bank, broker, objective=Objective.KILOMETRES).id)


def told(bank: Session, run: PlanRun, side: Side = Side.NEED) -> list[ExplainedGap]:
    return list(explain_gaps(bank, list_gaps(bank, run, side, offset=0, limit=50)[0]))


def only(bank: Session, broker: Actor) -> tuple[PlanWay, str]:
    """The one way of the one need that stays open."""
    [gap] = told(bank, planned(bank, broker))
    [row] = [*gap.ways, *gap.turns]
    return row.way, str(row.sentence).replace("\u00a0", " ")


def long(day: date) -> str:
    return long_date(day).replace("\u00a0", " ")


def test_a_lot_that_lies_too_far_says_how_many_kilometres(bank: Session, broker: Actor) -> None:
    """20.029 km between the public points, and at most 8 were asked for: 12.029, so 13 km farther reaches it."""
    listing = lot(bank, "almelo", 0)
    demand = need(bank, "borne", 20, max_distance_km=Decimal(8))
    way, sentence = only(bank, broker)
    assert (way.step, way.short, way.listing_id, way.demand_id) == ("distance", 13, listing.id, demand.id)
    assert (way.quantity, way.unit, way.covers, way.distance_km) == (800, "m2", 800, 20)
    assert sentence == "800 m² van Almelo, als het 13 km verder mag zijn (20 km hemelsbreed)."


def test_a_lot_in_a_lower_condition_says_how_many_steps(bank: Session, broker: Actor) -> None:
    """New is asked for and fair is there: two steps."""
    lot(bank, "almelo", 0, condition=Condition.FAIR)
    need(bank, "borne", 5, min_condition=Condition.NEW)
    way, sentence = only(bank, broker)
    assert (way.step, way.short, way.detail) == ("condition", 2, "fair")
    assert sentence == "800 m² van Almelo, als de kwaliteit 2 stappen lager mag zijn (“Redelijk”)."


def test_a_lot_that_comes_later_says_how_many_weeks(bank: Session, broker: Actor) -> None:
    """Needed until day 60 and free from day 81: 21 days, three weeks."""
    free = clock.today() + timedelta(days=81)
    lot(bank, "almelo", 0, available_from=free, available_until=free + LONG)
    need(bank, "borne", 5)
    way, sentence = only(bank, broker)
    assert (way.step, way.short, way.day) == ("later", 21, free)
    assert sentence == f"800 m² van Almelo, als het 3 weken later mag: de partij is vrij vanaf {long(free)}."


def test_a_lot_that_goes_earlier_says_how_many_days(bank: Session, broker: Actor) -> None:
    """There until day 30 and needed from day 35: five days."""
    lot(bank, "almelo", 0)
    need(bank, "borne", 5, needed_from=clock.today() + timedelta(days=35))
    way, sentence = only(bank, broker)
    last = clock.today() + timedelta(days=30)
    assert (way.step, way.short, way.day) == ("earlier", 5, last)
    assert sentence == f"800 m² van Almelo, als het 5 dagen eerder mag: de partij ligt er tot en met {long(last)}."


def test_an_answer_that_differs_says_which(bank: Session, broker: Actor) -> None:
    lot(bank, "almelo", 0, fields={"thickness-cm": "7", "whole-percent": "90"})
    need(bank, "borne", 5, fields={"thickness-cm": {"min": "8"}, "whole-percent": {"min": "80"}})
    way, sentence = only(bank, broker)
    assert (way.step, way.short, way.detail) == ("field", 1, "thickness-cm")
    assert sentence.startswith("800 m² van Almelo, als “Dikte") and sentence.endswith("anders mag zijn dan gevraagd.")


def test_a_turn_that_opens_stands_apart_with_its_day(bank: Session, broker: Actor) -> None:
    """Open to the region in nine days, and to Losser, which is in its circle, in four."""
    today = clock.today()
    turns = {"region_from": today + timedelta(days=9), "circle": ("losser",), "circle_from": today + timedelta(days=4)}
    lot(bank, "almelo", 0, partners_from=today + timedelta(days=30), window_reason="Eerst de buren", **turns)
    need(bank, "borne", 5)
    need(bank, "losser", 6)
    borne, losser = sorted(told(bank, planned(bank, broker)), key=lambda gap: gap.gap.organisation.slug)
    assert (borne.ways, losser.ways) == ((), ())
    assert [turn.way.day for turn in (*borne.turns, *losser.turns)] == [turns["region_from"], turns["circle_from"]]
    sentence = str(losser.turns[0].sentence).replace("\u00a0", " ")
    assert sentence == f"Vanaf {long(today + timedelta(days=4))}, als de beurt opengaat: 800 m² van Almelo."


def test_a_smallest_part_says_how_much_more_must_be_taken(bank: Session, broker: Actor) -> None:
    """300 are needed of a lot whose owner gives no less than 500: 200 more. A need of 600 takes so much, and 400 are left of 1 000.

    Those may go whole, so then it is 100 more.
    """
    lot(bank, "almelo", 0, 1000, minimum_part=Decimal(500))
    need(bank, "borne", 5, quantity=Quantity(Decimal(300), Unit.M2))
    way, sentence = only(bank, broker)
    assert (way.step, way.short, way.quantity, way.covers) == ("part", 200, 500, 300)
    assert sentence.endswith("als er 200 m² meer wordt afgenomen dan nodig is: de eigenaar geeft geen kleiner deel.")
    need(bank, "losser", 6, quantity=Quantity(Decimal(600), Unit.M2))
    way, _sentence = only(bank, broker)
    assert (way.step, way.short, way.quantity, way.covers) == ("part", 100, 400, 300)


def test_what_is_too_far_and_too_little_is_not_but_one_thing_away(bank: Session, broker: Actor) -> None:
    lot(bank, "almelo", 0, 1000, minimum_part=Decimal(500))
    need(bank, "borne", 20, max_distance_km=Decimal(8), quantity=Quantity(Decimal(300), Unit.M2))
    [gap] = told(bank, planned(bank, broker))
    assert (gap.ways, gap.turns) == ((), ())


def test_of_each_kind_the_nearest_is_told_and_only_what_is_left(bank: Session, broker: Actor) -> None:
    """Borne takes the 800 m2 that fit. Losser is left with lots at 9 and 30 km past its 5, and one of poor condition: 300 of it."""
    lot(bank, "almelo", 0)
    need(bank, "borne", 1, max_distance_km=Decimal(5))
    lot(bank, "hengelo", 14, 1000)
    lot(bank, "enschede", 35, 1000)
    lot(bank, "almelo", 1, 300, condition=Condition.POOR)
    need(bank, "losser", 0, max_distance_km=Decimal(5))
    run = planned(bank, broker)
    [losser] = told(bank, run)
    assert losser.gap.organisation.slug == "losser"
    assert [(row.way.step, row.way.short, row.way.quantity) for row in losser.ways] == [
        ("distance", 10, 800),
        ("condition", 1, 300),
    ]
    lots = told(bank, run, Side.LOT)
    assert [(gap.gap.organisation.slug, gap.gap.left, gap.ways[0].way.step) for gap in lots] == [
        ("hengelo", 1000, "distance"),
        ("enschede", 1000, "distance"),
        ("almelo", 300, "condition"),
    ]
    totals = total_gaps(bank, run)
    assert (totals[Side.NEED].gaps, totals[Side.NEED].mass_kg, totals[Side.NEED].hopeless) == (1, 148_000, 0)
    assert (totals[Side.LOT].gaps, totals[Side.LOT].mass_kg) == (3, 425_500)  # 2 300 m2 of 185 kg


def test_a_need_that_nothing_comes_near_says_so(bank: Session, broker: Actor) -> None:
    """Too far and too poor at once is more than one thing."""
    lot(bank, "almelo", 0, condition=Condition.POOR)
    need(bank, "borne", 20, max_distance_km=Decimal(8))
    run = planned(bank, broker)
    [gap] = told(bank, run)
    assert (gap.ways, gap.turns, total_gaps(bank, run)[Side.NEED].hopeless) == ((), (), 1)


@pytest.mark.parametrize("table", [PlanGap, PlanWay])
def test_what_stayed_is_never_written_over(bank: Session, broker: Actor, table: type[PlanGap]) -> None:
    lot(bank, "almelo", 0)
    need(bank, "borne", 20, max_distance_km=Decimal(8))
    planned(bank, broker)
    for statement in (update(table).values(unit="kg"), delete(table)):
        with pytest.raises(DatabaseError, match="append-only"), bank.begin_nested():
            bank.execute(statement)
