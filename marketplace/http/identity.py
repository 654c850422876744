"""Identity: a browser with a session cookie, or an API client with a bearer token.

Flask-Login is wrapped here and nowhere else: it asks our loader once per request. Nothing about a person stands in a cookie; the
cookie holds a secret whose digest is in the database, so a session that was ended is ended at once. The API does not look at
cookies. Photos are for both: their addresses stand on pages and in the API's answers.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager, current_user

from config import Config
from marketplace.accounts.actions import sessions
from marketplace.accounts.actions.tokens import digest
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.accounts.queries import sessions as sessions_queries
from marketplace.accounts.queries.sessions import Visit
from marketplace.accounts.queries.tokens import find_visit_by_token
from marketplace.accounts.rules.accounts import SEEN_EVERY
from marketplace.http import browser_copy
from marketplace.kernel import clock
from marketplace.kernel.db import Database, Session, is_unavailable
from marketplace.kernel.errors import Unauthorised
from marketplace.kernel.language import _

_manager = LoginManager()
_manager.session_protection = None


def register(app: Flask) -> None:
    """Let Flask-Login ask us, and send a new session's cookie along with the answer."""
    _manager.init_app(app, add_context_processor=False)
    app.after_request(send_cookie)


def identify(database: Database, *, request_id: str, through_api: bool, locale: str) -> Actor:
    """The actor of this request; anonymous without a valid cookie or token. A wrong token is refused, on public addresses too."""
    visit = _visit()
    origin = "api" if through_api else "web"
    if visit is None:
        return replace(ANONYMOUS, origin=origin, request_id=request_id, locale=locale)
    _note_seen(database, visit)
    return replace(visit.actor, origin=origin, request_id=request_id, locale=locale)


@_manager.request_loader  # type: ignore[untyped-decorator]
def _load(incoming: Request) -> Visit | None:
    sends_token = incoming.path.startswith("/media/") and "Authorization" in incoming.headers
    return _by_token(incoming) if sends_token or incoming.path.startswith("/api/") else _by_cookie(incoming)


def _visit() -> Visit | None:
    if "Cookie" not in request.headers and "Authorization" not in request.headers:
        session.accessed = True  # Flask-Login need not ask; what is answered depends on the cookie all the same
        return None
    visit = current_user._get_current_object()  # noqa: SLF001 - the object behind Flask-Login's proxy
    return visit if isinstance(visit, Visit) else None


def _by_cookie(incoming: Request) -> Visit | None:
    if not incoming.cookies.get(cookie_name()):
        return None
    with _database().read() as reading:
        return _find_session(reading, incoming)


def _by_token(incoming: Request) -> Visit | None:
    if "Authorization" not in incoming.headers:
        return None
    with _database().read() as reading:
        visit = _find_token(reading, incoming)
    if visit is not None:
        return visit
    _database().run(lambda aside: _count_wrong_token(aside, incoming.remote_addr))
    raise _not_valid()


def _find_session(reading: Session, incoming: Request) -> Visit | None:
    idle, lifetime = limits()
    secret = incoming.cookies.get(cookie_name(), "")
    return sessions_queries.find_visit_by_session(reading, digest(secret), idle=idle, lifetime=lifetime)


def _find_token(reading: Session, incoming: Request) -> Visit | None:
    scheme, _blank, secret = incoming.headers.get("Authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and secret.strip()
    return find_visit_by_token(reading, digest(secret.strip())) if is_bearer else None


def _not_valid() -> Unauthorised:
    return Unauthorised(
        _("This token is not valid. Make a new one on your account page, and send it as “Authorization: Bearer …”.")
    )


def check_again(writing: Session) -> None:
    """Refuse a write whose token or session ended while its body was still coming.

    Somebody who sends slowly would else make a new token after the old one was revoked.
    """
    visit = _visit()
    if visit is None:
        return
    if visit.token_id is not None and _find_token(writing, request) is None:
        raise _not_valid()
    if visit.session_id is not None and _find_session(writing, request) is None:
        raise Unauthorised(_("Log in first. Then try again."))


def _count_wrong_token(aside: Session, address: str | None) -> None:
    sessions.count_attempt(aside, sessions.attempt_keys(account=None, address=address, door="token"))
    sessions.note_refused(
        aside, replace(ANONYMOUS, origin="api", request_id=g.get("request_id")), person_id=None, action="token.use"
    )


def _note_seen(database: Database, visit: Visit) -> None:
    """Note when a session was last seen, at most once a minute.

    In a transaction of its own; a busy database is no reason to refuse the request.
    """
    if visit.seen_at is not None and clock.now() - visit.seen_at < SEEN_EVERY:
        return
    try:
        with database.aside() as aside:
            sessions.note_seen(aside, session_id=visit.session_id, token_id=visit.token_id)
    except Exception as error:
        if not is_unavailable(error):
            raise


def has_ended() -> bool:
    """Whether this browser comes with the cookie of a session that is over."""
    return _visit() is None and cookie_name() in request.cookies


def session_ends_at() -> datetime | None:
    """When this browser's session ends if nothing else is asked; None without one."""
    visit = _visit()
    return visit.ends_at if visit else None


def current_session_id() -> int | None:
    """The row of this browser's session."""
    visit = _visit()
    return visit.session_id if visit else None


def current_token_id() -> int | None:
    """The row of the token that came with this request."""
    visit = _visit()
    return visit.token_id if visit else None


def cookie_name() -> str:
    """`__Host-` makes the browser refuse the cookie from a subdomain or without https."""
    return "__Host-session" if _config().secure_cookies else "session"


def limits() -> tuple[timedelta, timedelta]:
    """How long a session may idle, and how long it may live."""
    return timedelta(minutes=_config().session_idle_minutes), timedelta(hours=_config().session_hours)


def send_cookie(response: Response) -> Response:
    """Set the new session's cookie, or remove the old one, when the request succeeded."""
    secret: str | None = g.get("new_session_cookie")
    if secret is None or response.status_code >= 400:
        return response
    settings: dict[str, Any] = {"path": "/", "secure": bool(_config().secure_cookies), "httponly": True, "samesite": "Lax"}
    if secret:
        response.set_cookie(cookie_name(), secret, **settings)
    else:
        response.delete_cookie(cookie_name(), **settings)
        browser_copy.cleared(response)
    response.headers["Cache-Control"] = "no-store"
    return response


def mark_of(person_id: int) -> str:
    """A keyed digest by which a browser knows a person again. Nobody can read the person from it."""
    return hmac.new(str(current_app.secret_key).encode(), f"writer {person_id}".encode(), hashlib.sha256).hexdigest()[:32]


def renew(secret: str) -> None:
    """Give this browser a new cookie with the answer, and its forms a new secret. An empty value takes the cookie away."""
    session.clear()
    g.new_session_cookie = secret


def _config() -> Config:
    return cast(Config, current_app.extensions["settings"])


def _database() -> Database:
    return cast(Database, current_app.extensions["database"])
