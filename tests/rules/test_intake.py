"""How much there is of a part, from an area, a share or its own unit, and what a cell says of its hazards. Figures by hand."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Answer
from marketplace.passports.rules.intake import find_layer, find_share, read_hazards, weigh_item
from marketplace.passports.rules.items import ItemDetails, ItemDraft, mass_kg
from tests.ruled import material
from tests.rules.test_passports import SAND, TILES, faults

BALLAST = material("ballast", default=Unit.TONNE, kg={Unit.M3: Decimal(1500)})
BEAMS = material("balk", default=Unit.M, kg={Unit.M: Decimal(20)})


def item(unit: Unit = Unit.M2, amount: str = "100", **fields: Any) -> ItemDraft:
    return ItemDraft("tegel", Quantity(Decimal(amount), unit), **fields)


def test_a_part_weighs_what_the_list_says_or_what_was_measured() -> None:
    usual, measured = weigh_item(item(), TILES), weigh_item(item(kg_per_unit=Decimal("112.5")), TILES)
    assert (usual.mass_kg, usual.kg_basis, usual.use_count) == (Decimal(11_000), "taxonomy", 0)
    assert (measured.mass_kg, measured.kg_basis) == (Decimal(11_250), "measured")
    assert weigh_item(item(use_count=50), TILES).use_count == 50
    assert mass_kg(Decimal("0.5"), Decimal("0.001")) == Decimal("0.001")  # half a gram is one


@pytest.mark.parametrize(
    ("draft", "refused"),
    [
        (item(Unit.M), {"unit"}),
        (item(use_count=51), {"use_count"}),
        (item(kg_per_unit=Decimal(0)), {"kg_per_unit"}),
        (item(kg_per_unit=Decimal(1000)), {"confirm_unusual"}),
        (item(amount="181818.181"), set()),  # 19 999 999.91 kg
        (item(amount="181818.182"), {"confirm_unusual"}),  # 20 000 000.02 kg
        (item(amount="181818.182", confirm_unusual=True), set()),
        (item(details=ItemDetails(hazards={"pfas": Answer.NO})), {"hazards"}),
    ],
)
def test_a_part_that_cannot_be_is_refused(draft: ItemDraft, refused: set[str]) -> None:
    assert faults(weigh_item, draft, TILES) == refused


def test_a_layer_is_an_area_times_its_thickness() -> None:
    """1 200 m² of 8 cm are 96 m³: of sand; of ballast of 1 500 kg 144 tonnes; and of tiles it is the area."""
    area, thick = Decimal(1200), Decimal(8)
    assert find_layer(area, thick, SAND) == Quantity(Decimal(96), Unit.M3)
    assert find_layer(area, thick, BALLAST) == Quantity(Decimal(144), Unit.TONNE)
    assert find_layer(area, thick, TILES) == Quantity(area, Unit.M2)
    kerbs = material("band", default=Unit.M, kg={Unit.M: Decimal(20), Unit.M3: Decimal(2400)})
    assert find_layer(area, thick, kerbs) == Quantity(Decimal(96), Unit.M3)
    assert find_layer(Decimal("0.05"), Decimal(1), SAND) == Quantity(Decimal("0.001"), Unit.M3)  # half a litre is one
    assert faults(find_layer, area, thick, BEAMS) == {"thickness"}


@pytest.mark.parametrize(("cm", "refused"), [("-1", True), ("0", True), ("0.001", False), ("1000", False), ("1000.001", True)])
def test_a_layer_is_at_most_ten_metres_thick(cm: str, refused: bool) -> None:
    assert faults(find_layer, Decimal(1000), Decimal(cm), SAND) == ({"thickness"} if refused else set())


def test_a_share_is_more_than_nothing_and_at_most_all() -> None:
    assert find_share(Decimal(2000), Decimal("12.5")) == 250
    assert find_share(Decimal(2000), Decimal(100)) == 2000
    assert find_share(Decimal("0.05"), Decimal(1)) == Decimal("0.001")
    for percentage in ("0", "-1", "100.001"):
        assert faults(find_share, Decimal(2000), Decimal(percentage)) == {"percentage"}


def test_the_hazards_of_a_cell_are_read_by_code_and_by_name() -> None:
    pak, asbest = TILES.hazards
    assert read_hazards(f"{pak.name_nl.upper()}: Nee; asbest:onbekend;", TILES) == {"pak": Answer.NO, "asbest": Answer.UNKNOWN}
    assert read_hazards(f"{asbest.name_en}: yes", TILES) == {"asbest": Answer.YES}
    assert read_hazards(" ", TILES) == {}
    for typed in ("pfas: nee", "pak: misschien", "pak", "pak: nee; pak: nee"):
        assert faults(read_hazards, typed, TILES) == {"hazards"}
    with pytest.raises(Invalid, match="“" + "x" * 60 + "”"):
        read_hazards("x" * 61, TILES)
