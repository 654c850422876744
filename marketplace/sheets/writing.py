"""A table as CSV that a spreadsheet opens right at once.

In Dutch: `;` between cells and a decimal comma, in English `,` and a point; always CRLF, UTF-8 with a byte-order mark. Text that a
spreadsheet would run as a formula, or as a command (`|`), gets `'` before it, also where its sign is of full width or stands behind
blanks. Numbers are exact and not grouped; an empty cell is not known.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TextIO

from marketplace.kernel.units import plain

Cell = str | int | Decimal | date | None
MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠", "｜")  # full width: some programs read them as ASCII
BLANK_STARTS = ("\t", "\r", "\n")
MARKS = {"nl": (";", ","), "en": (",", ".")}  # between cells, before decimals


def csv_file(header: Sequence[object], rows: Iterable[Sequence[Cell]], locale: str) -> bytes:
    """The whole file."""
    text = io.StringIO(newline="")
    write_csv(text, header, rows, locale)
    return text.getvalue().encode("utf-8-sig")


def write_csv(text: TextIO, header: Sequence[object], rows: Iterable[Sequence[Cell]], locale: str) -> None:
    """Row by row, for a table that is longer than memory."""
    between, point = MARKS.get(locale, MARKS["nl"])
    writer = csv.writer(text, delimiter=between, lineterminator="\r\n")
    writer.writerow([_written(str(label), point) for label in header])
    writer.writerows([_written(cell, point) for cell in row] for row in rows)


def _written(cell: Cell, point: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | Decimal):
        return plain(Decimal(cell)).replace(".", point)
    return f"'{cell}" if may_run(cell.lstrip("'")) else cell


def unquoted(cell: str) -> str:
    """A cell of such a file as it was before: without the `'` that kept it from running."""
    return cell[1:] if cell.startswith("'") and may_run(cell.lstrip("'")) else cell


def may_run(text: str) -> bool:
    """Whether a spreadsheet might take this text for a formula or a command."""
    return text.startswith(BLANK_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
