"""The JSON API, version 1: one blueprint, whose views join it in the modules named here."""

from importlib import import_module
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

from marketplace.accounts.actions.sessions import network
from marketplace.http.identity import current_token_id
from marketplace.http.request import is_api

MODULES = (
    "listings",
    "planned",
    "photos",
    "lot_papers",
    "demands",
    "proposals",
    "memos",
    "joint",
    "reservations",
    "transfers",
    "gate",
    "talk",
    "advice",
    "papers",
    "freshness",
    "broker",
    "notices",
    "figures",
    "goals",
    "outlook",
    "reports",
    "published",
    "depots",
    "depot_books",
    "recalls",
    "lot_labels",
    "lot_photos",
    "lots",
    "arrivals",
    "assets",
    "item_papers",
    "valuations",
    "plans",
    "plan_outcomes",
    "organisations",
    "people",
    "join_requests",
    "saved_searches",
    "favourites",
    "tokens",
    "windows",
    "imports",
    "tasks",
    "reference",
    "factors",
    "document",
)
WRITES = ["POST", "PATCH", "PUT", "DELETE"]
WRITES_ALLOWED = "1200 per minute"  # what the API promises is 600 writes a minute and token


def load() -> None:
    """Let every view join the blueprint."""
    for module in MODULES:
        import_module(f"marketplace.api.routes.{module}")


def register(app: Flask) -> None:
    """Add the API to the application."""
    import_module("marketplace.api.limits")  # makes the storage known by its scheme
    from marketplace.api.routing import API_VERSION, blueprint, is_public

    load()
    options: dict[str, Any] = {"app": app}
    limiter = Limiter(_who, app=app, storage_uri="shared://", storage_options=options, headers_enabled=False, swallow_errors=True)
    limiter.limit(WRITES_ALLOWED, methods=WRITES)(blueprint)
    limiter.request_filter(lambda: request.method not in WRITES)  # who only reads needs no search for limits
    app.register_blueprint(blueprint)

    def add_version(response: Response) -> Response:
        """Which version of the API answered, errors too; and what the answer depends on."""
        if is_api():
            response.headers["API-Version"] = API_VERSION
            response.vary.update(("Accept-Language", "Authorization"))
        return response

    def allow_every_origin(response: Response) -> Response:
        """Let pages of every site read what is public, without a token (docs/decisions.md, 34)."""
        is_anonymous_read = request.method in ("GET", "HEAD") and "Authorization" not in request.headers
        if is_api() and is_anonymous_read and is_public(app.view_functions.get(request.endpoint or "")):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "API-Version, ETag, Retry-After"
        return response

    app.after_request(add_version)
    app.after_request(allow_every_origin)


def _who() -> str:
    """What writes are counted by: the token, or without one the network."""
    token_id = current_token_id()
    return f"token:{token_id}" if token_id is not None else network(request.remote_addr) or "unknown"
