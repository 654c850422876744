"""What is wanted: for everyone to read, for its owner with the lots that serve it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import Can, may, require
from marketplace.accounts.queries.people import find_contact
from marketplace.catalogue.rules.fields import PREFIX, wishes_of
from marketplace.catalogue.rules.query import Supply
from marketplace.exchange.queries.reservations import phone_shown_to
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.joint.queries.groups import list_others_who_ask
from marketplace.kernel.db import Session
from marketplace.kernel.language import _
from marketplace.kernel.units import plain
from marketplace.market.actions.demands import withdraw_demand
from marketplace.market.actions.drafts import discard_sketch, start_sketch
from marketplace.market.models import Demand, Sketch
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.drafts import find_sketch_of_demand, get_sketch, list_sketches
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.freshness import Refreshed
from marketplace.matching.actions.broker import offer_to_demand
from marketplace.matching.actions.publish import ask, edit_demand, refresh_demand
from marketplace.matching.actions.request import request_parts
from marketplace.matching.queries.broker import list_proposals, may_read_proposals, why_not
from marketplace.matching.queries.matches import list_listings_for_demand
from marketplace.matching.queries.proposals import propose_parts
from marketplace.matching.queries.wanted import nearest_wanted, search_wanted
from marketplace.materials.queries import get_taxonomy
from marketplace.web.demands import drafts
from marketplace.web.demands.facts import can_change, facts_of, owns_of, single_want
from marketplace.web.demands.forms import DemandForm, OfferForm, PartsForm
from marketplace.web.demands.stored import form_of, show_conflict
from marketplace.web.ui import drafts as ui_drafts
from marketplace.web.ui import finder, wanted
from marketplace.web.ui.drafts import save_response, saved_at, wants_saving
from marketplace.web.ui.estimates import estimate_of
from marketplace.web.ui.field_filters import filters_of
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.freshness import DEMAND_ANSWERS, answered, confirmation_of_demand
from marketplace.web.ui.plans import short_period_of, state_of_plan, supply_choices
from marketplace.web.ui.returned import returned
from marketplace.web.ui.search_address import Question
from marketplace.web.ui.search_form import WantedForm
from marketplace.web.ui.states import DEMAND_BADGES
from marketplace.web.ui.talk import questions_of

blueprint = Blueprint("demands", __name__)
ADDRESS_LENGTH_MAX = 4000


@blueprint.get("/gezocht")
@public
def list_demands() -> ResponseReturnValue:
    """Show what is wanted now; to those who have lots, what fits these first."""
    question = Question(url_for("demands.list_demands"), request.args, wanted.KEYS)
    form = WantedForm(request.args)
    form.validate()
    typed = finder.near_of(form)
    session, actor = current_session(), current_actor()
    here = typed or finder.home_of(session, actor)
    near = here if typed or form.radius_km.data else None
    requested = wanted.read_wanted_query(question, form, near, here, actor)
    result = search_wanted(session, actor, requested)
    if question.page > result.pages:
        return redirect(question.at(result.pages), 303)
    others = () if result.total or requested.mine else nearest_wanted(session, actor, requested)
    content = wanted.page_of(question, form, near, requested, result, others, get_taxonomy(session), actor)
    return render_template(
        "demands/_map.html" if question.one("weergave") == "kaart" else "demands/list_demands.html",
        form=form,
        question=content.question,
        near=here,
        page=content,
        marks=url_for("map.show_wanted_marks"),
        can_ask=may(actor, Can.ASK),
        can_offer=may(actor, Can.OFFER),
    )


@blueprint.post("/gezocht/<int:demand_id>/aanbieden")
@permission(Can.OFFER)
def offer(demand_id: int) -> ResponseReturnValue:
    """Offer a lot of one's own for a need, and go on where one was."""
    form = OfferForm()
    is_valid = form.validate()
    session, actor = current_session(), current_actor()
    made = is_valid and attempt(form, lambda: offer_to_demand(session, actor, listing_id=form.number, demand_id=demand_id))
    if not made:
        return _page(demand_id, form)
    sentence = _("Offered. %(organisation)s has been notified.", organisation=made.demand.organisation.name)
    if not form.here.data:
        return done(sentence, url_for("demands.show", demand_id=demand_id))
    pairs = MultiDict(parse_qsl(urlsplit(form.here.data[:ADDRESS_LENGTH_MAX]).query))
    back = Question(url_for("demands.list_demands"), pairs, wanted.KEYS)
    return done(sentence, f"{back.at(back.page)}#vraag-{demand_id}")


