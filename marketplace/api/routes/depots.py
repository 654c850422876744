"""Storage places."""

from flask import Response

from marketplace.accounts.policy import Can, may
from marketplace.api import bodies, drafts, query, shapes
from marketplace.api.reading import read_page
from marketplace.api.routing import answer, created, many, route
from marketplace.depots import actions as depots
from marketplace.depots.models import Depot
from marketplace.depots.queries import get_depot
from marketplace.depots.queries import list_depots as list_all
from marketplace.http.request import current_actor, current_session, permission


@route("GET", "/depots", gives="Depots", tag="reference", query=query.PAGE)
@permission(Can.READ_DEPOTS)
def list_depots() -> Response:
    """The storage places of the municipalities and of the region."""
    page = read_page()
    rows = list_all(current_session())
    shown_now = rows[page.offset : page.offset + page.size]
    return many([shown(item) for item in shown_now], total=len(rows), page=page)


@route("POST", "/depots", takes=bodies.DepotBody(), gives="Depot", status=201, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def create_depot() -> Response:
    """Open a storage place of your own organisation."""
    draft = drafts.new_depot()
    depot = depots.create_depot(current_session(), current_actor(), draft=draft)
    return created(shown(depot), "show_depot", depot_id=depot.id)


@route("GET", "/depots/<int:depot_id>", gives="Depot", tag="reference")
@permission(Can.READ_DEPOTS)
def show_depot(depot_id: int) -> Response:
    """One storage place."""
    return answer(shown(get_depot(current_session(), depot_id)))


def shown(depot: Depot) -> shapes.Shape:
    """A depot as this actor may see it."""
    return shapes.depot(depot, shows_exact=may(current_actor(), Can.READ_LISTING_INSIDE, depot))
