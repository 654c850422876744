"""When a lot may go to the chain: a day after its longest stay, and while something of it is to be had."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from marketplace.accounts.rules.organisations import CHAIN, SubKind
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.stock.rules.chain import check_lies_too_long, check_to_be_had, clean_chain_reason, lies_too_long

CAME = date(2027, 1, 1)  # and thirty days later is 31 January


@pytest.mark.parametrize(
    ("since", "stay", "today", "answer"),
    [
        (CAME, 30, date(2027, 1, 31), False),
        (CAME, 30, date(2027, 1, 1), False),
        (CAME, 30, date(2027, 2, 1), True),
        (CAME, 30, date(2027, 3, 1), True),
        (CAME, None, date(2037, 1, 1), False),
        (None, 30, date(2037, 1, 1), False),
    ],
)
def test_a_lot_lies_too_long_from_the_day_after_its_longest_stay(
    since: date | None, stay: int | None, today: date, answer: bool
) -> None:
    assert lies_too_long(since, stay, today) is answer


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda: check_lies_too_long(None, 30, date(2037, 1, 1)), "in no depot"),
        (lambda: check_lies_too_long(CAME, None, date(2037, 1, 1)), "no longest stay"),
        (lambda: check_lies_too_long(CAME, 30, date(2027, 1, 31)), "until"),
        (lambda: check_to_be_had(date(2027, 1, 30), Decimal(1), date(2027, 1, 31)), "last day"),
        (lambda: check_to_be_had(None, Decimal(0), date(2027, 1, 31)), "reserved"),
    ],
)
def test_what_the_chain_can_have_nothing_of_is_refused(check: Callable[[], None], words: str) -> None:
    with pytest.raises(Conflict) as refused:
        check()
    assert words in refused.value.message.message


def test_until_when_it_may_lie_there_is_told() -> None:
    with pytest.raises(Conflict, match="31 januari 2027"):
        check_lies_too_long(CAME, 30, date(2027, 1, 31))


def test_what_lies_too_long_and_is_to_be_had_passes() -> None:
    check_lies_too_long(CAME, 30, date(2027, 2, 1))
    for last in (date(2027, 1, 31), date(2027, 2, 1), date(2028, 1, 31)):
        check_to_be_had(last, Decimal("0.001"), date(2027, 1, 31))


def test_a_reason_is_needed() -> None:
    assert clean_chain_reason("  Niemand wilde het. ") == "Niemand wilde het."
    assert clean_chain_reason("Niemand\nwilde het.") == "Niemand\nwilde het."
    with pytest.raises(Invalid):
        clean_chain_reason(" ")


def test_the_chain_builds_breaks_and_makes_anew() -> None:
    assert {kind.value for kind in CHAIN} == {"contractor", "demolition", "processor"}
    assert SubKind.WATER_BOARD not in CHAIN
