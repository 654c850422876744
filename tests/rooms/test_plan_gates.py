"""A plan proposes no line that reserving would refuse: the rules of materials, asked in columns and by the verb."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.gates import tells_owners_apart
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.soil import SoilClass
from marketplace.plans.actions.answers import Ground, accept_line
from marketplace.plans.actions.runs import make_at_once
from marketplace.plans.models import PlanLine
from marketplace.plans.queries.pairs import Objective, read_today
from marketplace.plans.queries.runs import get_run, list_lines
from tests.factories import make_actor, make_demand, make_listing, needed_answers, seed_taxonomy

ASPHALT, SOIL = "asfaltgranulaat", "teelaarde"


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def broker(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", role=Role.COORDINATOR, kind="region")


def open_for(bank: Session, material: str, asker: str = "borne") -> tuple[Listing, Demand]:
    """50 tonnes of Almelo, and as much needed."""
    values = {"material": material, "quantity": Quantity(Decimal(50), Unit.TONNE)}
    return make_listing(bank, make_actor(bank, "almelo"), **values), make_demand(
        bank, make_actor(bank, asker), max_distance_km=None, **values
    )


def planned(bank: Session, broker: Actor) -> list[PlanLine]:
    run = make_at_once(bank, broker, objective=Objective.KILOMETRES)
    return list_lines(bank, get_run(bank, broker, run.id), offset=0, limit=10)[0]


@pytest.mark.parametrize("asker", ["borne", "almelo"])
def test_a_lot_that_a_rule_stops_since_it_was_published_is_in_no_plan(bank: Session, broker: Actor, asker: str) -> None:
    """80 mg of PAH a kilogram, and the limit is 75: reserving refuses it, whoever asks."""
    lot, need = open_for(bank, ASPHALT, asker)
    assert [(line.listing_id, line.quantity) for line in planned(bank, broker)] == [(lot.id, 50)]
    lot.fields = {**lot.fields, "pak10-mg-per-kg": "80"}
    bank.flush()
    draft = ReservationDraft(Quantity(Decimal(50), Unit.TONNE), need.id)
    with pytest.raises(Invalid) as refused, bank.begin_nested():
        reserve(bank, make_actor(bank, asker), listing_id=lot.id, draft=draft)
    assert "PAK-10" in str(refused.value.message)
    assert planned(bank, broker) == []
    assert len(read_today(bank).paired.lots) == 0  # nor is it one of those that but one thing stands between


def test_owners_are_told_apart_only_where_a_rule_is_about_the_other_owner(bank: Session) -> None:
    """The environmental declaration of stone is: it counts at the hand-over, and nothing of the kind counts before."""
    assert tells_owners_apart(bank, Moment.HAND_OVER) and not tells_owners_apart(bank, Moment.RESERVE)


def test_soil_is_planned_and_asked_for_with_the_classes_of_the_place(bank: Session, broker: Actor) -> None:
    """Of residential class: refused without the classes of the place and where the place is cleaner, and reserved where it is not."""
    answers = {**needed_answers(bank, SOIL), "soil-class": "residential"}
    values = {"material": SOIL, "quantity": Quantity(Decimal(50), Unit.TONNE)}
    lot = make_listing(bank, make_actor(bank, "almelo"), fields=answers, **values)
    make_demand(bank, make_actor(bank, "borne"), max_distance_km=None, **values)
    [line] = planned(bank, broker)
    line_key = {"run_id": line.run_id, "number": line.number}
    asker = make_actor(bank, "borne")
    for ground in (Ground(), Ground(SoilClass.AGRICULTURE_NATURE, SoilClass.RESIDENTIAL)):
        with pytest.raises(Invalid) as refused, bank.begin_nested():
            accept_line(bank, asker, **line_key, ground=ground)
        assert refused.value.field == "receiving_soil"
    answer = accept_line(bank, asker, **line_key, ground=Ground(SoilClass.RESIDENTIAL, SoilClass.INDUSTRY))
    held = bank.get_one(Reservation, answer.reservation_id)
    assert (held.listing_id, held.status, held.receiving_soil, held.function_class) == (
        lot.id,
        "requested",
        "residential",
        "industry",
    )
