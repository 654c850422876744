"""Public pages that stay the same until something changes: 304, or from memory.

A browser that has the page gets 304, every other one gets it from memory.

A page for everybody is made of the catalogue's revision, the taxonomy, the hour (periods end and turns come by the clock), the
address, the language, and the templates, sentences and style sheets of this version. So those are its ETag, and each process
holds, in front of Flask, the last few hundred. The revision is read before the page is made: what is stored may be newer than its
key, never older. Readers who are signed in, or have a message waiting to be shown once, always get a page of their own.

A process makes one page at a time, so what ten readers ask for at once, when all pages have just changed, is made once. Python runs
one thread at a time: two pages that are made at once are ready no sooner.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from threading import Lock
from typing import Any, cast

from flask import Response, current_app, make_response, request

from config import PROJECT
from marketplace.http.middleware import Environ, StartResponse, Wsgi
from marketplace.http.request import current_actor, database
from marketplace.kernel.clock import now
from marketplace.kernel.db import Database, is_unavailable
from marketplace.kernel.language import DEFAULT_LOCALE
from marketplace.market.queries.changes import fetch_catalogue_state

MADE_OF = (
    "templates/**/*.html",
    "marketplace/translations/**/*.po",
    "static/**/*.*",
    "marketplace/http/**/*.py",
    "marketplace/web/**/*.py",
    "marketplace/kernel/formats.py",
)
PAGES_KEPT = 256
PATIENCE_S = 0.25  # for a page that somebody else is having made; then both are made
GZIP_LEVEL = 3
Address = tuple[str, ...]
Facts = tuple[int, int, str]  # revision of the catalogue, version of the taxonomy, the hour


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page, compressed, with what it was made of and its ETag."""

    made_of: Facts
    etag: str
    packed: bytes


class PageStore:
    """The pages of one process by their address. The one that was asked for longest ago leaves first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Address, StoredPage] = OrderedDict()
        self._lock = Lock()
        self._making = Lock()

    def find(self, address: Address) -> StoredPage | None:
        """Find the page that was made last for this address. Whether it still holds is for the caller to check."""
        with self._lock:
            stored = self._pages.get(address)
            if stored is not None:
                self._pages.move_to_end(address)
            return stored

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Make a page when the one before is ready, or does not get ready."""
        first = self._making.acquire(timeout=PATIENCE_S)
        try:
            yield
        finally:
            if first:
                self._making.release()

    def keep(self, address: Address, page: StoredPage) -> None:
        """Remember a page."""
        with self._lock:
            self._pages[address] = page
            self._pages.move_to_end(address)
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)


class PageCache:
    """Middleware that answers in front of Flask with a stored page that still holds.

    304 or the page, when somebody without a cookie asks for it.
    """

    def __init__(self, wsgi: Wsgi, pages: PageStore, database: Database) -> None:
        self.wsgi, self.pages, self.database = wsgi, pages, database

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        stored = self._find_stored(environ)
        if stored is None:
            return self.wsgi(environ, start_response)
        headers = [("ETag", f'W/"{stored.etag}"'), ("Cache-Control", "no-cache"), ("Vary", "Cookie, Accept-Encoding")]
        if f'"{stored.etag}"' in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", headers)
            return ()
        headers += [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(stored.packed))),
        ]
        start_response("200 OK", headers)
        return (stored.packed,)

    def _find_stored(self, environ: Environ) -> StoredPage | None:
        if (
            environ["REQUEST_METHOD"] != "GET"
            or "HTTP_COOKIE" in environ
            or environ["PATH_INFO"].startswith(("/api/", "/media/"))
        ):
            return None
        stored = self.pages.find(address_of(environ))
        takes = environ.get("HTTP_ACCEPT_ENCODING", "").replace(" ", "")
        if stored is None or "gzip" not in takes or "gzip;q=0" in takes:
            return None
        try:
            return stored if stored.made_of == facts(self.database) else None
        except Exception as error:
            if not is_unavailable(error):
                raise
            return None  # Flask answers it with our own error page


def address_of(environ: Environ) -> Address:
    """Which page is asked for, in which language, under which name of this site."""
    names = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
    return environ.get("marketplace.locale", DEFAULT_LOCALE), *(environ.get(name, "") for name in names)


def facts(database: Database) -> Facts:
    """What every public page is made of besides its address and this version of the site."""
    revision, taxonomy_version = fetch_catalogue_state(database)
    return revision, taxonomy_version, f"{now():%Y%m%d%H}"


@cache
def look() -> str:
    """A digest of everything that decides how a page looks, worked out once per process."""
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def cached_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a public page until something changes. Stands below `@public`."""

    @wraps(view)
    def answered(**view_args: Any) -> Any:
        if current_actor().is_member or current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return view(**view_args)
        pages = cast(PageStore, current_app.extensions["kept_pages"])
        address, made_of = address_of(request.environ), facts(database())
        page = pages.find(address)
        if page is None or page.made_of != made_of:
            with pages.turn():
                page = pages.find(address)
                if page is None or page.made_of != made_of:  # nor had whoever was before asked for it
                    response = make_response(view(**view_args))
                    if response.status_code != 200:
                        return response
                    page = _pack(response.get_data(), made_of, address)
                    pages.keep(address, page)
        if request.if_none_match.contains_weak(page.etag):
            return _marked(Response(status=304), page.etag)
        return _marked(_unpacked(page.packed), page.etag)

    return answered


def _pack(page: bytes, made_of: Facts, address: Address) -> StoredPage:
    etag = hashlib.sha256(repr((look(), made_of, address)).encode()).hexdigest()[:24]
    return StoredPage(made_of, etag, gzip.compress(page, GZIP_LEVEL, mtime=0))


def _unpacked(packed: bytes) -> Response:
    """The page as this reader takes it."""
    if not request.accept_encodings.quality("gzip"):
        return Response(gzip.decompress(packed), mimetype="text/html")
    response = Response(packed, mimetype="text/html")
    response.headers["Content-Encoding"] = "gzip"
    return response


def _marked(response: Response, key: str) -> Response:
    response.set_etag(key, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Cookie", "Accept-Encoding"))
    return response
