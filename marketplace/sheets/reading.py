"""The one way in for tables: a CSV or XLSX file becomes rows of text.

Limits come before parsing: bytes, what a workbook unpacks to, its parts, rows, columns and cells. What is no table is refused with
what to do instead. Formulas, errors and what cannot be stored are faults of their cell, so that every row can be named.
"""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.imports.rules.columns import SheetRow
from marketplace.imports.rules.tables import JUDGED_AT_ONCE, TableName
from marketplace.kernel.errors import Invalid, TooLarge
from marketplace.kernel.language import Text, _

MEGABYTE = 1024 * 1024
FILE_BYTES_MAX = 5 * MEGABYTE
ROWS_MAX = 20_000
COLUMNS_MAX = 60
CELLS_MAX = 400_000
UNPACKED_BYTES_MAX = 40 * MEGABYTE
LARGE_UNPACKED_MAX = 200 * MEGABYTE  # 120 000 rows of eleven columns are some 70 MB
LARGE_BYTES_MAX = 25 * MEGABYTE
LARGE_ROWS_MAX = 150_000
AT_ONCE_BYTES = 150_000  # of a workbook or a map: some two thousand rows
AT_ONCE_UNPACKED_BYTES = 10 * MEGABYTE  # of a workbook that packs well
AT_ONCE_TEXT_BYTES = 2 * MEGABYTE  # of a text: two thousand rows of a thousand signs
LINE_MAX = 1_000_000  # signs without the end of a line
LAST_ROW = 1_048_576  # of a spreadsheet, which may write empty rows down to its end
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHER_FILES: tuple[tuple[bytes, Text], ...] = (
    (b"%PDF", _("This is a PDF. Load the sheet that it was made from, as XLSX or CSV.")),
    (b"\x89PNG", _("This is a picture. Load the sheet itself, as XLSX or CSV.")),
    (b"\xff\xd8\xff", _("This is a picture. Load the sheet itself, as XLSX or CSV.")),
)
NO_SHEET = _("This is not a sheet that can be read. Save it as XLSX or as CSV and load it again.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of a file, and to how much a workbook may unpack. `has_shapes`: GeoJSON is read as well."""

    file_bytes: int = FILE_BYTES_MAX
    rows: int = ROWS_MAX
    cells: int = CELLS_MAX
    unpacked_bytes: int = UNPACKED_BYTES_MAX
    has_shapes: bool = False


USUAL = Limits()
LARGE = Limits(LARGE_BYTES_MAX, LARGE_ROWS_MAX, LARGE_ROWS_MAX * COLUMNS_MAX // 2, LARGE_UNPACKED_MAX, has_shapes=True)


def limits_of(table: str) -> Limits:
    """How much is read of a file for a table. Asset systems give more than people type."""
    return LARGE if table == TableName.PASSPORTS else USUAL


def is_large(content: bytes) -> bool:
    """Whether a file takes so long to read and judge that a task does it. A text tells its rows, a workbook or a map only its bytes."""
    if content.startswith(b"PK"):
        return len(content) > AT_ONCE_BYTES or _unpacked_bytes(content) > AT_ONCE_UNPACKED_BYTES
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return len(content) > AT_ONCE_BYTES
    return len(content) > AT_ONCE_TEXT_BYTES or max(content.count(b"\n"), content.count(b"\r")) > JUDGED_AT_ONCE


def _unpacked_bytes(content: bytes) -> int:
    """What the parts of a workbook say that they unpack to; no more of them is ever read. 0 of what is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        return 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a file. `notation`: how numbers are written where a column does not tell."""

    rows: tuple[SheetRow, ...]
    notation: str


def read_sheet(content: bytes, limits: Limits = USUAL) -> Sheet:
    """The rows of a CSV file or of the first sheet of a workbook that holds something. Refused: what is no table, or too much."""
    check_file(content, limits)
    if content.startswith(b"PK"):
        from marketplace.sheets.reading_xlsx import read_workbook

        return Sheet(taken(read_workbook(content, limits), limits), "nl")
    if limits.has_shapes and content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        from marketplace.sheets.reading_geojson import read_features

        return Sheet(taken(read_features(content, limits), limits), "en")
    from marketplace.sheets.reading_csv import read_text

    rows, notation = read_text(content)
    return Sheet(taken(rows, limits), notation)


def check_file(content: bytes, limits: Limits = USUAL) -> None:
    """Refuse what is too much, or no table by its first bytes."""
    if len(content) > limits.file_bytes:
        raise too_large(limits)
    if not content.strip():
        raise Invalid(_("This file is empty. Choose another file."), "file")
    for start, sentence in OTHER_FILES:
        if content.startswith(start):
            raise Invalid(sentence, "file")
    if content.startswith(OLD_OFFICE):
        raise Invalid(_old_office(content), "file")


def too_large(limits: Limits = USUAL) -> TooLarge:
    """More bytes than a sheet may have."""
    megabytes = limits.file_bytes // MEGABYTE
    return TooLarge(_("This file is larger than %(most)s MB. Split it into more than one file.", most=megabytes), "file")


def too_many_rows(limits: Limits) -> Invalid:
    """More rows than a sheet may have."""
    return Invalid(_("The sheet has more than %(most)s rows. Split it into more than one file.", most=limits.rows), "file")


def taken(rows: Iterable[SheetRow], limits: Limits = USUAL) -> tuple[SheetRow, ...]:
    """The rows that hold something. Refused as soon as there are too many rows, columns or cells."""
    filled: list[SheetRow] = []
    cells = 0
    for row in rows:
        width = len(row.cells)
        if not width:
            if row.number > LAST_ROW:
                raise too_many_rows(limits)
            continue
        if width > COLUMNS_MAX:
            sentence = _(
                "Row %(row)s has %(width)s columns. At most %(most)s are read: take out those that are not needed.",
                row=str(row.number),
                width=width,
                most=COLUMNS_MAX,
            )
            raise Invalid(sentence, "file")
        filled.append(row)
        cells += width
        if len(filled) > limits.rows + 1:  # and the names of the columns
            raise too_many_rows(limits)
        if cells > limits.cells:
            sentence = _("The sheet has more than %(most)s cells. Take out the columns that are not needed.", most=limits.cells)
            raise Invalid(sentence, "file")
    if not filled:
        raise Invalid(_("There is nothing in this sheet. Choose another file."), "file")
    return tuple(filled)


def _old_office(content: bytes) -> Text:
    if ENCRYPTED in content:
        return _("This workbook has a password. Save it without a password and load it again.")
    return _("This is a file of an old kind (.xls). Open it, save it as .xlsx and load it again.")
