"""A row of a sheet of material use, cell by cell: what it becomes, and at which column it is wrong."""

from decimal import Decimal

import pytest

from marketplace.impact.rules.material_use import UseRow
from marketplace.imports.rules.columns import CellFault
from marketplace.imports.rules.material_use import (
    UseCell,
    Words,
    add_up,
    cell_of,
    flow_words,
    merge,
    origin_words,
    read_use,
    scope_words,
)
from marketplace.imports.rules.tables import Record
from marketplace.kernel.language import Words as Sentence

WORDS = Words(
    {"asfalt": "asfalt", "hout": "hout"},
    frozenset({"asfalt", "hout"}),
    2026,
    {2020: Sentence("Dat jaar is vastgesteld.", "That year is settled.")},  # type: ignore[dict-item]
    scope_words(),
    flow_words(),
    origin_words(),
)
ROW = {"year": "2025", "scope": "", "flow": "", "group": "Asfalt", "origin": "Hergebruikt", "tonnes": "12,5"}


def read(cells: dict[str, str | None], faults: dict[str, CellFault] | None = None) -> tuple[UseCell | None, dict[str, str]]:
    row = {key: typed for key, typed in {**ROW, **cells}.items() if typed is not None}
    cell, faulty = read_use(Record(row, faults or {}), WORDS)
    return cell, {key: str(sentence) for key, sentence in faulty.sentences.items()}


def good(cells: dict[str, str | None]) -> UseCell:
    cell, wrong = read(cells)
    assert cell is not None and not wrong, wrong
    return cell


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ({}, UseRow("asfalt", "reused", Decimal(12_500), "organisation", "in")),
        ({"scope": "Grondgebied"}, UseRow("asfalt", "reused", Decimal(12_500), "territory", "in")),
        ({"flow": "Afvoer", "origin": "onbekend"}, UseRow("asfalt", "unknown", Decimal(12_500), "organisation", "out")),
        ({"flow": "voorraad", "origin": "onbekend"}, UseRow("asfalt", "unknown", Decimal(12_500), "organisation", "stock")),
        ({"origin": "virgin", "group": "hout"}, UseRow("hout", "primary", Decimal(12_500), "organisation", "in")),
        ({"tonnes": None, "mass_kg": "12,5"}, UseRow("asfalt", "reused", Decimal("12.5"), "organisation", "in")),
        ({"tonnes": "0"}, UseRow("asfalt", "reused", Decimal(0), "organisation", "in")),
        ({"tonnes": "9999999"}, UseRow("asfalt", "reused", Decimal(9_999_999_000), "organisation", "in")),
    ],
)
def test_a_row_becomes_a_cell_of_the_report(cells: dict[str, str | None], row: UseRow) -> None:
    assert good(cells) == UseCell(2025, row)


@pytest.mark.parametrize(
    ("typed", "year"), [("2015", 2015), ("2026", 2026), ("2025,0", 2025), ("2025-03-01", 2025), ("2025-xx", 2025)]
)
def test_a_year_stands_alone_or_in_a_day(typed: str, year: int) -> None:
    assert good({"year": typed}).year == year


@pytest.mark.parametrize(
    ("cells", "key", "words"),
    [
        ({"year": ""}, "year", "Jaar"),
        ({"year": "2014"}, "year", "2015"),
        ({"year": "2027"}, "year", "2026"),
        ({"year": "998"}, "year", "2015"),
        ({"year": "20255"}, "year", "vier cijfers"),
        ({"year": "25 jaar"}, "year", "vier cijfers"),
        ({"year": "२०२५"}, "year", "vier cijfers"),
        ({"year": "x" * 61}, "year", "“" + "x" * 60 + "…”"),
        ({"year": "2025,5"}, "year", "vier cijfers"),
        ({"year": "2020"}, "year", "vastgesteld"),
        ({"scope": "iedereen"}, "scope", "van wie"),
        ({"flow": "heen en weer"}, "flow", "wegging"),
        ({"group": "glas"}, "group", "glas"),
        ({"group": ""}, "group", "Materiaalgroep"),
        ({"origin": "gevonden"}, "origin", "herkomst"),
        ({"origin": ""}, "origin", "Herkomst"),
        ({"origin": "onbekend"}, "origin", "herkomst"),
        ({"tonnes": ""}, "tonnes", "Ton"),
        ({"tonnes": "veel"}, "tonnes", "getal"),
        ({"tonnes": "-1"}, "tonnes", "nul of meer"),
        ({"tonnes": "10000000"}, "tonnes", "999"),
        ({"tonnes": "0,0000001"}, "tonnes", "drie decimalen"),
        ({"tonnes": None, "mass_kg": ""}, "mass_kg", "Kilo"),
        ({"tonnes": None, "mass_kg": "0,0001"}, "mass_kg", "drie decimalen"),
    ],
)
def test_what_is_wrong_is_told_at_its_column(cells: dict[str, str | None], key: str, words: str) -> None:
    cell, faults = read(cells)
    assert cell is None
    assert set(faults) == {key}
    assert words in faults[key]


def test_each_column_that_is_wrong_has_its_own_sentence() -> None:
    wrong = {"year": "oud", "scope": "iedereen", "flow": "rond", "group": "glas", "origin": "gevonden", "tonnes": "-1"}
    assert set(read({**wrong})[1]) == set(wrong)
    assert set(read({}, {"group": CellFault.ERROR})[1]) == {"group"}
    assert set(read({"flow": "uit", "origin": "gevonden"})[1]) == {"origin"}
    assert set(read({"flow": "uit", "origin": "onbekend", "tonnes": "-1"})[1]) == {"tonnes"}
    assert set(read({"flow": "in", "origin": "onbekend", "tonnes": "-1"})[1]) == {"tonnes", "origin"}


def test_cells_are_added_up_by_their_name() -> None:
    asphalt, wood = good({}), good({"group": "hout"})
    sums = add_up({"2025|organisation|in|hout|reused": ["1.5", "4"]}, [asphalt, asphalt, wood])
    assert sums == {
        "2025|organisation|in|asfalt|reused": ["25000.0", "2"],
        "2025|organisation|in|hout|reused": ["12501.5", "5"],
    }
    assert cell_of(asphalt.key, asphalt.row.mass_kg) == asphalt


def test_a_sheet_takes_the_place_of_what_stands_there() -> None:
    older = UseRow("asfalt", "reused", Decimal(1))
    others = [
        UseRow("asfalt", "primary", Decimal(2)),
        UseRow("asfalt", "reused", Decimal(3), "territory"),
        UseRow("hout", "reused", Decimal(4)),
    ]
    newer = UseRow("asfalt", "reused", Decimal(5))
    assert merge([older, *others], [newer]) == [newer, *others]
