"""Several lots for one demand over the real database: what is proposed, what is under way, and asking for all of it or nothing."""

import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Missing
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions import counters
from marketplace.market.models import Demand, Listing
from marketplace.matching.actions.request import request_parts
from marketplace.matching.queries.proposals import Proposal, propose_parts
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules.kinds import Notice
from tests.factories import make_actor, make_demand, make_draft, make_listing, seed_taxonomy

PIECES = Quantity(Decimal(10_000), Unit.PIECE)


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def almelo(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "almelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


def m2(amount: int | str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def lots(session: Session, hengelo: Actor, almelo: Actor) -> tuple[Listing, Listing]:
    """150 m² in Hengelo, 5.0 km from Borne, and 120 m² in Almelo, 8.5 km from Borne, which parts with no less than 100 m²."""
    near, far = make_listing(session, hengelo, quantity=m2(150)), make_listing(session, almelo, quantity=m2(120))
    far.minimum_part = Decimal(100)
    session.flush()
    return near, far


@pytest.fixture
def demand(session: Session, borne: Actor, lots: tuple[Listing, Listing]) -> Demand:
    return make_demand(session, borne, quantity=PIECES, project="Parkeerhof Noord")


def told(proposal: Proposal) -> list[tuple[int, str, str]]:
    return [(part.listing.id, str(part.takes), str(part.covers)) for part in proposal.parts]


def sums(proposal: Proposal) -> tuple[Decimal, ...]:
    plan = proposal.plan
    return plan.needed.amount, plan.covered.amount, plan.surplus.amount, plan.missing.amount


def test_two_owners_cover_ten_thousand_pieces_with_a_thousand_to_spare(
    session: Session, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    proposal = propose_parts(session, borne, demand)
    near, far = lots
    assert told(proposal) == [(near.id, "150 m2", "6600 piece"), (far.id, "100 m2", "4400 piece")]
    assert sums(proposal) == (10_000, 10_000, 1_000, 0)
    first, second = proposal.parts
    assert (first.mass_kg, second.mass_kg) == (27_750, 18_500)
    assert first.distance_km < second.distance_km
    assert first.road_km == (first.distance_km * Decimal("1.3")).quantize(Decimal("0.001"))
    assert first.tonne_km == (Decimal("27.75") * first.road_km).quantize(Decimal("0.001"))
    assert proposal.plan.tonne_km == first.tonne_km + second.tonne_km


def test_a_proposal_is_for_who_asks_and_the_reviewer(session: Session, hengelo: Actor, demand: Demand) -> None:
    assert len(propose_parts(session, make_actor(session, "regio-twente", "reviewer"), demand).parts) == 2
    with pytest.raises(Forbidden):
        propose_parts(session, hengelo, demand)


def test_what_is_asked_for_already_is_not_proposed_again(
    session: Session, hengelo: Actor, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    near, far = lots
    draft = ReservationDraft(m2("100.01"), demand_id=demand.id)  # 4 400.44 pieces count as 4 400
    reservation = reserve.reserve(session, borne, listing_id=near.id, draft=draft)
    for step in ("requested", "approved", "handed_over"):
        proposal = propose_parts(session, borne, demand)
        assert (reservation.status, str(proposal.under_way)) == (step, "4400 piece")
        assert sums(proposal)[0] == 5_600
        assert told(proposal) == [(near.id, "49.99 m2", "2199 piece"), (far.id, "100 m2", "4400 piece")]
        if step == "requested":
            reservation = decide.approve(session, hengelo, reservation_id=reservation.id)
        elif step == "approved":
            handed = HandoverDraft(m2("100.01"), clock.today())
            reservation = hand_over.hand_over(session, hengelo, reservation_id=reservation.id, draft=handed)
    hand_over.confirm(session, borne, reservation_id=reservation.id)
    session.refresh(demand)
    proposal = propose_parts(session, borne, demand)
    assert (str(proposal.under_way), sums(proposal)[0]) == ("0 piece", 5_600)  # counted by the demand itself now


def test_who_waits_holds_nothing_and_what_has_ended_counts_for_nothing(
    session: Session, hengelo: Actor, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    draft = ReservationDraft(m2(100), demand_id=demand.id)
    reservation = reserve.reserve(session, borne, listing_id=lots[0].id, draft=draft)
    decide.reject(session, hengelo, reservation_id=reservation.id, reason="Toch zelf nodig.")
    for status in ("waiting", "rejected"):
        session.get_one(Reservation, reservation.id).status = status
        session.flush()
        assert propose_parts(session, borne, demand).under_way.amount == 0


@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {"fulfilled": Decimal(10_000)}])
def test_a_demand_that_is_over_gets_no_parts(session: Session, borne: Actor, demand: Demand, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(demand, name, value)
    session.flush()
    assert propose_parts(session, borne, demand).parts == ()


def test_all_parts_are_asked_for_at_once_and_each_owner_is_told(
    session: Session, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    reservations = request_parts(session, borne, demand_id=demand.id)
    assert [
        (reservation.listing_id, reservation.quantity, reservation.unit, reservation.status, reservation.demand_id)
        for reservation in reservations
    ] == [
        (lots[0].id, 150, "m2", "requested", demand.id),
        (lots[1].id, 100, "m2", "requested", demand.id),
    ]
    assert {reservation.purpose for reservation in reservations} == {demand.title}
    session.expire_all()
    assert [lot.held for lot in lots] == [150, 100]
    notified = select(NoticeRow.organisation_id).where(NoticeRow.kind == Notice.RESERVATION_REQUESTED.value)
    assert sorted(session.scalars(notified)) == sorted(lot.organisation_id for lot in lots)
    with pytest.raises(Conflict, match="hoeft niets meer aan te vragen"):
        request_parts(session, borne, demand_id=demand.id)
    assert [fault for _name, question in INVARIANTS if (fault := question(session))] == []


def test_amounts_that_changed_are_not_asked_for(
    session: Session, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    seen = propose_parts(session, borne, demand).amounts
    reserve.reserve(session, make_actor(session, "wierden"), listing_id=lots[0].id, draft=ReservationDraft(m2(50)))
    with pytest.raises(Conflict, match="Het voorstel is veranderd"):
        request_parts(session, borne, demand_id=demand.id, seen=seen)
    assert session.scalar(select(func.count()).select_from(Reservation).where(Reservation.demand_id == demand.id)) == 0
    reservations = request_parts(session, borne, demand_id=demand.id, seen=propose_parts(session, borne, demand).amounts)
    assert [reservation.quantity for reservation in reservations] == [100, 120]  # 4 400 and all 5 280: 320 are missing


def test_only_who_asks_makes_the_requests(session: Session, hengelo: Actor, borne: Actor, demand: Demand) -> None:
    for actor in (hengelo, make_actor(session, "regio-twente", "reviewer"), make_actor(session, "borne", "admin")):
        with pytest.raises(Forbidden):
            request_parts(session, actor, demand_id=demand.id)
    with pytest.raises(Missing):
        request_parts(session, borne, demand_id=999)
    with pytest.raises(Conflict, match="Er past geen partij meer"):
        request_parts(
            session,
            hengelo,
            demand_id=make_demand(session, hengelo, material="asfaltgranulaat", quantity=Quantity(Decimal(5), Unit.TONNE)).id,
        )


def test_when_one_owner_cannot_give_nothing_is_asked_of_the_others(
    session: Session, database: Database, borne: Actor, lots: tuple[Listing, Listing], demand: Demand, monkeypatch: Any
) -> None:
    session.commit()
    held = counters.hold

    def refuses_the_second(of: Session, listing_id: int, amount: Decimal) -> bool:
        return listing_id != lots[1].id and held(of, listing_id, amount)

    monkeypatch.setattr(counters, "hold", refuses_the_second)
    with pytest.raises(Conflict), database.transaction() as other:
        request_parts(other, borne, demand_id=demand.id)
    session.expire_all()
    assert [lot.held for lot in lots] == [0, 0]
    assert session.scalar(select(func.count()).select_from(Reservation)) == 0


def at_once(database: Database, requests: list[tuple[Actor, int]]) -> Counter[str]:
    """What each thread was answered that asks for all parts of a demand: the number of requests, or the name of what went wrong."""
    answers: list[str] = []
    start = threading.Barrier(len(requests))

    def ask(actor: Actor, demand_id: int) -> None:
        start.wait()
        try:
            answers.append(str(len(database.run(lambda session: request_parts(session, actor, demand_id=demand_id)))))
        except Exception as error:
            answers.append(type(error).__name__)

    threads = [threading.Thread(target=ask, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def test_eight_colleagues_who_ask_for_all_at_once_ask_once(
    session: Session, database: Database, borne: Actor, lots: tuple[Listing, Listing], demand: Demand
) -> None:
    session.commit()
    assert at_once(database, [(borne, demand.id)] * 8) == {"2": 1, "Conflict": 7}
    session.expire_all()
    assert [lot.held for lot in lots] == [150, 100]
    assert [fault for _name, question in INVARIANTS if (fault := question(session))] == []


@pytest.mark.slow
def test_two_askers_who_walk_the_lots_from_either_end_do_not_block_each_other(
    session: Session, database: Database, hengelo: Actor, almelo: Actor, borne: Actor
) -> None:
    for owner in (hengelo, almelo) * 3:
        make_listing(session, owner, quantity=m2(100))
    askers = [make_actor(session, slug) for slug in ("losser", "wierden")]  # Losser lies behind Hengelo, Wierden behind Almelo
    wants = [
        (asker, make_demand(session, asker, quantity=m2(450), max_distance_km=None).id) for asker in askers for _ in range(3)
    ]
    make_draft(session, hengelo)
    session.commit()
    answers = at_once(database, wants)
    assert set(answers) <= {"5", "2", "1", "Conflict"}, answers  # never a deadlock that reaches the asker
    session.expire_all()
    assert 450 <= (session.scalar(select(func.sum(Listing.held))) or 0) <= 600
    assert [fault for _name, question in INVARIANTS if (fault := question(session))] == []
