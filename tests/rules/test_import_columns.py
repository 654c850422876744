"""Columns by their names, numbers by their column, periods and Eural codes as people write them."""

from decimal import Decimal

import pytest

from marketplace.imports.queries.outflow import counting_periods
from marketplace.imports.rules.columns import SheetRow, find_header, find_notation, find_places
from marketplace.imports.rules.material_use import MATERIAL_USE
from marketplace.imports.rules.outflow import OUTFLOW, Codes, find_eural, find_period, months_of, read_outflow
from marketplace.imports.rules.tables import Record

COLUMNS = MATERIAL_USE.columns


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(("Jaar", "year"), ("JAAR ", "year"), ("year", "year"), ("Materiaal-groep", None), ("Materiaalgroep", "group")),
        *(
            ("Herkomst", "origin"),
            ("Hérkomst:", "origin"),
            ("Ton", "tonnes"),
            ("Massa (ton)", "tonnes"),
            ("Massa [kg]", "mass_kg"),
        ),
        *(
            ("Gewicht in kg", "mass_kg"),
            ("Weight (tonnes)", "tonnes"),
            ("Gewicht", None),
            ("Massa (m3)", None),
            ("kg (ton)", None),
        ),
    ],
)
def test_a_column_is_known_by_its_name_in_dutch_and_english(name: str, key: str | None) -> None:
    assert dict(find_places([name], COLUMNS, {}).places) == ({} if key is None else {key: 0})


def test_a_name_that_stands_there_twice_is_nobodys() -> None:
    found = find_places(["Jaar", "jaar", "Herkomst"], COLUMNS, {})
    assert (dict(found.places), found.doubtful) == ({"origin": 2}, ("year",))


def test_what_was_chosen_before_goes_first() -> None:
    assert dict(find_places(["Jaar", "Periode X"], COLUMNS, {"periode x": "year", "jaar": "group"}).places) == {
        "year": 1,
        "group": 0,
    }


def test_the_header_is_the_row_that_names_most_columns() -> None:
    rows = [SheetRow(1, ("Rapport 2024",)), SheetRow(3, ("Jaar", "opmerking")), SheetRow(4, ("Jaar", "Groep", "Herkomst"))]
    header = find_header(rows, COLUMNS, {})
    assert header is not None and (header.row_number, header.names) == (4, ("Jaar", "Groep", "Herkomst"))
    other = find_header([SheetRow(1, ("titel",)), SheetRow(2, ("x", "y"))], COLUMNS, {})
    assert other is not None and other.row_number == 2
    assert find_header([SheetRow(1, ("titel",))], COLUMNS, {}) is None


@pytest.mark.parametrize(
    ("texts", "otherwise", "expected"),
    [
        *((["1,5", "2"], "en", "nl"), (["1.5", "2"], "nl", "en"), (["1.234", "2"], "nl", "nl"), (["1.234", "2"], "en", "en")),
        *((["1,5", "1.5", "2.25"], "nl", "en"), ([], "nl", "nl"), (["veel"], "en", "en"), (["1.234,5", "1.5"], "en", "en")),
    ],
)
def test_numbers_are_read_as_most_of_their_column_is_written(texts: list[str], otherwise: str, expected: str) -> None:
    assert find_notation(texts, otherwise=otherwise) == expected


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        *(("2025", "2025"), ("2025-03", "2025-03"), ("3-2025", "2025-03"), ("03/2025", "2025-03"), ("202503", "2025-03")),
        *(
            ("032025", "2025-03"),
            ("122025", "2025-12"),
            ("maart 2025", "2025-03"),
            ("Mrt-2025", "2025-03"),
            ("may 2025", "2025-05"),
        ),
        *(
            ("2025-03-31", "2025-03"),
            ("31-03-2025", "2025-03"),
            ("Q1 2025", "2025-Q1"),
            ("2025-Q4", "2025-Q4"),
            ("2025 K2", "2025-Q2"),
        ),
        *(("13-2025", None), ("2025-13", None), ("vorig jaar", None), ("", None), ("Q5 2025", None), ("25", None)),
    ],
)
def test_a_period_is_read_as_people_write_it(typed: str, period: str | None) -> None:
    assert find_period(typed) == period


