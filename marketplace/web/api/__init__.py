"""The JSON API, version 1: one blueprint, whose views join it in the modules named here."""

import hashlib
from importlib import import_module

from flask import Flask, Response, request
from flask_limiter import Limiter

from marketplace.kernel.errors import Unauthorised
from marketplace.kernel.language import _
from marketplace.web.request import current_actor, is_api

MODULES = ("listings", "photos", "demands", "reservations", "reference", "document")
WRITES = ["POST", "PATCH", "PUT", "DELETE"]
WRITES_ALLOWED = "1200 per minute"  # api.md: never below 600 writes a minute and token


def register(app: Flask) -> None:
    """Add the API to the application."""
    from marketplace.web.api.routing import API_VERSION, blueprint

    for module in MODULES:
        import_module(f"marketplace.web.api.{module}")
    limiter = Limiter(_who, app=app, storage_uri="memory://", headers_enabled=False)
    limiter.limit(WRITES_ALLOWED, methods=WRITES)(blueprint)
    app.register_blueprint(blueprint)

    def refuse_wrong_token() -> None:
        """A token that is not known is 401 everywhere, also where none is needed."""
        if is_api() and "Authorization" in request.headers and not current_actor().is_member:
            raise Unauthorised(_("This token is not known, or it was withdrawn. Make a new one on your account page."))

    def tell_version(response: Response) -> Response:
        """Which version of the API answered, errors too."""
        if is_api():
            response.headers["API-Version"] = API_VERSION
        return response

    # after the request's start, which says who asks, and before the gate
    app.before_request_funcs[None].insert(1, refuse_wrong_token)
    app.after_request(tell_version)


def _who() -> str:
    """What writes are counted by: the token, or the address without one."""
    token = request.headers.get("Authorization")
    return hashlib.sha256(token.encode()).hexdigest() if token else request.remote_addr or "unknown"
