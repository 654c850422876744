"""Columns by their names, numbers by their column, periods and Eural codes as people write them."""

from decimal import Decimal

import pytest

from marketplace.imports.queries.outflow import counting_periods
from marketplace.imports.rules.columns import (
    CELL_LENGTH_MAX,
    CellFault,
    Column,
    SheetRow,
    check_places,
    find_header,
    find_notation,
    find_places,
    is_complete,
    is_named,
    read_number,
    tidy,
)
from marketplace.imports.rules.material_use import MATERIAL_USE
from marketplace.imports.rules.outflow import OUTFLOW, Codes, find_eural, find_period, groups_by_eural, months_of, read_outflow
from marketplace.imports.rules.tables import Record
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Words
from tests.ruled import material

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
    result = find_places(["Jaar", "jaar", "Herkomst"], COLUMNS, {})
    assert (dict(result.places), result.doubtful) == ({"origin": 2}, ("year",))


def test_what_was_chosen_before_goes_first() -> None:
    assert dict(find_places(["Jaar", "Periode X"], COLUMNS, {"periode x": "year", "jaar": "group"}).places) == {
        "year": 1,
        "group": 0,
    }


def test_the_header_is_the_row_that_names_most_columns() -> None:
    rows = [SheetRow(1, ("Rapport 2024",)), SheetRow(3, ("Jaar", "opmerking")), SheetRow(4, ("Jaar", "Groep", "Herkomst"))]
    header = find_header(rows, COLUMNS, {})
    assert header is not None and (header.row_number, header.names) == (4, ("Jaar", "Groep", "Herkomst"))
    again = find_header([*rows, SheetRow(5, ("Jaar", "x", "y"))], COLUMNS, {})  # a total below it
    assert again is not None and again.row_number == 4
    other = find_header([SheetRow(1, ("titel",)), SheetRow(2, ("x", "y"))], COLUMNS, {})
    assert other is not None and other.row_number == 2
    below = find_header([SheetRow(1, ("", "")), SheetRow(2, ("x", "y", "z"))], COLUMNS, {})
    assert below is not None and below.row_number == 2
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
        *(
            ("202501", "2025-01"),
            ("202512", "2025-12"),
            ("202500", None),
            ("202513", None),
            ("012025", "2025-01"),
            ("012013", "2013-01"),
            ("012000", "2000-01"),
            ("132025", None),
            ("002025", None),
            ("xyz 2025", None),
        ),
        *(("q1-2025", "2025-Q1"), ("k42025", "2025-Q4"), ("1-1-2025", "2025-01"), ("2025-0", None), ("0-2025", None)),
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
    assert groups_by_eural([]) == {}
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
            ("loads", "0,5", True),
            ("loads", "0", False),
            ("loads", "-1", True),
            ("loads", "", False),
        ),
        *(("period", "2015-01", False), ("period", "2014-12", True), ("period", "2026-11", False), ("period", "2026-12", True)),
        *(("period", "2026", False), ("period", "2027", True), ("eural", "17 03", True), ("eural", "", True)),
    ],
)
def test_limits_of_a_line_stand_at_the_limit_and_one_past_it(cell: str, typed: str, is_wrong: bool) -> None:
    cells = {"eural": "17 03 02", "period": "2025-02", "mass_kg": "1", "loads": "2", "stream": "s"}
    line, faults = read_outflow(Record({**cells, cell: typed}), last_month="2026-11")
    assert (list(faults.sentences) == [cell]) is is_wrong and (line is None) is is_wrong


def test_tonnes_are_kilograms_by_the_thousand() -> None:
    quarter, _faults = read_outflow(Record({"eural": "170302", "period": "Q3 2024", "tonnes": "1,5"}), last_month="2026-11")
    assert quarter is not None and (quarter.period, quarter.year) == ("2024-Q3", 2024)
    line, _faults = read_outflow(Record({"eural": "170302", "period": "2025", "tonnes": "1,5"}), last_month="2026-11")
    assert line is not None and (line.mass_kg, line.year, line.loads) == (Decimal("1500.0"), 2025, None)


def test_every_column_has_a_name_of_its_own() -> None:
    for table in (MATERIAL_USE, OUTFLOW):
        names = [name for column in table.columns for name in column.names]
        assert len(names) == len(set(names))


