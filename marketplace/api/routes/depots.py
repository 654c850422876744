"""Storage places."""

from flask import Response

from marketplace.accounts.policy import Can, may, require
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.depot import DepotBody, DepotPatch
from marketplace.api.reading import asked_yes, read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.depot import DepotSchema, DepotsSchema
from marketplace.depots.actions import depots
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.depots import list_depots as list_all
from marketplace.http.request import current_actor, current_session, permission

CLOSED = query.parameter("withClosed", "true: also those that are closed, last", type="boolean", default=False)


@route("GET", "/depots", gives=DepotsSchema, tag="reference", query=(CLOSED, *query.PAGE))
@permission(Can.READ_DEPOTS)
def list_depots() -> Response:
    """The storage places of the municipalities and of the region."""
    page = read_page()
    rows = list_all(current_session(), with_closed=asked_yes("withClosed"))
    visible = rows[page.offset : page.offset + page.size]
    return many(DepotsSchema, [write_depot(item) for item in visible], total=len(rows), page=page)


@route("POST", "/depots", takes=DepotBody(), gives=DepotSchema, status=201, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def create_depot() -> Response:
    """Open a storage place of your own organisation."""
    draft = drafts.new_depot()
    depot = depots.create_depot(current_session(), current_actor(), draft=draft)
    return created(write_depot(depot), "show_depot", depot_id=depot.id)


@route("GET", "/depots/<int:depot_id>", gives=DepotSchema, tag="reference")
@permission(Can.READ_DEPOTS)
def show_depot(depot_id: int) -> Response:
    """One storage place."""
    return ok(write_depot(get_depot(current_session(), depot_id)))


@route("PATCH", "/depots/<int:depot_id>", takes=DepotPatch(), gives=DepotSchema, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def edit_depot(depot_id: int) -> Response:
    """Change the name or the address of a storage place of your own organisation. Or close it for new lots, or open it again."""
    values, session, actor = read_body(DepotPatch()), current_session(), current_actor()
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    if "name" in values or "address" in values:
        name, address = values.get("name", depot.name), values.get("address", depot.address)
        depot = depots.edit_depot(session, actor, depot_id=depot_id, name=name or "", address=address)
    if values.get("is_active") is not None:
        switch = depots.reopen_depot if values["is_active"] else depots.close_depot
        depot = switch(session, actor, depot_id=depot_id)
    return ok(write_depot(depot))


def write_depot(depot: Depot) -> Written:
    """A depot as this actor may see it."""
    return DepotSchema.write(depot, exact=depot if may(current_actor(), Can.READ_LISTING_INSIDE, depot) else None)
