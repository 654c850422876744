"""What is planned: its days move, it is there, and whoever reserved it agrees or lets go."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.bodies.planned import DatesBody, ThereBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes.listings import write_listing
from marketplace.api.routes.reservations import write_reservation
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.listing import ListingSchema
from marketplace.api.shapes.planned import (
    DateChangeSchema,
    DateChangesSchema,
    ReliabilitySchema,
    SourcesSchema,
    write_source,
)
from marketplace.api.shapes.reservation import ReservationSchema
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel import clock
from marketplace.kernel.units import Amount
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import QuantityBasis
from marketplace.matching.actions import publish as matching
from marketplace.planned.actions import dates
from marketplace.planned.queries import list_date_changes, list_sources
from marketplace.planned.rules import DatesDraft, Plan, ThereDraft


@route("GET", "/listings/<int:listing_id>/dates", gives=DateChangesSchema, tag="listings", query=query.PAGE)
@public
def list_listing_dates(listing_id: int) -> Response:
    """List each time that the days of a planned listing moved, and when it came, oldest first."""
    page = read_page()
    rows = list_date_changes(current_session(), current_actor(), listing_id)
    items = [DateChangeSchema.write(row) for row in rows[page.offset : page.offset + page.size]]
    return many(DateChangesSchema, items, total=len(rows), page=page)


@route("POST", "/listings/<int:listing_id>/dates", takes=DatesBody(), gives=ListingSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def move_listing_dates(listing_id: int) -> Response:
    """Move the days of a planned listing, with the reason.

    Whoever reserved it is asked to agree within ten days.
    """
    body = read_body(DatesBody())
    draft = DatesDraft(Plan(body["earliest"], body["latest"], body["certainty"]), body["reason"])
    session, actor = current_session(), current_actor()
    return ok(write_listing(matching.move_dates(session, actor, listing_id=listing_id, version=body["version"], draft=draft)))


@route("POST", "/listings/<int:listing_id>/come-free", takes=ThereBody(), gives=ListingSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def come_free(listing_id: int) -> Response:
    """Say that a planned listing is there. It needs a photo.

    It gets its lot, and what was reserved goes on without a condition.
    """
    body = read_body(ThereBody())
    session, actor = current_session(), current_actor()
    unit = get_listing(session, actor, listing_id).unit_of
    draft = ThereDraft(
        Amount(body["quantity"], unit),
        body.get("quantity_basis") or QuantityBasis.MEASURED,
        body.get("came_on") or clock.today(),
        body.get("available_until"),
    )
    return ok(write_listing(matching.come_free(session, actor, listing_id=listing_id, draft=draft)))


@route(
    "POST", "/reservations/<int:reservation_id>/confirm-dates", takes=NothingBody(), gives=ReservationSchema, tag="reservations"
)
@permission(Can.CONFIRM)
def confirm_dates(reservation_id: int) -> Response:
    """Agree with the days of a planned listing as they are now."""
    read_body(NothingBody())
    return ok(write_reservation(dates.confirm_dates(current_session(), current_actor(), reservation_id=reservation_id)))


@route(
    "POST", "/reservations/<int:reservation_id>/decline-dates", takes=NothingBody(), gives=ReservationSchema, tag="reservations"
)
@permission(Can.CONFIRM)
def decline_dates(reservation_id: int) -> Response:
    """Release a reservation because of the days; it waits for others in the place that it had."""
    read_body(NothingBody())
    return ok(write_reservation(dates.decline_dates(current_session(), current_actor(), reservation_id=reservation_id)))


@route("GET", "/plans/reliability", gives=SourcesSchema, tag="figures", query=query.PAGE)
@public
def list_plan_reliability() -> Response:
    """How often planned lots came in the period that was first announced.

    Of each organisation, and of everybody together.
    """
    page = read_page()
    everybody, sources = list_sources(current_session(), current_actor())
    items = [write_source(row) for row in sources[page.offset : page.offset + page.size]]
    return many(SourcesSchema, items, total=len(sources), page=page, together=ReliabilitySchema.write(everybody))
