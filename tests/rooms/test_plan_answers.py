"""What people do with a line of a plan: counted once, refused where it was asked for, and one at a time."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.exchange.models import Reservation
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict
from marketplace.kernel.units import Quantity, Unit
from marketplace.plans.actions.answers import accept_line, refuse_line
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanAnswer, PlanRun
from marketplace.plans.queries.lines import count_answers
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.rules.lines import Answer
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north, on_a_line


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def planned(bank: Session) -> PlanRun:
    return make_at_once(bank, OPERATOR, objective=Objective.KILOMETRES)


def test_a_line_counts_once_by_how_it_stands(bank: Session) -> None:
    """Line 1 is offered by Almelo and by the broker and asked for by Borne; line 2 offered by Hengelo and refused by Losser."""
    on_a_line(bank)
    run = planned(bank)
    almelo, hengelo, borne, losser = (make_actor(bank, slug) for slug in ("almelo", "hengelo", "borne", "losser"))
    broker = make_actor(bank, "regio-twente", "coordinator", "region")
    accept_line(bank, almelo, run_id=run.id, number=1)
    accept_line(bank, hengelo, run_id=run.id, number=2)
    assert count_answers(bank, run) == {Answer.OFFERED: 2}
    accept_line(bank, broker, run_id=run.id, number=1, reason="Het ligt dichtbij.")
    accept_line(bank, borne, run_id=run.id, number=1)
    refuse_line(bank, losser, run_id=run.id, number=2, reason="Te grijs.")
    assert count_answers(bank, run) == {Answer.ASKED: 1, Answer.REFUSED: 1}


def test_a_line_that_was_asked_for_is_not_refused_any_more(bank: Session) -> None:
    on_a_line(bank)
    run = planned(bank)
    almelo, borne = make_actor(bank, "almelo"), make_actor(bank, "borne")
    refuse_line(bank, borne, run_id=run.id, number=1, reason="Te grijs.")
    accept_line(bank, borne, run_id=run.id, number=1)
    for actor in (almelo, borne):
        with pytest.raises(Conflict) as refused:
            refuse_line(bank, actor, run_id=run.id, number=1, reason="Toch te grijs.")
        assert "al aangevraagd" in str(refused.value.message)
    answers = bank.scalars(select(PlanAnswer.answer).order_by(PlanAnswer.id))
    assert list(answers) == ["refused", "asked"]


def meanwhile(database: Database, first: Callable[[Session], object], second: Callable[[Session], object]) -> list[object]:
    """The second begins while the first is not kept yet. What both say, or the refusal."""
    answers: list[object] = []

    def answer() -> None:
        try:
            answers.append(database.run(second))
        except Conflict as refusal:
            answers.append(refusal)

    other = threading.Thread(target=answer)
    with database.transaction() as session:
        begun = first(session)
        other.start()
        other.join(timeout=0.5)
    other.join()
    return [begun, *answers]


def asks(actor: Actor, run_id: int) -> Callable[[Session], int]:
    return lambda session: accept_line(session, actor, run_id=run_id, number=1).id


@pytest.mark.slow
def test_two_colleagues_who_ask_for_one_line_ask_once(bank: Session, database: Database) -> None:
    """Of 1 600 m2 the line takes 800, so that twice would fit the lot."""
    make_listing(bank, make_actor(bank, "almelo"), quantity=Quantity(Decimal(1600), Unit.M2), location=north(0))
    make_demand(bank, make_actor(bank, "borne"), location=north(9), max_distance_km=None)
    leader, coordinator = make_actor(bank, "borne"), make_actor(bank, "borne", "coordinator")
    run_id = planned(bank).id
    bank.commit()
    first, second = meanwhile(database, asks(leader, run_id), asks(coordinator, run_id))
    assert first == second
    assert bank.scalar(select(func.count()).select_from(Reservation)) == 1


@pytest.mark.slow
def test_one_need_is_not_served_twice_by_the_lines_of_two_plans(bank: Session, database: Database) -> None:
    """The first plan fetches 800 m2 at 9 km; the second knows of 800 m2 at 1 km."""
    make_listing(bank, make_actor(bank, "almelo"), quantity=Quantity(Decimal(800), Unit.M2), location=north(0))
    make_demand(bank, make_actor(bank, "borne"), location=north(9), max_distance_km=None)
    leader, coordinator = make_actor(bank, "borne"), make_actor(bank, "borne", "coordinator")
    before = planned(bank).id
    make_listing(bank, make_actor(bank, "hengelo"), quantity=Quantity(Decimal(800), Unit.M2), location=north(10))
    now = planned(bank).id
    bank.commit()
    _first, second = meanwhile(database, asks(leader, before), asks(coordinator, now))
    assert isinstance(second, Conflict)
    assert bank.scalar(select(func.sum(Reservation.quantity))) == 800
