"""Meeting at the gate: which times can be proposed and chosen, and from when on there are photos and a note."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.exchange.rules.gate import (
    WITH_NOTE,
    AppointmentDraft,
    PhotoMoment,
    check_choice,
    check_dossier,
    check_gate_photo,
    check_meeting,
    check_note,
    check_texts,
    check_times,
    photo_moment,
)
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel.errors import Conflict, Invalid

NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
FIRST = date(2027, 1, 12)
TUESDAY = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)


def refused(times: tuple[datetime, ...]) -> str:
    with pytest.raises(Invalid) as refusal:
        check_times(times, available_from=FIRST, now=NOW)
    assert refusal.value.field == "times"
    return str(refusal.value)


def test_one_to_three_times_are_taken() -> None:
    for count in (1, 2, 3):
        check_times([TUESDAY + timedelta(hours=hour) for hour in range(count)], available_from=FIRST, now=NOW)


def test_none_and_four_are_refused() -> None:
    assert "ten minste één tijd" in refused(())
    assert "ten hoogste 3 tijden" in refused(tuple(TUESDAY + timedelta(hours=hour) for hour in range(4)))


def test_a_time_that_is_past_is_named_as_the_clock_in_twente_shows_it() -> None:
    assert "11 januari 2027 om 10:00 is voorbij" in refused((TUESDAY, NOW)).replace("\u00a0", " ")


def test_before_the_first_free_day_nothing_can_be_collected() -> None:
    assert "12 januari 2027" in refused((datetime(2027, 1, 11, 22, 59, tzinfo=UTC),))
    check_times((datetime(2027, 1, 11, 23, 0, tzinfo=UTC),), available_from=FIRST, now=NOW)  # midnight in Amsterdam


def test_a_proposal_is_kept_in_order_and_once() -> None:
    later = TUESDAY + timedelta(hours=2)
    assert AppointmentDraft((later, TUESDAY, TUESDAY.replace(microsecond=5))).tidy().times == (TUESDAY, later)


@pytest.mark.parametrize(("field", "longest"), [("place", 200), ("notes", 1000)])
def test_a_text_is_as_long_as_there_is_room(field: str, longest: int) -> None:
    check_texts(AppointmentDraft((), **{field: "x" * longest}))
    with pytest.raises(Invalid) as refusal:
        check_texts(AppointmentDraft((), **{field: "x" * (longest + 1)}))
    assert refusal.value.field == field


def test_one_chooses_from_what_the_other_side_proposed() -> None:
    check_choice(TUESDAY, proposed=[TUESDAY], is_own=False, now=NOW)
    with pytest.raises(Conflict):
        check_choice(TUESDAY, proposed=[TUESDAY], is_own=True, now=NOW)
    with pytest.raises(Invalid):
        check_choice(TUESDAY + timedelta(minutes=1), proposed=[TUESDAY], is_own=False, now=NOW)
    with pytest.raises(Conflict):
        check_choice(TUESDAY, proposed=[TUESDAY], is_own=False, now=TUESDAY)


@pytest.mark.parametrize("status", list(ReservationStatus))
def test_an_appointment_belongs_to_an_approved_reservation(status: ReservationStatus) -> None:
    if status is ReservationStatus.APPROVED:
        check_meeting(status)
    else:
        with pytest.raises(Conflict):
            check_meeting(status)


@pytest.mark.parametrize("status", list(ReservationStatus))
def test_the_note_and_the_photos_exist_from_approval_on_and_not_after_a_no(status: ReservationStatus) -> None:
    statuses = ("approved", "handed_over", "disputed", "completed")
    assert {noted.value for noted in WITH_NOTE} == set(statuses)
    for check in (lambda: check_note(status), lambda: check_gate_photo(status, present=0)):
        if status.value in statuses:
            check()
        else:
            with pytest.raises(Conflict):
                check()


def test_six_photos_of_a_side_are_enough() -> None:
    check_gate_photo(ReservationStatus.HANDED_OVER, present=5)
    with pytest.raises(Conflict):
        check_gate_photo(ReservationStatus.HANDED_OVER, present=6)


def test_a_photo_belongs_to_the_signature_of_who_took_it() -> None:
    assert photo_moment(ReservationStatus.HANDED_OVER, is_owner=True) is PhotoMoment.HAND_OVER
    assert photo_moment(ReservationStatus.APPROVED, is_owner=False) is PhotoMoment.HAND_OVER
    assert photo_moment(ReservationStatus.HANDED_OVER, is_owner=False) is PhotoMoment.CONFIRMATION
    assert photo_moment(ReservationStatus.COMPLETED, is_owner=False) is PhotoMoment.CONFIRMATION


def test_what_was_past_yesterday_is_past_and_what_is_free_since_long_is_free() -> None:
    assert "is voorbij" in refused((NOW - timedelta(days=1),))
    check_times((TUESDAY + timedelta(days=30),), available_from=FIRST, now=NOW)
    with pytest.raises(Conflict):
        check_choice(TUESDAY, proposed=[TUESDAY], is_own=False, now=TUESDAY + timedelta(days=1))


def test_more_than_six_photos_are_too_many_as_well() -> None:
    with pytest.raises(Conflict):
        check_gate_photo(ReservationStatus.HANDED_OVER, present=7)


@pytest.mark.parametrize("status", ["waiting", "offered", "requested", "rejected", "cancelled", "expired"])
def test_a_note_that_is_still_to_come_is_told_from_one_that_never_comes(status: str) -> None:
    with pytest.raises(Conflict) as refusal:
        check_note(ReservationStatus(status))
    is_to_come = status in ("waiting", "offered", "requested")
    assert ("zodra" in str(refusal.value)) is is_to_come
    assert ("geen overdrachtsbon" in str(refusal.value)) is not is_to_come
    assert refusal.value.facts == {"currentStatus": status}


@pytest.mark.parametrize("status", list(ReservationStatus))
def test_a_note_and_a_dossier_exist_from_approval_on_as_long_as_it_came_to_something(status: ReservationStatus) -> None:
    waits = {ReservationStatus.WAITING, ReservationStatus.OFFERED, ReservationStatus.REQUESTED}
    for check in (check_note, check_dossier):
        if status in WITH_NOTE:
            check(status)
            continue
        with pytest.raises(Conflict, match="goedgekeurd" if status in waits else "geen"):
            check(status)
