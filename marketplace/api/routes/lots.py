"""Lots: what lies where, and what happens to it."""

from typing import Any

from flask import Response

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.api import query
from marketplace.api.bodies import lot as bodies
from marketplace.api.bodies.lot import CountLotBody, LeaveLotBody, MoveLotBody, OfferToChainBody, SplitLotBody, TakeInBody
from marketplace.api.fields import ID_MAX
from marketplace.api.reading import read_body, read_flag, read_id, read_page, read_value
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.lot import LotSchema, LotsSchema, WholeLotSchema
from marketplace.api.shapes.material import current_taxonomy
from marketplace.api.shapes.warning import Full, find_warnings
from marketplace.depots.models import Lot
from marketplace.depots.queries.costs import costs_of
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.queries.lots import list_lots as list_visible
from marketplace.depots.rules.lots import LotFilter
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing
from marketplace.recalls.queries.traces import get_traced
from marketplace.stock.actions.changing import count_lot as count
from marketplace.stock.actions.changing import take_out_lot as take_out
from marketplace.stock.actions.changing import write_off_lot as write_off
from marketplace.stock.actions.moving import move_lot as move
from marketplace.stock.actions.moving import split_lot as split
from marketplace.stock.actions.offering import offer_to_chain
from marketplace.stock.actions.taking_in import bring_in_lot, take_in_lot
from marketplace.stock.queries.events import find_chain_offers, find_offers, list_events

OF_THE_OWNER: dict[str, Any] = {"bay": None, "pallets": None, "in_depot_since": None, "listing": None}  # what a trace leaves out
FILTERS = (
    query.parameter("depot", "id of a depot", type="integer", minimum=1, maximum=ID_MAX),
    query.parameter("owner", "slug of the organisation that owns it"),
    query.parameter("holder", "slug of the organisation that holds it"),
    query.parameter("material", "slug of a material"),
    query.parameter("q", "words of its title"),
    query.parameter("blocked", "true: blocked lots only; false: the others", type="boolean"),
    query.parameter("withEmpty", "true: also lots of which nothing is left", type="boolean", default=False),
    *query.PAGE,
)


@route("POST", "/depots/<int:depot_id>/lots", takes=TakeInBody(), gives=WholeLotSchema, status=201, tag="lots")
@permission(Can.KEEP_DEPOT)
def take_in(depot_id: int) -> Response:
    """Take a lot into a depot that you keep: a new one, or one that the bank knows."""
    values, draft = bodies.taking_in()
    session, actor, occasion, going = current_session(), current_actor(), bodies.occasion_of(values), bodies.standing(values)
    given: dict[str, Any] = {"depot_id": depot_id, "going": going, "occasion": occasion, "arrival_id": values.get("arrival")}
    if draft is None:
        lot = bring_in_lot(session, actor, lot_id=values["lot"], amount=values.get("quantity"), **given)
    else:
        lot = take_in_lot(session, actor, draft=draft, **given)
    return created(write_lot(lot, warnings=find_warnings(lot.depot_id)), "show_lot", lot_id=lot.id)


@route("GET", "/lots", gives=LotsSchema, tag="lots", query=FILTERS)
@permission(Can.READ_LOT)
def list_lots() -> Response:
    """List the lots that you may see, the newest first.

    What your organisation owns or holds, and what lies in depots that you keep.
    """
    page, session, actor = read_page(), current_session(), current_actor()
    wanted = LotFilter(
        depot_id=read_id("depot"),
        owner_id=_organisation("owner"),
        holder_id=_organisation("holder"),
        material_id=_material(),
        words=read_value("q"),
        is_blocked=read_flag("blocked") if read_value("blocked") else None,
        with_empty=read_flag("withEmpty"),
        page=page.number,
        page_size=page.size,
    )
    rows, total = list_visible(session, actor, wanted)
    offers = find_offers(session, [row.id for row in rows])
    return many(LotsSchema, [LotSchema.write(row, listing=offers.get(row.id)) for row in rows], total=total, page=page)


def _organisation(key: str) -> int | None:
    slug = read_value(key)
    if not slug:
        return None
    try:
        return get_organisation_by_slug(current_session(), slug).id
    except Missing as missing:
        raise Invalid(missing.message, key) from missing


def _material() -> int | None:
    slug = read_value("material")
    return current_taxonomy().material(slug).id if slug else None


