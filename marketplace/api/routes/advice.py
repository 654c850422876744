"""Opinions of advisers, requests for one, and rules that are lifted."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.advice.actions import opinions as verbs
from marketplace.advice.queries.opinions import get_request as get_asked
from marketplace.advice.queries.opinions import list_lifts, list_opinions, list_waiting_requests
from marketplace.advice.queries.requirements import list_lots_to_mend
from marketplace.advice.rules.opinions import LiftDraft, OpinionDraft
from marketplace.api import query
from marketplace.api.bodies.advice import LiftBody, OpinionBody, OpinionRequestBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, route
from marketplace.api.shapes.advice import (
    LiftSchema,
    LiftsSchema,
    OpinionRequestSchema,
    OpinionRequestsSchema,
    OpinionSchema,
    OpinionsSchema,
    RequirementsSchema,
)
from marketplace.http.request import current_actor, current_session, permission

OPINIONS, LIFTS = "/listings/<int:listing_id>/opinions", "/listings/<int:listing_id>/lifts"


@route("GET", OPINIONS, gives=OpinionsSchema, tag="listings", query=query.PAGE)
@permission(Can.READ_OPINIONS)
def list_listing_opinions(listing_id: int) -> Response:
    """What advisers found about a listing, latest first. Only the owner, the reviewer, advisers and the broker see who gave it."""
    page, rows = read_page(), list_opinions(current_session(), current_actor(), listing_id)
    return many(OpinionsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", OPINIONS, takes=OpinionBody(), gives=OpinionSchema, status=201, tag="listings")
@permission(Can.ADVISE)
def give_opinion(listing_id: int) -> Response:
    """Give an opinion on a listing, as an adviser. It stays with the listing and is never changed; the owner is told."""
    body, session, actor = read_body(OpinionBody()), current_session(), current_actor()
    draft = OpinionDraft(body["verdict"], body["text"], body.get("rule") or "")
    opinion = verbs.give_opinion(session, actor, listing_id=listing_id, draft=draft)
    given = next(row for row in list_opinions(session, actor, listing_id) if row.opinion.id == opinion.id)
    return created(OpinionSchema.write(given), "list_listing_opinions", listing_id=listing_id)


@route(
    "POST",
    "/listings/<int:listing_id>/opinion-requests",
    takes=OpinionRequestBody(),
    gives=OpinionRequestSchema,
    status=201,
    tag="listings",
)
@permission(Can.EDIT_LISTING)
def ask_for_opinion(listing_id: int) -> Response:
    """Ask the advisers for an opinion on your own listing, even a draft. They are told; a request that waits already is returned."""
    text, session, actor = read_body(OpinionRequestBody()).get("text") or "", current_session(), current_actor()
    verbs.ask_for_opinion(session, actor, listing_id=listing_id, text=text)
    opinion_request = get_asked(session, actor, listing_id)
    return created(OpinionRequestSchema.write(opinion_request), "list_listing_opinions", listing_id=listing_id)


@route("GET", "/opinion-requests", gives=OpinionRequestsSchema, tag="listings", query=query.PAGE)
@permission(Can.ADVISE)
def list_opinion_requests() -> Response:
    """The waiting requests for an opinion, oldest first. For advisers."""
    page = read_page()
    rows, total = list_waiting_requests(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(OpinionRequestsSchema, rows, total=total, page=page)


@route("GET", LIFTS, gives=LiftsSchema, tag="listings", query=query.PAGE)
@permission(Can.READ_PAPERS)
def list_listing_lifts(listing_id: int) -> Response:
    """The rules that were lifted for a listing, latest first, and whether each still counts."""
    page, rows = read_page(), list_lifts(current_session(), current_actor(), listing_id)
    return many(LiftsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", LIFTS, takes=LiftBody(), gives=LiftSchema, status=201, tag="listings")
@permission(Can.LIFT_GATE)
def lift_gate(listing_id: int) -> Response:
    """Lift a rule that stops a listing, as an adviser or the broker, on one of its papers. It falls when that paper goes or runs out.

    What the law forbids for good is lifted by nobody.
    """
    body, session, actor = read_body(LiftBody()), current_session(), current_actor()
    draft = LiftDraft(body["rule"], body["paper_id"], body["reason"])
    lift = verbs.lift_gate(session, actor, listing_id=listing_id, draft=draft)
    lifted = next(row for row in list_lifts(session, actor, listing_id) if row.lift.id == lift.id)
    return created(LiftSchema.write(lifted), "list_listing_lifts", listing_id=listing_id)


@route("GET", "/requirements", gives=RequirementsSchema, tag="listings", query=query.PAGE)
@permission(Can.OFFER)
def list_requirements() -> Response:
    """Your organisation's listings that a later rule stops, the first to leave first.

    The rule came after they were published. A listing that meets the rule leaves this list by itself.
    """
    page, rows = read_page(), list_lots_to_mend(current_session(), current_actor())
    return many(RequirementsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)
