"""Numbers are read strictly, quantities are exact."""

import random
from decimal import Decimal

import pytest
from babel.numbers import format_decimal

from marketplace.kernel import formats
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _, localize, reading_in
from marketplace.kernel.units import Amount, Quantity, Unit, parse_number, plain, read_decimal, read_unit, round_down, whole_cents


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


def test_nought_is_written_without_a_sign_whatever_came_before() -> None:
    """Minus nought and nought are equal, and what is equal is written once."""
    assert [localize(value) for value in (Decimal("-0.00"), 0, Decimal(0), Decimal("-0.4"))] == ["0", "0", "0", "-0,4"]


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


def test_the_longest_number_has_thirty_signs() -> None:
    assert parse_number("9" * 30, "nl") == 10**30 - 1
    assert read_decimal("9" * 30) == read_decimal(10**30 - 1) == 10**30 - 1
    for typed in ("9" * 31, "-" + "9" * 30):
        with pytest.raises(Invalid, match="geen getal"):
            parse_number(typed, "nl")
        with pytest.raises(Invalid):
            read_decimal(typed)
    with pytest.raises(Invalid):
        read_decimal(10**30)


@pytest.mark.parametrize(("value", "is_read"), [("1e29", True), ("1e30", False), ("1e-29", True), ("1e-30", False)])
def test_a_number_of_the_api_has_at_most_thirty_figures(value: str, is_read: bool) -> None:
    if is_read:
        assert read_decimal(Decimal(value)) == Decimal(value)
    else:
        with pytest.raises(Invalid):
            read_decimal(Decimal(value))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1.5", "op twee manieren"),
        ("-1.5", "op twee manieren"),
        ("1." + "5" * 28, "op twee manieren"),  # thirty signs
        ("1." + "5" * 29, "geen getal"),
        ("1 2", "geen getal"),  # no mark that could start decimals
        ("1.5x", "geen getal"),
        ("x", "geen getal"),
        ("\uff111.5", "geen getal"),  # a digit of another script
        (".5", "geen getal"),
    ],
)
def test_what_could_mean_two_things_is_told_from_what_is_no_number(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        parse_number(typed, "nl")


def test_no_more_than_thirty_signs_of_what_was_typed_are_quoted() -> None:
    with pytest.raises(Invalid) as refusal:
        parse_number("x" * 31, "nl")
    assert f"“{'x' * 30}”" in str(refusal.value)


def test_a_language_without_a_rule_of_its_own_reads_numbers_by_the_dutch_one() -> None:
    assert parse_number("1.234,5", "de") == Decimal("1234.5")
    with pytest.raises(Invalid, match=r"1\.234,5"):
        parse_number("1.5", "de")


@pytest.mark.parametrize(
    ("amount", "unit", "sentence"),
    [
        ("0", Unit.M2, "meer dan nul"),
        ("-1", Unit.M2, "meer dan nul"),
        ("NaN", Unit.M2, "geen getal"),
        ("Infinity", Unit.M2, "geen getal"),
        ("10000000", Unit.M2, "9.999.999,999"),
        ("10000000", Unit.PIECE, "9.999.999\u00a0stuks"),
        ("2.7", Unit.PIECE, "heel getal"),
        ("2.2", Unit.PIECE, "heel getal"),
        ("0.0005", Unit.M2, "drie cijfers"),
    ],
)
def test_a_quantity_that_cannot_be_says_why(amount: str, unit: Unit, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Quantity(Decimal(amount), unit)
    assert sentence in str(refusal.value)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize(
    ("amount", "unit"),
    [("0.001", Unit.M2), ("0.5", Unit.TONNE), ("1", Unit.PIECE), ("9999999", Unit.PIECE), ("9999999.999", Unit.M)],
)
def test_the_smallest_and_the_largest_quantity_are_taken(amount: str, unit: Unit) -> None:
    assert Quantity(Decimal(amount), unit).amount == Decimal(amount)


def test_a_unit_knows_its_decimals_and_its_name_for_a_list() -> None:
    assert {unit: unit.places for unit in Unit} == {**dict.fromkeys(Unit, 3), Unit.PIECE: 0}
    assert [str(unit.label) for unit in Unit] == ["stuks", "m", "m²", "m³", "ton", "kg"]


@pytest.mark.parametrize(
    ("unit", "spellings"),
    [
        (Unit.PIECE, "piece pieces stuk stuks st"),
        (Unit.M, "m m1 meter metre"),
        (Unit.M2, "m2 m²"),
        (Unit.M3, "m3 m³"),
        (Unit.TONNE, "tonne tonnes ton"),
        (Unit.KG, "kg kilogram"),
    ],
)
def test_every_spelling_of_a_unit_is_known(unit: Unit, spellings: str) -> None:
    assert {read_unit(f" {text.upper()} ") for text in spellings.split()} == {unit}


@pytest.mark.parametrize("value", ["", "pallet", None, 3])
def test_what_is_no_unit_is_refused_at_its_field(value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        read_unit(value, "min_unit")
    assert refusal.value.field == "min_unit"


def test_a_number_is_written_as_the_language_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(4)
    for locale in ("nl", "en"):
        monkeypatch.setattr(formats, "current_locale", lambda locale=locale: locale)
        for _number in range(500):
            value = Decimal(draw.randint(-(10**10), 10 ** draw.randint(1, 12))).scaleb(-draw.randint(0, 5))
            assert formats.number(value) == format_decimal(value, format="#,##0.###", locale=locale)
            assert formats.number(value, 2) == format_decimal(formats.rounded(value, 2), format="#,##0.00", locale=locale)
        assert (formats.number(Decimal("-0.0004")), formats.number(Decimal("-0.4"), 0)) == ("0", "0")


@pytest.mark.parametrize(
    ("euros", "cents"),
    [("2.50", 250), ("0.01", 1), ("-3", -300), ("1.230", 123), ("9" * 30, int("9" * 30 + "00"))],
)
def test_euros_are_whole_cents_however_large(euros: str, cents: int) -> None:
    assert whole_cents(Decimal(euros)) == cents


@pytest.mark.parametrize("euros", ["0.001", "2.505", "0." + "0" * 27 + "1"])
def test_a_part_of_a_cent_is_refused_at_its_field(euros: str) -> None:
    with pytest.raises(Invalid) as refusal:
        whole_cents(Decimal(euros), "price")
    assert refusal.value.field == "price"
