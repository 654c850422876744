"""The life of a reservation step by step, and every limit of what may be asked, handed over, and brought back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.exchange.rules.deadlines import answer_until, collect_until
from marketplace.exchange.rules.measure import check_day, check_handover, check_late_day, is_within_tolerance
from marketplace.exchange.rules.reservation import (
    CONFIRM_WITHIN,
    OFFER_WITHIN,
    STEPS,
    HandoverDraft,
    ReservationDraft,
    ReservationStatus,
    Step,
    check_approval,
    check_choice,
    check_part,
    check_quantity,
    check_reason,
    check_reservable,
    check_step,
    check_words,
    is_done,
    reminder,
    too_much,
)
from marketplace.exchange.rules.returns import ReturnDraft, check_return
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Refusal
from marketplace.kernel.units import Amount, Quantity, Unit, plain
from marketplace.market.rules.listing import Condition

TODAY = date(2027, 1, 12)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NOON = datetime(2027, 1, 12, 12, tzinfo=UTC)
ASKED = Quantity(Decimal(40), Unit.M2)


def square_metres(amount: str) -> Amount:
    return Amount(Decimal(amount), Unit.M2)


def fields(refusal: Refusal) -> list[str]:
    return [error.field for error in refusal.errors]


# Which steps a reservation can take in which state; what is not named is refused.
POSSIBLE = {
    "waiting": "approve reject cancel expire recall",
    "offered": "approve reject accept-offer cancel expire recall",
    "requested": "approve reject cancel expire recall",
    "approved": "cancel no-show hand-over late-hand-over expire recall",
    "handed_over": "confirm dispute resolve agree-cancel recall",
    "disputed": "resolve agree-cancel recall",
    "completed": "return",
    "rejected": "",
    "cancelled": "",
    "expired": "",
}


@pytest.mark.parametrize("status", list(ReservationStatus))
def test_every_step_asks_for_the_step_before_it(status: ReservationStatus) -> None:
    for step in Step:
        if step in POSSIBLE[status].split():
            check_step(step, status)
        else:
            with pytest.raises(Conflict) as refusal:
                check_step(step, status)
            assert refusal.value.facts == {"currentStatus": status.value}


@pytest.mark.parametrize("step", list(Step))
def test_a_step_that_was_taken_already_changes_nothing_but_a_return_can_be_made_again(step: Step) -> None:
    reached = [status for status in ReservationStatus if is_done(step, status)]
    assert reached == ([] if step is Step.RETURN else [STEPS[step][1]])


def reservable(**changes: Any) -> None:
    facts = {"status": "published", "has_turn": True, "turn_from": None, "is_stale": False, "available_until": None}
    check_reservable(**{**facts, "today": TODAY, **changes})


@pytest.mark.parametrize("until", [None, TODAY, TOMORROW])
def test_a_lot_can_be_reserved_up_to_and_with_its_last_day(until: date | None) -> None:
    reservable(available_until=until)


@pytest.mark.parametrize(
    ("changes", "sentence", "facts"),
    [
        ({"status": "closed"}, "niet meer aangeboden", {"status_of_listing": "closed"}),
        ({"status": "draft"}, "niet meer aangeboden", {"status_of_listing": "draft"}),
        ({"status": "withdrawn"}, "niet meer aangeboden", {"status_of_listing": "withdrawn"}),
        ({"available_until": YESTERDAY}, "11 januari 2027", {}),
        ({"is_stale": True}, "60 dagen", {}),
        ({"has_turn": False}, "nog niet aan de beurt", {}),
        ({"has_turn": False, "turn_from": TOMORROW}, "13 januari 2027", {"reservableFrom": "2027-01-13"}),
    ],
)
def test_what_cannot_be_reserved_now_says_why(changes: dict[str, Any], sentence: str, facts: dict[str, str]) -> None:
    with pytest.raises(Conflict) as refusal:
        reservable(**changes)
    assert sentence in str(refusal.value).replace("\u00a0", " ")
    assert refusal.value.facts == facts


def test_another_unit_is_refused_with_the_converted_figure_as_a_proposal() -> None:
    check_quantity(ASKED, unit="m2", proposal=None)
    for unit in ("kg", "piece"):
        with pytest.raises(Invalid) as without:
            check_quantity(ASKED, unit=unit, proposal=None)
    assert (without.value.field, without.value.facts) == ("unit", {})
    with pytest.raises(Invalid) as refusal:
        check_quantity(ASKED, unit="piece", proposal=Quantity(Decimal(1760), Unit.PIECE))  # 44 pieces in a square metre
    assert refusal.value.facts == {"proposal": {"quantity": "1760", "unit": "piece"}}


@pytest.mark.parametrize(
    ("left", "available", "sentence"),
    [
        (None, "0", "Er is niets meer"),
        ("-1", "0", "Alles is"),
        ("0", "0", "Alles is"),
        ("0.001", "0.001", "0,001"),
        ("35", "35", "35"),
    ],
)
def test_who_asks_too_much_hears_how_much_is_left(left: str | None, available: str, sentence: str) -> None:
    refusal = too_much(None if left is None else square_metres(left), "m2")
    assert refusal.field == "quantity"
    assert refusal.facts == {"available": available, "unit": "m2"}
    assert sentence in str(refusal)


@pytest.mark.parametrize(
    ("minimum", "advice"), [(None, "of minder"), ("29.999", "of minder"), ("30", "precies dat"), ("50", "precies dat")]
)
def test_what_is_left_and_goes_in_one_piece_is_asked_for_whole(minimum: str | None, advice: str) -> None:
    refusal = too_much(square_metres("30"), "m2", minimum=None if minimum is None else Decimal(minimum))
    assert "30" in str(refusal) and advice in str(refusal)


def test_the_waiting_list_has_two_days_and_a_receiver_two_weeks() -> None:
    assert timedelta(hours=48) == OFFER_WITHIN
    assert timedelta(days=14) == CONFIRM_WITHIN


def test_the_owner_answers_within_ten_days() -> None:
    assert answer_until(NOON) == datetime(2027, 1, 22, 23, 59, 59, tzinfo=clock.AMSTERDAM)  # the last day counts whole


@pytest.mark.parametrize(
    ("first_day", "last_day", "chosen", "until"),
    [
        (TODAY - timedelta(days=5), None, None, date(2027, 2, 11)),  # 30 days after the approval
        (TODAY + timedelta(days=10), None, None, date(2027, 2, 21)),  # 30 days after the first day
        (TODAY, date(2027, 2, 11), None, date(2027, 2, 11)),
        (TODAY, date(2027, 2, 10), None, date(2027, 2, 10)),  # a hold does not outlive its lot by itself
        (TODAY, TODAY, None, TODAY),
        (TODAY, YESTERDAY, None, date(2027, 2, 11)),  # the lot was over already when it was approved
        (TODAY, date(2027, 1, 13), datetime(2027, 1, 15, 23, 59, 59, tzinfo=clock.AMSTERDAM), date(2027, 1, 15)),
    ],
)
def test_it_is_collected_within_thirty_days_unless_the_owner_says_otherwise(
    first_day: date, last_day: date | None, chosen: datetime | None, until: date
) -> None:
    assert collect_until(NOON, first_day=first_day, last_day=last_day, hold_until=chosen) == clock.last_moment(until)


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "x" * 500},
        {"project": "x" * 200},
        {"use": "x" * 200},
        {"purchase_price_cents": 0},
        {"purchase_price_cents": 100_000_000_000},
        {"replaces_purchase": True, "purchase_price_cents": 1},
        {"replaces_purchase": False},
        {"needed_by": TODAY},
        {"needed_by": TOMORROW},
    ],
)
def test_what_it_is_for_is_taken_up_to_its_limit(changes: dict[str, Any]) -> None:
    check_words(ReservationDraft(ASKED, **changes), TODAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "x" * 501}, "purpose"),
        ({"project": "x" * 201}, "project"),
        ({"use": "x" * 201}, "use"),
        ({"purchase_price_cents": -1}, "purchase_price_cents"),
        ({"purchase_price_cents": 100_000_000_001}, "purchase_price_cents"),
        ({"replaces_purchase": False, "purchase_price_cents": 0}, "purchase_price_cents"),
        ({"needed_by": YESTERDAY}, "needed_by"),
    ],
)
def test_one_past_the_limit_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_words(ReservationDraft(ASKED, **changes), TODAY)
    assert refusal.value.field == field


def test_nobody_waits_for_more_than_the_lot_has() -> None:
    check_part(square_metres("250"), minimum=None, most=Decimal(250), waits=True)
    check_part(square_metres("249"), minimum=None, most=Decimal(250), waits=True)
    check_part(square_metres("250.001"), minimum=None, most=Decimal(250), waits=False)
    with pytest.raises(Conflict) as refusal:
        check_part(square_metres("250.001"), minimum=None, most=Decimal(250), waits=True)
    assert refusal.value.facts == {"available": "250", "most": "250", "unit": "m2"}


@pytest.mark.parametrize(("available", "free"), [("-5", "0"), ("0", "0"), ("30", "30")])
def test_who_waits_for_too_much_hears_what_is_free_now(available: str, free: str) -> None:
    with pytest.raises(Conflict) as refusal:
        check_part(square_metres("251"), minimum=None, most=Decimal(250), waits=True, available=Decimal(available))
    assert refusal.value.facts == {"available": free, "most": "250", "unit": "m2"}


def test_a_part_below_the_smallest_is_refused_unless_it_is_all_that_is_left() -> None:
    check_part(square_metres("100"), minimum=Decimal(100), most=Decimal(250), waits=False)
    check_part(square_metres("60"), minimum=Decimal(100), most=Decimal(60), waits=True)
    with pytest.raises(Invalid) as refusal:
        check_part(square_metres("99.999"), minimum=Decimal(100), most=Decimal(250), waits=False)
    assert (refusal.value.field, refusal.value.facts) == ("quantity", {"minimum": "100"})


@pytest.mark.parametrize("reason", ["Zelf nodig", "x" * 1000])
def test_a_reason_is_one_sentence_or_a_few(reason: str) -> None:
    check_reason(reason)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_no_reason_or_a_whole_story_is_refused(reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_reason(reason)
    assert refusal.value.field == "reason"


def test_the_owner_approves_what_was_asked_or_less() -> None:
    check_approval(square_metres("40"), requested=Decimal(40), free=Decimal(40))
    check_approval(square_metres("39.999"), requested=Decimal(40), free=Decimal(100))
    with pytest.raises(Invalid, match="40"):
        check_approval(square_metres("40.001"), requested=Decimal(40), free=Decimal(100))


@pytest.mark.parametrize(
    ("free", "sentence"),
    [("39.999", "Er is nu 39,999"), ("0.5", "Er is nu 0,5"), ("0", "Er is nu niets vrij"), ("-1", "Er is nu niets vrij")],
)
def test_the_owner_approves_no_more_than_is_free(free: str, sentence: str) -> None:
    with pytest.raises(Conflict, match=sentence) as refusal:
        check_approval(square_metres("40"), requested=Decimal(40), free=Decimal(free))
    assert refusal.value.facts == {"available": plain(max(Decimal(free), Decimal(0))), "unit": "m2"}


def test_passing_over_who_stands_higher_asks_for_a_sentence() -> None:
    check_choice("", passed_over=0)
    check_choice("x" * 1000, passed_over=1)
    for reason, passed_over in ((" ", 1), ("x" * 1001, 0)):
        with pytest.raises(Invalid) as refusal:
            check_choice(reason, passed_over=passed_over)
        assert refusal.value.field == "reason"


@pytest.mark.parametrize(
    ("received", "is_within"), [("95", True), ("94.999", False), ("105", True), ("105.001", False), ("100", True)]
)
def test_five_percent_of_the_owners_hundred_is_within_the_tolerance(received: str, is_within: bool) -> None:
    assert is_within_tolerance(Decimal(100), Decimal(received), Decimal(5)) is is_within


@pytest.mark.parametrize(("days", "due"), [(4, None), (3, 3), (2, 3), (1, 1), (0, 0), (-1, 0)])
def test_reminders_are_due_at_three_days_one_day_and_on_the_day(days: int, due: int | None) -> None:
    assert reminder(TODAY + timedelta(days=days), TODAY) == due


BACK = ReturnDraft(ASKED, Condition.GOOD, TODAY, "Niet nodig geweest")


def returned(draft: ReturnDraft, left: str = "40", handed_over_on: date = TODAY) -> None:
    check_return(
        draft,
        unit="m2",
        left=Decimal(left),
        handed_over_on=handed_over_on,
        straight_km=Decimal(5),
        today=TODAY,
        vehicle_classes=("bestelbus",),
    )


def test_all_that_was_handed_over_can_come_back_the_same_day() -> None:
    returned(BACK)
    returned(replace(BACK, returned_on=YESTERDAY), handed_over_on=YESTERDAY)


@pytest.mark.parametrize(
    ("changes", "left", "field"),
    [
        ({"quantity": Quantity(Decimal(40), Unit.PIECE)}, "40", "unit"),
        ({"quantity": Quantity(Decimal("40.001"), Unit.M2)}, "40", "quantity"),
        ({"returned_on": TOMORROW}, "40", "returned_on"),
        ({"returned_on": YESTERDAY}, "40", "returned_on"),
        ({"reason": " "}, "40", "reason"),
    ],
)
def test_what_cannot_come_back_is_refused_at_its_field(changes: dict[str, Any], left: str, field: str) -> None:
    with pytest.raises((Conflict, Invalid)) as refusal:
        returned(replace(BACK, **changes), left)
    assert fields(refusal.value) == [field]


@pytest.mark.parametrize(("left", "sentence"), [("0", "alles"), ("0.001", "0,001")])
def test_what_has_come_back_already_does_not_come_back_again(left: str, sentence: str) -> None:
    with pytest.raises(Conflict) as refusal:
        returned(BACK, left)
    assert sentence in str(refusal.value).lower()
    assert refusal.value.facts == {"available": left}


GIVEN = HandoverDraft(ASKED, TODAY)


def handed_over(**changes: Any) -> None:
    check_handover(
        replace(GIVEN, **changes), unit="m2", vehicle_classes=("bestelbus-diesel",), straight_km=Decimal("1.5"), today=TODAY
    )
    check_day(changes.get("handed_over_on", TODAY), approved_on=YESTERDAY, available_from=YESTERDAY)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"handed_over_on": YESTERDAY},
        {"vehicle_class": "bestelbus-diesel"},
        {"driven_km": Decimal("1.5")},
        {"driven_km": Decimal(2000)},
        {"write_off_reason": "x" * 1000},
    ],
)
def test_a_hand_over_is_taken_up_to_its_limits(changes: dict[str, Any]) -> None:
    handed_over(**changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": Quantity(Decimal(40), Unit.PIECE)}, "unit"),
        ({"handed_over_on": TOMORROW}, "handed_over_on"),
        ({"handed_over_on": YESTERDAY - timedelta(days=1)}, "handed_over_on"),
        ({"vehicle_class": "slee"}, "vehicle_class"),
        ({"driven_km": Decimal("-0.001")}, "driven_km"),
        ({"driven_km": Decimal("1.499")}, "driven_km"),
        ({"driven_km": Decimal("2000.001")}, "driven_km"),
        ({"write_off_reason": "x" * 1001}, "write_off_reason"),
    ],
)
def test_a_hand_over_past_its_limits_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        handed_over(**changes)
    assert fields(refusal.value) == [field]


def test_a_hand_over_is_not_before_the_lot_is_free() -> None:
    with pytest.raises(Invalid, match="vrij vanaf"):
        check_day(TODAY, approved_on=YESTERDAY, available_from=TOMORROW)


@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [
        (YESTERDAY, " ", "reason"),
        (TODAY, "Bon zoek", "handed_over_on"),  # not late: the day of the approval
        (TODAY - timedelta(days=5 * 365 + 1), "Bon zoek", "handed_over_on"),
    ],
)
def test_late_paperwork_is_of_before_the_approval_and_says_why(day: date, reason: str, field: str) -> None:
    check_late_day(YESTERDAY, approved_on=TODAY, today=TODAY, reason="Bon zoek")
    check_late_day(TODAY - timedelta(days=5 * 365), approved_on=TODAY, today=TODAY, reason="Bon zoek")
    with pytest.raises(Invalid) as refusal:
        check_late_day(day, approved_on=TODAY, today=TODAY, reason=reason)
    assert fields(refusal.value) == [field]
