"""Tables as files, in the notation of the reader's language."""

from collections.abc import Iterable, Sequence

from flask import Response

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, current_locale
from marketplace.ledger.queries import each_exchange
from marketplace.sheets import ledger_rows, workbook, writing
from marketplace.sheets.workbook import Column, Sheet
from marketplace.sheets.writing import Cell, csv_file


def table_answer(name: str, header: Sequence[str | Text | Column], lines: Iterable[Sequence[Cell]]) -> Response:
    """A table to keep, named for the day."""
    return _kept(csv_file(header, lines, current_locale()), writing.MEDIA_TYPE, f"{name}-{clock.today().isoformat()}.csv")


def workbook_answer(name: str, sheets: Sequence[Sheet], *, title: str | Text) -> Response:
    """The same as a file of one or more sheets, XLSX."""
    content = workbook.workbook(sheets, title=title)
    return _kept(content, workbook.MEDIA_TYPE, f"{name}-{clock.today().isoformat()}.xlsx")


def _kept(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=media_type, headers=headers)


def ledger_answer(session: Session, actor: Actor) -> Response:
    """The rows of the ledger that the reader may see, oldest first."""
    lines = ledger_rows.lines(each_exchange(session, actor))
    return table_answer("materialenbank-uitwisselingen", ledger_rows.HEADER, lines)
