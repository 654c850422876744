"""How plans turned out, counted by hand."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.market.rules.listing import Certainty
from marketplace.planned.rules import Plan, PlanOutcome, Reliability, reliability

TODAY = date(2028, 12, 1)
SUMMER = Plan(date(2028, 7, 1), date(2028, 9, 30), Certainty.BUDGETED)
LATER = Plan(date(2028, 10, 1), date(2028, 12, 1), Certainty.BUDGETED)


def test_nine_plans_of_which_seven_came_in_their_period() -> None:
    within = [PlanOutcome(SUMMER, date(2028, 8, day)) for day in range(1, 8)]
    late, never = PlanOutcome(SUMMER, date(2028, 10, 12)), PlanOutcome(SUMMER)
    result = reliability([*within, late, never], TODAY)
    assert result == Reliability(due=9, within=7, early=0, late=2, withdrawn=0, median_slip_days=Decimal(0))


def test_the_median_is_of_what_came() -> None:
    assert (
        reliability([PlanOutcome(SUMMER, date(2028, 10, 1)), PlanOutcome(SUMMER, date(2028, 6, 30))], TODAY).late == 1
    )  # by one day
    assert reliability([PlanOutcome(SUMMER, date(2028, 6, 30))], TODAY).early == 1
    came = [date(2028, 6, 21), date(2028, 10, 4), date(2028, 10, 11), date(2028, 11, 29)]  # −10, 4, 11 and 60 days
    result = reliability([PlanOutcome(SUMMER, day) for day in came], TODAY)
    assert (result.within, result.early, result.late, result.median_slip_days) == (0, 1, 3, Decimal("7.5"))  # (4 + 11) / 2


@pytest.mark.parametrize(
    ("today", "due"), [(date(2028, 11, 1), 0), (date(2028, 12, 1), 0), (date(2028, 12, 2), 1), (date(2029, 1, 1), 1)]
)
def test_a_plan_is_due_the_day_after_its_last_day(today: date, due: int) -> None:
    result = reliability([PlanOutcome(LATER)], today)
    assert (result.due, result.late, result.is_known, result.median_slip_days) == (due, due, bool(due), None)


def test_what_is_withdrawn_is_counted_apart() -> None:
    result = reliability([PlanOutcome(SUMMER, is_over=True), PlanOutcome(SUMMER, date(2028, 9, 30), is_over=True)], TODAY)
    assert (result.due, result.within, result.late, result.withdrawn) == (1, 1, 0, 1)
    assert reliability([PlanOutcome(SUMMER, is_over=True)] * 2, TODAY).withdrawn == 2


def test_of_nothing_nothing_is_known() -> None:
    assert reliability([], TODAY) == Reliability(0, 0, 0, 0, 0, None)
