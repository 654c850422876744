"""The broker reminds whoever a transfer waits for, once in seven days."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.queries.watch import find_reminders
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden
from marketplace.kernel.units import Quantity, Unit
from marketplace.matching.actions.remind import REMIND_AGAIN_AFTER, remind
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, make_listing, seed_taxonomy

QUANTITY = Quantity(Decimal(100), Unit.M2)


@pytest.fixture
def broker(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "regio-twente", "coordinator")


def told(session: Session) -> list[int | None]:
    rows = select(NoticeRow.organisation_id).where(NoticeRow.kind == "reminded")
    return list(session.scalars(rows.order_by(NoticeRow.id)))


def test_both_are_reminded_of_a_time_and_the_receiver_of_what_it_confirms(session: Session, broker: Actor) -> None:
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    reserve(session, borne, listing_id=make_listing(session, hengelo).id, draft=ReservationDraft(QUANTITY))
    with pytest.raises(Conflict):
        remind(session, broker, reservation_id=1)
    approve(session, hengelo, reservation_id=1)
    remind(session, broker, reservation_id=1)
    assert told(session) == [hengelo.organisation_id, borne.organisation_id]
    assert find_reminders(session, [1, 2]) == {1: clock.today()}
    start = clock.now()
    hand_over(session, hengelo, reservation_id=1, draft=HandoverDraft(QUANTITY, clock.today()))
    with clock.frozen(start + timedelta(days=6)), pytest.raises(Conflict):
        remind(session, broker, reservation_id=1)
    with clock.frozen(start + REMIND_AGAIN_AFTER):
        remind(session, broker, reservation_id=1)
    assert told(session)[2:] == [borne.organisation_id]
    confirm(session, borne, reservation_id=1)
    with clock.frozen(start + 3 * REMIND_AGAIN_AFTER), pytest.raises(Conflict):
        remind(session, broker, reservation_id=1)


def test_within_one_organisation_one_reminder_is_enough_and_only_the_broker_sends_it(session: Session, broker: Actor) -> None:
    hengelo = make_actor(session, "hengelo")
    reserve(session, hengelo, listing_id=make_listing(session, hengelo).id, draft=ReservationDraft(QUANTITY))
    approve(session, hengelo, reservation_id=1)
    for actor in (hengelo, make_actor(session, "hengelo", "coordinator"), make_actor(session, "regio-twente", "reviewer")):
        with pytest.raises(Forbidden):
            remind(session, actor, reservation_id=1)
    remind(session, broker, reservation_id=1)
    assert told(session) == [hengelo.organisation_id]


def test_of_two_clicks_at_once_one_reminds(session: Session, database: Database, broker: Actor) -> None:
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    reserve(session, borne, listing_id=make_listing(session, hengelo).id, draft=ReservationDraft(QUANTITY))
    approve(session, hengelo, reservation_id=1)
    session.commit()
    refused: list[Conflict] = []
    start = threading.Barrier(6)

    def click() -> None:
        start.wait()
        try:
            database.run(lambda writing: remind(writing, broker, reservation_id=1) and None)
        except Conflict as refusal:
            refused.append(refusal)

    clicks = [threading.Thread(target=click) for _number in range(6)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert (len(refused), len(told(session))) == (5, 2)
