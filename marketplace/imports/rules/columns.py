"""Rows of a sheet as plain text, which column is which, and how numbers are written.

Columns are found by the names of before, by known names, else by hand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from marketplace.kernel.errors import FieldError, Invalid, Refusal
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, fold
from marketplace.kernel.units import parse_number

HEADER_WITHIN = 20  # rows at the top of a sheet among which the names of the columns are looked for
HEADER_LENGTH_MAX = 80
NOTATIONS = ("nl", "en")  # 1.234,5 and 1,234.5
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_WORDS = re.compile(r"[a-z0-9]+")
CELL_LENGTH_MAX = 300
FORMULA_SIGNS = ("=", "＝")
QUOTED = (
    "'=",
    "'+",
    "'-",
    "'@",
    "'|",
    "'＝",
    "'＋",
    "'－",
    "'＠",
    "'｜",
    "'\t",
    "'\r",
    "'\n",
)  # as our own files write such text


class CellFault(StrEnum):
    """What makes a cell unfit to read, whatever column it stands in."""

    FORMULA = "formula"
    ERROR = "error"
    LONG = "long"
    SIGN = "sign"


FAULT_SENTENCES: dict[CellFault, Text] = {
    CellFault.FORMULA: _("This cell holds a formula. Check the value that is shown here, or type another."),
    CellFault.ERROR: _("This cell shows an error of the spreadsheet (#N/A, #REF! or the like). Type the value."),
    CellFault.LONG: _("This cell holds more than %(most)s characters. Shorten it.", most=CELL_LENGTH_MAX),
    CellFault.SIGN: _("This cell holds a character that cannot be stored. Type the text again without it."),
}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet, numbered as the spreadsheet shows it, with its faults by column. `shape`: the geometry of a feature."""

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, CellFault] = field(default_factory=dict)
    shape: Mapping[str, Any] | None = None

    def cell(self, column: int) -> str:
        """The text of a cell; empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


@lru_cache(maxsize=8192)
def tidy(typed: str) -> tuple[str, CellFault | None]:
    """Clean a cell for storage, and say what is wrong with it. What cannot be stored or is too much is left out."""
    fault: CellFault | None = None
    cut = typed[: CELL_LENGTH_MAX * 2]
    try:
        text = clean(cut)
    except Invalid:
        fault = CellFault.SIGN
        text = " ".join("".join(sign if sign.isprintable() else " " for sign in cut).split())
    if len(text) > CELL_LENGTH_MAX or len(typed) > len(cut):
        fault = fault or CellFault.LONG
        text = text[:CELL_LENGTH_MAX].rstrip()
    if text.startswith(FORMULA_SIGNS):
        fault = fault or CellFault.FORMULA
    return (text[1:] if text.startswith(QUOTED) else text), fault


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table takes: its names in nl and en, and whether it must be there.

    `measures` are names that mean this column only beside one of its `units` in brackets: “Gewicht (kg)”. Of the columns of one
    `choice` exactly one is needed.
    """

    key: str
    label: Text | str
    meaning: Text
    names: tuple[str, ...]
    is_required: bool = False
    is_number: bool = False
    choice: str = ""
    units: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    examples: tuple[str | Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the names of the columns stand: the number of their row, and the names."""

    row_number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """From which column of the sheet each column of the table is read, by its key."""

    places: Mapping[str, int]
    doubtful: tuple[str, ...] = ()  # keys for which more than one column has the name


def plain_name(name: str) -> str:
    """The name of a column for comparing: lower case, without accents and punctuation."""
    return " ".join(_WORDS.findall(fold(name)))


def is_named(column: Column, name: str) -> bool:
    """Whether a header names this column. A unit in brackets has to be one of its own."""
    return bool(list_named([column], name))


def list_named(columns: Sequence[Column], name: str) -> list[Column]:
    """The columns that a header names."""
    whole, base = plain_name(name), plain_name(_BRACKETS.sub(" ", name))
    units = [plain_name(unit) for unit in _BRACKETS.findall(name)]

    def has_name(column: Column) -> bool:
        if whole in column.names:
            return True
        fits = any(unit in column.units for unit in units)
        if base in column.measures:
            return fits
        return base in column.names and (fits or not units or not column.units)

    return [column for column in columns if has_name(column)]


def find_header(rows: Sequence[SheetRow], columns: Sequence[Column], earlier_names: Mapping[str, str]) -> Header | None:
    """The row at the top that names most columns; else the first with two cells or more. None: there is nothing."""
    best, most = None, 0
    for row in rows[:HEADER_WITHIN]:
        named = sum(1 for cell in row.cells if cell and (plain_name(cell) in earlier_names or list_named(columns, cell)))
        if named > most:
            best, most = row, named
    if best is None:
        best = next((row for row in rows[:HEADER_WITHIN] if sum(1 for cell in row.cells if cell) > 1), None)
    if best is None:
        return None
    return Header(best.number, tuple(cell[:HEADER_LENGTH_MAX] for cell in best.cells))


def find_places(names: Sequence[str], columns: Sequence[Column], earlier_names: Mapping[str, str]) -> Places:
    """Recognise columns: first as this organisation named them before, then by known names.

    Two columns with the same name are nobody's: that is for a person to say.
    """
    keys = {column.key for column in columns}
    places_by_key: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        before = earlier_names.get(plain_name(name)) if name else None
        if before in keys:
            places_by_key.setdefault(str(before), []).append(place)
            continue
        named = [column.key for column in list_named(columns, name)] if name else []
        if named:  # of columns that may be called the same, the next one that has no place yet
            places_by_key.setdefault(next((key for key in named if key not in places_by_key), named[0]), []).append(place)
    places = {key: at[0] for key, at in places_by_key.items() if len(at) == 1}
    doubtful = tuple(column.key for column in columns if len(places_by_key.get(column.key, ())) > 1)
    return Places(places, doubtful)


def check_places(places: Mapping[str, int], columns: Sequence[Column], width: int) -> None:
    """Refuse a mapping that lacks a column, names one twice, or names one that is not there."""
    errors: list[FieldError] = []
    keys = {column.key for column in columns}
    for key, place in places.items():
        if key not in keys or not 0 <= place < width:
            raise Invalid(_("The sheet has no such column. Choose one of its columns."), key)
    used = Counter(places.values())
    for key, place in places.items():
        if used[place] > 1:
            errors.append(FieldError(key, _("This column is chosen twice. Choose each column once.")))
    for column in columns:
        if column.is_required and not column.choice and column.key not in places:
            errors.append(FieldError(column.key, _("Choose the column for “%(label)s”.", label=column.label)))
    choices: dict[str, list[Column]] = {}
    for column in columns:
        if column.choice:
            choices.setdefault(column.choice, []).append(column)
    for options in choices.values():
        chosen = [column for column in options if column.key in places]
        if len(chosen) != 1:
            labels = " / ".join(str(column.label) for column in options)
            errors.append(FieldError(options[0].key, _("Choose one column out of: %(labels)s.", labels=labels)))
    if errors:
        raise Invalid.all(errors)


def is_complete(places: Mapping[str, int], columns: Sequence[Column], width: int) -> bool:
    """Whether everything that is needed has its column."""
    try:
        check_places(places, columns, width)
    except Refusal:
        return False
    return True


def find_notation(texts: Iterable[str], *, otherwise: str) -> str:
    """How the numbers of one column are written: the notation in which most of them can be read."""
    read = Counter[str]()
    for text in texts:
        for notation in NOTATIONS:
            if text and read_number(text, notation) is not None:
                read[notation] += 1
    if read["nl"] == read["en"]:
        return otherwise
    return "nl" if read["nl"] > read["en"] else "en"


def read_number(text: str, notation: str) -> Decimal | None:
    """A number as its column writes it; None where it is none."""
    try:
        return parse_number(text, notation)
    except Refusal:
        return None
