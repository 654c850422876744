"""Public pages that stay the same until something changes: 304 to who has them, and from memory to who has not.

A page for everybody is made of the catalogue's revision, the taxonomy, the hour (periods end and turns come by the clock), the address, the
language, and the templates, sentences and style sheets of this version. So those are its ETag, and the key under which each process keeps
the last few hundred. The revision is read before the page is made: what is kept may be newer than its key, never older. Who is
signed in, or is about to be told something once, always gets a page of their own.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any, cast

from flask import Response, current_app, make_response, request

from marketplace.kernel.clock import now
from marketplace.kernel.language import current_locale
from marketplace.market.revision import get_revision
from marketplace.materials.queries import taxonomy
from marketplace.web.assets import SOURCE
from marketplace.web.request import current_actor, current_session

PROJECT = SOURCE.parent
MADE_OF = ("templates/**/*.html", "marketplace/translations/**/*.po", "static/**/*.*", "marketplace/web/**/*.py")
PAGES_KEPT = 256
GZIP_LEVEL = 5


class KeptPages:
    """The pages of one process, compressed; the one that was asked for longest ago leaves first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> bytes | None:
        """The compressed page."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: str, page: bytes) -> None:
        """Remember a compressed page."""
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)


@cache
def look() -> str:
    """A digest of everything that decides how a page looks, worked out once per process."""
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def until_changed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a public page until something changes. Stands below `@public`."""

    @wraps(view)
    def answered(**asked: Any) -> Any:
        if current_actor().is_member or current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return view(**asked)
        key = _key()
        if request.if_none_match.contains_weak(key):
            return _marked(Response(status=304), key)
        pages = cast(KeptPages, current_app.extensions.setdefault("kept_pages", KeptPages()))
        packed = pages.find(key)
        if packed is None:
            response = make_response(view(**asked))
            if response.status_code != 200:
                return response
            packed = gzip.compress(response.get_data(), GZIP_LEVEL, mtime=0)
            pages.keep(key, packed)
        return _marked(_unpacked(packed), key)

    return answered


def _key() -> str:
    session = current_session()
    facts = (look(), get_revision(session), taxonomy(session).version, f"{now():%Y%m%d%H}", current_locale(), request.url)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


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
