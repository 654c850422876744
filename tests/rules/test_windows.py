"""Whose turn it is, and how small a part may be: by hand."""

from decimal import Decimal

import pytest

from marketplace.market.rules import is_part_allowed


@pytest.mark.parametrize(
    ("amount", "available", "minimum", "expected"),
    [
        ("100", "250", "100", True),
        ("99.999", "250", "100", False),
        ("250", "250", "100", True),
        ("60", "60", "100", True),  # what is left goes, however little
        ("59.999", "60", "100", False),
        ("0.001", "250", None, True),
    ],
)
def test_a_part_is_as_large_as_the_owner_says_or_all_that_is_left(
    amount: str, available: str, minimum: str | None, expected: bool
) -> None:
    smallest = None if minimum is None else Decimal(minimum)
    assert is_part_allowed(Decimal(amount), Decimal(available), smallest) is expected