@blueprint.route("/gezocht/nieuw", methods=("GET", "POST"))
@permission(Can.ASK)
def create() -> ResponseReturnValue:
    """Enter a new need; until it is placed it is stored as it was typed."""
    if wants_saving():
        return _saved(drafts.keep())
    form = DemandForm(data={name: request.args.get(name, "") for name in ("material", "title", "place")})
    if request.method == "GET":
        question = Question(url_for("demands.create"), request.args, (PREFIX,))
        form.wished = wishes_of(filters_of(question, get_taxonomy(current_session()))[0])  # what was searched and not found
    return _asking(form, None)


@blueprint.route("/gezocht/concept/<int:sketch_id>", methods=("GET", "POST"))
@permission(Can.ASK)
def go_on(sketch_id: int) -> ResponseReturnValue:
    """A need that somebody began to enter before."""
    if wants_saving():
        return _saved(drafts.keep(sketch_id=sketch_id))
    if request.method == "POST":
        return _asking(DemandForm(), sketch_id)
    sketch = get_sketch(current_session(), current_actor(), sketch_id, SketchKind.DEMAND)
    if sketch.demand_id is not None:
        return redirect(ui_drafts.demand_address(sketch), 303)
    form = drafts.form_of(sketch.answers, get_taxonomy(current_session())) if returned() is None else DemandForm()
    return _telling("demands/create.html", form, sketch)


def _saved(sketch: Sketch) -> ResponseReturnValue:
    return save_response(sketch, ui_drafts.demand_address(sketch))


def _asking(form: DemandForm, sketch_id: int | None) -> ResponseReturnValue:
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    form.set_choices(get_taxonomy(session))
    demand = attempt(form, lambda: ask(session, actor, form.draft())) if is_valid and form.fields_are_right else None
    if demand:
        return _placed(demand, next((sketch for sketch in list_sketches(session, actor) if sketch.id == sketch_id), None))
    return _telling("demands/create.html", form, drafts.save_refused_draft(sketch_id=sketch_id) if form.is_submitted() else None)


def _placed(demand: Demand, sketch: Sketch | None) -> ResponseReturnValue:
    if sketch is not None:
        discard_sketch(current_session(), current_actor(), sketch)
    return done(_("Your demand is on the bank. These lots fit now."), url_for("demands.show", demand_id=demand.id))


def _telling(template: str, form: DemandForm, sketch: Sketch | None, **context: Any) -> ResponseReturnValue:
    taxonomy = get_taxonomy(current_session())
    form.set_choices(taxonomy)
    saved = saved_at(sketch.updated_at) if sketch else None
    return page(template, form, sketch=sketch, saved=saved, estimate=estimate_of(form, taxonomy), **context)


@blueprint.get("/gezocht/<int:demand_id>")
@public
def show(demand_id: int) -> ResponseReturnValue:
    """One need; its owner and the reviewer see what serves it, with the arithmetic."""
    return _page(demand_id)


