"""A workbook as rows. Python looks at its parts first and hands on no others; calamine reads the cells.

calamine makes room for every cell between the first and the last, so one that is far away would cost gigabytes: where cells stand
is read from the part itself, and so is which hold a formula or an error.
"""

import io
import lzma
import posixpath
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from marketplace.imports.rules.columns import CellFault, SheetRow, tidy
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import plain
from marketplace.sheets.reading import COLUMNS_MAX, MEGABYTE, NO_SHEET, USUAL, Limits

PARTS_MAX = 500
SPARE_ROWS = 500  # so far down a table may stand
FORMULAS_MAX = 400_000
WHOLE_MAX = 2**53  # up to which every whole number is itself
CHUNK = 64 * 1024
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHARED = "xl/sharedStrings.xml"
ALSO = (SHARED, "xl/styles.xml")
_TEXT = re.compile(rb"[<:]si[\s/>]")
ROOT = "_rels/.rels"
TO_WORKBOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    f'Target="{WORKBOOK}"/></Relationships>'
)
HIDDEN = ("hidden", "veryHidden")
DAMAGED = _("This workbook is damaged. Open it, save it again as .xlsx and load it once more.")
_DAMAGED = (  # what zipfile, its decompressors and the parser say of parts that are none
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError),
    *(OSError, ValueError, RuntimeError, LookupError),
)
OTHERS: tuple[tuple[str, Text], ...] = (
    ("xl/workbook.bin", _("This is a binary workbook (.xlsb). Save it as .xlsx and load it again.")),
    ("content.xml", _("This is a file of LibreOffice or OpenOffice (.ods). Save it as .xlsx and load it again.")),
    ("word/document.xml", _("This is a text document. Copy its table into a sheet and save that as .xlsx.")),
)


class _Refused(Exception):
    """Raised inside the parser, which has no other way to stop."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(slots=True)
class _Looked:
    """Where the cells of a sheet stand that hold something, and which are no plain values."""

    limits: Limits = USUAL
    cells: int = 0
    faults: dict[tuple[int, int], CellFault] = field(default_factory=dict)  # by row and column, from 0
    error_texts: dict[tuple[int, int], str] = field(default_factory=dict)  # the words of an error

    def in_row(self, number: int) -> dict[int, CellFault]:
        """The faults of one row, by column."""
        if not self._by_row:
            for (row, column), fault in self.faults.items():
                self._by_row.setdefault(row, {})[column] = fault
        return self._by_row.get(number, {})

    _by_row: dict[int, dict[int, CellFault]] = field(default_factory=dict)


def read_workbook(content: bytes, limits: Limits = USUAL) -> Iterator[SheetRow]:
    """The rows of the first visible sheet with something in it. Its part is walked through, never held in memory whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _checked(archive, limits)
            for name, path in _sheets(archive, names):
                looked = _look(archive, path, limits)
                if looked.cells:
                    return _rows(_packed(archive, names, path, limits), name, looked)
    except _DAMAGED as error:
        raise Invalid(DAMAGED, "file") from error
    raise Invalid(_("There is nothing in this sheet. Choose another file."), "file")


