"""Whether a public page is still what its reader has: then 304, without searching or drawing anything.

A page for everybody is made of the catalogue's revision, the taxonomy, the hour (periods end and turns come by the clock), the address, the
language, and the templates, sentences and style sheets of this version. Who is signed in always gets the page itself.
"""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from flask import current_app, make_response, request

from marketplace.kernel.clock import now
from marketplace.kernel.language import current_locale
from marketplace.market.revision import get_revision
from marketplace.materials.queries import taxonomy
from marketplace.web.assets import SOURCE
from marketplace.web.request import current_actor, current_session

PROJECT = SOURCE.parent
MADE_OF = ("templates/**/*.html", "marketplace/translations/**/*.po", "static/**/*.*", "marketplace/web/**/*.py")


@cache
def look() -> str:
    """A digest of everything that decides how a page looks, worked out once per process."""
    digest = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def until_changed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give a public page an ETag, and answer 304 to who has it. Stands below `@public`."""

    @wraps(view)
    def answered(**asked: Any) -> Any:
        if current_actor().is_member or request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]):
            return view(**asked)
        session = current_session()
        facts = (look(), get_revision(session), taxonomy(session).version, f"{now():%Y%m%d%H}", current_locale(), request.url)
        etag = hashlib.sha256(repr(facts).encode()).hexdigest()[:24]
        if request.if_none_match.contains_weak(etag):
            response = make_response("", 304)
        else:
            response = make_response(view(**asked))
        if response.status_code in (200, 304):
            response.set_etag(etag, weak=True)
            response.headers["Cache-Control"] = "no-cache"
            response.vary.add("Cookie")
        return response

    return answered
