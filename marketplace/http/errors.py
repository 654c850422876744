"""Refusals as a page in our style, or as `application/problem+json`, in one sentence."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, json, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from marketplace.accounts.policy import Actor
from marketplace.http import browser_copy
from marketplace.http.request import current_actor, database, is_api, is_by_token
from marketplace.kernel.db import is_unavailable
from marketplace.kernel.errors import (
    Forbidden,
    Invalid,
    Missing,
    Refusal,
    TooLarge,
    TooMany,
    Unauthorised,
    Unavailable,
    Unreadable,
)
from marketplace.kernel.language import Text, _
from marketplace.notices.actions import audit

log = logging.getLogger(__name__)
PAGES = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
SENTENCES: dict[int, Text] = {
    400: _("The request cannot be read. Go back and try again."),
    401: _("Log in first. Then try again."),
    403: _("You do not have the right to open this page. Go back, or ask a coordinator of your organisation."),
    404: _("This page does not exist, or you may not see it. Check the address, or look in the catalogue."),
    405: _("This address does not accept that kind of request."),
    409: _("Somebody else changed this in the meantime. Open the page again to see what it says now."),
    413: _("This is too large. Send at most 20 MB per photo."),
    415: _("This kind of content is not accepted here. Send JSON, or a form with a photo."),
    422: _("Some of what you sent cannot be accepted. Check the fields."),
    429: _("Too many requests. Wait a moment and try again."),
    500: _("Something went wrong on our side. Your data is safe. Try again in a moment."),
    503: _("The materials bank is busy. Nothing was lost: try again in a moment."),
}

PROBLEM = "urn:materialenbank:problem:"
CAUSES = {
    400: Unreadable.cause,
    401: Unauthorised.cause,
    403: Forbidden.cause,
    404: Missing.cause,
    405: "method",
    413: TooLarge.cause,
    415: "media-type",
    422: Invalid.cause,
    429: TooMany.cause,
    500: "failure",
    503: Unavailable.cause,
}


def camel(name: str) -> str:
    """snake_case as JSON names it; any other name, as a client may invent it, stays as it is."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail) if head and all(tail) else name


def problem(status: int, cause: str, title: str, detail: str, /, **more: Any) -> Response:
    """An RFC 9457 problem. Its type names the cause; the id of the request finds it in the log."""
    values = {"type": PROBLEM + cause, "title": title, "status": status, "detail": detail, "requestId": g.get("request_id")}
    text = json.dumps({**values, **more, **values}).encode("utf-8", "replace")  # half a sign that somebody sent is no UTF-8
    return Response(text, status=status, content_type="application/problem+json")


def page(status: int, sentence: str) -> Response:
    """Render an error page in our own style."""
    visible = status if status in PAGES else 400 if status < 500 else 500
    request_id = g.get("request_id") if status >= 500 else None  # by which it stands in the log
    return Response(
        render_template("errors/error.html", status=visible, sentence=sentence, request_id=request_id),
        status=status,
        content_type="text/html; charset=utf-8",
    )


def on_refusal(refusal: Refusal) -> Response:
    """A verb refused: its sentence, with its figures for an API client. Somebody unknown on a page is sent to log in."""
    if isinstance(refusal, Forbidden):
        audit_refusal(current_actor())
    if is_by_token():
        more: dict[str, Any] = {camel(name): value for name, value in refusal.facts.items()}
        if isinstance(refusal, Invalid):
            more["errors"] = [{"field": camel(error.field), "message": str(error.message)} for error in refusal.errors]
        response = problem(refusal.status, refusal.cause, refusal.title, str(refusal.message), **more)
        if isinstance(refusal, Unauthorised):
            response.headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(refusal, Unauthorised) and request.method in ("GET", "HEAD"):
        target = request.script_root + request.full_path.rstrip("?")
        return redirect(url_for("account.log_in", next=target), 303)  # type: ignore[return-value]
    elif isinstance(refusal, Unauthorised) and not current_actor().is_member:
        response = Response(current_app.extensions["log_in_first"](), status=401, content_type="text/html; charset=utf-8")
        browser_copy.apart(response)
    else:
        response = page(refusal.status, str(refusal.message))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def audit_refusal(actor: Actor) -> None:
    """Write an audit row for a person who tried what they may not do.

    A row of its own, for the refused request itself leaves nothing.
    """
    if not actor.is_member:
        return
    action = (request.endpoint or "unknown")[:60]
    database().run(lambda aside: audit.record(aside, actor, action=action, object_type="request", result="refused"))


def on_http(error: HTTPException) -> Response:
    """Werkzeug's own refusals, in our words."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    if status == 401:
        return on_refusal(Unauthorised(SENTENCES[401]))
    sentence = str(SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400]))
    response = problem(status, CAUSES.get(status, "failure"), error.name, sentence) if is_api() else page(status, sentence)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    retry_after = getattr(error, "retry_after", None)
    if status == 429:
        response.headers["Retry-After"] = str(retry_after or 60)
    return response


def on_failure(error: Exception) -> Response:
    """Answer anything unforeseen: logged with its request id, shown without detail. A database that is busy or away is 503."""
    status = 503 if is_unavailable(error) else 500
    log.error("request failed", exc_info=error)
    sentence = str(SENTENCES[status])
    response = (
        problem(status, CAUSES[status], "Unavailable" if status == 503 else "Failure", sentence)
        if is_api()
        else page(status, sentence)
    )
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def register(app: Flask, *, log_in_first: Callable[[], str]) -> None:
    """Register a page for every kind of failure.

    `log_in_first` draws the one for a form that came after its session had ended.
    """
    app.extensions["log_in_first"] = log_in_first
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_failure)


def foreign_origin() -> Forbidden:
    """A form that was sent from another site."""
    return Forbidden(_("This form was sent from another site. Open the page here and try again."))
