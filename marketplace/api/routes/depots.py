"""Storage places."""

from collections.abc import Sequence

from flask import Response

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.depot import DepotBody, DepotPatch, RateBody, changed_details, new_capacities, new_rate
from marketplace.api.reading import read_body, read_flag, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.depot import DepotSchema, DepotsSchema
from marketplace.depots.actions import depots, room
from marketplace.depots.actions.feeds import renew_feed as follow
from marketplace.depots.actions.feeds import withdraw_feed as unfollow
from marketplace.depots.models import Depot, DepotFeed
from marketplace.depots.queries.depots import details_of, get_depot
from marketplace.depots.queries.depots import list_depots as list_all
from marketplace.depots.queries.feeds import find_feeds
from marketplace.http.depot_calendar import feed_address
from marketplace.http.request import current_actor, current_session, permission

CLOSED = query.parameter("withClosed", "true: also those that are closed, last", type="boolean", default=False)


@route("GET", "/depots", gives=DepotsSchema, tag="reference", query=(CLOSED, *query.PAGE))
@permission(Can.READ_DEPOTS)
def list_depots() -> Response:
    """The storage places of the municipalities and of the region."""
    page = read_page()
    rows = list_all(current_session(), with_closed=read_flag("withClosed"))
    visible = rows[page.offset : page.offset + page.size]
    return many(DepotsSchema, write_depots(visible), total=len(rows), page=page)


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
    """Change the details of a storage place of your own organisation.

    Its hours, its bays, how much fits, what it takes and who keeps it. Or close it for new lots, or open it again.
    """
    values, session, actor = read_body(DepotPatch()), current_session(), current_actor()
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    details = changed_details(details_of(depot), values)
    if details != details_of(depot):
        depot = depots.edit_depot(session, actor, depot_id=depot_id, details=details)
    if "bays" in values:
        depot = room.set_bays(session, actor, depot_id=depot_id, names=values["bays"] or ())
    if "capacities" in values:
        depot = room.set_capacities(session, actor, depot_id=depot_id, amounts=new_capacities(values["capacities"] or ()))
    if "keepers" in values:
        depot = room.set_keepers(session, actor, depot_id=depot_id, person_ids=values["keepers"] or ())
    if values.get("is_active") is not None:
        switch = depots.reopen_depot if values["is_active"] else depots.close_depot
        depot = switch(session, actor, depot_id=depot_id)
    return ok(write_depot(depot))


@route("POST", "/depots/<int:depot_id>/close", gives=DepotSchema, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def close_depot(depot_id: int) -> Response:
    """Close it for new lots; what lies there stays. If it is closed already, nothing changes."""
    return ok(write_depot(depots.close_depot(current_session(), current_actor(), depot_id=depot_id)))


@route("POST", "/depots/<int:depot_id>/reopen", gives=DepotSchema, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def reopen_depot(depot_id: int) -> Response:
    """Open it again for new lots. If it is open already, nothing changes."""
    return ok(write_depot(depots.reopen_depot(current_session(), current_actor(), depot_id=depot_id)))


@route("POST", "/depots/<int:depot_id>/rates", takes=RateBody(), gives=DepotSchema, status=201, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def set_rate(depot_id: int) -> Response:
    """Set what one unit costs per week, from a given day.

    A price of the same unit and day is replaced; what was charged before never changes.
    """
    draft = new_rate(read_body(RateBody()))
    depot = room.set_rate(current_session(), current_actor(), depot_id=depot_id, draft=draft)
    return created(write_depot(depot), "show_depot", depot_id=depot.id)


@route("DELETE", "/depots/<int:depot_id>/rates/<int:rate_id>", gives=DepotSchema, tag="reference")
@permission(Can.MANAGE_DEPOTS)
def withdraw_rate(depot_id: int, rate_id: int) -> Response:
    """Withdraw a price that does not count yet."""
    return ok(write_depot(room.withdraw_rate(current_session(), current_actor(), depot_id=depot_id, rate_id=rate_id)))


@route("POST", "/depots/<int:depot_id>/calendar", gives=DepotSchema, status=201, tag="reference")
@permission(Can.FOLLOW_DEPOT)
def follow_depot(depot_id: int) -> Response:
    """Create or renew the address at which your own calendar follows what comes and goes.

    The previous one stops working at once.
    """
    session, actor = current_session(), current_actor()
    follow(session, actor, depot_id=depot_id)
    return created(write_depot(get_depot(session, depot_id)), "show_depot", depot_id=depot_id)


@route("DELETE", "/depots/<int:depot_id>/calendar", gives=DepotSchema, tag="reference")
@permission(Can.FOLLOW_DEPOT)
def unfollow_depot(depot_id: int) -> Response:
    """Revoke that address. If there is none, nothing changes."""
    session, actor = current_session(), current_actor()
    unfollow(session, actor, depot_id=depot_id)
    return ok(write_depot(get_depot(session, depot_id)))


def write_depot(depot: Depot) -> Written:
    """A depot as this actor may see it."""
    return write_depots([depot])[0]


def write_depots(rows: Sequence[Depot]) -> list[Written]:
    """Depots as this actor may see them."""
    actor = current_actor()
    feeds = find_feeds(current_session(), actor, rows)
    return [_write(actor, depot, feeds.get(depot.id)) for depot in rows]


def _write(actor: Actor, depot: Depot, feed: DepotFeed | None) -> Written:
    followed = {"calendar_address": feed_address(feed) if feed else None} if may(actor, Can.FOLLOW_DEPOT, depot) else {}
    return DepotSchema.write(
        depot,
        exact=depot if may(actor, Can.READ_LISTING_INSIDE, depot) else None,
        keepers=depot.keeper_ids if may(actor, Can.KEEP_DEPOT, depot) else None,
        **followed,
    )
