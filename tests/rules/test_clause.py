"""The clause about the farthest transport: its figures, and that it shuts nobody out."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.joint.rules.clause import Clause, is_narrow
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, VehicleClass

GRANULATE = Material(
    "menggranulaat-0-31-5",
    "Menggranulaat 0/31,5",
    "Mixed granulate 0/31.5",
    id=1,
    group=MaterialGroup("granulaat", "Granulaat", "Granulates"),
    default_unit=Unit.TONNE,
    weights_kg={Unit.TONNE: Decimal(1000)},
)
LORRY = VehicleClass("vrachtauto", "Vrachtauto", "Lorry", Decimal("0.25994"))


def clause(within_km: int) -> Clause:
    return Clause(GRANULATE, within_km, LORRY, date(2026, 11, 29))


@pytest.mark.parametrize(
    ("within_km", "road_km", "kg"),
    [
        (25, "32.5", "8.45"),  # 32.5 x 0.25994 = 8.44805
        (10, "13", "3.38"),  # 3.37922
        (100, "130", "33.79"),  # 33.7922
        (1, "1.3", "0.34"),  # 0.337922
    ],
)
def test_the_distance_by_road_and_the_emission_follow_from_the_circle(within_km: int, road_km: str, kg: str) -> None:
    assert (clause(within_km).road_km, clause(within_km).kgco2e_per_tonne) == (Decimal(road_km), Decimal(kg))


def test_the_clause_asks_for_an_effect_and_takes_what_is_equivalent() -> None:
    with reading_in("nl"):
        text = "\n".join(map(str, clause(25).sentences))
    assert "ten hoogste 32,5 km over de weg" in text and "8,45 kg CO₂e per ton" in text
    assert "of op een gelijkwaardige manier" in text and "Waar de inschrijver is gevestigd" in text
    assert "Twente" not in text and "bank" not in text  # it favours no place and nobody's stock
    with reading_in("en"):
        assert "at most 32.5 km of road" in str(clause(25).sentences[1])


def test_how_its_figures_come_about_can_be_done_on_paper() -> None:
    with reading_in("nl"):
        assert str(clause(25).arithmetic) == (
            "25 km hemelsbreed × 1,3 = 32,5 km over de weg. Vrachtauto: 0,25994 kg CO₂e per tonkilometer. "
            "32,5 × 0,25994 = 8,45 kg CO₂e per ton."
        )


@pytest.mark.parametrize(
    ("owners", "partners", "narrow"),
    [(2, 0, True), (1, 1, True), (2, 1, False), (0, 3, False), (0, 0, True), (40, 2, False)],
)
def test_fewer_than_three_that_can_supply_are_too_few(owners: int, partners: int, narrow: bool) -> None:
    assert is_narrow(owners, partners) is narrow
