"""A table of prices, row by row: what is read, and at which column it is wrong."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Unit
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.valuations.rules.method import PriceKey
from marketplace.valuations.rules.prices import NEEDED, PriceDraft, ReadPrices, read_prices
from tests.ruled import TODAY, material

STONE = material("kei", default=Unit.M2, kg={Unit.M2: Decimal(185)})
OLD = replace(material("oud"), id=2, is_current=False)
KNOWN = Taxonomy(1, (STONE,), (), (), (), (OLD,))
ROW = {
    "materiaal": "kei",
    "kwaliteit": "goed",
    "eenheid": "m²",
    "laag": "4,50",
    "hoog": "6",
    "bron": "Prijslijst 2026",
    "peildatum": "1-3-2026",
    "uitnemen": "1,25",
    "schoonmaken": "",
}


def read(*rows: dict[str, str], notation: str = "nl", columns: tuple[str, ...] = ()) -> ReadPrices:
    lines = tuple(ListRow(number, {**ROW, **row}) for number, row in enumerate(rows, 2))
    return read_prices(ListFile("prijzen.csv", "", (*ROW, *columns), lines, notation), KNOWN, TODAY)


def faults(*rows: dict[str, str]) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in read(*rows).faults]


def test_a_row_is_a_price_of_one_unit_in_cents() -> None:
    prices = read({})
    assert prices == ReadPrices(
        (
            PriceDraft(
                2,
                1,
                "good",
                Unit.M2,
                Decimal(450),
                Decimal(600),
                "Prijslijst 2026",
                date(2026, 3, 1),
                {"taking_out": Decimal(125)},
            ),
        )
    )
    assert prices.rows[0].key == PriceKey(1, "good", Unit.M2)
    assert read({"eenheid": "kg"}).rows[0].key == PriceKey(1, "good", Unit.TONNE)


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ("Goed", "good"),
        ("good", "good"),
        ("Nieuw", "new"),
        ("matig", "poor"),
        ("poor", "poor"),
        ("", ""),
        ("Alle", ""),
        ("any", ""),
    ],
)
def test_a_condition_is_one_word_or_any(typed: str, condition: str) -> None:
    assert read({"kwaliteit": typed}).rows[0].condition == condition


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"materiaal": "hout"}, "materiaal"),
        ({"materiaal": "oud"}, "materiaal"),
        ({"kwaliteit": "prima"}, "kwaliteit"),
        ({"eenheid": "emmer"}, "eenheid"),
        ({"eenheid": "m"}, "eenheid"),
        ({"laag": ""}, "laag"),
        ({"laag": "veel"}, "laag"),
        ({"laag": "0"}, "laag"),
        ({"laag": "0,0001"}, None),
        ({"laag": "-1"}, "laag"),
        ({"laag": "4,50001"}, "laag"),
        ({"laag": "4,50009"}, "laag"),
        ({"hoog": "4,49"}, "hoog"),
        ({"hoog": "4,50"}, None),
        ({"hoog": "€ 1.000.000"}, None),  # a square metre of 185 kg is at most € 1 850 000 at € 10 000 for each kilogram
        ({"hoog": "1.000.000,01"}, "hoog"),
        ({"eenheid": "ton", "hoog": "1.000.000"}, None),
        ({"eenheid": "ton", "hoog": "1.000.000,01"}, "hoog"),
        ({"bron": ""}, "bron"),
        ({"bron": "x" * 300}, None),
        ({"bron": "x" * 301}, "bron"),
        ({"peildatum": "ooit"}, "peildatum"),
        ({"peildatum": "28-11-2026"}, None),
        ({"peildatum": "29-11-2026"}, "peildatum"),
        ({"peildatum": "1-1-1990"}, None),
        ({"peildatum": "31-12-1989"}, "peildatum"),
        ({"uitnemen": "veel"}, "uitnemen"),
        ({"uitnemen": "0"}, None),
        ({"eenheid": "kg", "hoog": "10.000", "uitnemen": "10.000"}, None),
        ({"eenheid": "kg", "hoog": "10.000,01"}, "hoog"),
        ({"eenheid": "kg", "uitnemen": "10.000,01"}, "uitnemen"),
        ({"eenheid": "kg", "schoonmaken": "10.000,01"}, "schoonmaken"),
        ({"uitnemen": "-0,01"}, "uitnemen"),
    ],
)
def test_a_cell_that_does_not_fit_is_told_at_its_column(cells: dict[str, str], column: str | None) -> None:
    assert faults(cells) == ([] if column is None else [(2, column)])


def test_a_day_without_a_year_is_the_last_such_day() -> None:
    with clock.frozen(datetime(2026, 11, 28, 12, tzinfo=clock.AMSTERDAM)):
        days = [row.priced_on for typed in ("1-12", "28-11", "29-11") for row in read({"peildatum": typed}).rows]
    assert days == [date(2025, 12, 1), date(2026, 11, 28), date(2025, 11, 29)]


def test_a_material_stands_there_once_in_a_condition_and_unit() -> None:
    assert faults({}, {}) == [(3, "materiaal")]
    assert faults({}, {"kwaliteit": "matig"}, {"eenheid": "ton"}, {"kwaliteit": ""}) == []
    assert faults({"eenheid": "kg"}, {"eenheid": "ton"}) == [(3, "materiaal")]
    assert faults({"laag": ""}, {}) == [(2, "laag")]  # what was not taken does not count


def test_a_fault_names_the_material_and_the_others_are_read() -> None:
    prices = read({"materiaal": "hout"}, {}, {"laag": ""})
    assert [(fault.row, fault.slug) for fault in prices.faults] == [(2, "hout"), (4, "kei")]
    assert [row.number for row in prices.rows] == [3]


def test_a_sentence_says_what_may_be_written() -> None:
    (fault,) = read({"laag": "4,50001"}).faults
    assert " 4 decimalen" in str(fault.sentence)
    with pytest.raises(
        Invalid, match="materiaal, kwaliteit, eenheid, laag, hoog, bron, peildatum, uitnemen, schoonmaken, vervoer"
    ):
        read_prices(ListFile("prijzen.csv", "", ("iets",), (ListRow(2, ROW),)), KNOWN, TODAY)


def test_columns_that_say_nothing_here_are_named() -> None:
    assert read({}, columns=("opmerking", "")).ignored == ("opmerking",)


def test_without_its_columns_or_a_row_there_is_no_table() -> None:
    with pytest.raises(Invalid, match="geen enkele rij"):
        read()
    for key in NEEDED:
        dutch = {"material": "materiaal", "unit": "eenheid", "low": "laag", "high": "hoog", "source": "bron", "day": "peildatum"}[
            key
        ]
        columns = tuple(name for name in ROW if name != dutch)
        with pytest.raises(Invalid, match=f"geen kolom {dutch}[.]"):
            read_prices(ListFile("prijzen.csv", "", columns, (ListRow(2, ROW),)), KNOWN, TODAY)
    bare = tuple(name for name in ROW if name not in ("kwaliteit", "uitnemen", "schoonmaken"))
    row = ListRow(2, {name: ROW[name] for name in bare})
    price = read_prices(ListFile("prijzen.csv", "", bare, (row,)), KNOWN, TODAY).rows[0]
    assert (price.condition, price.costs) == ("", {})
    english = {"material": "kei", "unit": "m²", "low": "4.50", "high": "6", "source": "List", "date": "2026-03-01"}
    assert read_prices(ListFile("p.csv", "", tuple(english), (ListRow(2, english),)), KNOWN, TODAY).rows[0].low_cents == 450


@pytest.mark.parametrize(
    ("low", "high", "notation", "cents"),
    [
        ("1.234", "6.000", "nl", 123_400),
        ("1.234", "6.000", "en", Decimal("123.4")),
        ("1.234", "6.50", "nl", Decimal("123.4")),  # 6.50 can only be English
        ("1,234", "6,50", "en", Decimal("123.4")),
        ("1.5", "6,5", "nl", None),  # both: then as the marks between cells say
    ],
)
def test_what_can_be_read_in_one_way_decides_for_all(low: str, high: str, notation: str, cents: Decimal | None) -> None:
    prices = read({"laag": low, "hoog": high, "uitnemen": "", "peildatum": "2026-03-01"}, notation=notation)
    assert (prices.rows[0].low_cents if prices.rows else None) == cents
