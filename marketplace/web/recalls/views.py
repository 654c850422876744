"""The recalls that concern somebody, and one of them with everybody that has confirmed."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.recalls import recall_answer
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.recalls.actions.release import confirm_recall
from marketplace.recalls.queries.recalls import get_recall, list_recalls
from marketplace.web.recalls import blocking
from marketplace.web.recalls.forms import ConfirmForm
from marketplace.web.recalls.shown import RecallPage, rows_of_recalls
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.paging import paged, read_page_number

blueprint = Blueprint("recalls", __name__)
blocking.register(blueprint)
ONE = "/recalls/<int:recall_id>"


@blueprint.get("/recalls", endpoint="list_recalls")
@permission(Can.READ_RECALL)
def show_list() -> ResponseReturnValue:
    """The recalls of which the own organisation was told.

    The AO CE, advisers and the broker see them all.
    """
    session, actor = current_session(), current_actor()
    rows, place = paged(lambda number: list_recalls(session, actor, page=number))
    return render_template("recalls/list_recalls.html", rows=rows_of_recalls(session, rows), **place)


@blueprint.get(ONE)
@permission(Can.READ_RECALL)
def show(recall_id: int) -> ResponseReturnValue:
    """What was found, which lots it is about, who was told and who has confirmed."""
    return _page(recall_id, ConfirmForm(formdata=None))


@blueprint.post(f"{ONE}/bevestigen")
@permission(Can.CONFIRM_RECALL)
def confirm(recall_id: int) -> ResponseReturnValue:
    """Confirm for the own organisation that it knows."""
    form, session, actor = ConfirmForm(), current_session(), current_actor()
    if submit(form, lambda: confirm_recall(session, actor, recall_id=recall_id)):
        return done(_("You confirmed for your organisation. Thank you."), url_for("recalls.show", recall_id=recall_id))
    return _page(recall_id, form)


@blueprint.get(f"{ONE}/terugroeping.pdf")
@permission(Can.READ_RECALL)
def show_paper(recall_id: int) -> Response:
    """Give the list as an accessible PDF."""
    return recall_answer(current_session(), current_actor(), recall_id)


def _page(recall_id: int, form: ConfirmForm) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    recall = get_recall(session, actor, recall_id)
    return page("recalls/show.html", form, page=RecallPage.of(session, actor, recall, read_page_number()))
