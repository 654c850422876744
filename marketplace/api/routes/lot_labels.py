"""Labels of lots."""

from flask import Response, request

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.routing import route
from marketplace.http.lot_labels import labels_answer, read_ids
from marketplace.http.request import current_actor, current_session, permission
from marketplace.sheets.labels import MEDIA_TYPE
from marketplace.stock.queries.labels import list_labelled

IDS = query.parameter("ids", "ids of lots, with commas between them; at most 200", example="1042,1043", maxLength=2200)


@route("GET", "/lots/labels.pdf", gives=None, tag="lots", query=(IDS,), refuses=(404,), media_type=MEDIA_TYPE)
@permission(Can.READ_LOT)
def get_labels() -> Response:
    """Get the labels of lots as an accessible PDF.

    One lot has a page of its own size, more stand on sheets of eight. The code of each opens the page of its lot.
    """
    return labels_answer(list_labelled(current_session(), current_actor(), read_ids(request.args.get("ids", ""))))