def test_the_months_of_a_period() -> None:
    assert months_of("2025-Q2") == {"2025-04", "2025-05", "2025-06"}
    assert months_of("2025-11") == {"2025-11"} and len(months_of("2025")) == 12


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(
            ("170101", "17 01 01"),
            ("17 01 01", "17 01 01"),
            ("17.01.01", "17 01 01"),
            ("17 06 05*", "17 06 05*"),
            ("170605 *", "17 06 05*"),
        ),
        *(
            ("20103", "02 01 03"),
            ("17 05 04 c", "17 05 04"),
            ("17 01 01 beton", "17 01 01"),
            ("1701", None),
            ("beton", None),
            ("1701011", None),
        ),
    ],
)
def test_a_eural_code_is_read_as_people_write_it(typed: str, code: str | None) -> None:
    assert find_eural(typed) == code


def test_a_code_of_one_group_is_mapped_and_a_choice_goes_first() -> None:
    codes = Codes({"17 03 02": ("asfalt",), "17 01 01": ("bestrating", "banden")}, {"17 04 05": "staal"})
    assert codes.group_of("17 03 02") == ("asfalt", "mapped")
    assert codes.group_of("17 01 01") == (None, "uncertain")
    assert codes.group_of("15 01 06") == (None, "unknown")
    mixed = {"17 09 04": ("biobased",), "17 01 07": ("fundering",)}
    assert [Codes(mixed, {}).group_of(code) for code in mixed] == [(None, "uncertain")] * 2
    assert Codes(mixed, {"17 09 04": "fundering"}).group_of("17 09 04") == ("fundering", "chosen")
    assert codes.group_of("17 04 05") == ("staal", "chosen")


def test_the_newest_sheet_counts_in_the_months_that_it_holds() -> None:
    newest = {3: {"2025-02", "2025-07"}}
    assert counting_periods({1: {"2025-01", "2025-02"}, 2: {"2025-Q1"}, **newest}) == {**newest, 1: {"2025-01"}}
    assert counting_periods({1: {"2025-01", "2025-04"}, 2: {"2025-Q1"}}) == {1: {"2025-04"}, 2: {"2025-Q1"}}


@pytest.mark.parametrize(
    ("cell", "typed", "is_wrong"),
    [
        *(("mass_kg", "0", False), ("mass_kg", "-0,001", True), ("mass_kg", "0,001", False), ("mass_kg", "0,0001", True)),
        *(
            ("mass_kg", "9999999999,999", False),
            ("mass_kg", "10000000000", True),
            ("mass_kg", "", True),
            ("mass_kg", "veel", True),
        ),
        *(
            ("loads", "100000", False),
            ("loads", "100001", True),
            ("loads", "1,5", True),
            ("loads", "-1", True),
            ("loads", "", False),
        ),
        *(("period", "2015-01", False), ("period", "2014-12", True), ("period", "2026-11", False), ("period", "2026-12", True)),
        *(("period", "2026", False), ("period", "2027", True), ("eural", "17 03", True), ("eural", "", True)),
    ],
)
def test_limits_of_a_line_stand_at_the_limit_and_one_past_it(cell: str, typed: str, is_wrong: bool) -> None:
    right = {"eural": "17 03 02", "period": "2025-02", "mass_kg": "1", "loads": "2", "stream": "s"}
    line, faults = read_outflow(Record({**right, cell: typed}), last_month="2026-11")
    assert (list(faults.said) == [cell]) is is_wrong and (line is None) is is_wrong


def test_tonnes_are_kilograms_by_the_thousand() -> None:
    line, _faults = read_outflow(Record({"eural": "170302", "period": "2025", "tonnes": "1,5"}), last_month="2026-11")
    assert line is not None and (line.mass_kg, line.year, line.loads) == (Decimal("1500.0"), 2025, None)


def test_every_column_has_a_name_of_its_own() -> None:
    for table in (MATERIAL_USE, OUTFLOW):
        names = [name for column in table.columns for name in column.names]
        assert len(names) == len(set(names))
