"""Listings: the catalogue, your own, and the steps of their life."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, request

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.listing import CloseBody, ListingBody, ListingPatch, ListingPublishBody, WithdrawBody
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.moments import read_day
from marketplace.api.reading import read_body, read_flag, read_page, read_point, read_since, read_value, read_values, read_words
from marketplace.api.routing import copied, created, many, ok, require_match, route, with_current
from marketplace.api.schema import Written
from marketplace.api.shapes.listing import ListingSchema, ListingsSchema, distance_km
from marketplace.api.shapes.match import MatchesSchema, MatchSchema
from marketplace.api.shapes.material import current_taxonomy
from marketplace.catalogue.queries.copying import listing_changes
from marketplace.catalogue.queries.search import CataloguePage, search
from marketplace.catalogue.rules.fields import read_terms
from marketplace.catalogue.rules.query import CatalogueQuery, Sort, Supply
from marketplace.exchange.actions import decide as exchange
from marketplace.exchange.queries.reservations import find_spot, list_spots
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.market.actions import listings as market
from marketplace.market.actions.listings import set_external_id
from marketplace.market.models import Listing
from marketplace.market.queries.gates import list_visible_findings
from marketplace.market.queries.listings import get_listing as get_visible
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.listing import Condition, ListingStatus
from marketplace.matching.actions import publish as matching
from marketplace.matching.queries.matches import list_demands_for_listing
from marketplace.stock.actions.offering import draft_of_lot, offer_lot

SORTS = {"distance": Sort.DISTANCE, "newest": Sort.NEWEST, "availableFrom": Sort.AVAILABLE_FROM}
FILTERS = (
    query.WORDS,
    query.LITERAL,
    query.MATERIAL_GROUPS,
    query.MATERIALS,
    query.parameter("organisation", "slug of an organisation", many=True),
    query.words("condition", "quality", Condition, many=True),
    query.SUPPLY,
    query.FIELDS,
    query.NEAR,
    query.PLACE,
    query.RADIUS,
    query.parameter("availableFrom", "available on this day", format="date"),
    query.words("sort", "distance needs a place", SORTS, many=False),
    query.words("status", "with a token: of your own organisation", ListingStatus, many=True),
    query.parameter("mine", "with a token: your own organisation's, in every state", type="boolean"),
    query.SINCE,
    *query.PAGE,
)


@route("GET", "/listings", gives=ListingsSchema, tag="listings", query=FILTERS, refuses=(409,))
@public
def list_listings() -> Response:
    """The catalogue, with counts beside every filter.

    With updatedSince what has changed in it, for a system that keeps a copy.
    """
    since = read_since("mine")
    if since is not None:
        return _changed_listings(since)
    page, question = read_page(), _question()
    session, actor, taxonomy = current_session(), current_actor(), current_taxonomy()
    question = replace(question, fields=read_terms(read_values("field"), taxonomy.fields_by_slug.get))
    query.check_groups(taxonomy, question.groups)
    query.check_materials(taxonomy, question.materials)
    query.check_organisations(session, question.organisations)
    result = search(session, actor, question)
    spots = list_spots(session, actor, [row.listing for row in result.rows])
    items = [
        ListingSchema.write(row.listing, distance_km=row.distance_km, exact=spots.get(row.listing.id)) for row in result.rows
    ]
    return many(ListingsSchema, items, total=result.total, page=page, **_facets(result), corrected_query=result.corrected)


def _changed_listings(since: str | datetime) -> Response:
    size, mine, session, actor = read_page().size, read_flag("mine"), current_session(), current_actor()
    part = listing_changes(session, actor, since=since, mine=mine, size=size)
    spots = list_spots(session, actor, part.items)
    items = [ListingSchema.write(row, exact=spots.get(row.id)) for row in part.items]
    return copied(ListingsSchema, part, items, facets={}, field_facets=[])


def _question() -> CatalogueQuery:
    page = read_page()
    point, radius_km = read_point()
    day = read_value("availableFrom")
    default = Sort.DISTANCE if point is not None else Sort.NEWEST
    return CatalogueQuery(
        q=read_value("q"),
        is_literal=read_flag("literal"),
        groups=read_values("materialGroup"),
        materials=read_values("material"),
        organisations=read_values("organisation"),
        conditions=read_words("condition", Condition),
        supplies=read_words("supply", Supply),
        point=point,
        radius_km=radius_km,
        available_from=read_day(day, "availableFrom") if day else None,
        sort=SORTS.get(read_value("sort"), default),
        page=page.number,
        page_size=page.size,
        mine=read_flag("mine"),
        statuses=read_words("status", ListingStatus),
    )


def _facets(page: CataloguePage[Listing]) -> dict[str, Any]:
    if page.facets is None:
        return {"facets": {}, "field_facets": []}
    counted = page.facets
    by_filter = {
        "materialGroup": counted.groups,
        "condition": counted.conditions,
        "organisation": counted.organisations,
        "supply": counted.supplies,
    }
    return {"facets": by_filter, "field_facets": counted.fields}


@route("POST", "/listings", takes=ListingBody(), gives=ListingSchema, status=201, tag="listings")
@permission(Can.OFFER)
def create_listing() -> Response:
    """Create a draft listing: of something new, or with `lot` of a lot in stock."""
    new = drafts.new_listing()
    session, actor = current_session(), current_actor()
    if new.lot_id is not None:
        try:
            draft = draft_of_lot(session, actor, lot_id=new.lot_id, amount=new.amount, **new.details)
        except Missing as missing:
            raise Invalid(missing.message, "lot") from missing
        listing = offer_lot(session, actor, lot_id=new.lot_id, draft=draft)
    else:
        assert new.draft is not None
        listing = market.create_listing(session, actor, new.draft)
    set_external_id(session, actor, listing, new.external_id)
    return created(write_listing(listing), "get_listing", listing_id=listing.id)


@route("GET", "/listings/<int:listing_id>", gives=ListingSchema, tag="listings", query=(query.NEAR, query.PLACE))
@public
def get_listing(listing_id: int) -> Response:
    """One listing."""
    point, _radius = read_point()
    listing = get_visible(current_session(), current_actor(), listing_id)
    return ok(write_listing(listing, distance_km=distance_km(listing, point)))


@route("PATCH", "/listings/<int:listing_id>", takes=ListingPatch(), gives=ListingSchema, tag="listings", matched=True)
@permission(Can.EDIT_LISTING)
def edit_listing(listing_id: int) -> Response:
    """Change what is sent and leave the rest; `version` is the one that you read."""
    change = drafts.change_of(ListingPatch())
    session, actor = current_session(), current_actor()
    before = get_visible(session, actor, listing_id)
    require_match(before, write_listing)
    draft = change.listing(stored_draft(before, current_taxonomy()))
    try:
        listing = matching.edit_listing(
            session, actor, listing_id=listing_id, version=change.version, draft=draft, reason=change.reason
        )
    except Conflict as conflict:
        raise with_current(conflict, write_listing(get_visible(session, actor, listing_id))) from conflict
    change.name(session, actor, listing)
    return ok(write_listing(listing))


@route("DELETE", "/listings/<int:listing_id>", gives=ListingSchema, tag="listings", matched=True)
@permission(Can.EDIT_LISTING)
def delete_listing(listing_id: int) -> Response:
    """Delete a draft; the answer shows it as it was."""
    session, actor = current_session(), current_actor()
    listing = get_visible(session, actor, listing_id)
    require_match(listing, write_listing)
    gone = write_listing(listing)
    market.delete_draft(session, actor, listing_id=listing_id)
    return ok(gone)


@route(
    "POST", "/listings/<int:listing_id>/publish", takes=ListingPublishBody(), gives=ListingSchema, tag="listings", matched=True
)
@permission(Can.EDIT_LISTING)
def publish_listing(listing_id: int) -> Response:
    """Publish a draft; it needs a photo, unless it is planned. If it is not opened to others, only its own organisation finds and reserves it."""
    _require_match(listing_id)
    to_others = read_body(ListingPublishBody()).get("to_others") is not False
    return ok(write_listing(matching.publish(current_session(), current_actor(), listing_id=listing_id, to_others=to_others)))


@route("POST", "/listings/<int:listing_id>/open", takes=NothingBody(), gives=ListingSchema, tag="listings", matched=True)
@permission(Can.EDIT_LISTING)
def open_listing(listing_id: int) -> Response:
    """Open to others a listing that was offered within its own organisation only. Its turns count from today."""
    _require_match(listing_id)
    read_body(NothingBody())
    return ok(write_listing(matching.open_to_others(current_session(), current_actor(), listing_id=listing_id)))


@route("POST", "/listings/<int:listing_id>/withdraw", takes=WithdrawBody(), gives=ListingSchema, tag="listings", matched=True)
@permission(Can.EDIT_LISTING)
def withdraw_listing(listing_id: int) -> Response:
    """Withdraw a listing; its open reservations are cancelled and their holders notified.

    What lies in a depot that you do not keep, or with another organisation, stays there: whoever keeps it is told the outcome and books it out.
    """
    _require_match(listing_id)
    body = _ending(read_body(WithdrawBody()))
    return ok(write_listing(exchange.withdraw(current_session(), current_actor(), listing_id=listing_id, **body)))


@route("POST", "/listings/<int:listing_id>/close", takes=CloseBody(), gives=ListingSchema, tag="listings", matched=True)
@permission(Can.EDIT_LISTING)
def close_listing(listing_id: int) -> Response:
    """End the offer of what is left, and say what became of it.

    What lies in a depot that you do not keep, or with another organisation, stays there: whoever keeps it is told the outcome and books it out.
    """
    _require_match(listing_id)
    body = _ending(read_body(CloseBody()))
    return ok(write_listing(market.close_listing(current_session(), current_actor(), listing_id=listing_id, **body)))


def _ending(values: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": values.get("outcome"), "reason": values.get("reason") or ""}


@route("GET", "/listings/<int:listing_id>/matches", gives=MatchesSchema, tag="listings", query=query.PAGE)
@permission(Can.READ_MATCHES)
def list_listing_matches(listing_id: int) -> Response:
    """List the open demands that a listing of your own organisation serves, best first."""
    page, session, actor = read_page(), current_session(), current_actor()
    listing = get_visible(session, actor, listing_id)
    result = list_demands_for_listing(session, actor, listing, page=page.number, page_size=page.size)
    items = [MatchSchema.write(match, listing=None) for match in result.items]
    return many(MatchesSchema, items, total=result.total, page=page)


def write_listing(listing: Listing, distance_km: int | None = None) -> Written:
    """A listing as this actor may see it."""
    session, actor = current_session(), current_actor()
    gates = list_visible_findings(session, actor, listing) if actor.is_member else None
    return ListingSchema.write(listing, distance_km=distance_km, exact=find_spot(session, actor, listing), gates=gates)


def _require_match(listing_id: int) -> None:
    """For a step whose body names no version."""
    if request.if_match:
        require_match(get_visible(current_session(), current_actor(), listing_id), write_listing)
