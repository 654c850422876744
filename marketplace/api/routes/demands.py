"""Demands: what is wanted, and by whom."""

from dataclasses import replace
from datetime import datetime

from flask import Response, request

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.demand import DemandBody, DemandPatch, OfferBody
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.reading import (
    read_body,
    read_flag,
    read_page,
    read_period,
    read_point,
    read_since,
    read_value,
    read_values,
    read_words,
)
from marketplace.api.routing import copied, created, many, ok, require_match, route, with_current
from marketplace.api.schema import Written
from marketplace.api.shapes.broker import ProposalSchema
from marketplace.api.shapes.demand import DemandSchema, DemandsSchema, PublicDemandSchema
from marketplace.api.shapes.match import MatchesSchema, MatchSchema
from marketplace.api.shapes.material import current_taxonomy
from marketplace.catalogue.queries.copying import demand_changes
from marketplace.catalogue.rules.query import Supply
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.errors import Conflict, Unauthorised
from marketplace.kernel.language import _
from marketplace.market.actions import demands as market
from marketplace.market.actions.listings import set_external_id
from marketplace.market.models import Demand
from marketplace.market.queries.demands import find_demand_spot
from marketplace.market.queries.demands import get_demand as get_visible
from marketplace.market.rules.demand import DemandStatus
from marketplace.matching.actions import publish as matching
from marketplace.matching.actions.broker import offer_to_demand
from marketplace.matching.queries.matches import list_listings_for_demand
from marketplace.matching.queries.wanted import WantedRow, search_wanted
from marketplace.matching.rules.wanted import Fit, WantedQuery, WantedSort
from marketplace.places.queries.gazetteer import LONGEST_QUERY

SORTS = {
    "newest": WantedSort.NEWEST,
    "neededFrom": WantedSort.NEEDED_FROM,
    "distance": WantedSort.DISTANCE,
    "fits": WantedSort.FITS,
}
FILTERS = (
    query.parameter(
        "q",
        "words in the title or the name of the material, with a token also in the description; the beginning of a word will do",
    ),
    query.LITERAL,
    query.MATERIAL_GROUPS,
    query.MATERIALS,
    query.ORGANISATION,
    query.FROM,
    query.UNTIL,
    query.parameter("municipality", "with a token: slug of the municipality in which it is needed", many=True),
    query.parameter("near", "with a token: latitude,longitude to search around", **query.POINT),
    query.parameter("place", "with a token: a place name or postcode to search around", maxLength=LONGEST_QUERY),
    query.RADIUS,
    query.words("fits", "with a token: what a lot or a draft of your own organisation fits, or nearly", Fit, many=True),
    query.words(
        "sort", "newest unless another is asked for; distance needs a place, fits a token and lots of your own", SORTS, many=False
    ),
    query.words("status", "open unless another is asked for; with a token", DemandStatus, many=True),
    query.parameter("mine", "with a token: your own organisation's, in every state", type="boolean"),
    query.SINCE,
    *query.PAGE,
)


@route("GET", "/demands", gives=DemandsSchema, tag="demands", query=FILTERS, refuses=(409,))
@public
def list_demands() -> Response:
    """List what is wanted; without a token the public view.

    With updatedSince what has changed in it, for a system that keeps a copy.
    """
    since = read_since("mine")
    if since is not None:
        return _changed_demands(since)
    page, mine = read_page(), read_flag("mine")
    session, actor, question = current_session(), current_actor(), _question()
    result = search_wanted(session, actor, replace(question, mine=mine, page=page.number, page_size=page.size))
    items = [_written(row) for row in result.rows]
    return many(DemandsSchema, items, total=result.total, page=page, corrected_query=result.corrected)


def _changed_demands(since: str | datetime) -> Response:
    size, mine, session, actor = read_page().size, read_flag("mine"), current_session(), current_actor()
    part = demand_changes(session, actor, since=since, mine=mine, size=size)
    return copied(DemandsSchema, part, [write_demand(row) for row in part.items])


def _question() -> WantedQuery:
    """The filters of the query. Where a demand lies is only told to members, and what fits to those who have lots."""
    municipalities, (first, last) = read_values("municipality"), read_period()
    fits, sort = read_words("fits", Fit), SORTS.get(read_value("sort"), WantedSort.NEWEST)
    point, radius_km = read_point()
    if (municipalities or point is not None or fits or sort is WantedSort.FITS) and not current_actor().is_member:
        raise Unauthorised(_("Log in first. Then try again."))
    session, taxonomy, mine = current_session(), current_taxonomy(), read_flag("mine")
    query.check_organisations(session, municipalities, "municipality")
    query.check_organisations(session, read_values("organisation"))
    query.check_groups(taxonomy, read_values("materialGroup"))
    query.check_materials(taxonomy, read_values("material"))
    return WantedQuery(
        q=read_value("q"),
        is_literal=read_flag("literal"),
        groups=read_values("materialGroup"),
        materials=read_values("material"),
        organisations=read_values("organisation"),
        municipalities=municipalities,
        fits=fits,
        first=first,
        last=last,
        point=point,
        radius_km=radius_km,
        sort=sort,
        statuses=read_words("status", DemandStatus) or (() if mine else (DemandStatus.OPEN,)),
    )


