"""The broker's list: what the region has, needs and nearly fits. And the way to propose a lot."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.exchange.queries.watch import (
    days_open,
    list_about_to_lapse,
    list_disputes,
    list_objections,
    list_unconfirmed,
    list_unwanted,
)
from marketplace.exchange.rules.reservation import STATUS_LABELS, ReservationStatus
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing
from marketplace.matching.actions.broker import propose as propose_listing
from marketplace.matching.queries.survey import survey
from marketplace.matching.rules.misses import KIND_LABELS
from marketplace.materials.queries import taxonomy
from marketplace.web.broker.forms import DIGITS_MAX, ProposalForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.paging import PAGE_SIZE, asked_page, last_page

blueprint = Blueprint("broker", __name__)
FIRST = 10


@blueprint.get("/makelaar")
@permission(Can.BROKER)
def show() -> ResponseReturnValue:
    """What needs the broker's eye, most pressing first."""
    session, actor = current_session(), current_actor()
    result = survey(session, actor)
    number = min(asked_page(), max(1, last_page(len(result.misses))))
    return render_template(
        "broker/show.html",
        found=result,
        misses=result.near_misses(page=number, page_size=PAGE_SIZE),
        current=number,
        last=last_page(len(result.misses)),
        lapsing=list_about_to_lapse(session, actor, most=FIRST),
        disputes=list_disputes(session, actor, most=FIRST),
        unconfirmed=list_unconfirmed(session, actor, most=FIRST),
        objections=list_objections(session, actor, most=FIRST),
        unwanted=list_unwanted(session, actor, most=FIRST),
        known=taxonomy(session),
        first=FIRST,
        days_open=days_open,
        kinds=KIND_LABELS,
        states={item.value: STATUS_LABELS[item] for item in ReservationStatus},
    )


@blueprint.route("/makelaar/voorstel", methods=("GET", "POST"))
@permission(Can.BROKER)
def propose() -> ResponseReturnValue:
    """Propose a lot to an organisation that asks for something."""
    form = ProposalForm(data={"listing_id": request.args.get("lot", ""), "demand_id": request.args.get("vraag", "")})
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    if is_valid and (
        made := attempt(
            form,
            lambda: propose_listing(
                session,
                actor,
                listing_id=int(form.listing_id.data or 0),
                demand_id=int(form.demand_id.data or 0),
                reason=form.reason.data or "",
            ),
        )
    ):
        sentence = _(
            "The lot is proposed to %(organisation)s. They have been notified.", organisation=made.demand.organisation.name
        )
        return done(sentence, url_for("demands.show", demand_id=made.demand_id))
    return page("broker/propose.html", form, pair=_named(form))


def _named(form: ProposalForm) -> tuple[Listing, Demand] | None:
    """The lot and the demand that the numbers stand for; None while one of them is not there."""
    numbers = [str(field.data or "") for field in (form.listing_id, form.demand_id)]
    if not all(number.isascii() and number.isdigit() and len(number) <= DIGITS_MAX for number in numbers):
        return None
    session, actor = current_session(), current_actor()
    try:
        return get_listing(session, actor, int(numbers[0])), get_demand(session, actor, int(numbers[1]))
    except Missing:
        return None
