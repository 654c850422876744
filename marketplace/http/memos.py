"""The memo of a search as a file."""

from flask import Response, make_response

from marketplace.accounts.policy import Actor
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.memos.queries.memos import get_memo
from marketplace.sheets.memo import memo_paper
from marketplace.sheets.pages import MEDIA_TYPE


def memo_answer(session: Session, actor: Actor, memo_id: int) -> Response:
    """The memo as a PDF to look at. Refused where something fitted and nobody has said what was done."""
    memo = get_memo(session, actor, memo_id)
    if memo.conclusion is None and memo.fitting:
        raise Conflict(_("This memo is still open. Say first what you do; then the paper can be made."))
    answer = make_response(memo_paper(memo, memo.conclusion))
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'inline; filename="{memo.name}.pdf"'
    return answer
