"""Numbers are read strictly, quantities are exact."""

from decimal import Decimal

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _, reading_in
from marketplace.kernel.units import Amount, Quantity, Unit, parse_number, plain, read_decimal, read_unit, round_down


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("40", "40"),
        ("1234,5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f234\u202f567,25", "1234567.25"),
        ("1.234", "1234"),
        ("1,234", "1.234"),
        ("1.234.567", "1234567"),
        ("  7 ", "7"),
        ("0,5", "0.5"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("007", "7"),
    ],
)
def test_a_dutch_number_is_read_by_the_dutch_rule(typed: str, number: str) -> None:
    assert parse_number(typed, "nl") == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1,234.5", "1234.5"), ("1234.5", "1234.5"), ("1 234.5", "1234.5"), ("1,234", "1234"), ("1.234", "1.234")],
)
def test_an_english_number_is_read_by_the_english_rule(typed: str, number: str) -> None:
    assert parse_number(typed, "en") == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["1.5", "0.234", "12.34", "1,234.5", "1.23,4", "1.234.5", "1 234.5", "1.2345", "1 23,4", "1,5,0", "1234.567"]
)
def test_what_can_be_read_in_two_ways_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_number(typed, "nl", "quantity")
    assert typed in str(refusal.value)
    assert "1.234,5" in str(refusal.value)
    assert refusal.value.errors[0].field == "quantity"


def test_an_english_screen_refuses_a_decimal_comma() -> None:
    with reading_in("en"), pytest.raises(Invalid, match="Type a point before decimals"):
        parse_number("1,5", "en")


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "NaN", "inf", "Infinity", "1e5", "1E5", "12x", ",5", "5,", "٣", "１２", "--1", "0x10", "1_000", "9" * 40, "½"],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    for locale in ("nl", "en"):
        with pytest.raises(Invalid):
            parse_number(typed, locale)


@pytest.mark.parametrize("value", ["1234.5", 1234, Decimal("1234.5"), 0.1, "-2"])
def test_the_api_reads_decimal_strings_and_numbers(value: object) -> None:
    assert read_decimal(value) == Decimal(str(value))


@pytest.mark.parametrize(
    "value",
    [
        "1,5",
        "1e5",
        "NaN",
        " 1",
        "",
        "+1",
        True,
        None,
        [],
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("1e99"),
        "٣",
        10**40,
    ],
)
def test_the_api_refuses_what_is_no_finite_number(value: object) -> None:
    with pytest.raises(Invalid):
        read_decimal(value)


@pytest.mark.parametrize("amount", ["0", "-1", "10000000", "0.0001", "NaN", "Infinity", "1.2345"])
def test_a_quantity_is_exact_and_within_bounds(amount: str) -> None:
    with pytest.raises(Invalid):
        Quantity(Decimal(amount), Unit.M2)


def test_pieces_are_whole() -> None:
    assert Quantity(Decimal("3.000"), Unit.PIECE).amount == 3
    with pytest.raises(Invalid, match="heel getal"):
        Quantity(Decimal("2.5"), Unit.PIECE)


def test_the_largest_quantity_is_taken() -> None:
    assert Quantity(Decimal("9999999.999"), Unit.KG).amount == Decimal("9999999.999")


def test_a_quantity_is_written_in_the_readers_language() -> None:
    assert Quantity(Decimal("1234.5"), Unit.M2).localized("nl") == "1.234,5\u00a0m²"
    assert Quantity(Decimal("1234.5"), Unit.M2).localized("en") == "1,234.5\u00a0m²"
    assert [Amount(Decimal(n), Unit.PIECE).localized("nl") for n in (0, 1, 2)] == ["0\u00a0stuks", "1\u00a0stuk", "2\u00a0stuks"]
    assert Quantity(Decimal(2), Unit.TONNE).localized("nl") == "2\u00a0ton"
    assert Quantity(Decimal(2), Unit.TONNE).localized("en") == "2\u00a0tonnes"
    assert str(_("%(left)s", left=Amount(Decimal(35), Unit.M2))) == "35\u00a0m²"


def test_rounding_never_promises_more_than_there_is() -> None:
    assert round_down(Decimal("99.9999"), Unit.M2) == Decimal("99.999")
    assert round_down(Decimal("99.9999"), Unit.PIECE) == 99


def test_the_api_writes_no_needless_zeros() -> None:
    assert [plain(Decimal(text)) for text in ("1200.000", "0.500", "100", "1E+3")] == ["1200", "0.5", "100", "1000"]


def test_units_are_read_as_people_write_them() -> None:
    assert [read_unit(text) for text in ("stuks", "m²", "ton", "tonne", "M2")] == [
        Unit.PIECE,
        Unit.M2,
        Unit.TONNE,
        Unit.TONNE,
        Unit.M2,
    ]
    with pytest.raises(Invalid):
        read_unit("pallet")
