"""The number on a label finds a slip of the hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.depots.rules.number import lot_number, read_lot_number
from marketplace.kernel.errors import Invalid

LOT_IDS = st.integers(1, 2**31 - 1)


def test_the_number_of_a_lot_has_two_figures_of_its_own() -> None:
    """By hand: 104 200 = 1 074 × 97 + 22, and 98 − 22 = 76. 3 000 = 30 × 97 + 90, and 98 − 90 = 8."""
    assert lot_number(1042) == "P1042-76"
    assert lot_number(30) == "P30-08"


@pytest.mark.parametrize("typed", ["P1042-76", "p1042-76", " P 1042 76 ", "104276", "P1042.76", "P1042–76", "P001042-76"])
def test_it_is_read_however_it_is_typed(typed: str) -> None:
    assert read_lot_number(typed) == 1042


@pytest.mark.parametrize(
    "typed", ["https://bank.example/lots/1042", "http://10.0.0.2:8000/lots/1042/", "HTTPS://BANK.EXAMPLE/en/lots/1042?toon=1#wat"]
)
def test_a_scanner_types_the_address_of_the_label(typed: str) -> None:
    assert read_lot_number(typed) == 1042
    assert read_lot_number(typed.replace("1042", str(2**31 - 1))) == 2**31 - 1


@pytest.mark.parametrize("typed", ["/lots/1042", "https://bank.example/aanbod/1042", f"https://bank.example/lots/{2**31}"])
def test_another_address_is_no_number_of_a_lot(typed: str) -> None:
    with pytest.raises(Invalid, match="P1042-76"):
        read_lot_number(typed)


@pytest.mark.parametrize("typed", ["", "P", "P-76", "keien", "P1042-7x", "P0-98", "١٠٤٢٧٦", "P12345678901-22", "1042/76"])
def test_what_is_no_number_of_a_lot_says_what_to_type(typed: str) -> None:
    with pytest.raises(Invalid, match="P1042-76"):
        read_lot_number(typed)


def test_a_number_larger_than_any_lot_is_no_lot() -> None:
    assert read_lot_number(lot_number(2**31 - 1)) == 2**31 - 1
    with pytest.raises(Invalid, match="cijfer"):
        read_lot_number(lot_number(2**31))


@given(LOT_IDS, st.data())
def test_a_wrong_figure_is_found(lot_id: int, data: st.DataObject) -> None:
    figures = list(lot_number(lot_id).replace("P", "").replace("-", ""))
    at = data.draw(st.integers(0, len(figures) - 1))
    figures[at] = data.draw(st.sampled_from([figure for figure in "0123456789" if figure != figures[at]]))
    with pytest.raises(Invalid):
        read_lot_number("".join(figures))


@given(LOT_IDS, st.data())
def test_two_figures_that_changed_places_are_found(lot_id: int, data: st.DataObject) -> None:
    figures = list(lot_number(lot_id).replace("P", "").replace("-", ""))
    at = data.draw(st.integers(0, len(figures) - 2))
    turned = [*figures[:at], figures[at + 1], figures[at], *figures[at + 2 :]]
    if turned != figures:
        with pytest.raises(Invalid):
            read_lot_number("".join(turned))
