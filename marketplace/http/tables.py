"""Tables as files, in the notation of the reader's language."""

from collections.abc import Iterable, Sequence

from flask import Response

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, current_locale
from marketplace.ledger.queries import each_exchange
from marketplace.sheets import ledger_rows
from marketplace.sheets.writing import MEDIA_TYPE, Cell, csv_file


def table_answer(name: str, header: Sequence[str | Text], lines: Iterable[Sequence[Cell]]) -> Response:
    """A table to keep, named for the day."""
    return Response(
        csv_file(header, lines, current_locale()),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}-{clock.today().isoformat()}.csv"'},
    )


def ledger_answer(session: Session, actor: Actor) -> Response:
    """The rows of the ledger that the reader may see, oldest first."""
    lines = ledger_rows.lines(each_exchange(session, actor))
    return table_answer("materialenbank-uitwisselingen", ledger_rows.HEADER, lines)
