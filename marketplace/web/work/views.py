"""What there is to do today, most urgent first."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, permission
from marketplace.impact.actions.reports import ask_for_report as ask
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.actions.drafts import discard_sketch
from marketplace.market.actions.listings import delete_draft
from marketplace.market.queries.drafts import get_sketch
from marketplace.market.queries.listings import list_own_listings
from marketplace.web.ui.form_page import done
from marketplace.web.ui.paging import PAGE_SIZE, paged
from marketplace.web.work.desk import Desk, all_demands
from marketplace.web.work.rows import own_row

blueprint = Blueprint("work", __name__)


@blueprint.get("/werk")
@permission(Can.WORK)
def show() -> ResponseReturnValue:
    """My work: what waits for me, and what is ours."""
    actor = current_actor()
    if may(actor, Can.ADVISE):
        return redirect(url_for("advice.list_lots"), 303)
    desk = Desk.of(current_session(), actor)
    return render_template("work/show.html", desk=desk, actor=actor, this_year=str(today().year), all_demands=all_demands())


@blueprint.get("/werk/aanbod")
@permission(Can.OFFER)
def listings() -> ResponseReturnValue:
    """Every lot of the own organisation, also what is closed or withdrawn."""
    session, actor = current_session(), current_actor()
    rows, place = paged(lambda page: list_own_listings(session, actor, page=page, page_size=PAGE_SIZE))
    return render_template("work/listings.html", rows=[own_row(listing) for listing in rows], **place)


@blueprint.post("/werk/opgave/<slug>/<int:year>/vragen")
@permission(Can.ASK_FOR_REPORT)
def ask_for_report(slug: str, year: int) -> ResponseReturnValue:
    """Ask a municipality for its report of a year."""
    session, actor = current_session(), current_actor()
    is_of_list = request.form.get("at") == "list"
    where = url_for("reports.list_reports", jaar=year) if is_of_list else url_for("work.show", _anchor="reports")
    try:
        ask(session, actor, organisation_slug=slug, year=year)
    except Conflict as refusal:
        return done(refusal.message, where, "warning")
    return done(_("The coordinator has been asked."), where)


@blueprint.post("/werk/concept/<int:sketch_id>/verwijderen")
@permission(Can.OFFER)
def discard(sketch_id: int) -> ResponseReturnValue:
    """Throw away what one was telling of, with the draft lot that was made of it."""
    session, actor = current_session(), current_actor()
    sketch = get_sketch(session, actor, sketch_id)
    listing_id = sketch.listing_id
    discard_sketch(session, actor, sketch)
    if listing_id is not None:
        delete_draft(session, actor, listing_id=listing_id)
    return done(_("The draft is deleted."), url_for("work.show"))
