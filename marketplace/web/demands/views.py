"""What is sought: by everyone to read, by its owner with the lots that serve it."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from marketplace.accounts.policy import Can, may, require
from marketplace.kernel.language import _
from marketplace.kernel.units import plain
from marketplace.market.demand_actions import withdraw_demand
from marketplace.market.queries import get_demand
from marketplace.market.queries import list_demands as find_demands
from marketplace.market.rules import CONDITION_LABELS, Condition, DemandStatus
from marketplace.matching.actions import ask, edit_demand
from marketplace.matching.queries import matches_for_demand
from marketplace.materials.queries import taxonomy
from marketplace.web.answers import attempt, done, page
from marketplace.web.demands.forms import DemandForm
from marketplace.web.demands.stored import form_of, meet
from marketplace.web.paging import PAGE_SIZE, asked_page, last_page
from marketplace.web.request import current_actor, current_session, database, permission, public
from marketplace.web.states import DEMAND_BADGES

blueprint = Blueprint("demands", __name__)


@blueprint.get("/gezocht")
@public
def list_demands() -> Any:
    """What is sought now, newest first."""
    session, actor, number = current_session(), current_actor(), asked_page()
    mine = actor.is_member and request.args.get("mine") == "1"
    statuses = () if mine else (DemandStatus.OPEN,)
    found, total = find_demands(session, actor, mine=mine, statuses=statuses, page=number, page_size=PAGE_SIZE)
    place = {"current": number, "last": last_page(total)}
    rights = {"mine": mine, "can_ask": may(actor, Can.ASK)}
    known = taxonomy(session)
    return render_template("demands/list_demands.html", demands=found, known=known, badges=DEMAND_BADGES, **place, **rights)


@blueprint.route("/gezocht/nieuw", methods=("GET", "POST"))
@permission(Can.ASK)
def create() -> Any:
    """A new need: open at once, or kept as a draft."""
    form = DemandForm(data={name: request.args.get(name, "") for name in ("material", "title", "place")})
    right = form.is_submitted() and form.validate()
    session = current_session()
    form.know(taxonomy(session))
    demand = right and attempt(form, lambda: ask(session, current_actor(), form.draft()))
    return _saved(demand) if demand else page("demands/create.html", form)


def _saved(demand: Any) -> Any:
    if demand.status == DemandStatus.DRAFT:
        return done(_("Saved as a draft. It is not matched yet."), url_for("demands.edit", demand_id=demand.id))
    return done(_("Your demand is on the bank. These lots fit now."), url_for("demands.show", demand_id=demand.id))


@blueprint.get("/gezocht/<int:demand_id>")
@public
def show(demand_id: int) -> Any:
    """One need; its owner and the reviewer see what serves it, with the arithmetic."""
    session, actor = current_session(), current_actor()
    demand = get_demand(session, actor, demand_id)
    inside, may_edit = may(actor, Can.READ_MATCHES, demand), may(actor, Can.EDIT_DEMAND, demand)
    found = matches_for_demand(session, actor, demand) if inside else None
    words = {
        "material": taxonomy(session).material_by_id(demand.material_id),
        "condition": CONDITION_LABELS[Condition(demand.min_condition)],
        "badge": DEMAND_BADGES[demand.status],
    }
    return render_template(
        "demands/show.html", demand=demand, inside=inside, may_edit=may_edit, found=found, plain=plain, **words
    )


@blueprint.route("/gezocht/<int:demand_id>/bewerken", methods=("GET", "POST"))
@permission(Can.EDIT_DEMAND)
def edit(demand_id: int) -> Any:
    """Change a need. Who saves after somebody else is shown the differences first."""
    with database().read() as before:
        form = form_of(_own(before, demand_id), taxonomy(before))
    right = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    form.know(taxonomy(session))
    what = {"demand_id": demand_id, "version": form.known_version}
    if right and (demand := attempt(form, lambda: edit_demand(session, actor, **what, draft=form.draft()))):
        return _saved(demand)
    demand = _own(session, demand_id)
    meet(form, demand, taxonomy(session))
    return page("demands/edit.html", form, demand=demand, badge=DEMAND_BADGES[demand.status])


def _own(session: Any, demand_id: int) -> Any:
    demand = get_demand(session, current_actor(), demand_id)
    require(current_actor(), Can.EDIT_DEMAND, demand)
    return demand


@blueprint.post("/gezocht/<int:demand_id>/intrekken")
@permission(Can.EDIT_DEMAND)
def withdraw(demand_id: int) -> Any:
    """It is not needed any more."""
    withdraw_demand(current_session(), current_actor(), demand_id=demand_id)
    return done(_("The demand is withdrawn. Reservations that were made for it go on."), url_for("work.show"))
