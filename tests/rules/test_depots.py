"""What may stand in the description of a storage place."""

import pytest

from marketplace.depots.rules.depot import check_place_basis, clean_address, clean_depot_name
from marketplace.kernel.errors import Invalid


def test_a_depot_has_a_name_of_at_most_a_hundred_and_twenty_characters() -> None:
    assert clean_depot_name(" Gemeentewerf Borne ") == "Gemeentewerf Borne"
    assert clean_depot_name("x" * 120) == "x" * 120
    for typed in ("", "  ", "x" * 121):
        with pytest.raises(Invalid) as refusal:
            clean_depot_name(typed)
        assert refusal.value.field == "name"


@pytest.mark.parametrize(
    ("typed", "address"), [(None, None), ("", None), ("  ", None), (" Havenstraat 1 ", "Havenstraat 1"), ("x" * 200, "x" * 200)]
)
def test_an_address_is_kept_where_one_was_typed(typed: str | None, address: str | None) -> None:
    assert clean_address(typed) == address


def test_an_address_has_at_most_two_hundred_characters() -> None:
    with pytest.raises(Invalid) as refusal:
        clean_address("x" * 201)
    assert refusal.value.field == "address"


def test_a_place_is_known_in_one_of_four_ways() -> None:
    for basis in ("point", "address", "postcode", "place"):
        check_place_basis(basis)
    with pytest.raises(Invalid) as refusal:
        check_place_basis("guess")
    assert refusal.value.field == "place"
