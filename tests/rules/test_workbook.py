"""Tables as XLSX: exact, formatted, never run, and empty where a figure is not known."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from marketplace.sheets import workbook as module
from marketplace.sheets.workbook import Column, Sheet, workbook

MADE_AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def read(*sheets: Sheet) -> list[Worksheet]:
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets, title="Cijfers", made_at=MADE_AT))).worksheets


def test_a_sheet_has_its_name_a_frozen_header_with_units_and_its_rows() -> None:
    first, second = read(
        Sheet("Gemeenten", ["Gemeente", Column("Massa", "kg", 3)], [["Borne", Decimal("1234.5")], ["Losser", Decimal(0)]]),
        Sheet("Leeg", ["Jaar"], []),
    )
    assert (first.title, second.title) == ("Gemeenten", "Leeg")
    assert list(first.values) == [("Gemeente", "Massa (kg)"), ("Borne", 1234.5), ("Losser", 0)]
    assert first.freeze_panes == "A2"
    assert first["A1"].font.bold
    assert first["B2"].number_format == '#,##0.000 "kg"'
    assert list(second.values) == [("Jaar",)]


def test_what_is_not_known_is_an_empty_cell_and_nothing_is_a_nought() -> None:
    [sheet] = read(Sheet("Cijfers", ["a", "b"], [[None, 0]]))
    assert (sheet["A2"].value, sheet["B2"].value) == (None, 0)


def test_a_year_is_shown_without_points_and_a_day_is_a_day() -> None:
    [sheet] = read(
        Sheet("Cijfers", ["Jaar", "Dag", "Moment"], [[2027, date(2027, 12, 31), datetime(2027, 12, 31, 22, 30, tzinfo=UTC)]])
    )
    assert (sheet["A2"].value, sheet["A2"].number_format) == (2027, "General")
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (date(2027, 12, 31), "yyyy-mm-dd")
    assert sheet["C2"].value == "2027-12-31T22:30:00.000000Z"


@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@SUM(A1)", "|calc", "＝1", " =1", "\t=1", '=HYPERLINK("http://x","y")'])
def test_text_that_starts_like_a_formula_stays_text_also_after_a_click(text: str) -> None:
    [sheet] = read(Sheet("Namen", ["Naam"], [[text]]))
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].quotePrefix) == (text, "s", True)


def test_ordinary_text_has_no_mark() -> None:
    [sheet] = read(Sheet("Namen", ["Naam"], [["Hof van Twente"]]))
    assert not sheet["A2"].quotePrefix


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_mass_of_fifteen_figures_comes_back_as_the_same_decimal(grams: int) -> None:
    mass = Decimal(grams).scaleb(-3)
    [sheet] = read(Sheet("Massa", ["kg"], [[mass]]))
    assert Decimal(str(sheet["A2"].value)) == mass


def test_what_has_more_figures_is_rounded_to_fifteen() -> None:
    [sheet] = read(Sheet("Aandeel", ["%"], [[Decimal("41.17647058823529411764")]]))
    assert Decimal(str(sheet["A2"].value)) == Decimal("41.1764705882353")


def test_a_column_is_as_wide_as_its_longest_cell_within_bounds() -> None:
    [sheet] = read(Sheet("Breedte", ["a", "b", Column("c", width=20)], [["x", "y" * 200, "z"]]))
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABC"]
    assert widths == [9, 61, 21]  # with the margin of a cell


def test_names_of_sheets_are_made_fit_and_told_apart() -> None:
    sheets = read(Sheet("Hout/steen: a", ["a"], []), Sheet("hout steen  a", ["a"], []), Sheet("x" * 40, ["a"], []))
    assert [sheet.title for sheet in sheets] == ["Hout steen  a", "hout steen  a (2)", "x" * 31]


def test_a_full_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    sheets = read(Sheet("Rijen", ["n"], ([number] for number in range(1, 6))))
    assert [(sheet.title, [row[0] for row in sheet.values]) for sheet in sheets] == [
        ("Rijen", ["n", 1, 2]),
        ("Rijen (2)", ["n", 3, 4]),
        ("Rijen (3)", ["n", 5]),
    ]


def test_the_same_sheets_made_at_the_same_moment_are_the_same_bytes() -> None:
    made = [
        workbook(
            [
                Sheet(
                    "A",
                    ["a"],
                    [
                        [
                            "x",
                        ],
                        [Decimal("1.5")],
                    ],
                )
            ],
            title="T",
            made_at=MADE_AT,
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
