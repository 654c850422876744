"""What becomes of a line of a plan, and how a saving is divided."""

import pytest

from marketplace.plans.rules.fates import Fate, fate_of
from marketplace.plans.rules.lines import split
from marketplace.plans.rules.returns import week_of

SAID = ("is_asked", "is_refused", "is_offered", "is_repeated", "is_over")


@pytest.mark.parametrize(
    ("facts", "fate"),
    [
        ((), Fate.OPEN),
        (("is_over",), Fate.IGNORED),
        (("is_offered", "is_over"), Fate.OFFERED),
        (("is_offered", "is_refused"), Fate.REFUSED),
        (("is_refused", "is_repeated", "is_over"), Fate.REPEATED),
        (("is_asked", "is_refused", "is_repeated", "is_over"), Fate.ACCEPTED),
    ],
)
def test_a_line_has_one_fate(facts: tuple[str, ...], fate: Fate) -> None:
    assert fate_of(**{name: name in facts for name in SAID}) is fate


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [3, 1], [8, 2]),  # 7.5 and 2.5, down to 7 and 2, and the one that is over to the first
        (-10, [3, 1], [-7, -3]),  # down is away from nought: -8 and -3, and the one over to the first
        (0, [5, 5], [0, 0]),
    ],
)
def test_a_saving_is_divided_by_weight_and_adds_up(whole: int, weights: list[int], parts: list[int]) -> None:
    assert split(whole, weights) == parts
    assert sum(parts) == whole


def test_a_week_begins_on_monday() -> None:
    """1 January 1970 was a Thursday: Sunday the 4th is in its week, Monday the 5th in the next."""
    assert [week_of(day) for day in (-3, 0, 3, 4, 10, 11)] == [0, 0, 0, 1, 1, 2]
