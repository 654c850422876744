"""Storage places."""

from flask import Response

from marketplace.accounts.policy import Can, may
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.depot import DepotBody
from marketplace.api.reading import read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.depot import DepotSchema, DepotsSchema
from marketplace.depots import actions as depots
from marketplace.depots.models import Depot
from marketplace.depots.queries import get_depot
from marketplace.depots.queries import list_depots as list_all
from marketplace.http.request import current_actor, current_session, permission


@route("GET", "/depots", gives=DepotsSchema, tag="reference", query=query.PAGE)
@permission(Can.READ_DEPOTS)
def list_depots() -> Response:
    """The storage places of the municipalities and of the region."""
    page = read_page()
    rows = list_all(current_session())
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


def write_depot(depot: Depot) -> Written:
    """A depot as this actor may see it."""
    return DepotSchema.write(depot, exact=depot if may(current_actor(), Can.READ_LISTING_INSIDE, depot) else None)
