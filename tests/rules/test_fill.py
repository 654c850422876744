"""How full a depot is."""

from decimal import Decimal

import pytest

from marketplace.kernel.units import Unit
from marketplace.stock.rules.fill import Fill, Kind, Sums, fills_of

STOCK = Sums(3, {Unit.M2: Decimal(276), Unit.M3: Decimal("12.5")}, Decimal(71060), 9)


def test_each_kind_of_room_has_its_own_figure_and_tonnes_are_the_mass_of_everything() -> None:
    capacity = {Kind.M2: Decimal(1000), Kind.M3: Decimal(25), Kind.PALLET: Decimal(10), Kind.TONNE: Decimal(70)}
    fills = fills_of(capacity, STOCK)
    assert [(one.kind, one.taken, one.percent, one.is_over) for one in fills] == [
        ("m2", Decimal(276), 28, False),
        ("m3", Decimal("12.5"), 50, False),
        ("pallet", Decimal(9), 90, False),
        ("tonne", Decimal("71.06"), 102, True),
    ]
    assert fills[3].left == Decimal("-1.06")


def test_a_kind_that_the_depot_does_not_count_has_no_bar() -> None:
    assert fills_of({}, STOCK) == ()


@pytest.mark.parametrize(
    ("taken", "percent", "is_over"),
    [("0", 0, False), ("0.4", 1, False), ("99.6", 99, False), ("100", 100, False), ("100.001", 100, True), ("150", 150, True)],
)
def test_a_depot_is_empty_only_when_nothing_lies_there_and_full_only_when_nothing_fits(
    taken: str, percent: int, is_over: bool
) -> None:
    fill = Fill(Kind.M2, Decimal(taken), Decimal(100))
    assert (fill.percent, fill.is_over) == (percent, is_over)
