"""Rows of a sheet as plain text, and what is wrong with a cell before it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean

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