def _page(demand_id: int, sent: PartsForm | OfferForm | None = None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    demand = get_demand(session, actor, demand_id)
    inside, may_edit = may(actor, Can.READ_MATCHES, demand), may(actor, Can.EDIT_DEMAND, demand)
    chosen = request.args.get("supply", "")
    chosen = chosen if chosen in set(Supply) else ""
    planned = chosen == Supply.PLANNED if chosen else None
    result = list_listings_for_demand(session, actor, demand, planned=planned) if inside else None
    later = list_listings_for_demand(session, actor, demand, page_size=1, planned=True).total if inside else 0
    proposal = propose_parts(session, actor, demand) if result and result.total > 1 else None
    proposals = list_proposals(session, actor, demand) if may_read_proposals(actor, demand) else []
    taxonomy = get_taxonomy(session)
    material = taxonomy.material_by_id(demand.material_id)
    served = {match.listing.id for match in result.items} if result else set()
    words: dict[str, Any] = {
        "proposals": [(made, *why_not(session, actor, made)) for made in proposals if made.listing_id not in served],
        "offered": {made.listing_id for made in proposals},
        "material": material,
        "want": single_want(session, actor, demand, taxonomy),
        "owns": [] if may_edit else owns_of(session, actor, demand),
        "can_offer": may(actor, Can.OFFER),
        "together": list_others_who_ask(session, actor, demand),
        "has_plan": proposal is not None and len(proposal.parts) > 1,
        "demand_questions": questions_of(session, actor, demand),
        "phone": phone_shown_to(actor, find_contact(session, demand.created_by_id)) if actor.is_member else None,
        "facts": facts_of(session, demand, taxonomy, actor, inside=inside),
        "is_open": demand.status == DemandStatus.OPEN,
        "can_change": can_change(demand),
        "badge": DEMAND_BADGES[demand.status],
        "asking": PartsForm.of(proposal) if proposal and may_edit else None,
        "confirmation": confirmation_of_demand(actor, demand),
        "answers": DEMAND_ANSWERS,
        "supplies": supply_choices(chosen) if later else [],
        "state_of_plan": state_of_plan,
        "short_period_of": short_period_of,
    }
    return page(
        "demands/show.html",
        sent,
        demand=demand,
        inside=inside,
        may_edit=may_edit,
        matches=result,
        proposal=proposal,
        plain=plain,
        **words,
    )


@blueprint.post("/gezocht/<int:demand_id>/voorstel")
@permission(Can.EDIT_DEMAND)
def request_all(demand_id: int) -> ResponseReturnValue:
    """Ask for every part of the proposal in one stroke.

    Where the amounts have changed the page shows the new ones, and nothing is asked.
    """
    form = PartsForm()
    is_valid = form.validate()
    session, actor = current_session(), current_actor()
    made = is_valid and attempt(form, lambda: request_parts(session, actor, demand_id=demand_id, seen=form.seen()))
    if made:
        return done(_("Asked. All of it is held for you."), url_for("reservations.list_reservations", side="asking"))
    return _page(demand_id, form)


@blueprint.route("/gezocht/<int:demand_id>/bewerken", methods=("GET", "POST"))
@permission(Can.EDIT_DEMAND)
def edit(demand_id: int) -> ResponseReturnValue:
    """Change a need. Saving after somebody else first shows the differences."""
    if wants_saving():
        return _saved(drafts.keep(demand_id=demand_id))
    with database().read() as before:
        form = form_of(_own(before, demand_id), get_taxonomy(before))
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    form.set_choices(get_taxonomy(session))
    what = {"demand_id": demand_id, "version": form.current_version}
    is_valid = is_valid and form.fields_are_right
    if is_valid and (demand := attempt(form, lambda: edit_demand(session, actor, **what, draft=form.draft()))):
        return _placed(demand, find_sketch_of_demand(session, actor, demand_id))
    return _editing(demand_id, form)


def _editing(demand_id: int, form: DemandForm) -> ResponseReturnValue:
    """Show the page of a change. What was sent and is not right, else what was typed before, else what is stored."""
    sent = form.is_submitted()
    sketch = drafts.save_refused_draft(demand_id=demand_id) if sent else None
    session, actor = current_session(), current_actor()
    demand = _own(session, demand_id)
    sketch = sketch or find_sketch_of_demand(session, actor, demand_id)
    if sketch and not sent and returned() is None:
        form = drafts.form_of(sketch.answers, get_taxonomy(session))
        form.place.keep(demand)
    show_conflict(form, demand, get_taxonomy(session))
    return _telling("demands/edit.html", form, sketch, demand=demand, badge=DEMAND_BADGES[demand.status], goes_on=not sent)


def _own(session: Session, demand_id: int) -> Demand:
    demand = get_demand(session, current_actor(), demand_id)
    require(current_actor(), Can.EDIT_DEMAND, demand)
    return demand


@blueprint.post("/gezocht/<int:demand_id>/intrekken")
@permission(Can.EDIT_DEMAND)
def withdraw(demand_id: int) -> ResponseReturnValue:
    """It is not needed any more."""
    withdraw_demand(current_session(), current_actor(), demand_id=demand_id)
    return done(_("The demand is withdrawn. Reservations that were made for it stay."), url_for("work.show"))


@blueprint.post("/gezocht/<int:demand_id>/bevestigen")
@permission(Can.EDIT_DEMAND)
def refresh(demand_id: int) -> ResponseReturnValue:
    """It is still needed, or not any more."""
    answer = answered()
    refresh_demand(current_session(), current_actor(), demand_id=demand_id, answer=answer)
    if answer == Refreshed.GONE:
        return done(_("The demand is withdrawn. Reservations that were made for it stay."), url_for("work.show"))
    where = url_for("demands.show", demand_id=demand_id) if request.form.get("at") == "demand" else url_for("work.show")
    return done(_("Thank you. The demand is matched for another 90 days."), where)


@blueprint.post("/gezocht/<int:demand_id>/opnieuw")
@permission(Can.EDIT_DEMAND)
def again(demand_id: int) -> ResponseReturnValue:
    """A new draft after an earlier need: the same, without how much and when."""
    session, actor = current_session(), current_actor()
    answers = drafts.of_demand(_own(session, demand_id), get_taxonomy(session))
    return redirect(ui_drafts.demand_address(start_sketch(session, actor, answers, kind=SketchKind.DEMAND)), 303)
