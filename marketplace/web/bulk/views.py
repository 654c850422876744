"""Several own lots extended, moved or closed at once. What does not work is named, the rest is done."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.queries.depots import list_depots
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.models import Listing
from marketplace.market.queries.listings import list_visible_listings
from marketplace.materials.queries import get_taxonomy
from marketplace.web.bulk.acts import ACTS, Result, change_all
from marketplace.web.bulk.forms import MoveForm
from marketplace.web.ui.form_page import done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.paging import numbers_of

MOST, LOOKED_UP_MOST = 25, 100  # a page of own lots; numbers in an address
NAMED_MOST = 5
blueprint = Blueprint("bulk", __name__)


@blueprint.route("/werk/aanbod/samen", methods=["GET", "POST"])
@permission(Can.OFFER)
def change() -> ResponseReturnValue:
    """Ask what is needed, then change every lot that was ticked."""
    act = ACTS.get(request.values.get("act", ""))
    form = act.form() if act else None
    checked = form is not None and form.is_submitted() and _is_right(form)
    session, actor = current_session(), current_actor()
    listings = _own(session, actor, numbers_of(request.values.getlist("lots")))
    if act is None or form is None or not listings:
        return done(_("Tick one or more lots first."), url_for("work.listings"), "info")
    if isinstance(form, MoveForm):
        form.offer(list_depots(session, organisation_id=actor.organisation_id))
        checked = checked and form.has_answer()
    if not checked:
        return page("bulk/change.html", form, act=act, name=request.values["act"], listings=listings)
    result = change_all(session, actor, act, listings, get_taxonomy(session), form)
    _tell(result, act.message(result.done))
    return redirect(url_for("work.listings"), 303)


def _is_right(form: Form) -> bool:
    """Check the form before the session opens: a place is looked up."""
    return bool(form.validate())


def _own(session: Session, actor: Actor, numbers: list[int]) -> list[Listing]:
    """The lots that were ticked, as far as they are one's own."""
    rows = list_visible_listings(session, actor, numbers[:LOOKED_UP_MOST])
    return [listing for listing in rows if may(actor, Can.EDIT_LISTING, listing)][:MOST]


def _tell(result: Result, what: Text) -> None:
    if result.done:
        flash(str(what), "success")
    for sentence, titles in result.refused.items():
        named = ", ".join(f"“{title}”" for title in titles[:NAMED_MOST])
        if (more := len(titles) - NAMED_MOST) > 0:
            named = str(ngettext("%(names)s and %(num)s other", "%(names)s and %(num)s others", more, names=named))
        flash(str(_("Not done for %(names)s: %(reason)s", names=named, reason=sentence)), "warning")
