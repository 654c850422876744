"""One request: actor, language, session; the one place that commits a page's work.

A session opens at its first use: to read for GET and HEAD, to write for every other method. So a view hashes passwords and works
on pictures before it asks for the session. An answer below 400 commits, everything else rolls back. A write that carries an
idempotency key claims it in the same transaction.
"""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, has_request_context, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

from marketplace.accounts.policy import ANONYMOUS, Actor, Can, may
from marketplace.accounts.rules.tokens import Scope
from marketplace.http import browser_copy, idempotency, identity
from marketplace.kernel.db import TRIES, Database, Session, is_retryable, settle
from marketplace.kernel.errors import Forbidden, OutOfScope, Unauthorised
from marketplace.kernel.language import DEFAULT_LOCALE, LOCALES, _, current_locale, set_locale

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PATH_NUMBER_MAX = 10**9 - 1
MAX_BODY_BYTES = 1_000_000
FORM_FIELDS_MAX = 500
View = TypeVar("View", bound=Callable[..., Any])


def permission(what: Can, *, max_body_bytes: int | None = None) -> Callable[[View], View]:
    """Declare the right that a view needs. A view without such a declaration does not exist for anyone."""

    def declare(view: View) -> View:
        declared = cast(Any, view)
        declared.permission = what
        declared.max_body_bytes = max_body_bytes
        return view

    return declare


def public(view: View) -> View:
    """Declare a view that everybody may open."""
    return permission(Can.READ_CATALOGUE)(view)


def one_moment(view: View) -> View:
    """Declare a view whose figures have to agree with each other.

    It reads the bank as it was at its first question, however many it asks.
    """
    cast(Any, view).one_moment = True
    return view


def csrf_exempt(view: View) -> View:
    """Declare a view whose address is the proof.

    A signed link that a mail program may post to without a form of ours (RFC 8058).
    """
    cast(Any, view).csrf_exempt = True
    return view


def database() -> Database:
    """The application's database."""
    return cast(Database, current_app.extensions["database"])


def site_address() -> str:
    """Give the public address in the reader's language, without a slash at the end. For links that leave the site."""
    return str(current_app.extensions["settings"].base_url).rstrip("/")


def current_session() -> Session:
    """The request's session, opened at its first use."""
    if "session" not in g:
        view = current_app.view_functions.get(request.endpoint or "")
        writes, at_once = request.method not in SAFE_METHODS, getattr(view, "one_moment", False)
        g.session = database().session(write=writes, one_moment=at_once)
        if writes:
            identity.check_again(g.session)
            idempotency.claim(g.session, current_actor())
    return cast(Session, g.session)


def after_commit() -> Session:
    """Commit what was written, and give a session that reads.

    So nobody waits for the answer of a request that holds a lock. A request with a key of its own keeps its transaction: its answer is stored in it.
    """
    if "idempotency_key" not in g:
        _settle(keep=True)
        g.session = database().session(write=False)
    return cast(Session, g.session)


def current_actor() -> Actor:
    """Get the actor; anonymous before the permission check and outside a request."""
    return cast(Actor, g.get("actor", ANONYMOUS)) if has_request_context() else ANONYMOUS


def is_api() -> bool:
    """Whether the request came through the JSON door."""
    return request.path.startswith("/api/")


def is_by_token() -> bool:
    """Whether a program asks: through the JSON door, or for a photo with a token."""
    return is_api() or (request.path.startswith("/media/") and "Authorization" in request.headers)


class PathNumber(IntegerConverter):
    """A number in an address: at most nine digits. A longer one matches no row, so it is 404 and never reaches a database."""

    regex = r"[0-9]{1,9}"


