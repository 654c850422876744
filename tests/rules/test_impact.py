"""The figures of an exchange, computed by hand."""

from decimal import Decimal

import pytest

from marketplace.impact.rules import impact

VAN_AND_LORRY = {"bestelbus-diesel": Decimal("0.78225"), "vrachtauto-zwaar-50": Decimal("0.25994")}


def test_eight_hundred_square_metres_of_paving_over_ten_kilometres() -> None:
    figures = impact.impact(
        mass_in_kg=impact.mass_kg(Decimal(800), Decimal(185)),
        distance_in_km=Decimal("10.001"),
        vehicle_factors=VAN_AND_LORRY,
        carbon_factor=Decimal("0.1188"),
    )
    assert figures.mass_kg == Decimal("148000.000")
    assert figures.road_km == Decimal("13.001")  # 13.0013
    assert figures.tonne_km == Decimal("1924.148")  # 148 × 13.001
    assert figures.vehicle_class == "vrachtauto-zwaar-50"
    assert figures.transport_kgco2e == Decimal("500.163")  # 1924.148 × 0.25994 = 500.16303…
    assert figures.avoided_kgco2e == Decimal("17582.400")  # 148 000 × 0.1188
    assert figures.net_kgco2e == Decimal("17082.237")
    assert (figures.road_basis, figures.vehicle_basis) == ("estimated", "default")


@pytest.mark.parametrize(
    ("kg", "vehicle"), [("0.001", impact.VAN), ("1000", impact.VAN), ("1000.001", impact.LORRY), ("-1500", impact.LORRY)]
)
def test_a_van_carries_one_tonne_and_a_lorry_the_rest(kg: str, vehicle: str) -> None:
    assert impact.default_vehicle(Decimal(kg)) == vehicle


def test_what_was_entered_at_hand_over_goes_before_the_estimate() -> None:
    figures = impact.impact(
        mass_in_kg=Decimal(500), distance_in_km=Decimal(10), vehicle_factors=VAN_AND_LORRY, carbon_factor=None,
        vehicle_class="vrachtauto-zwaar-50", driven_km=Decimal(20),
    )  # fmt: skip
    assert figures.road_km == Decimal(20)
    assert figures.tonne_km == Decimal(10)
    assert figures.transport_kgco2e == Decimal("2.599")  # 2.5994
    assert (figures.road_basis, figures.vehicle_basis) == ("driven", "entered")


def test_a_material_without_a_factor_is_unknown_and_not_zero() -> None:
    assert impact.avoided_kgco2e(Decimal(1000), None) is None
    assert impact.net_kgco2e(None, Decimal(5)) is None
    assert impact.avoided_kgco2e(Decimal(1000), Decimal(0)) == 0


def test_halves_round_away_from_zero() -> None:
    assert impact.rounded(Decimal("0.0005")) == Decimal("0.001")
    assert impact.rounded(Decimal("-0.0005")) == Decimal("-0.001")


def test_the_transport_eats_the_gain_where_it_emits_what_was_avoided() -> None:
    # 10 t of pavers: 1 188 kg avoided; a lorry emits 10 × 0.25994 × 1.3 = 3.37922 kg for each kilometre as the crow flies
    assert impact.break_even_km(Decimal(1188), Decimal(10_000), Decimal("0.25994")) == Decimal("351.560")
    assert impact.break_even_km(None, Decimal(10_000), Decimal("0.25994")) is None
    assert impact.break_even_km(Decimal(1188), Decimal(0), Decimal("0.25994")) is None


def test_what_making_it_fit_again_emits_is_no_gain() -> None:
    """Of 1 188 kg avoided 188 go into cleaning: 1 000 / 3.37922 = 295.926 km. Where cleaning takes all there is no kilometre to drive."""
    assert impact.net_kgco2e(Decimal(1188), Decimal(20), Decimal(188)) == 980
    assert impact.net_kgco2e(Decimal(1188), Decimal(20)) == 1168
    assert impact.break_even_km(Decimal(1188), Decimal(10_000), Decimal("0.25994"), Decimal(188)) == Decimal("295.926")
    for processing in (1188, 1200):
        assert impact.break_even_km(Decimal(1188), Decimal(10_000), Decimal("0.25994"), Decimal(processing)) == 0


def test_a_small_load_breaks_even_too_and_a_returning_one_never() -> None:
    # 100 kg: 11.88 kg avoided; by van 0.1 × 0.78225 × 1.3 = 0.1016925 kg for each kilometre
    assert impact.break_even_km(Decimal("11.88"), Decimal(100), Decimal("0.78225")) == Decimal("116.823")
    assert impact.break_even_km(Decimal("-11.88"), Decimal(-100), Decimal("0.78225")) is None
