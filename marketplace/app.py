"""The application, put together: configuration, request, blueprints and so on.

In this order: configuration, request, blueprints, filters, errors, command line.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from flask.json.provider import DefaultJSONProvider
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config
from marketplace import api, cli, web
from marketplace.http import browser_copy, compression, errors, identity, logs, written
from marketplace.http.middleware import (
    LOOPBACK,
    KnownHosts,
    LimitedWaits,
    LocalePrefix,
    ReadOn,
    SecurityHeaders,
    security_headers,
)
from marketplace.http.page_cache import PageCache, PageStore
from marketplace.http.request import (
    FORM_FIELDS_MAX,
    MAX_BODY_BYTES,
    SAFE_METHODS,
    Marketplace,
    PathNumber,
    check_number_of_fields,
    check_permission,
    comes_from_elsewhere,
    current_actor,
    is_api,
    start_request,
)
from marketplace.jobs.retention import retention
from marketplace.jobs.timetable import TIMETABLE
from marketplace.kernel.bucket import media_store
from marketplace.kernel.db import Database
from marketplace.web.account.ended import log_in_first
from marketplace.web.ui import assets, filters, frame
from marketplace.web.ui.cards import cards, filter_field, ticks
from marketplace.web.ui.templates import Pages

ROOT = Path(__file__).resolve().parent.parent


class ExactJson(DefaultJSONProvider):
    """Numbers are read as exact decimals; NaN and Infinity are no JSON."""

    sort_keys = False
    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, parse_float=Decimal, parse_constant=self._refuse, **kwargs)

    @staticmethod
    def _refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")


def create_app(config: Config) -> Marketplace:
    """The WSGI application with these settings."""
    logs.start(config.log_level)
    app = Marketplace("marketplace", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.json = ExactJson(app)
    app.jinja_environment = Pages
    app.url_map.converters["int"] = PathNumber
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        DEBUG=config.debug,
        TESTING=config.testing,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=FORM_FIELDS_MAX,
        TRUSTED_HOSTS=[*config.trusted_hosts, *LOOPBACK] if config.trusted_hosts else None,  # KnownHosts is stricter
        SESSION_COOKIE_NAME="__Host-form" if config.secure_cookies else "form",
        SESSION_COOKIE_SECURE=bool(config.secure_cookies),
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.extensions["settings"] = config
    app.extensions["database"] = Database(config.database_url)
    app.extensions["media"] = media_store(config.media_url)
    app.extensions["timetable"], app.extensions["retention"] = TIMETABLE, retention(config)
    _guard_requests(app)
    for blueprint in web.blueprints():
        app.register_blueprint(blueprint)
    api.register(app)
    filters.register(app)
    written.register(app)
    app.jinja_env.globals.update(cards=cards, filter_field=filter_field, ticks=ticks)
    frame.register(app)
    errors.register(app, log_in_first=log_in_first)
    cli.register(app)
    if not config.production:
        app.jinja_env.undefined = StrictUndefined  # a name that a view forgot shows up here, not at a reader's
    _wrap(app, config)
    return app


def _guard_requests(app: Marketplace) -> None:
    csrf = CSRFProtect(app)

    def protect() -> None:
        """Protect forms only: the API and signed links ignore cookies. So nobody can borrow cookies there."""
        view = app.view_functions.get(request.endpoint or "")
        if request.method in SAFE_METHODS or is_api() or getattr(view, "csrf_exempt", False):
            return
        if comes_from_elsewhere():
            raise errors.foreign_origin()
        check_number_of_fields()
        csrf.protect()

    def private(response: Response) -> Response:
        """Keep what a signed-in person sees out of every cache, but the form that was refused."""
        if current_actor().is_member and "Cache-Control" not in response.headers:
            browser_copy.apart(response)
        return response

    identity.register(app)
    for step in (start_request, check_permission, protect):
        app.before_request(step)
    app.after_request(private)
    compression.register(app)


def _wrap(app: Marketplace, config: Config) -> None:
    pages = app.extensions["kept_pages"] = PageStore()
    wsgi: Any = assets.serve(app, config, LimitedWaits(LocalePrefix(PageCache(app.wsgi_app, pages, app.extensions["database"]))))
    if config.trusted_hosts:
        wsgi = KnownHosts(wsgi, config.trusted_hosts)
    tiles = urlsplit(config.map_tiles_url)
    wsgi = SecurityHeaders(wsgi, security_headers(tile_host=f"{tiles.scheme}://{tiles.netloc}" if tiles.netloc else ""))
    if config.proxy_hops:
        hops = config.proxy_hops
        wsgi = ProxyFix(wsgi, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = ReadOn(wsgi)  # type: ignore[method-assign]
