"""What a measured weight per unit may be: of its own unit, within bounds, and like the taxonomy's unless confirmed."""

from decimal import Decimal

import pytest

from marketplace.kernel.units import Unit
from marketplace.market.rules.values import find_weight_faults


@pytest.mark.parametrize(
    ("kg", "unit", "usual", "confirmed", "field"),
    [
        (None, Unit.TONNE, None, False, None),
        ("1", Unit.TONNE, None, False, "kg_per_unit"),
        ("1", Unit.KG, None, True, "kg_per_unit"),
        ("0", Unit.M2, None, False, "kg_per_unit"),
        ("0.001", Unit.M2, None, False, None),
        ("1000000", Unit.M2, None, False, None),
        ("1000000.001", Unit.M2, None, False, "kg_per_unit"),
        ("540", Unit.M2, "180", False, None),  # 3 × 180
        ("540.001", Unit.M2, "180", False, "confirm_unusual"),
        ("60", Unit.M2, "180", False, None),  # 180 ÷ 3
        ("59.999", Unit.M2, "180", False, "confirm_unusual"),
        ("59.999", Unit.M2, "180", True, None),
    ],
)
def test_a_measured_weight_is_within_bounds_and_near_the_usual(
    kg: str | None, unit: Unit, usual: str | None, field: str | None, *, confirmed: bool
) -> None:
    weight, of_the_list = (None if text is None else Decimal(text) for text in (kg, usual))
    faults = find_weight_faults(weight, unit, usual=of_the_list, confirmed=confirmed)
    assert [fault.field for fault in faults] == ([field] if field else [])
