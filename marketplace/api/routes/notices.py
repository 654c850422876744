"""Notices of the actor, and how often they are mailed."""

from typing import Any

from flask import Response

from marketplace.accounts.actions.inbox import mark_read
from marketplace.accounts.actions.preferences import set_preferences
from marketplace.accounts.policy import Can
from marketplace.accounts.queries.inbox import Message, list_inbox
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.api import query
from marketplace.api.fields import Body, Choice, Given, take
from marketplace.api.reading import asked_yes, read_body, read_page
from marketplace.api.routing import answer, many, route
from marketplace.api.shapes import moment
from marketplace.http.errors import camel
from marketplace.http.notice_text import page_of, sentence_of
from marketplace.http.request import current_actor, current_session, permission, site_address
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import CHOOSABLE, Cadence, Notice, default_cadence

UNREAD = query.parameter("unread", "true: only unread ones", type="boolean", default=False)


class PreferenceRow(Body):
    """One kind."""

    kind = Choice(Notice, required=True)
    cadence = Choice(Cadence, required=True)


class PreferenceRows(Given):
    """A list of such rows."""

    shape = {
        "type": "array",
        "maxItems": len(CHOOSABLE),
        "items": {
            "type": "object",
            "required": ["kind", "cadence"],
            "properties": {
                "kind": {"type": "string", "enum": [kind.value for kind in CHOOSABLE]},
                "cadence": {"type": "string", "enum": [cadence.value for cadence in Cadence]},
                "isDefault": {"type": "boolean", "description": "as it was read; it says nothing here"},
            },
            "additionalProperties": False,
        },
    }

    def read(self, value: Any) -> dict[Notice, Cadence]:
        """Read every row by itself; the first error in a row is reported with its number. The last row of a kind counts."""
        if not isinstance(value, list) or len(value) > len(Notice):
            raise Invalid(_("Send a list of at most %(most)s rows.", most=len(Notice)))
        chosen: dict[Notice, Cadence] = {}
        for index, sent in enumerate(value):
            given = {name: said for name, said in sent.items() if name != "isDefault"} if isinstance(sent, dict) else sent
            values, errors = take(PreferenceRow(), given)
            if errors:
                raise Invalid(
                    _("Row %(row)s, %(field)s: %(said)s", row=index, field=camel(errors[0].field), said=errors[0].message)
                )
            chosen[values["kind"]] = values["cadence"]
        return chosen


class PreferencesBody(Body):
    """How often some kinds are mailed; a kind that is left out stays as it is."""

    preferences = PreferenceRows("kinds and how often each is mailed; what is left out stays", required=True)


@route("GET", "/notices", gives="Notices", tag="notices", query=(UNREAD, *query.PAGE), refuses=(422,))
@permission(Can.OWN_ACCOUNT)
def list_notices() -> Response:
    """List your notices, newest first; traders also see those of their organisation."""
    page = read_page()
    rows, total = list_inbox(
        current_session(), current_actor(), unread=asked_yes("unread"), page=page.number, page_size=page.size
    )
    return many([shown(item) for item in rows], total=total, page=page)


@route("POST", "/notices/<int:notice_id>/read", gives="Notice", tag="notices")
@permission(Can.OWN_ACCOUNT)
def read_notice(notice_id: int) -> Response:
    """Mark one as read; again changes nothing."""
    return answer(shown(mark_read(current_session(), current_actor(), notice_id=notice_id)))


@route("GET", "/notice-preferences", gives="NoticePreferences", tag="notices")
@permission(Can.OWN_ACCOUNT)
def show_preferences() -> Response:
    """How often each kind is mailed."""
    return answer(preferences(get_preferences(current_session(), current_actor())))


@route("PUT", "/notice-preferences", takes=PreferencesBody(), gives="NoticePreferences", tag="notices")
@permission(Can.OWN_ACCOUNT)
def change_preferences() -> Response:
    """Choose how often some kinds are mailed; the inbox has everything at once."""
    chosen = read_body(PreferencesBody())["preferences"]
    return answer(preferences(set_preferences(current_session(), current_actor(), chosen=chosen)))


def shown(message: Message) -> dict[str, Any]:
    """One notice."""
    notice = message.notice
    place = page_of(notice)
    return {
        "id": notice.id,
        "kind": notice.kind,
        "sentence": str(sentence_of(notice)),
        "createdAt": moment(notice.created_at),
        "readAt": moment(message.read_at),
        **{camel(name): notice.facts.get(name) for name in ("listing_id", "demand_id", "reservation_id")},
        "url": place and site_address() + place,
    }


def preferences(chosen: dict[Notice, Cadence]) -> dict[str, Any]:
    """Every kind that can be chosen."""
    return {
        "preferences": [
            {"kind": kind.value, "cadence": cadence.value, "isDefault": cadence is default_cadence(kind)}
            for kind, cadence in chosen.items()
        ]
    }
