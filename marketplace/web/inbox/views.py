"""The inbox: notices, opened one by one or all at once, and how often mail is wanted."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions.inbox import mark_all_read, mark_read
from marketplace.accounts.actions.preferences import set_preferences
from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.inbox import list_inbox
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.http.notice_text import page_of, sentence_of
from marketplace.http.request import PATH_NUMBER_MAX, current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.market.queries.listings import list_visible
from marketplace.notices.rules.kinds import (
    FOR_ADMINISTRATORS,
    FOR_ADVISERS,
    FOR_BOTH_SIDES_OF_A_REPORT,
    FOR_COORDINATORS,
    FOR_REVIEWERS,
)
from marketplace.notices.rules.themes import THEMES
from marketplace.web.inbox.forms import preferences_form
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.jobs import picture_of
from marketplace.web.ui.paging import PAGE_SIZE, paged

blueprint = Blueprint("inbox", __name__)

KEPT_TO = (
    (FOR_ADMINISTRATORS, Can.READ_HEALTH),
    (FOR_ADVISERS, Can.ADVISE),
    (FOR_COORDINATORS, Can.EDIT_MATERIAL_USE),
    (FOR_REVIEWERS, Can.REVIEW_MATERIAL_USE),
    (FOR_BOTH_SIDES_OF_A_REPORT, Can.DISCUSS_MATERIAL_USE),
)


@blueprint.get("/berichten")
@permission(Can.OWN_ACCOUNT)
def list_notices() -> ResponseReturnValue:
    """List every notice for the reader, newest first."""
    session, actor, unread = current_session(), current_actor(), request.args.get("ongelezen") == "1"
    rows, place = paged(lambda number: list_inbox(session, actor, unread=unread, page=number, page_size=PAGE_SIZE))
    about = [number for item in rows if isinstance(number := item.notice.facts.get("listing_id"), int)]
    return render_template(
        "inbox/list_notices.html",
        messages=rows,
        pictures={listing.id: picture_of(listing) for listing in list_visible(session, actor, about)},
        unread=unread,
        newest=max((item.notice.id for item in rows), default=0),
        sentence_of=sentence_of,
        page_of=page_of,
        **place,
    )


@blueprint.post("/berichten/<int:notice_id>/openen")
@permission(Can.OWN_ACCOUNT)
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark one as read and go to what it is about."""
    message = mark_read(current_session(), current_actor(), notice_id=notice_id)
    return redirect(page_of(message.notice) or url_for("inbox.list_notices"), 303)


@blueprint.post("/berichten/gelezen")
@permission(Can.OWN_ACCOUNT)
def read_all() -> ResponseReturnValue:
    """Mark everything as read that was there when the page was shown."""
    typed = request.form.get("until", "")
    until = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else PATH_NUMBER_MAX
    mark_all_read(current_session(), current_actor(), until=until)
    return done(_("All messages are marked as read."), url_for("inbox.list_notices"))


@blueprint.route("/account/berichten", methods=("GET", "POST"))
@permission(Can.OWN_ACCOUNT)
def preferences() -> ResponseReturnValue:
    """Choose how often mail is wanted, kind by kind."""
    session, actor = current_session(), current_actor()
    form = preferences_form(get_preferences(session, actor))
    if submit(form, lambda: set_preferences(session, actor, chosen=form.chosen())):
        return done(_("Your choice is saved."), url_for("inbox.preferences"))
    hidden = [kinds for kinds, permission in KEPT_TO if not may(actor, permission)]
    themes = [
        (heading, kinds, form.cadence_of(kinds), form.is_refused(kinds)) for heading, kinds in THEMES if kinds not in hidden
    ]
    return page("inbox/preferences.html", form, themes=themes)