class RetryTransaction(Exception):
    """PostgreSQL asks for the same request again."""


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. What signs it is made once for a key, not for every request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads the cookie."""
        key, made = getattr(self, "_signing", (None, None))
        if made is None or key != app.secret_key:
            made = super().get_signing_serializer(app)
            self._signing = app.secret_key, made
        return made


class Marketplace(Flask):
    """Flask, with the transaction around each request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_interface = Cookies()

    def full_dispatch_request(self) -> Response:
        """Answer, then commit below 400. Serialization failures and deadlocks are tried again, three times."""
        for attempt in range(TRIES):
            try:
                response = super().full_dispatch_request()
                _settle(keep=response.status_code < 400)
                return response
            except Exception as error:
                _settle(keep=False)
                asks_again = isinstance(error, RetryTransaction) or is_retryable(error)
                if not asks_again or attempt == TRIES - 1:
                    return self.finalize_request(super().handle_user_exception(cast(Exception, error.__cause__ or error)))
        raise AssertionError("unreachable")

    def process_response(self, response: Response) -> Response:
        """Finish an answer; only after this its headers are complete."""
        return browser_copy.findable(super().process_response(response))

    def handle_user_exception(self, e: Exception) -> Any:
        """Roll back before the error page is made; hand retryable failures to the loop above."""
        if is_retryable(e):
            raise RetryTransaction from e
        _settle(keep=False)
        return super().handle_user_exception(e)

    def dispatch_request(self) -> Any:
        """Answer from the view, or from what was stored under the client's idempotency key."""
        try:
            response = self.make_response(super().dispatch_request())
        except idempotency.Replay as replay:
            return replay.response
        if "session" in g and response.status_code < 400:
            idempotency.store(g.session, response)
        return response


def _settle(*, keep: bool) -> None:
    session = g.pop("session", None)
    if session is not None:
        settle(session, keep=keep)


def comes_from_elsewhere() -> bool:
    """Whether a form was sent from another site, as far as the browser reports it."""
    origin = request.headers.get("Origin")
    is_elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    return is_elsewhere or (origin is not None and urlsplit(origin).netloc != request.host)


def rollback_request() -> None:
    """Roll back what this request has written so far, and release its lock.

    What is stored of a refused request is stored separately.
    """
    _settle(keep=False)


def start_request() -> None:
    """Set the request id, the reader's language and the actor.

    Before the permission check. Reads in a short transaction of its own.
    """
    g.request_id = uuid.uuid4().hex
    if is_api():
        set_locale(_preferred_locale())
    else:
        set_locale(request.environ.get("marketplace.locale", "nl"))
    g.actor = identity.identify(database(), request_id=g.request_id, through_api=is_api(), locale=current_locale())


def _preferred_locale() -> str:
    """The first of our languages that the client prefers, of whatever region.

    Werkzeug's `best_match` takes `nl` before `en-GB`, whatever their weights.
    """
    for tag, quality in request.accept_languages:
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in LOCALES:
            return language
    return DEFAULT_LOCALE


def check_number_of_fields() -> None:
    """Refuse a form with very many fields before one of them is read.

    Werkzeug counts only those of a form with files.
    """
    if request.mimetype == "application/x-www-form-urlencoded":
        body = request.get_data(cache=True, parse_form_data=False)
        if body.count(b"&") >= FORM_FIELDS_MAX:
            raise RequestEntityTooLarge


def check_permission() -> None:
    """Deny by default: an endpoint that declares nothing answers 404. One that is not for this actor answers 401 or 403."""
    if request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    what = getattr(view, "permission", None) or getattr(getattr(view, "view_class", None), request.method.lower(), None)
    if what is not None and not isinstance(what, Can):
        what = getattr(what, "permission", None)
    if what is None:
        raise NotFound
    limit = getattr(view, "max_body_bytes", None)
    if limit is not None:
        request.max_content_length = limit
    actor = current_actor()
    if not may(actor, what):
        if not actor.is_member:
            raise Unauthorised(_("Log in first. Then try again."))
        raise Forbidden(_("You do not have the right to do this. Ask a coordinator of the organisation that it belongs to."))
    if actor.scope is Scope.READ and request.method not in SAFE_METHODS:
        raise OutOfScope(_("This token only reads. Use a token that may change things for this."))
