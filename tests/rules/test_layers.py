"""The layers of an asset: which lie where, how thick they are, and how high they are drawn."""

from decimal import Decimal

from marketplace.kernel.units import Unit
from marketplace.passports.rules.layers import Lying, find_layers


def lying(number: int, layer: int, amount: str, unit: Unit, kg: str) -> Lying:
    return Lying(number, layer, Decimal(amount), unit, Decimal(kg))


PAVERS = lying(1, 1, "1000", Unit.M2, "185000")
TILES = lying(2, 1, "200", Unit.M2, "22000")
SAND = lying(3, 2, "60", Unit.M3, "96000")
RUBBLE = lying(4, 3, "300", Unit.M3, "450000")


def test_what_lies_side_by_side_is_one_layer_and_the_top_one_comes_first() -> None:
    layers = find_layers([RUBBLE, PAVERS, SAND, TILES])
    assert [(layer.layer, layer.numbers, layer.mass_kg) for layer in layers] == [
        (1, (1, 2), Decimal(207_000)),
        (2, (3,), Decimal(96_000)),
        (3, (4,), Decimal(450_000)),
    ]


def test_what_is_counted_in_cubic_metres_is_as_thick_as_it_lies_over_the_largest_area() -> None:
    """1 000 and 200 m² are one area of 1 200: 60 m³ lie 5 cm thick, 300 m³ 25 cm. Pavers say nothing of their thickness."""
    assert [layer.thickness_cm for layer in find_layers([PAVERS, TILES, SAND, RUBBLE])] == [None, 5, 25]


def test_a_thickness_is_rounded_to_whole_centimetres() -> None:
    """1 000 m² and 55 m³: 5.5 cm, told as 6; 5 000 m³ would lie 500 cm thick."""
    assert find_layers([PAVERS, lying(3, 2, "5000", Unit.M3, "1")])[1].thickness_cm == 500
    assert find_layers([PAVERS, lying(3, 2, "55", Unit.M3, "1")])[1].thickness_cm == 6


def test_without_an_area_or_beside_something_else_nothing_is_known_of_a_thickness() -> None:
    assert find_layers([SAND])[0].thickness_cm is None
    kerb = lying(5, 2, "80", Unit.M, "1000")
    assert find_layers([PAVERS, SAND, kerb])[1].thickness_cm is None


def test_a_layer_thinner_than_half_a_centimetre_has_no_thickness() -> None:
    """1 000 m² and 4 m³: 0.4 cm."""
    assert find_layers([PAVERS, lying(3, 2, "4", Unit.M3, "1")])[1].thickness_cm is None


def test_the_heaviest_is_drawn_six_high_and_the_others_in_proportion() -> None:
    """450 is six; 207 is 2.76 of six, so three; 96 is 1.28, so two; next to nothing is one."""
    little = lying(6, 4, "1", Unit.KG, "1")
    assert [layer.height for layer in find_layers([PAVERS, TILES, SAND, RUBBLE, little])] == [3, 2, 6, 1]


def test_what_weighs_nothing_is_drawn_as_one() -> None:
    assert [layer.height for layer in find_layers([lying(1, 1, "3", Unit.M2, "0")])] == [1]
    assert [layer.height for layer in find_layers([PAVERS, lying(1, 9, "3", Unit.M2, "0")])] == [6, 1]


def test_what_was_taken_out_is_not_drawn() -> None:
    assert find_layers([lying(1, 1, "0", Unit.M2, "0")]) == ()
