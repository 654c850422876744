"""A text file as rows: encoding and separator are found out."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from sys import intern
from types import MappingProxyType

from marketplace.imports.rules.columns import CellFault, SheetRow, tidy
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.sheets.reading import LARGE_BYTES_MAX, LINE_MAX, NO_SHEET

SEPARATORS = ("\t", ";", ",", "|")
LOOKED_AT = 50  # lines that tell the separator
EVEN_TENTHS = 7  # so many of ten lines have the same number of columns
NO_FAULTS: Mapping[int, CellFault] = MappingProxyType({})
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def read_text(content: bytes) -> tuple[Iterator[SheetRow], str]:
    """The rows, as they are asked for, and the notation that goes with the separator."""
    text = _decoded(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "{\\rtf")):
        raise Invalid(
            _(
                "This file is a web page or another document, whatever its name says. Open it, save it as .xlsx and load it again."
            ),
            "file",
        )
    _check_lines(text)
    first, _end, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # as Excel writes it
        return _rows(rest, first.strip()[4], 1), _notation(first.strip()[4])
    separator = _separator(text)
    return _rows(text, separator, 0), _notation(separator)


def _notation(separator: str) -> str:
    return "en" if separator == "," else "nl"


def _decoded(content: bytes) -> str:
    """The text: UTF-8 or UTF-16 by its mark, by how it looks, else Windows-1252."""
    for mark, encoding in UTF_16.items():
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding)
    if b"\x00" in content:
        even, odd = content[:2000:2].count(0), content[1:2000:2].count(0)
        half = len(content[:2000]) // 4
        if max(even, odd) < half:
            raise Invalid(NO_SHEET, "file")
        return _strictly(content, "utf-16-be" if even > odd else "utf-16-le")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(content, "cp1252")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(NO_SHEET, "file") from error
    if "\x00" in text:
        raise Invalid(NO_SHEET, "file")
    return text


def _check_lines(text: str) -> None:
    """Refuse a line so long that it is no row of a table. The parser would hold each of its cells at once."""
    start = 0
    while start + LINE_MAX < len(text):
        end = max(text.rfind("\n", start, start + LINE_MAX), text.rfind("\r", start, start + LINE_MAX))
        if end < 0:
            sentence = _(
                "A line of this file has more than %(most)s characters. Check what ends its rows, and save it again.",
                most=LINE_MAX,
            )
            raise Invalid(sentence, "file")
        start = end + 1


def _separator(text: str) -> str:
    """The sign by which most of the first lines fall into the same number of columns.

    A tab or a semicolon that does so goes before a comma: commas stand in numbers and sentences too.
    """
    sample = "\n".join(islice(text.splitlines(), LOOKED_AT))
    best, most = ";", 0
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in _parsed(sample, separator) if any(row))
        lines = sum(widths.values())
        width, times = max(widths.items(), key=lambda pair: pair[1] * (pair[0] - 1), default=(1, 0))
        if width > 1 and times * 10 >= lines * EVEN_TENTHS:
            return separator
        if times * (width - 1) > most:
            best, most = separator, times * (width - 1)
    return best


def _parsed(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGE_BYTES_MAX)  # a cell that is too long is told in its row
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _rows(text: str, separator: str, before: int) -> Iterator[SheetRow]:
    try:
        for number, cells in enumerate(_parsed(text, separator), before + 1):
            yield as_row(number, cells)
    except csv.Error as error:
        raise Invalid(NO_SHEET, "file") from error


def as_row(number: int, cells: list[str]) -> SheetRow:
    """A row with its cells cleaned, without the empty ones at its end."""
    faults: dict[int, CellFault] = {}
    cleaned = []
    for place, typed in enumerate(cells):
        text, fault = tidy(typed) if typed else ("", None)
        cleaned.append(intern(text))  # a long sheet says the same words again and again
        if fault is not None:
            faults[place] = fault
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    faults_within = {place: fault for place, fault in faults.items() if place < len(cleaned)} if faults else NO_FAULTS
    return SheetRow(number, tuple(cleaned), faults_within)
