"""How full a depot is."""

from decimal import Decimal

import pytest

from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.stock.rules.fill import Fill


@pytest.mark.parametrize(
    ("taken", "percent", "is_over"),
    [("0", 0, False), ("0.4", 1, False), ("99.6", 99, False), ("100", 100, False), ("100.001", 100, True), ("150", 150, True)],
)
def test_a_depot_is_empty_only_when_nothing_lies_there_and_full_only_when_nothing_fits(
    taken: str, percent: int, is_over: bool
) -> None:
    fill = Fill(Kind.M2, Decimal(taken), Decimal(100))
    assert (fill.percent, fill.is_over) == (percent, is_over)
