"""Quartiles by the inclusive method, as a spreadsheet's QUARTILE.INC computes them."""

from decimal import Decimal

import pytest

from marketplace.kernel.quartiles import Quartiles, quartiles


@pytest.mark.parametrize(
    ("values", "first", "median", "third"),
    [
        ([7], "7", "7", "7"),
        ([0, 10], "2.5", "5", "7.5"),
        ([1, 2, 3, 4], "1.75", "2.5", "3.25"),
        ([1, 2, 3, 4, 5], "2", "3", "4"),
        ([9, 1, 5, 5, 5, 30], "5", "5", "8"),  # places 1.25, 2.5 and 3.75 of 1 5 5 5 9 30
        ([-2, 3, 3, 14], "1.75", "3", "5.75"),
    ],
)
def test_quartiles_by_hand(values: list[int], first: str, median: str, third: str) -> None:
    counts = {value: values.count(value) for value in values}
    assert quartiles(counts) == Quartiles(len(values), Decimal(first), Decimal(median), Decimal(third))


def test_of_nothing_there_are_none() -> None:
    assert quartiles({}) is None and quartiles({4: 0}) is None
