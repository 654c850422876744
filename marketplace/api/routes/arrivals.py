"""What is going to come to a depot."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.arrival import ArrivalBody, CallOffBody, new_announcement
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.arrival import ArrivalSchema, ArrivalsSchema
from marketplace.depots.queries.arrivals import list_announced
from marketplace.http.request import current_actor, current_session, permission
from marketplace.stock.actions.announcing import announce_arrival, announce_lot, call_off_arrival
from marketplace.stock.rules.announcing import LotComing

ARRIVALS = "/depots/<int:depot_id>/arrivals"


@route("GET", ARRIVALS, gives=ArrivalsSchema, tag="lots", query=query.PAGE)
@permission(Can.STORE)
def list_arrivals(depot_id: int) -> Response:
    """List what was announced to a depot and has not come yet, earliest day first.

    Its keepers see everything, others what their own organisation announced.
    """
    page = read_page()
    rows = list_announced(current_session(), current_actor(), depot_id)
    visible = rows[page.offset : page.offset + page.size]
    return many(ArrivalsSchema, [ArrivalSchema.write(item) for item in visible], total=len(rows), page=page)


@route("POST", ARRIVALS, takes=ArrivalBody(), gives=ArrivalSchema, status=201, tag="lots")
@permission(Can.STORE)
def announce(depot_id: int) -> Response:
    """Announce to the keepers of a depot what your organisation is going to bring.

    They are told. What has a number (`lot`) stays where it is until one of them has taken it in.
    """
    announcement, session, actor = new_announcement(), current_session(), current_actor()
    if isinstance(announcement, LotComing):
        arrival = announce_lot(session, actor, depot_id=depot_id, coming=announcement)
    else:
        arrival = announce_arrival(session, actor, depot_id=depot_id, draft=announcement)
    return created(ArrivalSchema.write(arrival), "list_arrivals", depot_id=depot_id)


@route("POST", f"{ARRIVALS}/<int:arrival_id>/call-off", takes=CallOffBody(), gives=ArrivalSchema, tag="lots")
@permission(Can.STORE)
def call_off(depot_id: int, arrival_id: int) -> Response:
    """Say that it is not coming after all, and why. For whoever announced it, and for keepers. The other side is told."""
    arguments = {"depot_id": depot_id, "arrival_id": arrival_id, "reason": read_body(CallOffBody())["reason"]}
    return ok(ArrivalSchema.write(call_off_arrival(current_session(), current_actor(), **arguments)))
