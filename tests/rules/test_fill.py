"""How full a depot is."""

from decimal import Decimal

import pytest

from marketplace.depots.rules.capacity import CapacityKind as Kind
from marketplace.stock.rules.fill import Fill, warning_of


@pytest.mark.parametrize(
    ("taken", "percent", "is_over"),
    [("0", 0, False), ("0.4", 1, False), ("99.6", 99, False), ("100", 100, False), ("100.001", 100, True), ("150", 150, True)],
)
def test_a_depot_is_empty_only_when_nothing_lies_there_and_full_only_when_nothing_fits(
    taken: str, percent: int, is_over: bool
) -> None:
    fill = Fill(Kind.M2, Decimal(taken), Decimal(100))
    assert (fill.percent, fill.is_over) == (percent, is_over)


@pytest.mark.parametrize(("taken", "left"), [("0", 100), ("40", 60), ("100", 0), ("150", -50)])
def test_what_still_fits_may_be_too_much_already(taken: str, left: int) -> None:
    assert Fill(Kind.M2, Decimal(taken), Decimal(100)).left == left


@pytest.mark.parametrize(("kind", "taken", "much"), [(Kind.PALLET, "101", "1 palletplaats "), (Kind.M2, "120.5", "20,5 m²")])
def test_a_warning_says_how_much_is_too_much(kind: Kind, taken: str, much: str) -> None:
    warning = str(warning_of(Fill(kind, Decimal(taken), Decimal(100)), "Werf")).replace("\xa0", " ")
    assert much in warning, warning
