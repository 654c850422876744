"""The list of a recall as a file."""

from flask import Response, make_response

from marketplace.accounts.policy import Actor
from marketplace.kernel.db import Session
from marketplace.recalls.queries.recalls import get_recall, list_lots_of, list_parties, list_releases, list_transfers
from marketplace.recalls.queries.traces import find_days_had
from marketplace.sheets.pages import MEDIA_TYPE
from marketplace.sheets.recall_list import recall_list


def recall_answer(session: Session, actor: Actor, recall_id: int) -> Response:
    """The list as a PDF to look at, as it stands now. Kept by nobody on the way: who confirms changes it."""
    recall = get_recall(session, actor, recall_id)
    lots, _total = list_lots_of(session, recall.id, page_size=None)
    made = recall_list(
        recall,
        lots,
        list_parties(session, recall.id),
        find_days_had(session, recall),
        list_transfers(session, recall.id),
        list_releases(session, recall.id),
    )
    answer = make_response(made)
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'inline; filename="terugroeping-{recall.id}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
