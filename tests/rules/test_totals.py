"""Sums over the ledger, worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.ledger.rules import Totals

SUMS = Totals(
    exchanges=2,
    mass_kg=Decimal(9000),
    moved_mass_kg=Decimal(10_000),
    replacing_mass_kg=Decimal(4000),
    not_replacing_mass_kg=Decimal(1500),
    tonne_km=Decimal("225.5"),
    transport_kgco2e=Decimal("22.55"),
    processing_kgco2e=Decimal(7),
    avoided_kgco2e=Decimal(900),
    avoided_low_kgco2e=Decimal(600),
    avoided_high_kgco2e=Decimal(1200),
    avoided_replacing_kgco2e=Decimal(400),
    avoided_replacing_low_kgco2e=Decimal(300),
    avoided_replacing_high_kgco2e=Decimal(500),
    avoided_not_replacing_kgco2e=Decimal(150),
    avoided_not_replacing_low_kgco2e=Decimal(100),
    avoided_not_replacing_high_kgco2e=Decimal(250),
    confidence_a_mass_kg=Decimal(4000),
    confidence_b_mass_kg=Decimal(2000),
    confidence_c_mass_kg=Decimal(500),
)


def test_sums_add_up_column_by_column() -> None:
    both = Totals.over([SUMS, SUMS, Totals(exchanges=1)])
    assert (both.exchanges, both.mass_kg, both.avoided_not_replacing_high_kgco2e) == (5, 18_000, 500)
    assert Totals.over([]) == Totals()


def test_what_was_not_said_is_the_rest() -> None:
    """Of the carbon 900 - 400 - 150, 600 - 300 - 100 and 1 200 - 500 - 250."""
    assert (SUMS.avoided_not_said_kgco2e, SUMS.avoided_not_said_low_kgco2e, SUMS.avoided_not_said_high_kgco2e) == (350, 200, 450)
    assert SUMS.confidence_unknown_mass_kg == 2500


def test_what_is_saved_is_what_was_avoided_less_what_was_emitted() -> None:
    assert SUMS.emitted_kgco2e == Decimal("29.55")
    assert (SUMS.net_kgco2e, SUMS.net_low_kgco2e, SUMS.net_high_kgco2e) == (
        Decimal("870.45"),
        Decimal("570.45"),
        Decimal("1170.45"),
    )


def test_what_came_back_was_driven_twice() -> None:
    """10 t moved and 1 t of it came back: 11 t were on the road, 20.5 km on the average."""
    assert (SUMS.driven_tonnes, SUMS.average_km) == (11, Decimal("20.5"))
    assert Totals(tonne_km=Decimal(5)).average_km is None
    assert Totals(mass_kg=Decimal(500), moved_mass_kg=Decimal(500), tonne_km=Decimal(5)).average_km == 10


def test_whoever_may_not_know_distances_gets_whole_kilometres() -> None:
    """20.5 km on the average become 21: 231 tonne-km for 225.5, and of the carbon as much: 22.55 × 231 ÷ 225.5 = 23.1."""
    coarse = SUMS.in_whole_km()
    assert coarse == replace(SUMS, tonne_km=Decimal("231.000"), transport_kgco2e=Decimal("23.100"))
    still = replace(SUMS, tonne_km=Decimal(0))
    assert still.in_whole_km() == still
    small = Totals(mass_kg=Decimal(500), moved_mass_kg=Decimal(500), tonne_km=Decimal("5.2"), transport_kgco2e=Decimal("0.52"))
    assert small.in_whole_km() == replace(small, tonne_km=Decimal("5.000"), transport_kgco2e=Decimal("0.500"))


@pytest.mark.parametrize(("tonne_km", "coarse"), [("1234.567", "1200"), ("0.987", "0.99"), ("45.4", "45"), ("45.6", "46")])
def test_legs_alone_keep_two_figures(tonne_km: str, coarse: str) -> None:
    legs = Totals(tonne_km=Decimal(tonne_km), transport_kgco2e=Decimal(tonne_km) * 2)
    rounded = legs.in_whole_km()
    assert (rounded.tonne_km, rounded.transport_kgco2e) == (Decimal(coarse), Decimal(coarse) * 2)
