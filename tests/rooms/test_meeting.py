"""The appointment and the photos at the gate: who proposes and who chooses, what is told, and who sees it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.gate import add_gate_photo, agree_time, propose_or_agree, propose_times
from marketplace.exchange.actions.hand_over import confirm, dispute, hand_over, resolve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Appointment, GatePhotoFile
from marketplace.exchange.queries.gate import list_gate_photo_files, list_gate_photos, may_see_gate_photo, newest
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.exchange.queries.signatures import find_signatures, find_statements
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import update_listing
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.photos import StoredPicture
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import make_actor, make_listing, seed_taxonomy


@dataclass
class Cast:
    """Hengelo owns, Borne may collect 800 m² of it, the others look on."""

    owner: Actor
    asker: Actor
    number: int


@pytest.fixture
def cast(session: Session) -> Cast:
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, owner)
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(800), Unit.M2)))
    approve(session, owner, reservation_id=made.id)
    return Cast(owner, asker, made.id)


def days(*ahead: int) -> tuple[datetime, ...]:
    return tuple((clock.now() + timedelta(days=day)).replace(microsecond=0) for day in ahead)


def told(session: Session, kind: str) -> list[NoticeRow]:
    return list(session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id)))


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_other_side_is_told_which_times_are_proposed(session: Session, cast: Cast) -> None:
    times = days(2, 1)
    draft = AppointmentDraft(times, "Poort 3", "Hek links, bel 5 minuten vooraf")
    reservation = propose_times(session, cast.owner, reservation_id=cast.number, draft=draft)
    latest = newest(reservation)
    assert latest is not None and (latest.moments, latest.place, latest.agreed_time) == (tuple(sorted(times)), "Poort 3", None)
    notice = told(session, "appointment_proposed")[0]
    assert (notice.person_id, notice.organisation_id) == (cast.asker.person_id, cast.asker.organisation_id)
    assert notice.facts["organisation"] == "Hengelo" and [
        datetime.fromisoformat(time) for time in notice.facts["times"]
    ] == sorted(times)
    assert "Hek" not in str(notice.facts) + str(session.scalars(select(AuditRow.facts)).all())


def test_the_other_side_agrees_and_the_proposer_is_told(session: Session, cast: Cast) -> None:
    propose_times(session, cast.asker, reservation_id=cast.number, draft=AppointmentDraft(days(1, 2)))
    reservation = agree_time(session, cast.owner, reservation_id=cast.number, time=newest_of(session, cast).moments[1])
    latest = newest(reservation)
    assert latest is not None and latest.agreed_time == latest.moments[1]
    notice = told(session, "appointment_agreed")[0]
    assert notice.person_id == cast.asker.person_id and datetime.fromisoformat(notice.facts["time"]) == latest.agreed_time


def newest_of(session: Session, cast: Cast) -> Appointment:
    appointment = newest(get_reservation(session, cast.owner, cast.number))
    assert appointment is not None
    return appointment


def test_the_same_step_again_changes_nothing(session: Session, cast: Cast) -> None:
    draft = AppointmentDraft(days(1, 2), "Poort 3")
    for _twice in range(2):
        propose_times(session, cast.owner, reservation_id=cast.number, draft=draft)
    for _twice in range(2):
        agree_time(session, cast.asker, reservation_id=cast.number, time=draft.times[0])
    propose_times(session, cast.owner, reservation_id=cast.number, draft=draft)  # a retry that arrives late
    assert count(session, Appointment) == 1
    assert (len(told(session, "appointment_proposed")), len(told(session, "appointment_agreed"))) == (1, 1)


def test_nobody_agrees_on_the_own_proposal(session: Session, cast: Cast) -> None:
    draft = AppointmentDraft(days(1))
    propose_times(session, cast.owner, reservation_id=cast.number, draft=draft)
    with pytest.raises(Conflict):
        agree_time(session, cast.owner, reservation_id=cast.number, time=draft.times[0])


def test_within_one_organisation_a_colleague_agrees_and_nobody_is_mailed(session: Session, cast: Cast) -> None:
    lot = make_listing(session, cast.owner)
    own = reserve(session, cast.owner, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(1), Unit.M2)))
    draft = AppointmentDraft(days(1))
    propose_times(session, cast.owner, reservation_id=own.id, draft=draft)
    latest = newest(agree_time(session, make_actor(session, "hengelo"), reservation_id=own.id, time=draft.times[0]))
    assert latest is not None and latest.agreed_time == draft.times[0]
    assert told(session, "appointment_proposed") == []


def test_one_of_the_proposed_times_sent_back_is_a_choice_and_another_place_is_a_proposal(session: Session, cast: Cast) -> None:
    times = days(1, 2)
    propose_times(session, cast.owner, reservation_id=cast.number, draft=AppointmentDraft(times, "Poort 3", "Hek links"))
    elsewhere = AppointmentDraft(times[:1], "Poort 4")
    propose_or_agree(session, cast.asker, reservation_id=cast.number, draft=elsewhere)
    assert (newest_of(session, cast).agreed_time, newest_of(session, cast).place) == (None, "Poort 4")
    propose_or_agree(session, cast.owner, reservation_id=cast.number, draft=AppointmentDraft(times[:1]))
    assert newest_of(session, cast).agreed_time == times[0]
    assert count(session, Appointment) == 2


def test_new_times_put_an_agreed_one_off_and_the_history_stays(session: Session, cast: Cast) -> None:
    first, second = AppointmentDraft(days(1)), AppointmentDraft(days(3))
    propose_times(session, cast.owner, reservation_id=cast.number, draft=first)
    agree_time(session, cast.asker, reservation_id=cast.number, time=first.times[0])
    with pytest.raises(Invalid):
        agree_time(session, cast.asker, reservation_id=cast.number, time=second.times[0])
    propose_times(session, cast.asker, reservation_id=cast.number, draft=second)
    rows = get_reservation(session, cast.owner, cast.number).appointments
    assert [row.agreed_time for row in rows] == [first.times[0], None]


def test_a_second_choice_after_the_first_is_refused(session: Session, cast: Cast) -> None:
    draft = AppointmentDraft(days(1, 2))
    propose_times(session, cast.owner, reservation_id=cast.number, draft=draft)
    agree_time(session, cast.asker, reservation_id=cast.number, time=draft.times[0])
    with pytest.raises(Conflict):
        agree_time(session, cast.asker, reservation_id=cast.number, time=draft.times[1])


def test_only_the_two_sides_meet(session: Session, cast: Cast) -> None:
    draft = AppointmentDraft(days(1))
    for slug, role in (("regio-twente", "reviewer"), ("regio-twente", "coordinator")):
        with pytest.raises(Forbidden):
            propose_times(session, make_actor(session, slug, role), reservation_id=cast.number, draft=draft)
    with pytest.raises(Missing):
        propose_times(session, make_actor(session, "losser"), reservation_id=cast.number, draft=draft)


def test_what_is_not_approved_has_no_appointment(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict):
        agree_time(session, cast.owner, reservation_id=cast.number, time=days(1)[0])
    cancel(session, cast.owner, reservation_id=cast.number, reason="Toch niet")
    with pytest.raises(Conflict):
        propose_times(session, cast.owner, reservation_id=cast.number, draft=AppointmentDraft(days(1)))


def photo_of(number: int) -> StoredPicture:
    return StoredPicture(dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{number:064d}.webp", 480, 360)))


def test_photos_are_for_who_may_follow_the_transfer(session: Session, cast: Cast) -> None:
    add_gate_photo(session, cast.owner, reservation_id=cast.number, picture=photo_of(901), alt="Vracht")
    name = f"{901:064d}.webp"
    seeing = [
        cast.owner,
        cast.asker,
        make_actor(session, "regio-twente", "reviewer"),
        make_actor(session, "regio-twente", "coordinator"),
    ]
    for actor in seeing:
        assert may_see_gate_photo(session, actor, name)
        assert [photo.alt for photo in list_gate_photos(session, actor, reservation_id=cast.number)] == ["Vracht"]
    for actor in (make_actor(session, "losser"), make_actor(session, "regio-twente", "admin"), Actor()):
        assert not may_see_gate_photo(session, actor, name)
    with pytest.raises(Missing):
        list_gate_photos(session, make_actor(session, "losser"), reservation_id=cast.number)
    with pytest.raises(Forbidden):
        add_gate_photo(session, seeing[2], reservation_id=cast.number, picture=photo_of(902))


def test_the_sweep_knows_the_files_of_the_gate(session: Session, cast: Cast) -> None:
    add_gate_photo(session, cast.asker, reservation_id=cast.number, picture=photo_of(901))
    assert list_gate_photo_files(session) == {f"{901:064d}.webp"} == set(session.scalars(select(GatePhotoFile.name)))


def test_each_side_adds_six(session: Session, cast: Cast) -> None:
    for number in range(6):
        add_gate_photo(session, cast.owner, reservation_id=cast.number, picture=photo_of(900 + number))
    with pytest.raises(Conflict):
        add_gate_photo(session, cast.owner, reservation_id=cast.number, picture=photo_of(990))
    add_gate_photo(session, cast.asker, reservation_id=cast.number, picture=photo_of(991))
    assert len(list_gate_photos(session, cast.owner, reservation_id=cast.number)) == 7


def test_the_two_signatures_are_of_who_gave_them(session: Session, cast: Cast) -> None:
    handed = HandoverDraft(Quantity(Decimal(800), Unit.M2), clock.today())
    hand_over(session, cast.owner, reservation_id=cast.number, draft=handed)
    reservation = get_reservation(session, cast.owner, cast.number)
    first, second = find_signatures(session, cast.owner, reservation)
    assert first is not None and (first.name, first.organisation, first.by_clock) == (cast.owner.name, "Hengelo", False)
    assert second is None
    reservation = confirm(session, cast.asker, reservation_id=cast.number)
    _first, second = find_signatures(session, cast.owner, reservation)
    assert second is not None and (second.name, second.organisation, second.role) == (cast.asker.name, "Borne", "project_leader")
    broker = make_actor(session, "regio-twente", "coordinator")
    hidden = find_signatures(session, broker, reservation)[1]
    assert hidden is not None and (hidden.name, hidden.organisation) == ("", "Borne")


def test_where_the_owner_takes_over_the_receivers_figure_the_receiver_signed_by_giving_it(session: Session, cast: Cast) -> None:
    hand_over(
        session, cast.owner, reservation_id=cast.number, draft=HandoverDraft(Quantity(Decimal(800), Unit.M2), clock.today())
    )
    counted = Quantity(Decimal(500), Unit.M2)
    dispute(session, cast.asker, reservation_id=cast.number, reason="Minder stenen", quantity=counted)
    reservation = resolve(session, cast.owner, reservation_id=cast.number, quantity=counted, reason="Klopt")
    _first, second = find_signatures(session, cast.owner, reservation)
    assert second is not None and second.name == cast.asker.name


def test_where_the_broker_settles_it_the_broker_signs_the_third_figure(session: Session, cast: Cast) -> None:
    hand_over(
        session, cast.owner, reservation_id=cast.number, draft=HandoverDraft(Quantity(Decimal(800), Unit.M2), clock.today())
    )
    dispute(session, cast.asker, reservation_id=cast.number, reason="Minder stenen", quantity=Quantity(Decimal(500), Unit.M2))
    broker = make_actor(session, "regio-twente", "coordinator")
    settled = Quantity(Decimal(600), Unit.M2)
    resolve(session, broker, reservation_id=cast.number, quantity=settled, reason="Samen geteld")
    owner, receiver, agreed = find_statements(session, cast.owner, get_reservation(session, cast.owner, cast.number))
    assert [statement.signature.name for statement in (owner, receiver, agreed)] == [
        cast.owner.name,
        cast.asker.name,
        broker.name,
    ]
    assert [statement.quantity for statement in (owner, receiver, agreed)] == [Decimal(800), Decimal(500), Decimal(600)]


def test_the_first_day_that_was_agreed_counts_and_not_what_the_owner_made_of_it_later(session: Session, cast: Cast) -> None:
    listing = get_reservation(session, cast.owner, cast.number).listing
    draft = replace(stored_draft(listing, get_taxonomy(session)), available_from=clock.today() + timedelta(days=20))
    update_listing(session, cast.owner, listing_id=listing.id, version=listing.version, draft=draft)
    assert newest(propose_times(session, cast.asker, reservation_id=cast.number, draft=AppointmentDraft(days(2)))) is not None
