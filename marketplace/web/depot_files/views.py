"""Files of a depot: labels for what lies there, and its settlement."""

from flask import Blueprint, Response, request

from marketplace.accounts.policy import Can
from marketplace.http.lot_labels import labels_answer, read_ids
from marketplace.http.request import current_actor, current_session, permission
from marketplace.stock.queries.labels import list_labelled, list_labelled_in
from marketplace.web.depot_files import settling

blueprint = Blueprint("depot_files", __name__)
settling.register(blueprint)


@blueprint.get("/depots/<int:depot_id>/etiketten.pdf")
@permission(Can.READ_STOCK)
def labels(depot_id: int) -> Response:
    """The labels of all that lies in a depot, by bay, or of the lots that are ticked (`ids`)."""
    session, actor, ticked = current_session(), current_actor(), request.args.getlist("ids")
    if ticked:
        return labels_answer(list_labelled(session, actor, read_ids(",".join(ticked))))
    return labels_answer(list_labelled_in(session, actor, depot_id))


@blueprint.get("/lots/<int:lot_id>/etiket.pdf")
@permission(Can.READ_LOT)
def label(lot_id: int) -> Response:
    """The label of one lot, on a page of its own size."""
    return labels_answer(list_labelled(current_session(), current_actor(), [lot_id]))
