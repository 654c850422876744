"""Forms sent after the session had ended.

The page to log in carries what was typed, and brings its writer back to it.

What was typed travels as a signed word in the log-in form, so nothing of it is stored for somebody unknown; after log-in it is
stored for a day and shown in the form once more. Nothing is done by itself. Passwords, files and what belongs to one sending
(secret, key, button) never travel. Only a browser in which its writer had been logged in gets one, and only the same person gets
it back.
"""

import hmac
from urllib.parse import urlsplit

from flask import current_app, render_template, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from marketplace.accounts.actions.sessions import keep_form
from marketplace.accounts.queries.sessions import Fields
from marketplace.accounts.rules.accounts import KEPT_FOR
from marketplace.http.identity import mark_of
from marketplace.http.request import comes_from_elsewhere, current_session
from marketplace.web.account.forms import LogInForm
from marketplace.web.ui.returned import ARGUMENT

WRITER = "writer"
NOT_TYPED = {"csrf_token", "idempotency_key", "do", "step", "number", "kept", "dropped"}
CHARACTERS_MAX = 30_000
PATH_LENGTH_MAX = 400


def remember_writer(person_id: int) -> None:
    """Mark this browser with the person who logs in. A keyed digest, from which nobody can read the person."""
    session[WRITER] = mark_of(person_id)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="form of a session that ended")


def typed() -> Fields:
    """Give the fields of this request that a person filled in. None where they are too long, or where the form is not ours."""
    if WRITER not in session or comes_from_elsewhere() or request.blueprint == "account":
        return {}
    fields = {
        name: values for name, values in request.form.lists() if name not in NOT_TYPED and "password" not in name and any(values)
    }
    length = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    return fields if length <= CHARACTERS_MAX else {}


def log_in_first() -> str:
    """The page to log in, as the answer to a form that came too late."""
    form, fields, path = LogInForm(formdata=None), typed(), _page()
    if fields:
        form.word.data = _signer().dumps({"writer": session[WRITER], "path": path, "fields": fields})
    has_files = bool(fields) and any(file.filename for file in request.files.values())
    return render_template("account/log_in.html", form=form, target=path, came_late=True, has_files=has_files)


def _page() -> str:
    """Give the page that the form stood on. The address that it was sent to, where that has a page; else the one before it."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return (request.script_root + request.path)[:PATH_LENGTH_MAX]
    before = urlsplit(request.referrer or "")
    is_ours = before.netloc == request.host and before.path.startswith("/") and len(before.path) <= PATH_LENGTH_MAX
    return before.path if is_ours else url_for("work.show")


def keep_and_return_path(word: str, person_id: int) -> str | None:
    """Store what the person who has just logged in had typed; returns where it is.

    For this person alone. None for anything else.
    """
    try:
        payload = _signer().loads(word, max_age=int(KEPT_FOR.total_seconds()))
    except BadData:
        return None
    if not hmac.compare_digest(str(payload["writer"]), mark_of(person_id)):
        return None
    stored = keep_form(current_session(), person_id=person_id, path=payload["path"], fields=payload["fields"])
    return f"{payload['path']}?{ARGUMENT}={stored}"
