"""Tables as files, in the notation of the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, current_locale
from marketplace.ledger.queries import EVERY_EXCHANGE, ExchangeFilter, each_exchange
from marketplace.sheets import ledger_rows, workbook, writing
from marketplace.sheets.workbook import Column, Sheet
from marketplace.sheets.writing import Cell, csv_file


def table_answer(name: str | Text, header: Sequence[str | Text | Column], lines: Iterable[Sequence[Cell]]) -> Response:
    """A table to keep, named for the day."""
    return download_answer(name, "csv", csv_file(header, lines, current_locale()), writing.MEDIA_TYPE)


def workbook_answer(name: str | Text, sheets: Sequence[Sheet], *, title: str | Text, made_at: datetime | None = None) -> Response:
    """The same as a file of one or more sheets, XLSX. `made_at`: when what it says was made; None: now."""
    return download_answer(name, "xlsx", workbook.workbook(sheets, title=title, made_at=made_at), workbook.MEDIA_TYPE)


def ledger_answer(session: Session, actor: Actor, wanted: ExchangeFilter = EVERY_EXCHANGE) -> Response:
    """The rows of the ledger that the reader may see, of those that are asked for, oldest first."""
    rows = ledger_rows.lines(each_exchange(session, actor, wanted))
    return table_answer(_("materials-bank-exchanges"), ledger_rows.HEADER, rows)


def ledger_lines_answer(session: Session, actor: Actor, wanted: ExchangeFilter = EVERY_EXCHANGE) -> Response:
    """The same rows as JSON lines."""
    content = "".join(ledger_rows.json_lines(each_exchange(session, actor, wanted))).encode()
    return download_answer(_("materials-bank-exchanges"), "jsonl", content, ledger_rows.JSON_LINES_TYPE)


def download_answer(name: str | Text, suffix: str, content: bytes, media_type: str) -> Response:
    """A file to keep, named for the day."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{clock.today().isoformat()}.{suffix}"'}
    return Response(content, content_type=media_type, headers=headers)