def test_what_is_wrong_in_a_line_is_told_as_it_was_typed() -> None:
    cells = {"eural": "17 03 02", "period": "2025-02", "mass_kg": "1"}
    _line, faults = read_outflow(Record({**cells, "eural": "x" * 61, "period": "y" * 61}), last_month="2026-11")
    assert "“" + "x" * 60 + "…”" in str(faults.sentences["eural"])
    assert "“" + "y" * 60 + "…”" in str(faults.sentences["period"])
    _line, faults = read_outflow(Record({"eural": "", "mass_kg": "1"}), last_month="2026-11")
    assert {key: str(faults.sentences[key]) for key in ("eural", "period")} == {
        "eural": "Vul “Euralcode” in.",
        "period": "Vul “Periode” in.",
    }
    line, faults = read_outflow(Record(cells, {"sender": CellFault.ERROR}), last_month="2026-11")
    assert (line, set(faults.sentences)) == (None, {"sender"})


def test_the_groups_of_a_code_stand_in_the_order_of_the_list() -> None:
    lots = [material(slug, eural=eural) for slug, eural in (("a", "17 01 01"), ("b", "170101"), ("c", ""), ("d", "17 02 01"))]
    assert groups_by_eural(lots) == {"17 01 01": ("groep",), "17 02 01": ("groep",)}


@pytest.mark.parametrize(
    ("typed", "text", "fault"),
    [
        ("x" * CELL_LENGTH_MAX, "x" * CELL_LENGTH_MAX, None),
        ("x" * (CELL_LENGTH_MAX + 1), "x" * CELL_LENGTH_MAX, CellFault.LONG),
        (" " * CELL_LENGTH_MAX + "x", "x", None),
        (" " * (CELL_LENGTH_MAX * 2) + "x", "", CellFault.LONG),
        ("x\x00y", "x y", CellFault.SIGN),
        ("=1+1", "=1+1", CellFault.FORMULA),
        ("Klinkers", "Klinkers", None),
        ("", "", None),
    ],
)
def test_a_cell_is_kept_tidy_and_says_what_is_wrong_with_it(typed: str, text: str, fault: CellFault | None) -> None:
    assert tidy(typed) == (text, fault)


PICK = (
    Column("a", Words("A", "A"), Words("", ""), ("aa", "same"), True),  # type: ignore[arg-type]
    Column("b", Words("B", "B"), Words("", ""), ("bb", "same"), units=("kg",)),  # type: ignore[arg-type]
    Column("c", Words("C", "C"), Words("", ""), ("cc",), True, choice="pick"),  # type: ignore[arg-type]
    Column("d", Words("D", "D"), Words("", ""), ("dd",), True, choice="pick"),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ({"a": 0, "c": 1}, []),
        ({"a": 2, "b": 0, "d": 1}, []),
        ({"a": 0, "c": 1, "x": 2}, ["x"]),
        ({"a": 3, "c": 1}, ["a"]),
        ({"a": 4, "c": 1}, ["a"]),
        ({"a": -1, "c": 1}, ["a"]),
        ({"a": 0, "c": 0}, ["a", "c"]),
        ({"c": 0}, ["a"]),
        ({"a": 0}, ["c"]),
        ({"a": 0, "c": 1, "d": 2}, ["c"]),
        ({"b": 0}, ["a", "c"]),
    ],
)
def test_columns_are_chosen_once_and_all_that_are_needed(places: dict[str, int], wrong: list[str]) -> None:
    assert is_complete(places, PICK, 3) is not bool(wrong)
    if wrong:
        with pytest.raises(Invalid) as refusal:
            check_places(places, PICK, 3)
        assert [error.field for error in refusal.value.errors] == wrong
    else:
        check_places(places, PICK, 3)


def test_of_columns_that_may_be_called_the_same_the_next_one_is_taken() -> None:
    assert dict(find_places(["same", "same"], PICK, {}).places) == {"a": 0, "b": 1}
    assert find_places(["same", "same", "same"], PICK, {}).doubtful == ("a",)
    assert dict(find_places(["", "cc"], PICK, {"": "a"}).places) == {"c": 1}


@pytest.mark.parametrize(
    ("name", "fits"), [("bb", True), ("bb (kg)", True), ("bb (ton)", False), ("BB [kg]", True), ("zz (kg)", False)]
)
def test_a_unit_in_brackets_is_one_of_the_columns_own(name: str, fits: bool) -> None:
    assert is_named(PICK[1], name) is fits
    assert is_named(PICK[0], "aa (kg)")


def test_a_header_that_names_one_column_goes_before_a_row_of_several_cells() -> None:
    rows = [SheetRow(1, ("x", "y")), SheetRow(2, ("", "aa")), SheetRow(3, ("aa", "zz"))]
    header = find_header(rows, PICK, {})
    assert header is not None and header.row_number == 2
    mapped = find_header([SheetRow(1, ("x", "y")), SheetRow(2, ("z",))], PICK, {"z": "a"})
    assert mapped is not None and mapped.row_number == 2
    assert read_number("veel", "nl") is None
    assert SheetRow(1, ("x",)).cell(0) == "x" and SheetRow(1, ("x",)).cell(1) == ""