def _written(row: WantedRow) -> Written:
    """A demand in a list: for members also how far away it is, and what of theirs fits."""
    if not current_actor().is_member:
        return write_demand(row.demand)
    exact = find_demand_spot(current_actor(), row.demand)
    return DemandSchema.write(row.demand, exact=exact, distance_km=row.distance_km, own=row.own)


@route("POST", "/demands", takes=DemandBody(), gives=DemandSchema, status=201, tag="demands")
@permission(Can.ASK)
def create_demand() -> Response:
    """Ask for a material: open at once, unless it is a draft."""
    draft, external_id = drafts.new_demand()
    demand = matching.ask(current_session(), current_actor(), draft)
    set_external_id(current_session(), current_actor(), demand, external_id)
    return created(write_demand(demand), "get_demand", demand_id=demand.id)


@route("GET", "/demands/<int:demand_id>", gives=DemandSchema, tag="demands")
@public
def get_demand(demand_id: int) -> Response:
    """One demand; without a token the public view."""
    return ok(write_demand(get_visible(current_session(), current_actor(), demand_id)))


@route("PATCH", "/demands/<int:demand_id>", takes=DemandPatch(), gives=DemandSchema, tag="demands", matched=True)
@permission(Can.EDIT_DEMAND)
def edit_demand(demand_id: int) -> Response:
    """Change what is sent and leave the rest; `version` is the one that you read."""
    change = drafts.change_of(DemandPatch())
    session, actor = current_session(), current_actor()
    before = get_visible(session, actor, demand_id)
    require_match(before, write_demand)
    draft = change.demand(drafts.demand_before(before, current_taxonomy()))
    try:
        demand = matching.edit_demand(session, actor, demand_id=demand_id, version=change.version, draft=draft)
    except Conflict as conflict:
        raise with_current(conflict, write_demand(get_visible(session, actor, demand_id))) from conflict
    change.name(session, actor, demand)
    return ok(write_demand(demand))


@route("POST", "/demands/<int:demand_id>/withdraw", takes=NothingBody(), gives=DemandSchema, tag="demands", matched=True)
@permission(Can.EDIT_DEMAND)
def withdraw_demand(demand_id: int) -> Response:
    """Remove a demand; reservations that serve it go on."""
    _require_match(demand_id)
    read_body(NothingBody())
    return ok(write_demand(market.withdraw_demand(current_session(), current_actor(), demand_id=demand_id)))


@route("GET", "/demands/<int:demand_id>/matches", gives=MatchesSchema, tag="demands", query=(query.SUPPLY, *query.PAGE))
@permission(Can.READ_MATCHES)
def list_demand_matches(demand_id: int) -> Response:
    """List the listings that serve a demand of your own organisation, best first."""
    page, session, actor = read_page(), current_session(), current_actor()
    demand = get_visible(session, actor, demand_id)
    supplies = set(read_words("supply", Supply))
    planned = Supply.PLANNED in supplies if len(supplies) == 1 else None
    result = list_listings_for_demand(session, actor, demand, page=page.number, page_size=page.size, planned=planned)
    items = [MatchSchema.write(match, demand=None) for match in result.items]
    return many(MatchesSchema, items, total=result.total, page=page)


@route("POST", "/demands/<int:demand_id>/offers", takes=OfferBody(), gives=ProposalSchema, status=201, tag="demands")
@permission(Can.OFFER)
def create_offer(demand_id: int) -> Response:
    """Offer a listing of your own organisation for a demand. Its asker is notified, once."""
    body = read_body(OfferBody())
    made = offer_to_demand(current_session(), current_actor(), listing_id=body["listing_id"], demand_id=demand_id)
    return created(ProposalSchema.write(made), "list_demand_proposals", demand_id=demand_id)


def write_demand(demand: Demand) -> Written:
    """A demand as this actor may see it."""
    actor = current_actor()
    if not actor.is_member:
        return PublicDemandSchema.write(demand)
    return DemandSchema.write(demand, exact=find_demand_spot(actor, demand))


def _require_match(demand_id: int) -> None:
    """For a step whose body names no version."""
    if request.if_match:
        require_match(get_visible(current_session(), current_actor(), demand_id), write_demand)
