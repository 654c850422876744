"""Notices of the actor, and how often they are mailed."""

from flask import Response

from marketplace.accounts.actions.inbox import mark_all_read, mark_read
from marketplace.accounts.actions.preferences import set_preferences
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.inbox import list_inbox
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.api import query
from marketplace.api.bodies.notice import PreferencesBody, ReadBody
from marketplace.api.reading import PAGE_SIZE, Page, read_body, read_flag, read_page
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.notice import NoticePreferencesSchema, NoticeSchema, NoticesSchema
from marketplace.http.request import current_actor, current_session, permission

UNREAD = query.parameter("unread", "true: only unread ones", type="boolean", default=False)


@route("GET", "/notices", gives=NoticesSchema, tag="notices", query=(UNREAD, *query.PAGE))
@permission(Can.OWN_ACCOUNT)
def list_notices() -> Response:
    """List your notices, newest first; traders also see those of their organisation."""
    page = read_page()
    rows, total = list_inbox(
        current_session(), current_actor(), unread=read_flag("unread"), page=page.number, page_size=page.size
    )
    return many(NoticesSchema, rows, total=total, page=page)


@route("POST", "/notices/<int:notice_id>/read", gives=NoticeSchema, tag="notices")
@permission(Can.OWN_ACCOUNT)
def read_notice(notice_id: int) -> Response:
    """Mark a notice as read; doing so again changes nothing."""
    return ok(NoticeSchema.write(mark_read(current_session(), current_actor(), notice_id=notice_id)))


@route("POST", "/notices/read", takes=ReadBody(), gives=NoticesSchema, tag="notices")
@permission(Can.OWN_ACCOUNT)
def read_notices() -> Response:
    """Mark everything up to and including a notice as read; the answer says what stays unread. What came after it stays unread."""
    until, session, actor = read_body(ReadBody())["until"], current_session(), current_actor()
    mark_all_read(session, actor, until=until)
    page = Page(1, PAGE_SIZE)
    rows, total = list_inbox(session, actor, unread=True, page=page.number, page_size=page.size)
    return many(NoticesSchema, rows, total=total, page=page)


@route("GET", "/notice-preferences", gives=NoticePreferencesSchema, tag="notices")
@permission(Can.OWN_ACCOUNT)
def show_preferences() -> Response:
    """How often each kind is mailed."""
    return ok(NoticePreferencesSchema.write(get_preferences(current_session(), current_actor())))


@route("PUT", "/notice-preferences", takes=PreferencesBody(), gives=NoticePreferencesSchema, tag="notices")
@permission(Can.OWN_ACCOUNT)
def change_preferences() -> Response:
    """Choose how often some kinds are mailed; the inbox has everything at once."""
    rows = read_body(PreferencesBody())["preferences"]
    chosen = {row["kind"]: row["cadence"] for row in rows}  # the last row of a kind counts
    return ok(NoticePreferencesSchema.write(set_preferences(current_session(), current_actor(), chosen=chosen)))