def _checked(archive: zipfile.ZipFile, limits: Limits) -> set[str]:
    """The names of its parts. Python reads them itself, so that no header can lie about size."""
    entries = archive.infolist()
    if len(entries) > PARTS_MAX or sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        most = limits.unpacked_bytes // MEGABYTE
        raise Invalid(
            _("This workbook unpacks to more than %(most)s MB. Copy the table into a new sheet and load that.", most=most), "file"
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid(_("This workbook has a password. Save it without a password and load it again."), "file")
    names = {entry.filename for entry in entries}
    if WORKBOOK not in names:
        raise Invalid(next((sentence for name, sentence in OTHERS if name in names), NO_SHEET), "file")
    return names


def _sheets(archive: zipfile.ZipFile, names: set[str]) -> list[tuple[str, str]]:
    """Name and part of every visible sheet, in the order of the workbook."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def check_number(entries: Sized) -> None:
        if len(entries) >= PARTS_MAX * 10:
            raise _Refused(NO_SHEET)

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            target = given.get("Target", "")
            check_number(targets)
            targets[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")

    def sheet(name: str, given: dict[str, str]) -> None:
        if name == "sheet" and given.get("state") not in HIDDEN:
            check_number(sheets)
            sheets.append((given.get("name", ""), next((given[key] for key in given if _local(key) == "id"), "")))

    if RELATIONS in names:
        _parse(archive, RELATIONS, relation)
    _parse(archive, WORKBOOK, sheet)
    by_part: dict[str, str] = {}  # each is looked at once, however many sheets name it
    for name, key in sheets:
        if _is_sheet(targets.get(key, ""), names):
            by_part.setdefault(targets[key], name)
    return [(name, part) for part, name in by_part.items()]


def _is_sheet(path: str, names: set[str]) -> bool:
    return path in names and path.startswith("xl/worksheets/") and path.endswith(".xml")


def _parse(archive: zipfile.ZipFile, part: str, start: Any, end: Any = None, text: Any = None) -> None:
    """Walk through a part; names of elements come without their namespace. Entities and DTDs are refused: a workbook has none."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_of: Any) -> None:
        raise _Refused(NO_SHEET)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(_local(name), given)
    if end is not None:
        parser.EndElementHandler = lambda name: end(_local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Invalid(DAMAGED, "file") from error
    except _Refused as refused:
        raise Invalid(refused.sentence, "file") from refused


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _look(archive: zipfile.ZipFile, path: str, limits: Limits) -> _Looked:
    """Where cells stand. Refused at the first that lies outside what is read, and when there are too many."""
    looked = _Looked(limits)
    row = column = -1
    kind, has_value, is_value = "", False, False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, kind, has_value, is_value
        if name == "row":
            row, column = _number(given.get("r"), row + 1), -1
        elif name == "c":
            place = _place(given["r"]) if "r" in given else (row, column + 1)
            (row, column), kind, has_value = place, given.get("t", ""), False
        elif name in ("v", "is", "f") and column >= 0:
            if not has_value:
                has_value = True
                looked.cells += 1
                _check_place(looked, row, column)
            is_value = name == "v"
            if name == "f":
                looked.faults[row, column] = CellFault.FORMULA
            if kind == "e":
                looked.faults[row, column] = CellFault.ERROR
            if len(looked.faults) > FORMULAS_MAX:
                raise _Refused(_too_many_faults())

    def end(name: str) -> None:
        nonlocal is_value
        is_value = is_value and name != "v"

    def text(words: str) -> None:
        if is_value and kind == "e":
            looked.error_texts[row, column] = words[:20]

    _parse(archive, path, start, end, text)
    return looked


def _too_many_faults() -> Text:
    """Each is remembered by its cell, so there is a limit to them."""
    return _(
        "The sheet has more than %(most)s formulas and errors. Paste its values into a new sheet and load that.",
        most=FORMULAS_MAX,
    )


def _check_place(looked: _Looked, row: int, column: int) -> None:
    most = looked.limits.cells
    if looked.cells > most:
        raise _Refused(_("The sheet has more than %(most)s cells. Take out the columns that are not needed.", most=most))
    if row >= looked.limits.rows + SPARE_ROWS or column >= COLUMNS_MAX:
        raise _Refused(
            _(
                "Cell %(cell)s holds something outside what is read: %(rows)s rows and %(columns)s columns. Empty it, split the sheet, "
                "or copy the table into a new one.",
                cell=_name(row, column),
                rows=looked.limits.rows,
                columns=COLUMNS_MAX,
            )
        )


def _number(written: str | None, otherwise: int) -> int:
    """Where a row stands. Refused: what another reader might take for another, and make room down to it."""
    if written is None:
        return otherwise
    if not (1 <= len(written) < 9 and written.isascii() and written.isdigit()):
        raise _Refused(DAMAGED)
    return int(written) - 1


def _place(reference: str) -> tuple[int, int]:
    """Row and column from 0 of `B3`."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha() and 1 <= len(digits) < 9):
        raise _Refused(NO_SHEET)
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _name(row: int, column: int) -> str:
    letters, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _check_texts(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse more texts than there may be cells. calamine holds them all."""
    count = 0
    with archive.open(SHARED) as stream:
        while chunk := stream.read(MEGABYTE):
            count += len(_TEXT.findall(chunk))
            if count > limits.cells:
                sentence = _(
                    "The sheet has more than %(most)s cells. Take out the columns that are not needed.", most=limits.cells
                )
                raise Invalid(sentence, "file")


def _packed(archive: zipfile.ZipFile, names: set[str], path: str, limits: Limits) -> io.BytesIO:
    """A workbook of this sheet alone, with what its cells need."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(ROOT, TO_WORKBOOK)
        for part in (WORKBOOK, RELATIONS, *ALSO, path):
            if part in names:
                if part == SHARED:
                    _check_texts(archive, limits)
                with archive.open(part) as stream, made.open(part, "w") as copy:
                    shutil.copyfileobj(stream, copy, CHUNK)
    packed.seek(0)
    return packed


def _rows(packed: io.BytesIO, name: str, looked: _Looked) -> Iterator[SheetRow]:
    try:
        with CalamineWorkbook.from_filelike(packed) as workbook:
            sheet = workbook.get_sheet_by_name(name)
            before = sheet.start[1] if sheet.start else 0
            number = -1
            try:
                for number, cells in enumerate(sheet.iter_rows()):
                    yield _row(number, before, cells, looked)
            except BaseException as error:  # what calamine cannot make of a cell comes as no Exception
                if not isinstance(error, OverflowError) and type(error).__name__ != "PanicException":
                    raise
                raise Invalid(_no_moment(number + 2), "file") from error
            for later in range(number + 1, 1 + max((row for row, _column in looked.faults), default=-1)):
                yield _row(later, 0, [], looked)  # of which every cell is a formula that was never worked out
    except CalamineError as error:
        raise Invalid(_("This workbook is damaged. Open it, save it again as .xlsx and load it once more."), "file") from error


def _no_moment(row: int) -> Text:
    return _("Row %(row)s holds a day or a time that cannot be. Type it again, and load the file once more.", row=str(row))


def _row(number: int, before: int, cells: list[Any], looked: _Looked) -> SheetRow:
    faults: dict[int, CellFault] = {}
    cleaned = [""] * before
    for place, value in enumerate(cells, before):
        text, fault = tidy(_text(value)) if value != "" else ("", None)
        cleaned.append(looked.error_texts.get((number, place), text))
        if fault is not None and fault != CellFault.FORMULA:  # text that looks like one is text here
            faults[place] = fault
    faults |= looked.in_row(number)
    cleaned += [looked.error_texts.get((number, place), "") for place in range(len(cleaned), 1 + max(faults, default=-1))]
    while cleaned and not cleaned[-1] and len(cleaned) - 1 not in faults:
        cleaned.pop()
    return SheetRow(number + 1, tuple(cleaned), faults)


def _text(value: Any) -> str:
    """A cell as a person would type it in Dutch. Fractions have the fifteen digits that a spreadsheet keeps, whole numbers all."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) < WHOLE_MAX and value == int(value):  # the number of an asset may have sixteen
            return str(int(value))
        return plain(Decimal(format(value, ".15g"))).replace(".", ",")
    if isinstance(value, datetime):
        midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
        return value.date().isoformat() if value == midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
