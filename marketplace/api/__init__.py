"""The JSON API, version 1: one blueprint, whose views join it in the modules named here."""

import hashlib
from importlib import import_module
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

from marketplace.http.request import is_api

MODULES = (
    "listings",
    "photos",
    "demands",
    "proposals",
    "reservations",
    "transfers",
    "gate",
    "papers",
    "freshness",
    "broker",
    "notices",
    "figures",
    "depots",
    "organisations",
    "people",
    "join_requests",
    "saved_searches",
    "windows",
    "tasks",
    "reference",
    "document",
)
WRITES = ["POST", "PATCH", "PUT", "DELETE"]
WRITES_ALLOWED = "1200 per minute"  # api.md: never below 600 writes a minute and token


def register(app: Flask) -> None:
    """Add the API to the application."""
    import_module("marketplace.api.limits")  # makes the storage known by its scheme
    from marketplace.api.routing import API_VERSION, blueprint

    for module in MODULES:
        import_module(f"marketplace.api.routes.{module}")
    options: dict[str, Any] = {"app": app}
    limiter = Limiter(_who, app=app, storage_uri="shared://", storage_options=options, headers_enabled=False, swallow_errors=True)
    limiter.limit(WRITES_ALLOWED, methods=WRITES)(blueprint)
    app.register_blueprint(blueprint)

    def tell_version(response: Response) -> Response:
        """Which version of the API answered, errors too; and what the answer depends on."""
        if is_api():
            response.headers["API-Version"] = API_VERSION
            response.vary.update(("Accept-Language", "Authorization"))
        return response

    app.after_request(tell_version)


def _who() -> str:
    """What writes are counted by: the token, or the address without one."""
    token = request.headers.get("Authorization")
    return hashlib.sha256(token.encode()).hexdigest() if token else request.remote_addr or "unknown"
