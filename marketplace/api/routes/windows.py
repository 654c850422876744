"""What an organisation agrees about the turns of its lots."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api.bodies.windows import WindowsBody
from marketplace.api.reading import read_body
from marketplace.api.routing import ok, route
from marketplace.api.shapes.windows import WindowsSchema
from marketplace.http.request import current_actor, current_session, permission
from marketplace.market.actions.windows import set_windows
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules.windows import WindowDefaults


@route("GET", "/windows", gives=WindowsSchema, tag="listings")
@permission(Can.WORK)
def show_windows() -> Response:
    """Show what your own organisation agreed about turns. It counts for what a listing leaves open when it is published."""
    return ok(WindowsSchema.write(get_window_defaults(current_session(), current_actor().organisation_id)))


@route("PUT", "/windows", takes=WindowsBody(), gives=WindowsSchema, tag="listings")
@permission(Can.SET_WINDOWS)
def change_windows() -> Response:
    """Agree on other turns; listings that are published already keep their days."""
    values = read_body(WindowsBody())
    agreed = WindowDefaults(
        circle=values.get("circle") or (),
        circle_days=values.get("circle_days") or 0,
        region_days=values["region_days"],
        partners_days=values["partners_days"],
        reason=values.get("reason") or "",
    )
    return ok(WindowsSchema.write(set_windows(current_session(), current_actor(), agreed)))
