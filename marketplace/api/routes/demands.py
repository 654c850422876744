"""Demands: what is wanted, and by whom."""

from flask import Response

from marketplace.accounts.policy import Can, may
from marketplace.api import bodies, drafts, query, shapes
from marketplace.api.reading import asked_all, asked_words, asked_yes, read_body, read_page
from marketplace.api.routing import answer, created, many, route
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.errors import Conflict
from marketplace.market.actions import demands as market
from marketplace.market.models import Demand
from marketplace.market.queries.demands import get_demand as get_visible
from marketplace.market.queries.demands import list_demands as list_visible
from marketplace.market.rules.demand import DemandStatus
from marketplace.matching.actions import publish as matching
from marketplace.matching.queries.matches import list_listings_for_demand
from marketplace.materials.queries import taxonomy

FILTERS = (
    query.MATERIAL_GROUPS,
    query.MATERIALS,
    query.words("status", "open unless another is asked for; with a token", DemandStatus, many=True),
    query.parameter("mine", "with a token: your own organisation's, in every state", type="boolean"),
    *query.PAGE,
)


@route("GET", "/demands", gives="Demands", tag="demands", query=FILTERS, refuses=(422,))
@public
def list_demands() -> Response:
    """List what is wanted; without a token the public view."""
    page, mine = read_page(), asked_yes("mine")
    statuses = asked_words("status", DemandStatus)
    groups, materials = asked_all("materialGroup"), asked_all("material")
    session, actor = current_session(), current_actor()
    taxonomy_ = taxonomy(session)
    query.check_groups(taxonomy_, groups)
    query.check_materials(taxonomy_, materials)
    rows, total = list_visible(
        session,
        actor,
        statuses=statuses or (() if mine else (DemandStatus.OPEN,)),
        mine=mine and actor.is_member,
        material_ids=query.material_ids(taxonomy_, groups, materials),
        page=page.number,
        page_size=page.size,
    )
    return many([shown(item) for item in rows], total=total, page=page)


@route("POST", "/demands", takes=bodies.DemandBody(), gives="Demand", status=201, tag="demands")
@permission(Can.ASK)
def create_demand() -> Response:
    """Ask for a material: open at once, unless it is a draft."""
    draft = drafts.new_demand()
    demand = matching.ask(current_session(), current_actor(), draft)
    return created(shown(demand), "get_demand", demand_id=demand.id)


@route("GET", "/demands/<int:demand_id>", gives="Demand", tag="demands")
@public
def get_demand(demand_id: int) -> Response:
    """One demand; without a token the public view."""
    return answer(shown(get_visible(current_session(), current_actor(), demand_id)))


@route("PATCH", "/demands/<int:demand_id>", takes=bodies.DemandPatch(), gives="Demand", tag="demands")
@permission(Can.EDIT_DEMAND)
def edit_demand(demand_id: int) -> Response:
    """Change what is sent and leave the rest; `version` is the one that you read."""
    change = drafts.change_of(bodies.DemandPatch())
    session, actor = current_session(), current_actor()
    before = get_visible(session, actor, demand_id)
    draft = change.demand(drafts.demand_before(before, taxonomy(session)))
    try:
        demand = matching.edit_demand(session, actor, demand_id=demand_id, version=change.version, draft=draft)
    except Conflict as conflict:
        raise shapes.with_current(conflict, shown(get_visible(session, actor, demand_id))) from conflict
    return answer(shown(demand))


@route("POST", "/demands/<int:demand_id>/withdraw", takes=bodies.NothingBody(), gives="Demand", tag="demands")
@permission(Can.EDIT_DEMAND)
def withdraw_demand(demand_id: int) -> Response:
    """Take a demand away; reservations that serve it go on."""
    read_body(bodies.NothingBody())
    return answer(shown(market.withdraw_demand(current_session(), current_actor(), demand_id=demand_id)))


@route("GET", "/demands/<int:demand_id>/matches", gives="Matches", tag="demands", query=query.PAGE)
@permission(Can.READ_MATCHES)
def list_demand_matches(demand_id: int) -> Response:
    """List the listings that serve a demand of your own organisation, best first."""
    page, session, actor = read_page(), current_session(), current_actor()
    demand = get_visible(session, actor, demand_id)
    result = list_listings_for_demand(session, actor, demand, page=page.number, page_size=page.size)
    return many([shapes.match_listing(item, taxonomy(session)) for item in result.items], total=result.total, page=page)


def shown(demand: Demand) -> shapes.Shape:
    """A demand as this actor may see it."""
    actor = current_actor()
    return shapes.demand(demand, taxonomy(current_session()), actor, shows_exact=may(actor, Can.READ_LISTING_INSIDE, demand))
