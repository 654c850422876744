"""The tables that a sheet can be loaded into, and how far a loaded sheet has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.imports.rules.columns import CellFault, Column, read_number
from marketplace.kernel.errors import FieldError, Refusal
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import parse_number

ROWS_MAX = 20_000
JUDGED_AT_ONCE = 2_000  # rows that are read and judged while somebody waits; more is a task


class TableName(StrEnum):
    """What a sheet can be loaded into."""

    MATERIAL_USE = "material_use"
    OUTFLOW = "outflow"
    LISTINGS = "listings"
    PASSPORTS = "passports"
    RAW = "raw"


class ImportStatus(StrEnum):
    """How a loaded sheet stands: being read, looked at, applied, or taken back."""

    READING = "reading"
    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"


class RowState(StrEnum):
    """What a row would do: new, another value than stands there, the same, or wrong.

    Of a contract also: refused, or passed over."""

    OK = "ok"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"
    REFUSED = "refused"
    IGNORED = "ignored"


GOOD_STATES = (RowState.OK, RowState.CHANGED, RowState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it is called, its columns, and how many rows a sheet of it may hold."""

    name: TableName
    label: Text
    does: Text
    columns: tuple[Column, ...]
    rows_max: int = ROWS_MAX

    def column(self, key: str) -> Column:
        """One of its columns, by its key."""
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True, slots=True)
class Record:
    """One row by the columns of its table.

    `notations` says how each writes numbers, `shape` is the geometry of a feature."""

    cells: Mapping[str, str]
    faults: Mapping[str, CellFault] = field(default_factory=dict)
    notations: Mapping[str, str] = field(default_factory=dict)
    shape: Mapping[str, Any] | None = None

    def number(self, key: str) -> Decimal:
        """A number as its column writes it. Refused in the words of a form."""
        return parse_number(self.cells[key], self.notations.get(key, "nl"), key)

    def find_number(self, key: str) -> Decimal | None:
        """The same; None where it cannot be read."""
        return read_number(self.cells.get(key, ""), self.notations.get(key, "nl"))


@dataclass(slots=True)
class Faults:
    """What is wrong with a row, one sentence a column. The first that is said of a column stands."""

    sentences: dict[str, Text] = field(default_factory=dict)

    def say(self, key: str, sentence: Text) -> None:
        """Say what is wrong with a column, unless that was said."""
        self.sentences.setdefault(key, sentence)

    def attempt(self, key: str, read: Any) -> Any:
        """Read a value; a refusal is said at its column and gives None."""
        if key in self.sentences:
            return None
        try:
            return read()
        except Refusal as refusal:
            self.say(key, refusal.message)
            return None

    @property
    def errors(self) -> list[FieldError]:
        """The sentences as a rule gives them."""
        return [FieldError(key, sentence) for key, sentence in self.sentences.items()]


def fill_in(column: Column) -> Text:
    """What is said of an empty cell, as a form says it."""
    return _("Fill in “%(label)s”.", label=column.label)
