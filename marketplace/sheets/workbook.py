"""Tables as one XLSX file of several sheets, each with a header that stays in sight.

A spreadsheet keeps a number as float64. What has at most fifteen figures, which is a mass of 999 999 999 999.999 kg, comes back as the same
decimal, because it is rounded to fifteen figures before it is written; longer ones, an average for example, are rounded there. A sum that a
spreadsheet makes of such cells may differ behind the fifteenth figure. An empty cell is not known, and never 0. Text is always text, also
where it starts like a formula: no cell is ever run, also not after somebody clicks into it. A moment stands as text in UTC, as it was hashed.

Rows are taken one by one and put aside on disk, so that a sheet may be longer than memory; where a sheet is full the next one goes on.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.language import Text
from marketplace.sheets.writing import Cell, may_run

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # of a sheet, below its header
EXACT = Context(prec=15, rounding=ROUND_HALF_EVEN)
LONGEST_NAME = 31
NO_NAME = re.compile(r"[\[\]:*?/\\]")  # what the name of a sheet may not have
NARROWEST, WIDEST = 8, 60
DARK, LIGHT = "#123F35", "#FFFFFF"  # the house's green, and the words on it


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, the unit of its numbers, and how many decimals are shown.

    What is shown is rounded, what stands in the cell is not. Without `places` a number is shown as it is, so a year has no points.
    """

    label: str | Text
    unit: str | Text = ""
    places: int | None = None
    width: int = 0

    def __str__(self) -> str:
        """The head with its unit, as a table without formats shows it."""
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)

    @property
    def number_format(self) -> str:
        """How a spreadsheet shows its numbers, in the notation of whoever opens it."""
        if self.places is None:
            return "General"
        decimals = f".{'0' * self.places}" if self.places else ""
        unit = str(self.unit).replace('"', "")
        return f'#,##0{decimals} "{unit}"' if unit else f"#,##0{decimals}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name on the tab, its columns and its rows. `wraps` where its cells hold whole sentences."""

    name: str | Text
    header: Sequence[str | Text | Column]
    rows: Iterable[Sequence[Cell | Text]]
    wraps: bool = False


def workbook(sheets: Sequence[Sheet], *, title: str | Text, made_at: datetime | None = None) -> bytes:
    """Write the whole file. The same sheets made at the same moment are the same bytes."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    book.set_properties(
        {"title": str(title), "author": "Twentse Materialenbank", "created": (made_at or clock.now()).replace(tzinfo=None)}
    )
    styles, taken = _Styles(book), set[str]()
    for sheet in sheets:
        _write(book, sheet, styles, taken)
    book.close()
    return content.getvalue()


class _Styles:
    """The formats of a file, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def _write(book: Any, sheet: Sheet, styles: _Styles, taken: set[str]) -> None:
    """Write a sheet, and a next one where it is full."""
    columns = [head if isinstance(head, Column) else Column(head) for head in sheet.header]
    rows = iter(sheet.rows)
    row = next(rows, None)
    while True:
        page = book.add_worksheet(_free_name(str(sheet.name), taken))
        widths = [len(str(column)) + 2 for column in columns]
        for place, column in enumerate(columns):
            look = {"bold": True, "bg_color": DARK, "font_color": LIGHT, "text_wrap": True, "valign": "vcenter"}
            page.write_string(0, place, str(column), styles.of(**look))
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        line = 0
        while row is not None and line < MOST_ROWS:
            line += 1
            for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
                width = _put(page, (line, place), cell, column, styles, wraps=sheet.wraps)
                widths[place] = max(widths[place], width)
            row = next(rows, None)
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width or min(max(widths[place], NARROWEST), WIDEST))
        if row is None:
            return


def _put(page: Any, at: tuple[int, int], cell: Cell | Text, column: Column, styles: _Styles, *, wraps: bool) -> int:
    """Write one cell and say how wide it is."""
    top = {"valign": "top"} if wraps else {}
    if cell is None:
        return 0
    if isinstance(cell, date) and not isinstance(cell, datetime):
        page.write_datetime(*at, cell, styles.of(num_format="yyyy-mm-dd", align="left", **top))
        return 12
    if isinstance(cell, int | Decimal):
        number = EXACT.plus(Decimal(cell))  # a Decimal: it is written with its own figures, not with those of a float
        page.write_number(*at, number, styles.of(num_format=column.number_format, **top))
        return len(f"{number:,f}") + (len(str(column.unit)) + 3 if column.places is not None else 2)
    words = _moment(cell) if isinstance(cell, datetime) else str(cell)
    quoted = {"quote_prefix": True} if may_run(words) else {}
    wrapped = {"text_wrap": True, **top} if wraps else {}
    page.write_string(*at, words, styles.of(**quoted, **wrapped))
    return max(map(len, words.splitlines()), default=0) + 2


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _free_name(name: str, taken: set[str]) -> str:
    """A name that a sheet may have and none has yet."""
    plain = NO_NAME.sub(" ", name).strip("' ") or "1"
    for suffix in _suffixes():
        tried = plain[: LONGEST_NAME - len(suffix)] + suffix
        if tried.lower() not in taken:
            taken.add(tried.lower())
            return tried
    raise AssertionError  # the suffixes never end


def _suffixes() -> Iterator[str]:
    yield ""
    number = 2
    while True:
        yield f" ({number})"
        number += 1
