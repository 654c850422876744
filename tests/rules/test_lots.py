"""What may happen to a lot."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.depots.rules.lots import (
    Measured,
    check_counting,
    check_day,
    check_gain,
    check_unblocked,
    most_explained,
    path_to,
)
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Unit

TODAY = date(2026, 6, 15)


def test_what_is_blocked_goes_to_nobody() -> None:
    check_unblocked(is_blocked=False)
    with pytest.raises(Conflict, match="Omgevingsdienst Twente"):
        check_unblocked(is_blocked=True)


@pytest.mark.parametrize(("delta", "words"), [("-0.001", "minder tellen"), ("0.001", "telt er niets bij")])
def test_what_is_blocked_is_counted_neither_up_nor_down(delta: str, words: str) -> None:
    check_counting(Decimal(delta), is_blocked=False)
    check_counting(Decimal(0), is_blocked=True)
    with pytest.raises(Conflict, match=words) as refused:
        check_counting(Decimal(delta), is_blocked=True)
    assert refused.value.field == "quantity"


def test_the_most_is_five_percent_over_what_came_and_did_not_leave() -> None:
    """Of 600 m³ 500 left: of the 100 that are there come 105, not 130. What was counted up already is in it: 103 can be 105 still."""
    whole = Measured(Decimal(600), Decimal(0))
    assert most_explained(Decimal(100), Decimal(0), [whole], Decimal(5)) == 105
    assert most_explained(Decimal(103), Decimal(3), [Measured(Decimal(600), Decimal(3))], Decimal(5)) == 105


def test_the_most_is_what_is_left_of_five_percent_of_each_lot_above() -> None:
    """300 of 600 m³. Of the 30 of the whole 25 are used: 305. Of the 15 of the part 12 are used by a part of it: 303. Nothing is left: 300."""
    part, whole = Measured(Decimal(300), Decimal(0)), Measured(Decimal(600), Decimal(25))
    assert most_explained(Decimal(300), Decimal(0), [part, whole], Decimal(5)) == 305
    assert most_explained(Decimal(300), Decimal(0), [Measured(Decimal(300), Decimal(12)), whole], Decimal(5)) == 303
    assert most_explained(Decimal(300), Decimal(0), [part, Measured(Decimal(600), Decimal(30))], Decimal(5)) == 300


def test_soil_becomes_no_more_than_the_most_but_is_written_down_as_less_than_before() -> None:
    check_gain(Decimal(300), Decimal(305), most=Decimal(305), unit=Unit.M3)
    check_gain(Decimal(310), Decimal(310), most=Decimal(305), unit=Unit.M3)  # what was too much before stays, and becomes no more
    for before, after in (("300", "305.001"), ("310", "310.001")):
        with pytest.raises(Invalid) as refused:
            check_gain(Decimal(before), Decimal(after), most=Decimal(305), unit=Unit.M3)
        assert refused.value.errors[0].field == "quantity"


def test_a_lot_knows_what_it_came_from() -> None:
    assert path_to({1: None, 2: 1, 3: 2, 4: 1}, 3) == [3, 2, 1]
    assert path_to({1: None}, 1) == [1]


def test_the_day_is_between_the_last_movement_and_today() -> None:
    check_day(TODAY, last_on=TODAY, today=TODAY)
    check_day(date(2026, 6, 14), last_on=date(2026, 6, 14), today=TODAY)
    check_day(date(1999, 1, 1), last_on=None, today=TODAY)
    with pytest.raises(Invalid):
        check_day(date(2026, 6, 16), last_on=None, today=TODAY)
    with pytest.raises(Invalid):
        check_day(date(2026, 6, 13), last_on=date(2026, 6, 14), today=TODAY)


@pytest.mark.parametrize(("day", "is_refused"), [(14, True), (15, False), (16, False), (20, False), (21, True), (25, True)])
def test_a_day_lies_between_what_happened_last_and_today(day: int, is_refused: bool) -> None:
    last, today = date(2026, 6, 15), date(2026, 6, 20)
    if not is_refused:
        return check_day(date(2026, 6, day), last_on=last, today=today)
    with pytest.raises(Invalid) as refused:
        check_day(date(2026, 6, day), last_on=last, today=today)
    assert refused.value.field == "moved_on"
    return None


def test_soil_that_becomes_less_is_no_gain() -> None:
    check_gain(Decimal(300), Decimal(200), most=Decimal(305), unit=Unit.M3)
    check_gain(Decimal(300), Decimal(0), most=Decimal(305), unit=Unit.M3)
