"""Files as rows: what is found out, what is refused with what to do instead, and that nothing hostile costs memory."""

import codecs
import csv
import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from config import PROJECT
from marketplace.imports.rules.columns import CELL_LENGTH_MAX, CellFault, SheetRow
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.sheets import reading_xlsx
from marketplace.sheets.reading import (
    AT_ONCE_UNPACKED_BYTES,
    CELLS_MAX,
    COLUMNS_MAX,
    FILE_BYTES_MAX,
    LARGE,
    LINE_MAX,
    ROWS_MAX,
    is_large,
    read_sheet,
)
from marketplace.sheets.reading import LAST_ROW as LAST_EMPTY
from marketplace.sheets.reading_xlsx import PARTS_MAX, SPARE_ROWS
from marketplace.sheets.writing import csv_file

MEMORY_MB = 250
LAST_ROW = ROWS_MAX + SPARE_ROWS
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BLNS = json.loads((PROJECT / "tests" / "corpora" / "strings" / "blns.json").read_text(encoding="utf-8"))


def book(rows: list[list[object]]) -> Workbook:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return made


def saved(made: Workbook) -> bytes:
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose one sheet holds this XML."""
    original = zipfile.ZipFile(io.BytesIO(saved(book([["a"]]))))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in original.namelist():
            archive.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else original.read(name))
    return content.getvalue()


def sheet_of(cells: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'


def cells_of(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_sheet(content).rows]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_separator_and_the_encoding_are_found_out(separator: str, encoding: str) -> None:
    lines = [("Jaar", "Soort", "Massa"), ("2024", "Één café", "1"), ("2025", "Plaveisel", "2")]
    text = "\r\n".join(separator.join(line) for line in lines)
    content = text.encode(encoding)
    if encoding == "utf-16-be":
        content = codecs.BOM_UTF16_BE + content
    assert cells_of(content) == lines
    assert read_sheet(content).notation == ("en" if separator == "," else "nl")


def test_a_decimal_comma_does_not_pass_for_a_separator() -> None:
    assert cells_of(b"a;b\n1,5;2,5\n3,5;4,5\n") == [("a", "b"), ("1,5", "2,5"), ("3,5", "4,5")]
    assert cells_of(b"sep=;\na;b\n1,5;2\n") == [("a", "b"), ("1,5", "2")]


def test_rows_have_the_numbers_of_the_spreadsheet_and_empty_ones_are_passed_over() -> None:
    assert [(row.number, row.cells) for row in read_sheet(b'a;b\n\n;;\n"1\n2";3\n4;5;;\n').rows] == [
        (1, ("a", "b")),
        (4, ("1 2", "3")),
        (5, ("4", "5")),
    ]
    made = book([[], [], [None, "a", "b"], [], [None, 1, 2]])
    assert [(row.number, row.cells) for row in read_sheet(saved(made)).rows] == [(3, ("", "a", "b")), (5, ("", "1", "2"))]


def test_values_of_a_workbook_are_read_as_a_person_would_type_them() -> None:
    made = book([["x"], [0.1 + 0.2], [2024], [1234567.891], [True], [date(2025, 3, 1)], [1e15], [-0.5], ["  ruim  "]])
    made.active.merge_cells("A10:B11")
    made.active["A10"] = "samen"
    assert [row.cells for row in read_sheet(saved(made)).rows] == [
        *(("x",), ("0,3",), ("2024",), ("1234567,891",), ("TRUE",), ("2025-03-01",), ("1000000000000000",), ("-0,5",), ("ruim",)),
        ("samen",),
    ]


def test_formulas_errors_long_cells_and_odd_signs_are_faults_of_their_cell() -> None:
    made = book([["=1+1", "#N/A", "x" * (CELL_LENGTH_MAX + 1), "=cmd|' /C calc'!A0", "goed"]])
    made.active["B1"].data_type, made.active["D1"].data_type = "e", "s"
    [row] = read_sheet(saved(made)).rows
    assert dict(row.faults) == {0: CellFault.FORMULA, 1: CellFault.ERROR, 2: CellFault.LONG}
    assert (row.cell(1), len(row.cell(2)), row.cell(3), row.cell(4)) == ("#N/A", CELL_LENGTH_MAX, "=cmd|' /C calc'!A0", "goed")
    [row] = read_sheet(f"=cmd|x;ok\x07;{'y' * CELL_LENGTH_MAX};'=tekst".encode()).rows
    assert dict(row.faults) == {0: CellFault.FORMULA, 1: CellFault.SIGN}
    assert row.cells[1:] == ("ok", "y" * CELL_LENGTH_MAX, "=tekst")  # our own files write text that starts like a formula with '


def test_what_we_write_is_read_back_as_it_was() -> None:
    rows = [("=1+1", Decimal("1234.5")), ("-5 graden", Decimal("0.001")), ("|pijp", Decimal(7))]
    for locale, written in (("nl", ("1234,5", "0,001", "7")), ("en", ("1234.5", "0.001", "7"))):
        read = cells_of(csv_file(("tekst", "getal"), rows, locale))
        assert read[1:] == [(text, number) for (text, _value), number in zip(rows, written, strict=True)]


OTHERS = {
    "pdf": (b"%PDF-1.7 ...", "pdf"),
    "picture": (b"\x89PNG\r\n", "plaatje"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "oude soort"),
    "encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "wachtwoord"),
    "page": (b"<html><table><tr><td>1</td></tr></table></html>", "webpagina"),
    "binary": (bytes(range(256)) * 20, "geen bestand dat kan worden gelezen"),
    "empty": (b"", "leeg"),
    "blank": (b"\r\n;;;\r\n", "niets in dit bestand"),
    "damaged": (b"PK\x03\x04 and then nothing", "beschadigd"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_sheet_is_refused_with_what_to_do(kind: str) -> None:
    content, sentence = OTHERS[kind]
    with pytest.raises(Invalid, match=sentence) as refused:
        read_sheet(content)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("content.xml", ".ods"), ("xl/workbook.bin", ".xlsb"), ("word/document.xml", "tekstdocument"), ("x", "XLSX of CSV")],
)
def test_other_packages_are_named(part: str, sentence: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(Invalid, match=sentence):
        read_sheet(content.getvalue())


def test_a_hidden_or_empty_sheet_is_passed_over() -> None:
    made = book([["verborgen"]])
    made.active.sheet_state = "hidden"
    made.create_sheet("Leeg")
    made.create_sheet("Goed").append(["gezien"])
    assert cells_of(saved(made)) == [("gezien",)]


@pytest.mark.slow
def test_limits_stand_at_the_limit_and_one_past_it() -> None:
    head, row = b"a\n", b"1\n"
    assert len(read_sheet(head + row * ROWS_MAX).rows) == ROWS_MAX + 1
    with pytest.raises(Invalid, match="meer dan 20.000 regels"):
        read_sheet(head + row * (ROWS_MAX + 1))
    assert len(read_sheet(b";".join([b"x"] * COLUMNS_MAX)).rows[0].cells) == COLUMNS_MAX
    with pytest.raises(Invalid, match="61 kolommen"):
        read_sheet(b";".join([b"x"] * (COLUMNS_MAX + 1)))
    wide = b";".join([b"x"] * 50) + b"\n"
    assert len(read_sheet(wide * (CELLS_MAX // 50)).rows) == 8000
    with pytest.raises(Invalid, match="400.000 cellen"):
        read_sheet(wide * (CELLS_MAX // 50 + 1))
    with pytest.raises(TooLarge):
        read_sheet(b"x" * (FILE_BYTES_MAX + 1))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(PARTS_MAX + 1):
            archive.writestr(f"{number}", "")
    with pytest.raises(Invalid, match="groter dan 40 MB"):
        read_sheet(content.getvalue())


@pytest.mark.parametrize("place", ["XFD1", "A1048576", "XFD1048576", f"A{LAST_ROW + 1}", "BI1"])
def test_a_stray_cell_is_named(place: str) -> None:
    made = book([["a", "b"]])
    made.active[place] = 1
    with pytest.raises(Invalid, match=f"cel {place} "):
        read_sheet(saved(made))


@pytest.mark.slow
def test_a_workbook_of_an_asset_system_may_have_as_many_rows_as_its_text() -> None:
    """20 600 rows below the names: more than a usual table reads, in a file or in a workbook."""
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>{number}</v></c></row>' for number in range(1, 20_602))
    content = with_sheet(sheet_of(rows))
    sheet_rows = read_sheet(content, LARGE).rows
    assert (len(sheet_rows), sheet_rows[-1].number, sheet_rows[-1].cells) == (20_601, 20_601, ("20601",))
    with pytest.raises(Invalid, match="20.000 regels"):
        read_sheet(content)


def test_more_formulas_than_can_be_named_are_pasted_as_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_xlsx, "FORMULAS_MAX", 3)
    rows: list[list[object]] = [["=1+1", "=1+2"], ["=1+3"]]
    assert len(read_sheet(saved(book(rows))).rows) == 2
    for fourth in ("=2+2", "#N/A"):  # an error is remembered by its cell as well
        with pytest.raises(Invalid, match="meer dan 3 formules en fouten"):
            read_sheet(saved(book([*rows, [fourth]])))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_part_that_does_not_unpack_is_refused_with_what_to_do(method: int) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("xl/workbook.xml", "<workbook>" + "abcdefgh" * 100 + "</workbook>")
    packed = bytearray(content.getvalue())
    start = packed.index(b"xl/workbook.xml") + len(b"xl/workbook.xml")
    for place in range(start + 10, start + 30):  # behind what names the kind of packing
        packed[place] ^= 0xFF
    with pytest.raises(Invalid, match="beschadigd"):
        read_sheet(bytes(packed))


def as_day(value: str) -> bytes:
    """A workbook with one cell that is shown as a length of time."""
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1">'
        '<numFmt numFmtId="170" formatCode="[h]:mm:ss"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    content = io.BytesIO(
        with_sheet(sheet_of(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>{value}</v></c></row>'))
    )
    made = io.BytesIO()
    with zipfile.ZipFile(content) as read, zipfile.ZipFile(made, "w") as written:
        for part in read.namelist():
            written.writestr(part, styles if part == "xl/styles.xml" else read.read(part))
    return made.getvalue()


@pytest.mark.parametrize("value", ["1e15", "-1e15", "1e999"])
def test_a_moment_that_cannot_be_is_refused_with_its_row(value: str) -> None:
    """What calamine cannot make of it is no Exception: it would pass every guard and end the request."""
    assert cells_of(as_day("0.5")) == [("1",), ("12:00:00",)]
    with pytest.raises(Invalid, match="Op regel 2 staat een dag of tijd die niet bestaat"):
        read_sheet(as_day(value))


def test_a_number_of_sixteen_figures_keeps_them_all() -> None:
    """The identification of a building has sixteen: rounded to fifteen, two of them were one."""
    row = (
        '<row r="1"><c r="A1"><v>1680010000012345</v></c><c r="B1"><v>0.1000000000000000055</v></c><c r="C1"><v>-7</v></c></row>'
    )
    assert cells_of(with_sheet(sheet_of(row))) == [("1680010000012345", "0,1", "-7")]


@pytest.mark.slow
def test_a_line_without_an_end_and_rows_without_one_are_no_table() -> None:
    with pytest.raises(Invalid, match="meer dan 1.000.000 tekens"):
        read_sheet(b"a;b\n" + b";" * (LINE_MAX + 1))
    assert len(read_sheet(b"a;b\n" + b"\n" * (LAST_EMPTY - 2) + b"1;2\n").rows) == 2  # as Excel writes a sheet down to its end
    with pytest.raises(Invalid, match="meer dan 20.000 regels"):
        read_sheet(b"a;b\n" + b"\n" * LAST_EMPTY + b"1;2\n")


def test_what_unpacks_to_much_is_read_by_a_task_however_small_it_is() -> None:
    small, packed = with_sheet(sheet_of("")), with_sheet(sheet_of(" " * (AT_ONCE_UNPACKED_BYTES + 1)))
    assert len(packed) < 100_000
    assert [is_large(content) for content in (small, packed, b"PK\x03\x04", b"a;b\n", b"a" * 2_100_000)] == [
        False,
        True,
        False,
        False,
        True,
    ]


def test_a_far_cell_that_holds_nothing_does_no_harm() -> None:
    made = book([["a", "b"]])
    made.active["XFD1048576"].number_format = "0.00"
    assert cells_of(saved(made)) == [("a", "b")]


BAD_XML = {
    "entities": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>',
    "unclosed": sheet_of("")[:-20],
    "odd reference": sheet_of('<row r="1"><c r="A-1"><v>1</v></c></row>'),
    "huge row": sheet_of('<row r="99999999999999999999"><c r="A99999999999999999999"><v>1</v></c></row>'),
    "a row of nine figures": sheet_of('<row r="999999999"><c><v>1</v></c></row>'),  # calamine would ask for 32 GB, and abort
    "a row with a sign": sheet_of('<row r="+99999999"><c><v>1</v></c></row>'),
    "an unknown encoding": '<?xml version="1.0" encoding="foobar"?><worksheet/>',
    "an encoding of bytes": '<?xml version="1.0" encoding="rot13"?><worksheet/>',
}


@pytest.mark.parametrize("kind", BAD_XML)
def test_odd_parts_are_refused(kind: str) -> None:
    with pytest.raises(Invalid):
        read_sheet(with_sheet(BAD_XML[kind]))


def test_cells_without_a_reference_stand_one_after_the_other() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c t='inlineStr'><is><t>x</t></is></c></row>"
    assert cells_of(with_sheet(sheet_of(rows))) == [("1", "2"), ("x",)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_nasty_string_is_read_or_refused_and_never_more(kind: str) -> None:
    storable = [text for text in BLNS if not NO_XML.search(text)]
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=";").writerows([[text_, "x"] for text_ in BLNS])
        content = text.getvalue().encode("utf-8", "surrogatepass")
    else:
        made = openpyxl.Workbook()
        for number, nasty in enumerate(storable, 1):
            made.active.cell(number, 1, nasty).data_type = "s"
            made.active.cell(number, 2, "x")
        content = saved(made)
    if kind == "csv":  # with characters that no sheet holds
        with pytest.raises(Invalid, match="geen bestand dat kan worden gelezen"):
            read_sheet(content + b"\x00")
        content = "\n".join(f'"{text.replace(chr(34), chr(34) * 2)}";x' for text in storable).encode()
    rows = read_sheet(content).rows
    assert len(rows) > 400
    for row in rows:
        assert all(len(cell) <= CELL_LENGTH_MAX and "\x00" not in cell for cell in row.cells)
        "".join(row.cells).encode()


def bomb(kind: str) -> bytes:
    """Files that cost memory or time where nobody looks first."""
    if kind == "zip":
        return with_sheet(sheet_of(" " * 200_000_000))
    if kind == "lying":  # the directory says that the sheet is small
        content = bytearray(with_sheet(sheet_of(" " * 50_000_000)))
        at = content.rindex(b"xl/worksheets/sheet1.xml") - 46
        content[at + 24 : at + 28] = struct.pack("<I", 100)
        return bytes(content)
    if kind == "rows":
        return with_sheet(sheet_of("<row/>" * 1_000_000))
    if kind == "stray":
        return with_sheet(
            sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
        )
    if kind == "texts":
        made = io.BytesIO(with_sheet(sheet_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')))
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t>a</t></si>" * 2_000_000 + "</sst>")
        return made.getvalue()
    if kind == "quotes":
        return b'a;b\n"' + b"x" * (FILE_BYTES_MAX - 10)
    return b"\n" * FILE_BYTES_MAX


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["zip", "lying", "rows", "stray", "texts", "quotes", "lines"])
def test_a_bomb_costs_no_more_than_a_worker_may_have(kind: str, tmp_path: object) -> None:
    file = f"{tmp_path}/bomb"
    with open(file, "wb") as written:  # noqa: PTH123
        written.write(bomb(kind))
    program = (
        "import sys\n"
        "from marketplace.kernel.errors import Refusal\n"
        "from marketplace.sheets.reading import read_sheet\n"
        "try: read_sheet(open(sys.argv[1], 'rb').read())\n"
        "except Refusal as refused: print(refused)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, file], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < MEMORY_MB * 1024


def test_a_row_that_is_shorter_is_empty_at_its_end() -> None:
    assert SheetRow(1, ("a",)).cell(5) == ""
