"""The site as it stands on a device."""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Response, current_app, json
from flask.typing import ResponseReturnValue

from marketplace.http.request import public
from marketplace.kernel.language import _, current_locale
from marketplace.web.ui.frame import here

blueprint = Blueprint("device", __name__)
ICONS = (("img/icon-192.png", 192, "any"), ("img/icon-512.png", 512, "any"), ("img/icon-maskable-512.png", 512, "maskable"))
SHORTCUTS = ((_("Offer a lot"), "/aanbod/nieuw"), (_("Look on offer"), "/aanbod"), (_("My work"), "/werk"))
BRAND, PAPER = "#17594a", "#faf8f4"  # the light colours of static/css/tokens.css


@blueprint.get("/app.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """Name, colours and icons of the site on a home screen (W3C Web Application Manifest)."""
    static_url = cast(Callable[[str], str], current_app.jinja_env.globals["static_url"])
    values: dict[str, Any] = {
        "id": "/",
        "name": str(_("Twente Materials Bank")),
        "short_name": str(_("Materials bank")),
        "description": str(_("The fourteen municipalities of Twente offer each other surplus construction material.")),
        "lang": current_locale(),
        "start_url": here("/"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": BRAND,
        "icons": [
            {"src": static_url(path), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for path, size, purpose in ICONS
        ],
        "shortcuts": [{"name": str(name), "url": here(path)} for name, path in SHORTCUTS],
    }
    response = Response(json.dumps(values), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
