"""How figures and days are written for a reader: units beside them, unknown in a word."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from marketplace.kernel import formats
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.web.ui import filters

GAP = "\u00a0"


@pytest.mark.parametrize(
    ("mass_kg", "dutch", "english"),
    [
        (0, "0 kg", "0 kg"),
        (Decimal("4.25"), "4,3 kg", "4.3 kg"),
        (340, "340 kg", "340 kg"),
        (Decimal("999.4"), "999 kg", "999 kg"),
        (Decimal("999.6"), "1 ton", "1 tonne"),
        (1250, "1,25 ton", "1.25 tonnes"),
        (222_000, "222 ton", "222 tonnes"),
        (222_060, "222,1 ton", "222.1 tonnes"),
        (4_120_500, "4.121 ton", "4,121 tonnes"),
        (Decimal(-1500), "-1,5 ton", "-1.5 tonnes"),
    ],
)
def test_a_mass_is_told_in_kilograms_until_one_tonne(mass_kg: Decimal, dutch: str, english: str) -> None:
    with reading_in("nl"):
        assert formats.mass(mass_kg).replace(GAP, " ") == dutch
    with reading_in("en"):
        assert formats.mass(mass_kg).replace(GAP, " ") == english


def test_a_quantity_keeps_its_unit_on_the_same_line() -> None:
    with reading_in("nl"):
        assert formats.quantity(Quantity(Decimal("1234.5"), Unit.M2)) == f"1.234,5{GAP}m²"
        assert formats.quantity(Decimal(1), "piece") == f"1{GAP}stuk"


def test_money_is_written_from_cents() -> None:
    with reading_in("nl"):
        assert formats.money(123_450) == f"€{GAP}1.234,50"
    with reading_in("en"):
        assert formats.money(123_450) == "€1,234.50"


def test_days_are_written_out() -> None:
    day = date(2027, 1, 12)
    with reading_in("nl"):
        assert formats.long_date(day).replace(GAP, " ") == "12 januari 2027"
        assert formats.month("2027-01").replace(GAP, " ") == "januari 2027"
    with reading_in("en"):
        assert formats.long_date(day).replace(GAP, " ") == "12 January 2027"


def test_a_moment_is_told_on_the_clock_of_twente() -> None:
    with reading_in("nl"):
        summer = formats.moment(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))
    assert summer.replace(GAP, " ") == "1 juli 2027 om 00:30"


def test_kilometres_and_shares_are_rounded_half_up() -> None:
    with reading_in("nl"):
        assert formats.km(Decimal("8.75")) == f"8,8{GAP}km"
        assert formats.km(Decimal("8.5"), 0) == f"9{GAP}km"
        assert formats.percent(Decimal("0.375")) == "37,5%"


@pytest.mark.parametrize("name", sorted(set(filters.FILTERS) - {"iso", "phone"}))
def test_what_is_not_known_is_said_in_a_word(name: str) -> None:
    with reading_in("nl"):
        assert filters.FILTERS[name](None) == "onbekend"
    with reading_in("en"):
        assert filters.FILTERS[name](None) == "unknown"


def test_a_minus_stands_where_the_language_has_it() -> None:
    with reading_in("nl"):
        assert formats.euros(-123_450) == f"€{GAP}−1.234,50" and formats.euros(350) == f"€{GAP}3,50"
        assert formats.carbon(-2350) == f"−2,35{GAP}ton CO₂e"
    with reading_in("en"):
        assert formats.euros(-123_450) == "−€1,234.50" and formats.euros(350) == "€3.50"
        assert formats.carbon(-2350) == f"−2.35{GAP}tonnes CO₂e"
