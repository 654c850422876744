"""A page that somebody comes back to after their session had ended.

What they had typed there, as if the form had just been sent and shown.

Only a GET shows it (`?kept=` names it), so nothing is done by itself: the form is sent again by its own button.
"""

from flask import g, has_request_context, request
from werkzeug.datastructures import MultiDict

from marketplace.accounts.queries import sessions
from marketplace.http.request import current_actor, current_session

ARGUMENT = "kept"
ID_DIGITS_MAX = 9


def returned() -> MultiDict[str, str] | None:
    """What this person had typed on this page; None on every other visit."""
    if not has_request_context() or request.method != "GET" or not current_actor().is_member:
        return None
    name = request.args.get(ARGUMENT, "")
    if not name.isascii() or not name.isdecimal() or len(name) > ID_DIGITS_MAX:
        return None
    if "returned" not in g:
        path = request.script_root + request.path
        fields = sessions.find_form(current_session(), current_actor(), form_id=int(name), path=path)
        g.returned = None if fields is None else MultiDict(fields)
    result: MultiDict[str, str] | None = g.returned
    return result


def submitted_values() -> MultiDict[str, str]:
    """Give what stands in the form. What this request sends, or what was typed before the session ended."""
    back = returned()
    return request.form if back is None else back
