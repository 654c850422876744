"""Nobody came: when that may be said, and what the asker can do about it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import deadlines, decide, gate, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.queries.watch import list_objections
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, make_listing, seed_taxonomy

HUNDRED = Quantity(Decimal(100), Unit.M2)


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    return {
        "hengelo": make_actor(session, "hengelo"),
        "borne": make_actor(session, "borne"),
        "broker": make_actor(session, "regio-twente", "coordinator"),
    }


def approved(session: Session, cast: dict) -> Reservation:
    lot = make_listing(session, cast["hengelo"], available_until=None)
    made = reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=ReservationDraft(HUNDRED))
    return decide.approve(session, cast["hengelo"], reservation_id=made.id)


def missed(session: Session, cast: dict) -> Reservation:
    reservation = approved(session, cast)
    with clock.frozen(clock.now() + timedelta(days=31)):
        return decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)


def points(session: Session, cast: dict) -> int:
    """What a request of Borne scores."""
    lot = make_listing(session, cast["hengelo"], quantity=HUNDRED)
    reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=ReservationDraft(HUNDRED))
    return list_requests(session, cast["hengelo"], lot.id).claims[0].score.points


def told(session: Session, kind: str) -> list[int | None]:
    return [row.organisation_id for row in session.scalars(select(NoticeRow).where(NoticeRow.kind == kind))]


def test_seconds_after_the_approval_nobody_has_failed_to_come(session: Session, cast: dict) -> None:
    reservation = approved(session, cast)
    with pytest.raises(Conflict) as refused:
        decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)
    assert refused.value.facts["keptUntil"] == (clock.today() + timedelta(days=30)).isoformat()
    assert find_reservation(session, reservation.id).status == "approved"


def test_after_an_agreed_time_has_passed_it_can_be_said(session: Session, cast: dict) -> None:
    reservation = approved(session, cast)
    time = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    gate.propose_times(session, cast["hengelo"], reservation_id=reservation.id, draft=AppointmentDraft((time,)))
    with clock.frozen(time + timedelta(hours=1)), pytest.raises(Conflict):  # it was proposed and not agreed
        decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)
    gate.agree_time(session, cast["borne"], reservation_id=reservation.id, time=time)
    with clock.frozen(time - timedelta(hours=1)), pytest.raises(Conflict):
        decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)
    with clock.frozen(time + timedelta(hours=1)):
        ended = decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)
    assert (ended.status, ended.no_show) == ("cancelled", True)


def test_of_a_hold_that_has_lapsed_it_can_be_said_too(session: Session, cast: dict) -> None:
    reservation = approved(session, cast)
    with clock.frozen(clock.now() + timedelta(days=31)):
        deadlines.expire(session, reservation_id=reservation.id)
        for _twice in range(2):
            ended = decide.no_show(session, cast["hengelo"], reservation_id=reservation.id)
    assert (ended.status, ended.no_show) == ("expired", True)
    assert len(told(session, "no_show")) == 1


def test_a_request_that_nobody_approved_was_not_missed(session: Session, cast: dict) -> None:
    lot = make_listing(session, cast["hengelo"], available_until=None)
    made = reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=ReservationDraft(HUNDRED))
    with clock.frozen(clock.now() + timedelta(days=11)):
        deadlines.expire(session, reservation_id=made.id)
        with pytest.raises(Conflict):
            decide.no_show(session, cast["hengelo"], reservation_id=made.id)


def test_an_objection_takes_the_no_show_out_of_the_ranking_until_the_broker_has_decided(session: Session, cast: dict) -> None:
    before, reservation = points(session, cast), missed(session, cast)
    assert points(session, cast) == before - 10
    with pytest.raises(Invalid):
        decide.object_to_no_show(session, cast["borne"], reservation_id=reservation.id, reason=" ")
    for _twice in range(2):
        objected = decide.object_to_no_show(
            session, cast["borne"], reservation_id=reservation.id, reason="Wij stonden er om 9 uur"
        )
    assert (objected.objection, objected.objection_upheld) == ("Wij stonden er om 9 uur", None)
    with pytest.raises(Conflict):  # once
        decide.object_to_no_show(session, cast["borne"], reservation_id=reservation.id, reason="En nog iets")
    assert points(session, cast) == before
    assert told(session, "objection_to_decide") == [cast["broker"].organisation_id]
    assert told(session, "objected") == [cast["hengelo"].organisation_id]
    assert [row.id for row in list_objections(session, cast["broker"])[0]] == [reservation.id]


@pytest.mark.parametrize(("is_upheld", "taken_off"), [(True, 0), (False, 10)])
def test_the_broker_decides_whether_it_counts(session: Session, cast: dict, is_upheld: bool, taken_off: int) -> None:
    before, reservation = points(session, cast), missed(session, cast)
    with pytest.raises(Conflict):  # of what nobody objected to
        decide.decide_objection(session, cast["broker"], reservation_id=reservation.id, is_upheld=True, reason="Foto")
    decide.object_to_no_show(session, cast["borne"], reservation_id=reservation.id, reason="Wij stonden er")
    with pytest.raises(Forbidden):
        decide.decide_objection(session, cast["hengelo"], reservation_id=reservation.id, is_upheld=is_upheld, reason="Nee")
    for _twice in range(2):
        decide.decide_objection(
            session, cast["broker"], reservation_id=reservation.id, is_upheld=is_upheld, reason="Foto met tijd"
        )
    with pytest.raises(Conflict):
        decide.decide_objection(
            session, cast["broker"], reservation_id=reservation.id, is_upheld=not is_upheld, reason="Toch niet"
        )
    assert points(session, cast) == before - taken_off
    assert list_objections(session, cast["broker"]) == ([], 0)
    kind = "objection_upheld" if is_upheld else "objection_rejected"
    assert sorted(told(session, kind)) == sorted((cast["hengelo"].organisation_id, cast["borne"].organisation_id))


def test_what_was_not_missed_is_not_objected_to(session: Session, cast: dict) -> None:
    reservation = approved(session, cast)
    with pytest.raises(Conflict):
        decide.object_to_no_show(session, cast["borne"], reservation_id=reservation.id, reason="Wij komen nog")