@route("GET", "/lots/<int:lot_id>", gives=WholeLotSchema, tag="lots")
@permission(Can.TRACE_LOT)
def show_lot(lot_id: int) -> Response:
    """One lot, with everything that happened to it. Whoever once owned or had it reads less: where it went."""
    return ok(write_lot(get_traced(current_session(), current_actor(), lot_id).lot))


@route("POST", "/lots/<int:lot_id>/move", takes=MoveLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.HANDLE_LOT)
def move_lot(lot_id: int) -> Response:
    """Move a lot, or a part of it: to another bay, a depot that you keep, or another place. The answer is what moved.

    To another's depot it is announced (/depots/{id}/arrivals), and taken in there by its keeper.
    """
    amount, going, occasion = bodies.going_to()
    lot = move(current_session(), current_actor(), lot_id=lot_id, amount=amount, going=going, occasion=occasion)
    return ok(write_lot(lot, warnings=find_warnings(lot.depot_id)))


@route("POST", "/lots/<int:lot_id>/split", takes=SplitLotBody(), gives=WholeLotSchema, status=201, tag="lots")
@permission(Can.HANDLE_LOT)
def split_lot(lot_id: int) -> Response:
    """Split off a part of a lot as a lot of its own. The answer is the new one."""
    values, session, actor = read_body(SplitLotBody()), current_session(), current_actor()
    going, occasion = bodies.standing(values), bodies.occasion_of(values)
    lot = split(session, actor, lot_id=lot_id, amount=values["quantity"], going=going, occasion=occasion)
    return created(write_lot(lot), "show_lot", lot_id=lot.id)


@route("POST", "/lots/<int:lot_id>/count", takes=CountLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.HANDLE_LOT)
def count_lot(lot_id: int) -> Response:
    """Record what was counted. A difference needs a reason, and is a movement of its own."""
    values, session, actor = read_body(CountLotBody()), current_session(), current_actor()
    pallets, occasion = values.get("pallets"), bodies.occasion_of(values)
    return ok(write_lot(count(session, actor, lot_id=lot_id, counted=values["quantity"], pallets=pallets, occasion=occasion)))


@route("POST", "/lots/<int:lot_id>/out", takes=LeaveLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.HANDLE_LOT)
def take_out_lot(lot_id: int) -> Response:
    """Let a lot, or a part of it, leave for its owner's own use."""
    return ok(write_lot(take_out(current_session(), current_actor(), lot_id=lot_id, **_leaving())))


@route("POST", "/lots/<int:lot_id>/write-off", takes=LeaveLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.HANDLE_LOT)
def write_off_lot(lot_id: int) -> Response:
    """Write off a lot, or a part of it, with the reason."""
    return ok(write_lot(write_off(current_session(), current_actor(), lot_id=lot_id, **_leaving())))


@route("POST", "/lots/<int:lot_id>/offer-to-chain", takes=OfferToChainBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.OFFER_LOT)
def offer_lot_to_chain(lot_id: int) -> Response:
    """Offer a lot that lies too long to the chain.

    That is contractors, demolition companies and processors. Its listing opens to partners at once, and each of the chain is told
    once. What is not on offer yet becomes a draft; then they are told when you publish it.
    """
    session, actor, reason = current_session(), current_actor(), read_body(OfferToChainBody())["reason"]
    offer_to_chain(session, actor, lot_id=lot_id, reason=reason)
    return ok(write_lot(get_lot(session, actor, lot_id)))


def _leaving() -> dict[str, Any]:
    values = read_body(LeaveLotBody())
    return {"amount": values.get("quantity"), "pallets": values.get("pallets"), "occasion": bodies.occasion_of(values)}


def write_lot(lot: Lot, *, warnings: list[Full] | None = None) -> Written:
    """A lot that this actor has asked for or changed, with everything that happened to it."""
    session = current_session()
    movements = list_events(session, current_actor(), lot)
    if not may(current_actor(), Can.READ_LOT, lot):
        return WholeLotSchema.write(lot, chain=None, cost=None, movements=movements, **OF_THE_OWNER)
    listing, cost = find_offers(session, [lot.id]).get(lot.id), costs_of(session, [lot.id], clock.today())[lot.id]
    chain = find_chain_offers(session, [listing] if listing else []).get(listing or 0)
    given: dict[str, Any] = {"listing": listing, "chain": chain, "cost": cost, "depot_warnings": warnings}
    return WholeLotSchema.write(lot, movements=movements, **given)
