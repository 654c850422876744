"""Cells of a reference file: read, or refused with file, row and column."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

FACTOR_PLACES = 6


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing as a version says it. `kind` is group, material, hazard, transport, field_set, field, gate, paper_kind or notification."""

    kind: str
    slug: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, by the names of its columns."""

    file: str
    number: int
    columns: dict[str, str | None]

    def text(self, column: str, *, needed: bool = False) -> str:
        """What stands in a cell, without blanks around it."""
        value = (self.columns.get(column) or "").strip()
        self.demand(bool(value) or not needed, column)
        return value

    def choice(self, column: str, choices: set[str]) -> str:
        """One of these words."""
        value = self.text(column, needed=True)
        self.demand(value in choices, column)
        return value

    def words(self, column: str) -> list[str]:
        """The parts between semicolons."""
        return [word.strip() for word in self.text(column).split(";") if word.strip()]

    def day(self, column: str) -> str:
        """A day as YYYY-MM-DD."""
        value = self.text(column, needed=True)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        self.demand(day is not None and day.isoformat() == value, column)
        return value

    def number_or_none(self, column: str, *, places: int = 3, above_zero: bool = True) -> str | None:
        """A decimal string without needless zeros, or None where the cell is empty: unknown."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        fits = value.is_finite() and value >= 0 and (value > 0 or not above_zero) and value < 10**9
        self.demand(fits and value == round(value, places), column)
        return f"{value.normalize():f}"

    def demand(self, holds: bool, column: str) -> None:
        """Refuse the row at this column where something does not hold."""
        demand(holds, self.file, self.number, column)


def read_rows(text: str, file: str, key: str, read: Callable[[Row], Reference], *, may_be_empty: bool = False) -> list[Reference]:
    """Every row of a file, no two with the same key."""
    rows: list[Reference] = []
    seen: set[str] = set()
    for number, columns in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row = Row(file, number, columns)
        reference = read(row)
        row.demand(reference.slug not in seen, key)
        seen.add(reference.slug)
        rows.append(reference)
    demand(bool(rows) or may_be_empty, file, 1, key)
    return rows


def demand(holds: bool, file: str, row: int, column: str) -> None:
    """Refuse a file at a cell where something does not hold."""
    if not holds:
        raise Invalid(
            _(
                "%(file)s, row %(row)s: %(column)s is not valid. Correct that cell and load the file again.",
                file=file,
                row=row,
                column=column,
            )
        )
